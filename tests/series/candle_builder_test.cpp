#include "series/candle_builder.hpp"

#include "series/made.hpp"

using namespace tickertape;
using namespace tickertape::series;
using namespace std::chrono_literals;

TEST_CASE("A tick of a later minute closes the candle", "[series]")
{
    candle_builder minute;
    CHECK(minute.take(at(60s), usd(10)) == std::nullopt);
    CHECK(minute.take(at(70s), usd(12)) == std::nullopt);
    CHECK(minute.take(at(119'999ms), usd(9)) == std::nullopt);
    CHECK(minute.forming() == candle_at(60s, 10, 12, 9, 9, 3));
    CHECK(minute.take(at(120s), usd(11)) == candle_at(60s, 10, 12, 9, 9, 3));
    CHECK(minute.forming() == candle_at(120s, 11, 11, 11, 11, 1));
}

TEST_CASE("Minutes without ticks have no candle", "[series]")
{
    candle_builder minute;
    minute.take(at(60s), usd(10));
    CHECK(minute.take(at(10min), usd(11)) == candle_at(60s, 10, 10, 10, 10, 1));
    CHECK(minute.advance(wall_time{20min}) == candle_at(10min, 11, 11, 11, 11, 1));
    CHECK(minute.advance(wall_time{30min}) == std::nullopt);
    CHECK(minute.forming() == std::nullopt);
}

TEST_CASE("Time closes the candle when its minute is over, and not before", "[series]")
{
    candle_builder minute;
    CHECK(minute.advance(wall_time{60s}) == std::nullopt);
    minute.take(at(60s), usd(10));
    CHECK(minute.advance(wall_time{119'999ms}) == std::nullopt);
    CHECK(minute.advance(wall_time{120s}) == candle_at(60s, 10, 10, 10, 10, 1));
    CHECK(minute.advance(wall_time{120s}) == std::nullopt);
}

TEST_CASE("Ticks of one millisecond are told apart by their counter", "[series]")
{
    candle_builder minute;
    minute.take(at(60s, 0), usd(10));
    minute.take(at(60s, 1), usd(12));
    minute.take(at(60s, 2), usd(11));
    CHECK(minute.forming() == candle_at(60s, 10, 12, 10, 11, 3));
}

TEST_CASE("A tick that was taken before is ignored and counted", "[series]")
{
    candle_builder minute;
    minute.take(at(60s), usd(10));
    minute.take(at(61s), usd(11));
    CHECK(minute.take(at(60s), usd(10)) == std::nullopt);
    CHECK(minute.take(at(61s), usd(11)) == std::nullopt);
    CHECK(minute.forming() == candle_at(60s, 10, 11, 10, 11, 2));
    CHECK(minute.state().ignored == 2);
}

TEST_CASE("A tick of a minute that time has closed makes no second candle of it", "[series]")
{
    candle_builder minute;
    minute.take(at(60s), usd(10));
    minute.advance(wall_time{120s});
    CHECK(minute.take(at(119'999ms, 5), usd(99)) == std::nullopt);
    CHECK(minute.forming() == std::nullopt);
    CHECK(minute.state().ignored == 1);
    minute.take(at(120s), usd(11));
    CHECK(minute.forming() == candle_at(120s, 11, 11, 11, 11, 1));
}

TEST_CASE("A candle that overlaps a hole says so", "[series]")
{
    candle_builder minute;
    minute.take(at(60s), usd(10));
    minute.note_hole({at(70s), at(190s)});
    CHECK(minute.forming() == beside_hole(candle_at(60s, 10, 10, 10, 10, 1)));
    CHECK(minute.take(at(200s), usd(11)) == beside_hole(candle_at(60s, 10, 10, 10, 10, 1)));
    // The hole ended in this minute, and not in the next one.
    CHECK(minute.take(at(240s), usd(12)) == beside_hole(candle_at(180s, 11, 11, 11, 11, 1)));
    CHECK(minute.advance(wall_time{300s}) == candle_at(240s, 12, 12, 12, 12, 1));
}

TEST_CASE("A hole before the first tick reaches the candle it ends in", "[series]")
{
    candle_builder minute;
    minute.note_hole({position{}, at(70s)});
    minute.take(at(80s), usd(10));
    CHECK(minute.advance(wall_time{120s}) == beside_hole(candle_at(60s, 10, 10, 10, 10, 1)));
}

TEST_CASE("No hole is forgotten for another that is told after it", "[series]")
{
    candle_builder minute;
    minute.note_hole({at(70s), at(80s)});
    minute.note_hole({at(130s), at(140s)});
    CHECK(minute.take(at(90s), usd(10)) == std::nullopt);
    CHECK(minute.take(at(150s), usd(11)) == beside_hole(candle_at(60s, 10, 10, 10, 10, 1)));
    CHECK(minute.take(at(240s), usd(12)) == beside_hole(candle_at(120s, 11, 11, 11, 11, 1)));
    CHECK(minute.take(at(600s), usd(13)) == candle_at(240s, 12, 12, 12, 12, 1));
    // The minutes of those holes have passed: this one stands alone.
    minute.note_hole({at(601s), at(602s)});
    CHECK(minute.state().missing == hole{at(601s), at(602s)});
}

TEST_CASE("A hole that misses nothing is none", "[series]")
{
    candle_builder minute;
    minute.take(at(60s), usd(10));
    minute.note_hole({at(70s), at(70s)});
    CHECK(minute.forming() == candle_at(60s, 10, 10, 10, 10, 1));
}

TEST_CASE("Longer candles are made of shorter ones as they come", "[series]")
{
    candle_builder five{interval::m5};
    CHECK(five.take(candle_at(1min, 10, 12, 9, 11, 3), interval::m1) == std::nullopt);
    CHECK(five.take(candle_at(4min, 11, 15, 11, 14, 2), interval::m1) == std::nullopt);
    // Its five minutes are over, but it takes the time or a later candle to say so.
    CHECK(five.forming() == candle_at(0min, 10, 15, 9, 14, 5));
    CHECK(
        five.take(candle_at(9min, 14, 14, 13, 13, 7), interval::m1) ==
        candle_at(0min, 10, 15, 9, 14, 5));
    CHECK(five.advance(wall_time{10min}) == candle_at(5min, 14, 14, 13, 13, 7));
    // Once more: it was in it.
    CHECK(five.take(candle_at(9min, 14, 14, 13, 13, 7), interval::m1) == std::nullopt);
    CHECK(five.forming() == std::nullopt);
    CHECK(five.state().ignored == 1);
}

TEST_CASE("A longer candle shows the shorter one that is forming without taking it", "[series]")
{
    candle_builder five{interval::m5};
    five.take(candle_at(1min, 10, 12, 9, 11, 3), interval::m1);
    CHECK(five.forming_with(candle_at(2min, 11, 13, 8, 8, 1)) == candle_at(0min, 10, 13, 8, 8, 4));
    CHECK(five.forming_with(candle_at(7min, 11, 13, 8, 8, 1)) == candle_at(5min, 11, 13, 8, 8, 1));
    CHECK(five.forming_with(candle_at(1min, 10, 12, 9, 11, 3)) == std::nullopt);
    CHECK(five.forming() == candle_at(0min, 10, 12, 9, 11, 3));
    five.note_hole({at(7min), at(8min)});
    CHECK(
        five.forming_with(candle_at(9min, 11, 13, 8, 8, 1)) ==
        beside_hole(candle_at(5min, 11, 13, 8, 8, 1)));
}
