#include "market/board.hpp"

#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::market;
using namespace std::chrono_literals;

namespace {

snapshot some_table(boot_time received, std::chrono::milliseconds lag = 0ms)
{
    return {
        .coins = {.source = "coingecko", .coins = {}, .dropped = 0, .updated_at = {}},
        .received = received,
        .received_at = wall_time{1'000s},
        .lag = lag,
        .stale_after = 15min,
        .whole = {}};
}

const boot_time start{100h};

}  // namespace

TEST_CASE("a reader wakes the board once, until nobody has read for a while", "[market]")
{
    int woken = 0;
    board b{15min, [&] { ++woken; }};
    CHECK_FALSE(b.is_watched(start));
    CHECK(b.read(start) == nullptr);
    CHECK(woken == 1);
    CHECK(b.is_watched(start + 15min));
    CHECK_FALSE(b.is_watched(start + 15min + 1ms));
    b.read(start + 10min);
    CHECK(woken == 1);
    CHECK(b.is_watched(start + 25min));
    b.read(start + 26min);
    CHECK(woken == 2);
}

TEST_CASE("our own look at the table is no reader's", "[market]")
{
    board b{15min, [] {}};
    b.post(std::make_shared<snapshot>(some_table(start)));
    CHECK(b.newest()->coins.source == "coingecko");
    CHECK_FALSE(b.is_watched(start));
}

TEST_CASE("the age of a table counts what it was old when it came", "[market]")
{
    const auto table = some_table(start, 2min);
    CHECK(table.age(start + 3min) == 5min);
    CHECK(table.age(start - 1s) == 2min);
    CHECK_FALSE(table.is_stale(start + 15min));
    CHECK(table.is_stale(start + 15min + 1ms));
}

TEST_CASE("yesterday's answer out of a cache is stale at once", "[market]")
{
    CHECK_FALSE(some_table(start, 30min).is_stale(start));
    CHECK(some_table(start, 24h).is_stale(start));
}
