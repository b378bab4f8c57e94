#include "series/candle.hpp"

#include "series/errors.hpp"

#include <algorithm>
#include <cassert>

namespace tickertape::series {
namespace {

[[maybe_unused]] bool ascend(std::span<const candle> candles, interval of)
{
    return std::ranges::adjacent_find(candles, [of](const candle& a, const candle& b) {
               return bucket_open(of, a.opens) >= bucket_open(of, b.opens);
           }) == candles.end();
}

// The times that have positions; a range beyond them has no candles.
constexpr wall_time time_min = position{}.time();
constexpr wall_time time_max = position{position::ms_max, 0}.time();

// The first bucket that opens at that time or later.
candle_time first_open(interval of, wall_time from) noexcept
{
    const auto opens = bucket_open(of, from);
    return opens < from ? end_of(of, opens) : opens;
}

candle empty_candle(candle_time opens, price previous) noexcept
{
    return {
        .opens = opens,
        .open = previous,
        .high = previous,
        .low = previous,
        .close = previous,
        .ticks = 0};
}

}  // namespace

bool overlaps(const hole& missing, interval of, candle_time opens) noexcept
{
    return missing.from < missing.to && missing.from.next().time() < end_of(of, opens) &&
           missing.to.time() >= opens;
}

bool overlaps_any(std::span<const hole> missing, interval of, candle_time opens) noexcept
{
    return std::ranges::any_of(missing, [&](const hole& one) { return overlaps(one, of, opens); });
}

candle joined(const candle& earlier, const candle& later) noexcept
{
    return {
        .opens = earlier.opens,
        .open = earlier.open,
        .high = later.high.value() > earlier.high.value() ? later.high : earlier.high,
        .low = later.low.value() < earlier.low.value() ? later.low : earlier.low,
        .close = later.close,
        .ticks = earlier.ticks + later.ticks,
        .overlaps_hole = earlier.overlaps_hole || later.overlaps_hole};
}

std::vector<candle> rolled_up(
    std::span<const candle> finer_candles, [[maybe_unused]] interval finer, interval coarser,
    std::span<const hole> holes)
{
    assert(divides(finer, coarser));
    assert(ascend(finer_candles, finer));
    std::vector<candle> coarse;
    for (candle piece : finer_candles) {
        piece.opens = bucket_open(coarser, piece.opens);
        if (!coarse.empty() && coarse.back().opens == piece.opens) {
            coarse.back() = joined(coarse.back(), piece);
            continue;
        }
        piece.overlaps_hole = piece.overlaps_hole || overlaps_any(holes, coarser, piece.opens);
        coarse.push_back(piece);
    }
    return coarse;
}

result<std::vector<candle>> filled(
    std::span<const candle> candles, interval of, bucket_range range, fill empty,
    std::span<const hole> holes)
{
    assert(ascend(candles, of));
    std::vector<candle> all;
    auto opens = first_open(of, std::max(range.from, time_min));
    const wall_time until = std::min(range.until, time_max);
    if (opens >= until)
        return all;

    auto next = std::ranges::lower_bound(candles, opens, {}, &candle::opens);
    const auto last = std::ranges::lower_bound(candles, until, {}, &candle::opens);
    if (empty == fill::none) {
        all.assign(next, last);
        return all;
    }
    if (next == candles.begin()) {
        if (next == last)
            return all;  // there was no price yet
        opens = next->opens;
    }
    const auto step = length(of);
    const auto buckets = (until - opens + step - std::chrono::milliseconds{1}) / step;
    if (static_cast<std::size_t>(buckets) > candles_max)
        return series_errc::too_many_candles;
    all.reserve(static_cast<std::size_t>(buckets));
    for (; opens < until; opens += step) {
        if (next != last && next->opens == opens) {
            all.push_back(*next++);
            continue;
        }
        auto& made = all.emplace_back(empty_candle(opens, std::prev(next)->close));
        made.overlaps_hole = overlaps_any(holes, of, opens);
    }
    return all;
}

}  // namespace tickertape::series
