#include "series/candle.hpp"

#include "series/errors.hpp"
#include "series/made.hpp"
#include "support/stringify.hpp"

using namespace tickertape;
using namespace tickertape::series;
using namespace std::chrono_literals;

namespace {

constexpr wall_time time_of(std::chrono::milliseconds after)
{
    return wall_time{after};
}

const std::vector<candle> sparse{
    candle_at(2min, 10, 12, 9, 11, 3), candle_at(4min, 20, 20, 20, 20, 1)};

}  // namespace

TEST_CASE("A hole overlaps the buckets in which a tick may be missing, and no other", "[series]")
{
    const hole missing{at(59'999ms), at(120'000ms)};
    CHECK(overlaps(missing, interval::m1, candle_time{0s}));  // 59,999-1 may be missing
    CHECK(overlaps(missing, interval::m1, candle_time{60s}));
    CHECK(overlaps(missing, interval::m1, candle_time{120s}));  // its first position is in it
    CHECK_FALSE(overlaps(missing, interval::m1, candle_time{180s}));

    const hole whole_minute{at(60'000ms).previous(), at(120'000ms).previous()};
    CHECK_FALSE(overlaps(whole_minute, interval::m1, candle_time{0s}));
    CHECK(overlaps(whole_minute, interval::m1, candle_time{60s}));
    CHECK_FALSE(overlaps(whole_minute, interval::m1, candle_time{120s}));
    CHECK(overlaps(whole_minute, interval::h1, candle_time{0s}));
}

TEST_CASE("A hole that ends where it begins misses nothing", "[series]")
{
    CHECK_FALSE(overlaps({at(30s), at(30s)}, interval::m1, candle_time{0s}));
    CHECK_FALSE(overlaps({at(40s), at(30s)}, interval::m1, candle_time{0s}));
}

TEST_CASE("Minutes roll up to longer candles", "[series]")
{
    const std::vector<candle> minutes{
        candle_at(1min, 10, 12, 9, 11, 3), candle_at(4min, 11, 15, 11, 14, 2),
        candle_at(5min, 14, 14, 13, 13, 7)};
    CHECK(
        rolled_up(minutes, interval::m1, interval::m5) ==
        std::vector{candle_at(0min, 10, 15, 9, 14, 5), candle_at(5min, 14, 14, 13, 13, 7)});
    CHECK(
        rolled_up(minutes, interval::m1, interval::h1) ==
        std::vector{candle_at(0min, 10, 15, 9, 13, 12)});
    CHECK(rolled_up({}, interval::m1, interval::h1).empty());
}

TEST_CASE(
    "A longer candle says that it overlaps a hole in which a whole minute was lost", "[series]")
{
    const std::vector<candle> minutes{
        candle_at(1min, 10, 12, 9, 11, 3), candle_at(7min, 14, 14, 13, 13, 7)};
    const std::vector<hole> holes{{at(2min), at(3min)}};
    CHECK(
        rolled_up(minutes, interval::m1, interval::m5, holes) ==
        std::vector{
            beside_hole(candle_at(0min, 10, 12, 9, 11, 3)), candle_at(5min, 14, 14, 13, 13, 7)});
    // And where the minute itself says so.
    const std::vector marked{beside_hole(minutes[0]), minutes[1]};
    CHECK(
        rolled_up(marked, interval::m1, interval::m5)[0] ==
        beside_hole(candle_at(0min, 10, 12, 9, 11, 3)));
}

TEST_CASE("Empty buckets are left out unless they are to be filled", "[series]")
{
    const bucket_range range{time_of(0min), time_of(7min)};
    CHECK(filled(sparse, interval::m1, range, fill::none).value() == sparse);
    CHECK(
        filled(sparse, interval::m1, range, fill::previous).value() ==
        std::vector{
            sparse[0], candle_at(3min, 11, 11, 11, 11, 0), sparse[1],
            candle_at(5min, 20, 20, 20, 20, 0), candle_at(6min, 20, 20, 20, 20, 0)});
}

TEST_CASE(
    "A range begins with the first bucket that opens in it, and ends before its end", "[series]")
{
    const bucket_range range{time_of(2min + 1ms), time_of(5min)};
    CHECK(
        filled(sparse, interval::m1, range, fill::previous).value() ==
        std::vector{candle_at(3min, 11, 11, 11, 11, 0), sparse[1]});
    CHECK(filled(sparse, interval::m1, range, fill::none).value() == std::vector{sparse[1]});
    // One more millisecond, and the bucket that opens then is in it.
    CHECK(
        filled(sparse, interval::m1, {time_of(2min), time_of(5min + 1ms)}, fill::previous)
            .value()
            .size() == 4);
}

TEST_CASE("A range after the newest candle is filled with its close", "[series]")
{
    CHECK(
        filled(sparse, interval::m1, {time_of(9min), time_of(10min)}, fill::previous).value() ==
        std::vector{candle_at(9min, 20, 20, 20, 20, 0)});
}

TEST_CASE("Nothing is invented before the first price, nor in a range that is empty", "[series]")
{
    CHECK(filled(sparse, interval::m1, {time_of(0min), time_of(2min)}, fill::previous)->empty());
    CHECK(filled(sparse, interval::m1, {time_of(3min), time_of(3min)}, fill::previous)->empty());
    CHECK(filled(sparse, interval::m1, {time_of(5min), time_of(3min)}, fill::previous)->empty());
    CHECK(filled(sparse, interval::m1, {time_of(5min), time_of(3min)}, fill::none)->empty());
    CHECK(filled({}, interval::m1, {time_of(0min), time_of(9min)}, fill::previous)->empty());
}

TEST_CASE("A filled candle says that it overlaps a hole", "[series]")
{
    const std::vector<hole> holes{{at(3min + 10s), at(3min + 20s)}};
    CHECK(
        filled(sparse, interval::m1, {time_of(2min), time_of(4min)}, fill::previous, holes)
            .value() == std::vector{sparse[0], beside_hole(candle_at(3min, 11, 11, 11, 11, 0))});
}

TEST_CASE("More candles than candles_max are not made", "[series]")
{
    const auto most = std::chrono::minutes{candles_max};
    const auto make = [](std::chrono::milliseconds until) {
        return filled(sparse, interval::m1, {time_of(2min), time_of(2min + until)}, fill::previous);
    };
    CHECK(make(most).value().size() == candles_max);
    CHECK(make(most + 1ms).error() == series_errc::too_many_candles);
    const bucket_range all{wall_time::min(), wall_time::max()};
    CHECK(
        filled(sparse, interval::m1, all, fill::previous).error() == series_errc::too_many_candles);
    CHECK(filled(sparse, interval::m1, all, fill::none).value() == sparse);
}
