#include "relay/attempt_pace.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <random>
#include <vector>

using namespace tickertape;
using namespace tickertape::relay;
using namespace std::chrono_literals;

TEST_CASE("A few attempts may follow each other, and no second has more", "[relay]")
{
    const steady_time begin{100h};
    attempt_pace pace{5};
    for (int i = 0; i < 5; ++i)
        CHECK(pace.take(begin + i * 1ms) == begin + i * 1ms);
    CHECK(pace.take(begin + 10ms) == begin + 1s);
    CHECK(pace.take(begin + 10ms) == begin + 1s + 1ms);
    CHECK(pace.take(begin + 5s) == begin + 5s);

    std::mt19937 random{17};
    INFO("seed 17");
    attempt_pace another{5};
    std::vector<steady_time> turns;
    auto now = begin;
    for (int i = 0; i < 5000; ++i) {
        now += std::chrono::milliseconds{random() % 300};
        turns.push_back(another.take(now));
        CHECK(turns.back() >= now);
    }
    std::ranges::sort(turns);
    for (std::size_t i = 5; i < turns.size(); ++i)
        REQUIRE(turns[i] - turns[i - 5] >= 1s);
}
