#include "core/fetch_grid.hpp"

#include "support/catch.hpp"

#include <random>

using namespace tickertape;
using namespace std::chrono_literals;

TEST_CASE("A fetch that overran grid points skips them and keeps the grid", "[feed]")
{
    const steady_time start{1000s};
    fetch_grid grid{start, 10s};

    CHECK(grid.advance(start + 25s) == 2);
    CHECK(grid.due() == start + 30s);
    CHECK(grid.advance(start + 40s) == 0);  // a point that is now is still on time
    CHECK(grid.due() == start + 40s);
    CHECK(grid.advance(start + 50s + 1ns) == 1);
    CHECK(grid.due() == start + 60s);
}

TEST_CASE("The first fetch is due at the start, the next one interval later", "[feed]")
{
    const steady_time start{7s};
    fetch_grid grid{start, 100ms};

    CHECK(grid.due() == start);
    CHECK(grid.advance(start + 30ms) == 0);
    CHECK(grid.due() == start + 100ms);
}

TEST_CASE("Whatever fetches take, the grid never drifts and never goes back", "[feed]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random{seed};
    const steady_time start{12345ms};
    const auto interval = std::chrono::nanoseconds{1 + random() % 1'000'000};
    fetch_grid grid{start, interval};
    steady_time now = start;
    std::uint64_t points = 0;

    for (int i = 0; i < 10'000; ++i) {
        now = std::max(now, grid.due()) + std::chrono::nanoseconds{random() % 3'000'000};
        const auto before = grid.due();
        points += 1 + grid.advance(now);
        REQUIRE(grid.due() > before);
        REQUIRE(grid.due() >= now);
        REQUIRE((grid.due() - now < interval || grid.due() == before + interval));
        REQUIRE(grid.due() == start + points * interval);
    }
}
