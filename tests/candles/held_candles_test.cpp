#include "candles/held_candles.hpp"
#include "market.hpp"

using namespace tickertape;
using namespace tickertape::candles;
using namespace tickertape::testing;

namespace {

series::candle_query newest(std::size_t most)
{
    return {
        .symbol = symbol_id{0},
        .of = interval::m1,
        .from = {},
        .until = at_second(3'600),
        .candles_max = most,
        .first = series::end::newest,
        .with_forming = true};
}

std::string words_of(const series::candle_answer& found)
{
    std::string text;
    for (const auto& c : found.candles)
        text += (text.empty() ? "" : " ") + words(c);
    return text + (found.has_more ? " more" : "");
}

}  // namespace

TEST_CASE("what a tape holds becomes candles, and what lies before it is a hole", "[candles]")
{
    market m;
    m.publish(1, 10);
    m.publish(2, 12);
    m.publish(60, 13);
    m.publish(121, 14, 1);
    const auto found = held_candles(m.ticks, newest(10));
    // The tick of another symbol closes the second minute.
    CHECK(words_of(found) == "0:10-12/2 60:13-13/1");
    CHECK(found.closed_until == opening(120));
    REQUIRE(found.holes.size() == 1);
    CHECK(found.holes[0].to == position::at(at_second(-3'600)));
    REQUIRE(found.state);
    CHECK_FALSE(found.state->forming);
}

TEST_CASE("ticks that a tape no longer holds are missing in the first candle", "[candles]")
{
    market m{2};
    m.publish(1, 10);
    m.publish(2, 12);
    m.publish(3, 13);
    m.publish(61, 14);
    const auto found = held_candles(m.ticks, newest(10));
    CHECK(words_of(found) == "0:13-13/1? 60:14-14/1~");
    REQUIRE(found.holes.size() == 1);
    CHECK(found.holes[0].to == position::at(at_second(2)));
    CHECK(found.state->passed >= position::at(at_second(61)));
}

TEST_CASE("of many candles those are given that are asked for", "[candles]")
{
    market m;
    for (int i = 0; i < 5; ++i)
        m.publish(60 * i + 1, 10 + i);
    CHECK(words_of(held_candles(m.ticks, newest(2))) == "180:13-13/1 240:14-14/1~ more");
    auto since = newest(2);
    since.from = at_second(60);
    since.first = series::end::oldest;
    CHECK(words_of(held_candles(m.ticks, since)) == "60:11-11/1 120:12-12/1 more");
}

TEST_CASE("a hole of the tapes is one of the candles that it lies in, and of no other", "[candles]")
{
    market m;
    m.publish(1, 10);
    m.ticks.lose(position::at(at_second(1)), position::at(at_second(5)));
    m.publish(6, 11);
    m.publish(61, 12);
    const auto found = held_candles(m.ticks, newest(10));
    CHECK(words_of(found) == "0:10-11/2? 60:12-12/1~");
    REQUIRE(found.holes.size() == 2);
    CHECK(found.holes[1] == series::hole{position::at(at_second(1)), position::at(at_second(5))});
}
