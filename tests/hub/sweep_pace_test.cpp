#include "hub/sweep_pace.hpp"

#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::hub;
using namespace std::chrono_literals;

namespace {

constexpr auto start = 1'000'000ms;

std::chrono::milliseconds wait_after(std::size_t served)
{
    sweep_pace p{{.most = 10ms, .per_served = 100us}};
    p.begin(start);
    for (std::size_t i = 0; i < served; ++i)
        p.count_served();
    return p.next() - start;
}

}  // namespace

TEST_CASE("where a few are served, the next sweep need not wait", "[hub]")
{
    CHECK(wait_after(0) == 0ms);
    CHECK(wait_after(9) == 0ms);
}

TEST_CASE("the more a sweep serves, the later the next one, up to the limit", "[hub]")
{
    CHECK(wait_after(10) == 1ms);
    CHECK(wait_after(55) == 5ms);
    CHECK(wait_after(100) == 10ms);
    CHECK(wait_after(1'000'000) == 10ms);
}

TEST_CASE("each sweep is counted by itself", "[hub]")
{
    sweep_pace p{{.most = 10ms, .per_served = 100us}};
    p.begin(start);
    for (int i = 0; i < 1000; ++i)
        p.count_served();
    p.begin(start + 50ms);
    CHECK(p.next() == start + 50ms);
}

TEST_CASE("before the first sweep nothing waits", "[hub]")
{
    CHECK(sweep_pace{{}}.next() == 0ms);
}
