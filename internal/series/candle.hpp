// Candles: open, high, low and close of the ticks of one symbol within a bucket.
//
// A candle follows from its ticks alone, so all who compute it get the same one: open is the price
// of the earliest tick, close that of the latest, in position order. Prices are copied and
// compared, never calculated with. A bucket without ticks has no candle unless it is asked to be
// filled.
#pragma once

#include "core/position.hpp"
#include "core/price.hpp"
#include "series/interval.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tickertape::series {

struct candle {
    candle_time opens;  // when its bucket begins
    price open;
    price high;
    price low;
    price close;
    std::uint64_t ticks;         // 0: the bucket was empty and has been filled
    bool overlaps_hole = false;  // ticks of its bucket may be missing

    friend bool operator==(const candle&, const candle&) noexcept = default;
};

// Ticks after `from`, up to and including `to`, may be missing. Nothing, if `to` is not after
// `from`.
struct hole {
    position from;
    position to;

    friend bool operator==(const hole&, const hole&) noexcept = default;
};

// Whether ticks of the bucket that opens then may be missing.
bool overlaps(const hole& missing, interval of, candle_time opens) noexcept;
bool overlaps_any(std::span<const hole> missing, interval of, candle_time opens) noexcept;

// The candle of two pieces of one bucket: `later` has the later ticks. Opens with `earlier`.
candle joined(const candle& earlier, const candle& later) noexcept;

// The candles of `coarser` that these candles of `finer` make up: one for each bucket that has any,
// also where it has not all of them, as the last one while it is forming. `finer_candles` ascend
// and no two have one bucket; `finer` divides `coarser`. A candle overlaps a hole if one of its
// pieces does, or if its bucket overlaps one of `holes`: a hole may have swallowed whole pieces.
// Throws std::bad_alloc only.
std::vector<candle> rolled_up(
    std::span<const candle> finer_candles, interval finer, interval coarser,
    std::span<const hole> holes = {});

// The buckets that open at or after `from` and before `until`.
struct bucket_range {
    wall_time from;
    wall_time until;
};

// What stands for a bucket without ticks.
enum class fill : std::uint8_t {
    none,      // nothing: no price is invented
    previous,  // o = h = l = c = the close before it, and 0 ticks
};

// The most candles that filled() makes.
inline constexpr std::size_t candles_max = 100'000;

// The candles whose buckets are in `range`, and what stands for the empty ones. `candles` ascend
// and no two have one bucket. Those before the range are left out, but the last of them is the
// close that the first empty buckets are filled with; where there is none, buckets before the first
// candle stay empty. Filled candles that overlap one of `holes` say so. The range ends at the
// newest tick or earlier: filling the future is the caller's mistake.
// Errors: series_errc::too_many_candles (fill::previous, and more than candles_max buckets).
result<std::vector<candle>> filled(
    std::span<const candle> candles, interval of, bucket_range range, fill empty,
    std::span<const hole> holes = {});

}  // namespace tickertape::series
