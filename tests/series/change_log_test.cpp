#include "series/change_log.hpp"
#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::series;
using namespace std::chrono_literals;

namespace {

constexpr symbol_id btc{0};
constexpr symbol_id eth{1};

candle_time at(std::chrono::seconds t)
{
    return candle_time{t};
}

changed_candles days(symbol_id symbol, int from, int until)
{
    return {symbol, interval::d1, at(24h * from), at(24h * until)};
}

dated_change
change(std::chrono::seconds from, std::chrono::seconds until, std::chrono::minutes made)
{
    return {at(from), at(until), position::at(wall_time{made})};
}

}  // namespace

TEST_CASE("what was changed after a revision is told once for each series", "[series]")
{
    change_log log;
    CHECK(log.since(0).changed.empty());
    log.add(days(btc, 5, 7));
    const auto then = log.revision();
    log.add(days(btc, 1, 3));
    log.add(days(eth, 2, 3));
    log.add(days(btc, 3, 4));
    CHECK(log.since(then).changed == std::vector{days(btc, 1, 4), days(eth, 2, 3)});
    CHECK(log.since(then).revision == log.revision());
    CHECK(log.since(0).changed == std::vector{days(btc, 1, 7), days(eth, 2, 3)});
    CHECK(log.since(log.revision()).changed.empty());
}

TEST_CASE("a change that lies long back is still told", "[series]")
{
    change_log log;
    log.add(days(eth, 1, 2));
    log.add(days(btc, 100, 101));
    for (std::size_t i = 0; i < change_log::kept_max; ++i)
        log.add(days(btc, 200, 201));
    CHECK(log.since(0).changed == std::vector{days(btc, 100, 201), days(eth, 1, 2)});
    CHECK(log.since(1).changed == std::vector{days(btc, 100, 201)});
    CHECK(log.since(2).changed == std::vector{days(btc, 200, 201)});
}

TEST_CASE("a change may be about all symbols and intervals", "[series]")
{
    const changed_candles all{{}, {}, at(0s), at(60s)};
    CHECK(all.concerns(btc, interval::w1));
    CHECK(days(btc, 0, 1).concerns(btc, interval::d1));
    CHECK_FALSE(days(btc, 0, 1).concerns(eth, interval::d1));
    CHECK_FALSE(days(btc, 0, 1).concerns(btc, interval::w1));
}

TEST_CASE("changes that are written down grow together, and are few", "[series]")
{
    std::vector<dated_change> all;
    add_change(all, change(100s, 200s, 0min));
    add_change(all, change(0s, 100s, 5min));
    CHECK(all == std::vector{change(0s, 200s, 5min)});
    // Of another day: the older one stays, so that who knows it is not told of both.
    add_change(all, change(200s, 300s, 500min));
    CHECK(all == std::vector{change(0s, 200s, 5min), change(200s, 300s, 500min)});
    add_change(all, change(0s, 300s, 900min));
    CHECK(all == std::vector{change(0s, 300s, 900min)});
    for (int i = 1; i <= static_cast<int>(dated_changes_max); ++i)
        add_change(all, change(1'000s * i, 1'000s * i + 1s, 2'000min * i));
    REQUIRE(all.size() == dated_changes_max);
    CHECK(all.front() == change(0s, 1'001s, 2'000min));
}
