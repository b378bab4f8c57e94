#include "archive/candle_keeper.hpp"

#include "archive/candle_pieces.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::archive {
namespace {

using series::candle_time;
using series::interval;

// More than this is a step of the clock, as in tape/timeline.hpp.
constexpr std::chrono::seconds step_min{1};

// 1m candles that are never dropped: longer ones are made of them.
constexpr std::chrono::days minutes_kept_min{2};

series::hole as_series(const hole& h) noexcept
{
    return {h.from, h.to};
}

}  // namespace

candle_keeper::candle_keeper(parts of, limits bounds)
    : of_{std::move(of)}, limits_{bounds}, board_{of_.symbols.size()},
      builders_(of_.symbols.size()), is_touched_(of_.symbols.size())
{
}

// Runs it; after a failure candles.db is opened anew, later.
template <class F>
bool candle_keeper::try_to(F act) noexcept
{
    const auto done = guarded(act);
    if (!done)
        failed(done.error());
    return done.has_value();
}

void candle_keeper::failed(const failure& why) noexcept
{
    figures_.failures.add();
    // relaxed: a word of its own.
    figures_.failing.store(true, std::memory_order_relaxed);
    state_ = state::closed;
    if (file_) {
        file_->roll_back();
        tell_changes();
    }
    file_.reset();
    check_.reset();
    check_soon();
    rows_.clear();
    is_damaged_ = why.code == archive_errc::damaged;
    board_.set_behind(written_until_);
    not_before_ = of_.time.steady_now() + limits_.retry;
    if (!std::exchange(is_told_, true))
        of_.state_changed(why.text);
}

bool candle_keeper::catch_up(int batches_max)
{
    for (; batches_max > 0 && state_ != state::live; --batches_max)
        if (!try_to([this] { step(); }))
            return false;
    return state_ == state::live;
}

bool candle_keeper::expect(utc_day first, utc_day last) noexcept
{
    return try_to([&] {
        if (state_ == state::closed)
            open();
        candle_store::time_range days{first, last + std::chrono::days{1}};
        if (const auto left = file_->to_make()) {
            days.from = std::min(days.from, left->from);
            days.until = std::max(days.until, left->until);
        }
        file_->begin();
        file_->set_to_make(days);
        file_->commit();
        file_->sync();
        // It goes on from what the file says.
        file_.reset();
        state_ = state::closed;
    });
}

bool candle_keeper::close_by(wall_time now) noexcept
{
    return state_ == state::live && try_to([&] {
               close(bucket_open(interval::m1, now - limits_.grace));
               flush_and_publish();
               file_->finish();
           });
}

void candle_keeper::on_ticks(std::span<const tape::past_tick> ticks) noexcept
{
    look_who_keeps();
    // Otherwise they are read from the archive.
    if (state_ != state::live)
        return;
    const auto first = std::ranges::upper_bound(ticks, taken_, {}, &tape::past_tick::at);
    if (first == ticks.end())
        return;
    try_to([&] {
        if (first->at < position::at(closed_until_)) {
            reopen(first->at.time());
            return;
        }
        feed({first, ticks.end()});
        if (!rows_.empty() || closed_until_ != written_until_) {
            flush_and_publish();
            return;
        }
        for (const auto symbol : touched_) {
            board_.set_first(symbol, builders_[index_of(symbol)].front());
            is_touched_[index_of(symbol)] = false;
        }
        touched_.clear();
    });
}

void candle_keeper::feed(std::span<const tape::past_tick> ticks)
{
    auto next = position::at(end_of(interval::m1, closed_until_));
    for (const auto& t : ticks) {
        if (t.at <= taken_)
            continue;
        if (t.at >= next) {
            close(bucket_open(interval::m1, t.at.time()));
            next = position::at(end_of(interval::m1, closed_until_));
        }
        const auto symbol = index_of(t.symbol);
        builders_[symbol].front().take(t.at, t.value);
        if (!is_touched_[symbol]) {
            is_touched_[symbol] = true;
            touched_.push_back(t.symbol);
        }
        taken_ = t.at;
    }
}

// Closes every candle whose bucket ends by then.
void candle_keeper::close(candle_time until)
{
    if (until <= closed_until_)
        return;
    holes_ = holes_after(bucket_open(interval::w1, closed_until_));
    for (std::size_t symbol = 0; symbol < builders_.size(); ++symbol)
        // From the shortest on, so that a longer one has all its pieces before it is closed.
        for (const auto of : series::intervals)
            if (const auto closed = builders_[symbol][static_cast<std::size_t>(of)].advance(
                    pieces_until(of, until)))
                give(symbol, of, *closed);
    closed_until_ = until;
}

void candle_keeper::give(std::size_t symbol, interval of, series::candle closed)
{
    closed.overlaps_hole = closed.overlaps_hole || series::overlaps_any(holes_, of, closed.opens);
    rows_.push_back({static_cast<symbol_id>(symbol), of, closed});
    for (const auto longer : series::intervals)
        if (finer_of(longer) == of)
            if (const auto ended =
                    builders_[symbol][static_cast<std::size_t>(longer)].take(closed, of))
                give(symbol, longer, *ended);
}

std::vector<series::hole> candle_keeper::holes_after(wall_time time) const
{
    std::vector<series::hole> holes;
    const auto held = of_.holds->look().held;
    for (const auto& h : held->holes)
        if (h.to.time() >= time)
            holes.push_back(as_series(h));
    return holes;
}

// Returns whether all that is closed is written.
bool candle_keeper::flush()
{
    if (rows_.empty() && closed_until_ == written_until_)
        return true;
    if (!is_closed_there())
        return false;
    leave_fetched(rows_);
    file_->begin();
    file_->put(rows_);
    file_->set_closed_until(closed_until_);
    file_->commit();
    written_until_ = closed_until_;
    figures_.candles.add(rows_.size());
    figures_.transactions.add();
    for (const auto& row : rows_) {
        auto& held = figures_.held[static_cast<std::size_t>(row.of)];
        // relaxed: words of their own, which only this thread writes.
        held.candles.fetch_add(1, std::memory_order_relaxed);
        if (held.first.load(std::memory_order_relaxed) == 0)
            held.first.store(row.value.opens.time_since_epoch().count(), std::memory_order_relaxed);
    }
    rows_.clear();
    file_->checkpoint_if_long();
    return true;
}

void candle_keeper::publish()
{
    board_.set(builders_, written_until_);
    for (const auto symbol : touched_)
        is_touched_[index_of(symbol)] = false;
    touched_.clear();
}

void candle_keeper::on_hole(const hole& h) noexcept
{
    // The archive of all may have the ticks that this process lacks.
    if (state_ != state::closed && file_->is_kept_elsewhere())
        return static_cast<void>(try_to([this] { load(); }));
    // Ticks of which candles were made are no longer there: they were not forced to the disk.
    const bool is_behind = h.from < taken_ || h.from.next() < position::at(closed_until_);
    // It was known when they were closed: the time up to the start, which is told once more with
    // the first tick.
    const bool is_known = std::ranges::any_of(
        holes_, [&h](const series::hole& k) { return k.from <= h.from && h.to <= k.to; });
    // Before all ticks nothing can be made anew.
    if (!is_behind || is_known || h.from == position{})
        return;
    if (state_ == state::closed)
        reopen_from_ = std::min(reopen_from_.value_or(wall_time::max()), h.from.next().time());
    else
        try_to([&] { reopen(h.from.next().time()); });
}

void candle_keeper::on_new_era(position epoch) noexcept
{
    if (state_ != state::closed && try_to([&] { reopen(epoch.time()); }))
        return;
    reopen_from_ = std::min(reopen_from_.value_or(wall_time::max()), epoch.time());
}

bool candle_keeper::on_time(const moment& now) noexcept
{
    watch(now);
    look_who_keeps();
    if (state_ == state::live) {
        const auto until = bucket_open(interval::m1, now.wall - limits_.grace);
        if (until > closed_until_ && now.boot - agreed_since_ >= limits_.grace)
            try_to([&] {
                close(until);
                flush_and_publish();
            });
        else if (closed_until_ != written_until_)
            try_to([this] { flush_and_publish(); });
        if (state_ == state::live)
            try_to([&] {
                repair_reported();
                check_some();
            });
        return work_of_others();
    }
    if (state_ == state::closed && now.steady < not_before_)
        return false;
    // Where another process keeps the candles, and has not closed them yet, it is waited for.
    return try_to([this] { step(); }) && state_ != state::live && closed_until_ == written_until_;
}

bool candle_keeper::offer(work piece)
{
    const std::lock_guard held{work_mutex_};
    if (work_.size() >= limits_.work_max)
        return false;
    work_.push_back(std::move(piece));
    return true;
}

// Does one piece, and returns whether there is more.
bool candle_keeper::work_of_others()
{
    work next;
    bool has_more = false;
    {
        const std::lock_guard held{work_mutex_};
        if (state_ != state::live || work_.empty() || file_->is_kept_elsewhere())
            return false;
        next = std::move(work_.front());
        work_.pop_front();
        has_more = !work_.empty();
    }
    check_soon();  // what it has put is counted then
    const bool is_done = try_to([&] { next(*file_); });
    if (file_ && is_done)
        try_to([this] { tell_changes(); });
    return is_done && has_more;
}

// After the transaction that made them: readers see them. Where it failed that is too much.
void candle_keeper::tell_changes()
{
    const auto changed = file_->take_changed();
    for (const auto& what : changed)
        board_.changes().add(what);
    if (state_ != state::live)
        return;
    for (const auto& what : changed)
        note_fetched(what);
    if (!changed.empty())
        publish();
}

// No id that anybody has been sent is later.
position candle_keeper::present() const
{
    return std::max(position::at(of_.time.wall_now()), of_.last());
}

// While the wall clock does not go with the one that never steps, it closes no minute.
void candle_keeper::watch(const moment& now) noexcept
{
    const bool goes_along =
        seen_ && std::chrono::abs((now.wall - seen_->wall) - (now.boot - seen_->boot)) < step_min;
    // At the start it is taken as it is, as the positions of the first ticks are.
    if (!goes_along)
        agreed_since_ = seen_ ? now.boot : now.boot - limits_.grace;
    if (!seen_ || !goes_along || now.boot - seen_->boot >= limits_.grace)
        seen_ = clock_reading{now.wall, now.boot};
}

void candle_keeper::on_end() noexcept
{
    check_.reset();
    if (state_ == state::live)
        try_to([this] { file_->finish(); });
}

wall_time candle_keeper::kept_until() noexcept
{
    if (state_ == state::closed || !try_to([this] { file_->sync(); }))
        return {};
    // Of what was imported candles may still be to be made.
    return to_make_ ? std::min(written_until_, to_make_->from) : written_until_;
}

void candle_keeper::keep_up(wall_time now) noexcept
{
    if (state_ != state::live)
        return;
    try_to([&] {
        repair_reported();
        if (limits_.minutes_kept.count() != 0)
            drop_old_minutes(now);
        // relaxed: a word of its own.
        figures_.bytes.store(file_->used_bytes(), std::memory_order_relaxed);
    });
}

void candle_keeper::drop_old_minutes(wall_time now)
{
    const auto steady = of_.time.steady_now();
    const auto passed = steady - std::exchange(dropped_at_, steady).value_or(steady);
    const auto oldest = file_->oldest_minute();
    if (!oldest)
        return;
    const auto kept = std::max<std::chrono::seconds>(limits_.minutes_kept, minutes_kept_min);
    const auto so_far =
        may_drop_before_.value_or(std::max(*oldest, file_->minutes_dropped_before()));
    may_drop_before_ = std::min<wall_time>(
        std::min<wall_time>(now, closed_until_) - kept,
        so_far + std::chrono::duration_cast<std::chrono::milliseconds>(passed) * limits_.drop_pace);
    file_->begin();
    count_dropped(file_->drop_minutes_before(
        bucket_open(interval::m1, *may_drop_before_), limits_.dropped_max));
    file_->commit();
}

std::size_t candle_keeper::drop_oldest_minutes() noexcept
{
    std::size_t dropped = 0;
    if (state_ == state::live)
        try_to([&] {
            const auto oldest = file_->oldest_minute();
            if (!oldest)
                return;
            const auto until = bucket_open(interval::d1, *oldest) + std::chrono::days{1};
            if (until > closed_until_ - minutes_kept_min)
                return;
            file_->begin();
            dropped = file_->drop_minutes_before(until, limits_.dropped_max);
            file_->commit();
            count_dropped(dropped);
            figures_.bytes.store(file_->used_bytes(), std::memory_order_relaxed);
        });
    return dropped;
}

}  // namespace tickertape::archive
