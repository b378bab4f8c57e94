#include "market/schedule.hpp"

#include <algorithm>

namespace tickertape::market {
namespace {

steady_time after(
    const std::optional<schedule::attempt>& last, std::chrono::milliseconds every,
    std::chrono::milliseconds after_failure) noexcept
{
    if (!last)
        return steady_time::min();
    return last->at + (last->succeeded ? every : std::min(every, after_failure));
}

}  // namespace

rate_limit monthly(std::size_t calls) noexcept
{
    constexpr double minutes = 31 * 24 * 60;
    const auto all = static_cast<double>(calls);
    const auto burst = std::max(1.0, all / 25);
    return {.per_minute = std::max(all - burst, 1.0) / minutes, .burst = burst};
}

steady_time schedule::table_due(bool is_watched) const noexcept
{
    const auto every = is_watched ? rhythm_.watched : std::max(rhythm_.watched, rhythm_.unwatched);
    return after(table_, every, rhythm_.after_failure);
}

// The whole is shown beside a table, so it has to wait for one.
steady_time schedule::totals_due(bool has_table) const noexcept
{
    if (!has_table)
        return steady_time::max();
    return after(totals_, std::max(rhythm_.watched, rhythm_.totals), 10 * rhythm_.after_failure);
}

std::optional<question>
schedule::due(steady_time now, bool is_watched, bool has_table) const noexcept
{
    if (totals_due(has_table) <= now)
        return question::totals;
    if (table_due(is_watched) <= now)
        return question::table;
    return std::nullopt;
}

steady_time schedule::next(bool is_watched, bool has_table) const noexcept
{
    return std::min(table_due(is_watched), totals_due(has_table));
}

}  // namespace tickertape::market
