#include "candles/event_ids.hpp"
#include "market.hpp"

using namespace tickertape;
using namespace tickertape::candles;
using namespace tickertape::testing;

TEST_CASE("a candle that closes has an id of its own, after all ticks of its bucket", "[candles]")
{
    const auto first = closed_id(interval::m1, opening(0), 0);
    const auto last = closed_id(interval::m1, opening(0), symbol_table::symbols_max - 1);
    CHECK(first.text() == "1712525519999-1047552");
    CHECK(last.text() == "1712525519999-1048575");
    CHECK(position{static_cast<std::uint64_t>(minute + 59) * 1'000 + 999, 1'000'000} < first);
    CHECK(last < position::at(opening(60)));
}

TEST_CASE("the id of a closed candle is known as such, for its own interval", "[candles]")
{
    const auto id = closed_id(interval::m1, opening(0), 3);
    CHECK(is_closed_id(id, interval::m1));
    CHECK_FALSE(is_closed_id(id, interval::m5));
    CHECK_FALSE(is_closed_id(position::at(opening(60)), interval::m1));
    CHECK_FALSE(is_closed_id(
        position{static_cast<std::uint64_t>(minute + 59) * 1'000 + 999, 7}, interval::m1));
}

TEST_CASE(
    "resuming after a tick sends its bucket again, after a closed candle what follows", "[candles]")
{
    const auto tick = position::at(at_second(12.5));
    CHECK(resumed_after(interval::m1, tick) == position::at(opening(0)).previous());
    const auto closed = closed_id(interval::m1, opening(0), 3);
    CHECK(resumed_after(interval::m1, closed) == closed);
}

TEST_CASE("symbols have their ranks by their names, not by how they are configured", "[candles]")
{
    const market m{100, {"ETH-USD", "BTC-USD", "ADA-USD"}};
    CHECK(ranks_of(m.symbols.all(), m.symbols) == std::vector<symbol_rank>{2, 1, 0});
    const std::vector both{symbol_id{0}, symbol_id{1}};
    CHECK(ranks_of(both, m.symbols) == std::vector<symbol_rank>{1, 0});
}
