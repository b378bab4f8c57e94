#include "pricing/publish_pace.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <map>
#include <random>

using namespace tickertape;
using namespace tickertape::pricing;
using namespace std::chrono_literals;

namespace {

constexpr steady_time start{1000h};
constexpr symbol_id btc{0};
constexpr symbol_id eth{1};
constexpr symbol_id xrp{2};

using symbols = std::vector<symbol_id>;

symbols due(publish_pace& pace, steady_time now)
{
    symbols out;
    pace.due(now, out);
    return out;
}

}  // namespace

TEST_CASE("A tick that comes too early waits until its symbol's time is over", "[feed]")
{
    publish_pace pace{3, 2};
    CHECK(pace.admit(btc, start));
    CHECK_FALSE(pace.next_due());
    CHECK_FALSE(pace.admit(btc, start));
    CHECK_FALSE(pace.admit(btc, start + 499ms));
    CHECK(pace.next_due() == start + 500ms);
    CHECK(due(pace, start + 500ms - 1ns).empty());
    CHECK(due(pace, start + 500ms) == symbols{btc});
    CHECK_FALSE(pace.next_due());
    CHECK(due(pace, start + 10s).empty());
}

TEST_CASE("What waited begins its symbol's time anew when it is published", "[feed]")
{
    publish_pace pace{3, 1};
    REQUIRE(pace.admit(btc, start));
    REQUIRE_FALSE(pace.admit(btc, start + 1ms));
    REQUIRE(due(pace, start + 1500ms) == symbols{btc});  // the timer came late
    CHECK_FALSE(pace.admit(btc, start + 2499ms));
    CHECK(pace.next_due() == start + 2500ms);
    CHECK(due(pace, start + 2500ms) == symbols{btc});
}

TEST_CASE("News of a symbol that waits overdue does not overtake it", "[feed]")
{
    publish_pace pace{3, 1};
    REQUIRE(pace.admit(btc, start));
    REQUIRE_FALSE(pace.admit(btc, start + 1ms));
    CHECK_FALSE(pace.admit(btc, start + 5s));
    CHECK(due(pace, start + 5s) == symbols{btc});
    CHECK_FALSE(pace.next_due());
}

TEST_CASE("A symbol that was quiet long enough is published at once", "[feed]")
{
    publish_pace pace{3, 4};
    CHECK(pace.admit(btc, start));
    CHECK(pace.admit(btc, start + 250ms));
    CHECK(pace.admit(btc, start + 1h));
    CHECK_FALSE(pace.admit(btc, start + 1h + 250ms - 1ns));
}

TEST_CASE("One symbol's pace does not hold another's up", "[feed]")
{
    publish_pace pace{3, 1};
    CHECK(pace.admit(btc, start));
    CHECK(pace.admit(eth, start));
    CHECK_FALSE(pace.admit(btc, start));
    CHECK(pace.admit(xrp, start));
}

TEST_CASE("Those who wait are named in the order in which their time is over", "[feed]")
{
    publish_pace pace{3, 1};
    REQUIRE(pace.admit(xrp, start));
    REQUIRE(pace.admit(btc, start + 100ms));
    REQUIRE(pace.admit(eth, start + 100ms));
    REQUIRE_FALSE(pace.admit(eth, start + 200ms));
    REQUIRE_FALSE(pace.admit(btc, start + 300ms));
    REQUIRE_FALSE(pace.admit(xrp, start + 400ms));
    CHECK(pace.next_due() == start + 1s);
    auto later = pace;
    CHECK(due(later, start + 2s) == symbols{xrp, btc, eth});
    CHECK(due(pace, start + 1s) == symbols{xrp});
    CHECK(pace.next_due() == start + 1100ms);
    CHECK(due(pace, start + 1100ms) == symbols{btc, eth});
}

TEST_CASE("What is due is appended to what the caller has", "[feed]")
{
    publish_pace pace{3, 1};
    REQUIRE(pace.admit(btc, start));
    REQUIRE_FALSE(pace.admit(btc, start));
    symbols out{xrp};
    pace.due(start + 1s, out);
    CHECK(out == symbols{xrp, btc});
}

TEST_CASE("Without a limit everything is published at once", "[feed]")
{
    publish_pace pace{3, 0};
    for (int i = 0; i < 1000; ++i)
        CHECK(pace.admit(btc, start));
    CHECK_FALSE(pace.next_due());
    CHECK(due(pace, start + 1h).empty());
}

TEST_CASE("A pace may be slower than one a second", "[feed]")
{
    publish_pace pace{1, 0.25};
    REQUIRE(pace.admit(btc, start));
    CHECK_FALSE(pace.admit(btc, start + 4s - 1ns));
    CHECK(pace.next_due() == start + 4s);

    publish_pace rare{1, 1e-300};
    REQUIRE(rare.admit(btc, start));
    REQUIRE_FALSE(rare.admit(btc, start));
    CHECK(rare.next_due() == start + 24h);
}

TEST_CASE("No symbol is published too often, and none waits longer than its time", "[feed]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    for (const double per_second : {3.0, 10.0, 0.7}) {
        constexpr std::size_t count = 20;
        publish_pace pace{count, per_second};
        const auto apart = std::chrono::duration<double, std::nano>{1e9 / per_second};
        std::vector<steady_time> published(count, start - 1h);
        std::map<symbol_id, steady_time> waiting;  // since when
        symbols out;
        auto now = start;
        const auto publish = [&](symbol_id s) {
            REQUIRE(now - published[index_of(s)] >= apart);
            published[index_of(s)] = now;
        };
        for (int i = 0; i < 20'000; ++i) {
            now += std::chrono::microseconds{random() % 40'000};
            const bool is_overdue = pace.next_due() && *pace.next_due() <= now;
            out.clear();
            pace.due(now, out);
            REQUIRE(is_overdue == !out.empty());
            for (const auto s : out) {
                REQUIRE(waiting.erase(s) == 1);
                publish(s);
            }
            const symbol_id s{static_cast<std::uint16_t>(random() % count)};
            if (pace.admit(s, now)) {
                REQUIRE_FALSE(waiting.contains(s));
                publish(s);
            } else {
                REQUIRE(now - published[index_of(s)] < apart + std::chrono::nanoseconds{1});
                waiting.try_emplace(s, now);
            }
            REQUIRE(pace.next_due().has_value() == !waiting.empty());
        }
        // Nothing is forgotten.
        now += 1h;
        out.clear();
        pace.due(now, out);
        REQUIRE(out.size() == waiting.size());
    }
}
