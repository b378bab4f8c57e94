// How the keeper verifies all candles: at the start and then now and then, some at a time, so that
// no tick waits for it; and what it does of those that are lost.
#include "archive/candle_keeper.hpp"

#include "core/timestamp.hpp"

#include <algorithm>

namespace tickertape::archive {
namespace {

using series::candle_time;
using series::interval;

// relaxed: each is a number of its own.
constexpr auto relaxed = std::memory_order_relaxed;

std::string text_of(candle_time t)
{
    return format_rfc3339(wall_time{t});
}

}  // namespace

// Reads through a connection of its own: what this keeper has in memory says nothing of the disk.
void candle_keeper::check_some()
{
    if (board_.take_unreadable())
        check_soon();
    const auto now = of_.time.steady_now();
    if (!check_) {
        if (!of_.place.has_checks || (checked_at_ && now - *checked_at_ < limits_.check_each))
            return;
        checked_at_ = now;
        check_ = check{};
        check_->file = of_.place.open(of_.symbols, false);
        const auto newest = std::max<wall_time>(of_.time.wall_now(), closed_until_);
        check_->until = bucket_open(interval::w1, newest) + 2 * length(interval::w1);
    }
    const auto symbols = of_.symbols.size();
    for (auto left = limits_.checked_max; left > 0;) {
        if (check_->series == symbols * series::intervals.size()) {
            end_check();
            return;
        }
        // From the shortest interval on: longer ones are made anew of them.
        check_series(
            series::intervals[check_->series / symbols],
            static_cast<symbol_id>(check_->series % symbols), left);
    }
}

void candle_keeper::check_series(interval of, symbol_id symbol, std::size_t& left)
{
    auto& c = *check_;
    const auto found = c.file->read({symbol, of, c.from, c.until, left});
    const auto n = static_cast<std::size_t>(of);
    c.candles[n] += found.candles.size();
    auto next = c.from + length(of);
    if (!found.candles.empty()) {
        const auto first = found.candles.front().value.opens;
        c.first[n] = c.first[n] == candle_time{} ? first : std::min(c.first[n], first);
        next = std::max(next, found.candles.back().value.opens + length(of));
    }
    for (const auto& d : found.damaged) {
        next = std::max(next, d.until);
        if (!repair(d))
            lose(d);
    }
    // One is taken for a series without candles, too.
    left -= std::min(left, found.candles.size() + 1);
    if (found.has_more && next < c.until) {
        c.from = next;
        return;
    }
    ++c.series;
    c.from = {};
}

void candle_keeper::end_check()
{
    for (std::size_t n = 0; n < series::intervals.size(); ++n) {
        figures_.held[n].candles.store(check_->candles[n], relaxed);
        figures_.held[n].first.store(check_->first[n].time_since_epoch().count(), relaxed);
    }
    figures_.bytes.store(file_->used_bytes(), relaxed);
    figures_.checks.add();
    check_.reset();
    tell_lost();
}

void candle_keeper::count_dropped(std::size_t minutes) noexcept
{
    auto& held = figures_.held[static_cast<std::size_t>(interval::m1)];
    // Only this thread writes it.
    const auto before = held.candles.load(relaxed);
    held.candles.store(before - std::min<std::uint64_t>(before, minutes), relaxed);
    figures_.minutes_dropped.add(minutes);
}

// Candles that cannot be made anew. That is told, counted and noted once: the next start knows.
void candle_keeper::lose(const candle_damage& where)
{
    const std::tuple key{where.symbol, where.of, where.from};
    if (hopeless_.contains(key))
        return;
    if (hopeless_.size() < limits_.hopeless_max)
        hopeless_.insert(key);
    if (is_covered(where, file_->lost()))
        return;
    file_->begin();
    file_->note_lost(where);
    file_->set_last_loss(of_.time.wall_now());
    file_->commit();
    figures_.not_repaired.add();
    if (lost_ranges_++ == 0)
        first_lost_ = where;
}

void candle_keeper::tell_lost()
{
    const auto ranges = std::exchange(lost_ranges_, 0);
    if (ranges == 0 || !of_.lost)
        return;
    const auto& first = first_lost_;
    of_.lost(
        "candles do not verify and cannot be made anew: those of " +
        std::string{series::text(first.of)} + " of " + of_.symbols.name(first.symbol) + " from " +
        text_of(first.from) + " up to " + text_of(first.until) +
        (ranges == 1 ? "" : ", and " + std::to_string(ranges - 1) + " more ranges"));
}

}  // namespace tickertape::archive
