#include "web/daily_closes.hpp"

#include <algorithm>

namespace tickertape::web {
namespace {

// Whether prices are missing at the end of the day. Its last price is then of some time before.
bool has_no_end(const series::kept_candle& of, const std::vector<series::hole>& holes)
{
    // A candle that was fetched is whole, whatever is missing of our own ticks.
    if (of.is_forming || !of.source.empty() || !of.value.overlaps_hole)
        return false;
    const auto end = series::end_of(series::interval::d1, of.value.opens);
    // Holes of an answer end with the range that was asked for, a millisecond before midnight.
    const auto last = wall_time{end} - std::chrono::milliseconds{1};
    return std::ranges::any_of(holes, [&](const series::hole& missing) {
        return missing.from.time() <= last && missing.to.time() >= last;
    });
}

}  // namespace

series::candle_query
daily_query(symbol_id of, std::chrono::sys_days first, std::chrono::sys_days end)
{
    const auto count = static_cast<std::size_t>((end - first).count());
    return {
        .symbol = of,
        .of = series::interval::d1,
        .from = first,
        .until = end,
        .candles_max = std::min(count, series::answer_candles_max)};
}

std::vector<market::daily_close> closes_of(const series::candle_answer& days)
{
    std::vector<market::daily_close> closes;
    closes.reserve(days.candles.size());
    for (const auto& one : days.candles) {
        if (has_no_end(one, days.holes))
            continue;
        market::daily_close close{
            .day = std::chrono::floor<std::chrono::days>(one.value.opens),
            .close = one.value.close,
            .source = one.source.empty() ? "archive" : one.source,
            .is_running = one.is_forming};
        closes.push_back(std::move(close));
    }
    return closes;
}

}  // namespace tickertape::web
