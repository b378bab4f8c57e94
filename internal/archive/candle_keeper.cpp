#include "archive/candle_keeper.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::archive {
namespace {

using series::candle_time;
using series::interval;

constexpr position latest = position::from_packed(~std::uint64_t{0});

// More than this is a step of the clock, as in tape/timeline.hpp.
constexpr std::chrono::seconds step_min{1};

// 1m candles that are never dropped: longer ones are made of them.
constexpr std::chrono::days minutes_kept_min{2};

series::hole as_series(const hole& h) noexcept
{
    return {h.from, h.to};
}

// When a builder of that interval has all its pieces: those before that time.
candle_time pieces_until(interval of, candle_time until) noexcept
{
    const auto finer = finer_of(of);
    return finer ? bucket_open(*finer, until) : until;
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
    if (file_)
        file_->roll_back();
    file_.reset();
    rows_.clear();
    is_damaged_ = why.code == archive_errc::damaged;
    state_ = state::closed;
    board_.set_behind(written_until_);
    not_before_ = of_.time.steady_now() + limits_.retry;
    if (!std::exchange(is_told_, true))
        of_.state_changed(why.text);
}

void candle_keeper::open()
{
    try {
        // Damage was met in it: what verifies is copied to another one.
        if (std::exchange(is_damaged_, false))
            fail(archive_errc::damaged, of_.file.string());
        file_ = std::make_unique<candle_file>(of_.file, of_.symbols, true);
    } catch (const thrown_failure& e) {
        if (e.said().code != archive_errc::damaged)
            throw;
        candle_file::make_anew(of_.file, of_.symbols);
        board_.set_file_replaced();
        file_ = std::make_unique<candle_file>(of_.file, of_.symbols, true);
    }
    closed_until_ = written_until_ = file_->closed_until();
    // Candles that lie after all ticks: positions began anew, and the process ended before they
    // were removed; or the clock closed them, and they are closed again.
    const auto last = of_.last();
    auto from = reopen_from_.value_or(wall_time::max());
    if (last != position{} && position::at(closed_until_) > last)
        from = std::min(from, last.time());
    if (from < closed_until_)
        reopen(from);
    else
        load();
    reopen_from_.reset();
}

// Puts the builders where they were when candles were closed up to what the file says.
void candle_keeper::load()
{
    closed_until_ = written_until_ = file_->closed_until();
    rows_.clear();
    for (const auto symbol : of_.symbols.all()) {
        auto& builders = builders_[index_of(symbol)];
        for (const auto of : series::intervals) {
            auto& builder = builders[static_cast<std::size_t>(of)] = series::candle_builder{of};
            const auto until = pieces_until(of, closed_until_);
            if (const auto finer = finer_of(of)) {
                const candle_file::query asked{symbol, *finer, bucket_open(of, until), until};
                auto pieces = file_->read(asked);
                for (const auto& d : pieces.damaged)
                    if (!repair(d))
                        builder.note_hole(
                            {position::at(d.from).previous(), position::at(d.until).previous()});
                if (!pieces.damaged.empty())
                    pieces = file_->read(asked);
                for (const auto& piece : pieces.candles)
                    if (piece.source.empty())
                        builder.take(piece.value, *finer);
            }
            builder.advance(until);
        }
    }
    taken_ = read_to_ = position::at(closed_until_).previous();
    state_ = state::reading;
    board_.set_behind(written_until_);
}

// Opens the minute of that time again, and all after it: their candles are made anew.
void candle_keeper::reopen(wall_time from)
{
    const auto held = of_.holds->look().held;
    // The candle before a hole may have been closed before that was known.
    for (const auto& h : held->holes)
        if (h.reason == hole_reason::not_archived && h.from.time() < from && h.to.time() >= from)
            from = h.from.time();
    // What was dropped on purpose is not there to be made anew.
    from = std::max<wall_time>(from, held->dropped_before);
    const auto until = std::min(bucket_open(interval::m1, from), file_->closed_until());
    file_->begin();
    file_->remove_own_after(until);
    file_->set_closed_until(until);
    file_->commit();
    figures_.opened_again.add();
    load();
}

void candle_keeper::catch_up(int batches_max)
{
    for (; batches_max > 0 && state_ != state::live; --batches_max)
        if (!try_to([this] { step(); }))
            return;
}

// One step towards being live. Returns whether it is.
bool candle_keeper::step()
{
    if (state_ == state::closed)
        open();
    if (state_ == state::live)
        return true;
    const auto& all = of_.symbols.all();
    const auto batch = of_.read({{all.begin(), all.end()}, read_to_, latest, limits_.batch_max});
    if (!batch)
        throw thrown_failure{batch.error()};
    feed(batch->ticks);
    const bool is_at_end = batch->to <= batch->from && batch->ticks.empty();
    read_to_ = std::max(read_to_, batch->to);
    flush();
    if (!is_at_end)
        return false;
    taken_ = std::max(taken_, read_to_);
    state_ = state::live;
    publish();
    figures_.failing.store(false, std::memory_order_relaxed);  // a word of its own
    if (std::exchange(is_told_, false))
        of_.state_changed({});
    return true;
}

void candle_keeper::on_ticks(std::span<const tape::past_tick> ticks) noexcept
{
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
            flush();
            publish();
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

void candle_keeper::flush()
{
    if (rows_.empty() && closed_until_ == written_until_)
        return;
    file_->begin();
    file_->put(rows_);
    file_->set_closed_until(closed_until_);
    file_->commit();
    written_until_ = closed_until_;
    figures_.candles.add(rows_.size());
    figures_.transactions.add();
    rows_.clear();
    file_->checkpoint_if_long();
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
    // Ticks of which candles were made are no longer there: they were not forced to the disk.
    const bool is_behind = h.from < taken_ || h.from.next() < position::at(closed_until_);
    if (!is_behind)
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
    if (state_ == state::live) {
        const auto until = bucket_open(interval::m1, now.wall - limits_.grace);
        if (until > closed_until_ && now.boot - agreed_since_ >= limits_.grace)
            try_to([&] {
                close(until);
                flush();
                publish();
            });
        return false;
    }
    if (state_ == state::closed && now.steady < not_before_)
        return false;
    return try_to([this] { step(); }) && state_ != state::live;
}

// While the wall clock does not go with the one that never steps, it closes no minute.
void candle_keeper::watch(const moment& now) noexcept
{
    const bool goes_along =
        seen_ && std::chrono::abs((now.wall - seen_->wall) - (now.boot - seen_->boot)) < step_min;
    if (!goes_along)
        agreed_since_ = now.boot;
    if (!seen_ || !goes_along || now.boot - seen_->boot >= limits_.grace)
        seen_ = clock_reading{now.wall, now.boot};
}

void candle_keeper::on_end() noexcept
{
    if (state_ == state::live)
        try_to([this] { file_->finish(); });
}

wall_time candle_keeper::kept_until() noexcept
{
    if (state_ == state::closed || !try_to([this] { file_->sync(); }))
        return {};
    return written_until_;
}

void candle_keeper::keep_up(wall_time now) noexcept
{
    if (state_ != state::live)
        return;
    try_to([&] {
        for (const auto& d : board_.take_damage())
            if (!hopeless_.contains({d.symbol, d.of, d.from}) && !repair(d) &&
                hopeless_.size() < limits_.hopeless_max) {
                hopeless_.insert({d.symbol, d.of, d.from});
                figures_.not_repaired.add();
            }
        if (limits_.minutes_kept.count() != 0) {
            const auto kept =
                std::max<std::chrono::seconds>(limits_.minutes_kept, minutes_kept_min);
            file_->begin();
            figures_.minutes_dropped.add(file_->drop_minutes_before(
                bucket_open(interval::m1, std::min<wall_time>(now, closed_until_) - kept),
                limits_.dropped_max));
            file_->commit();
        }
        // relaxed: a word of its own.
        figures_.bytes.store(file_->used_bytes(), std::memory_order_relaxed);
    });
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
            figures_.minutes_dropped.add(dropped);
            figures_.bytes.store(file_->used_bytes(), std::memory_order_relaxed);
        });
    return dropped;
}

// Makes candles that do not verify anew. Returns false where what they follow from is not there.
bool candle_keeper::repair(const candle_damage& where)
{
    auto whole = where;
    whole.from = bucket_open(where.of, where.from);
    whole.until = std::min(
        bucket_open(where.of, where.until - std::chrono::seconds{1}) + length(where.of),
        pieces_until(where.of, file_->closed_until()));
    std::vector<candle_row> rows;
    if (whole.until <= whole.from)
        return false;
    const bool is_made =
        where.of == interval::m1 ? make_minutes(whole, rows) : make_longer(whole, rows);
    if (!is_made || rows.empty())
        return false;
    file_->begin();
    file_->remove_damaged(whole);
    file_->put(rows);
    file_->commit();
    figures_.repaired.add();
    return true;
}

bool candle_keeper::make_minutes(const candle_damage& where, std::vector<candle_row>& rows)
{
    series::candle_builder builder;
    const auto holes = holes_after(where.from);
    const auto add = [&](const std::optional<series::candle>& closed) {
        if (!closed)
            return;
        auto value = *closed;
        value.overlaps_hole = series::overlaps_any(holes, interval::m1, value.opens);
        rows.push_back({where.symbol, interval::m1, value});
    };
    const auto until = position::at(where.until).previous();
    // Damage at the beginning of a series reaches back to where nobody ever had ticks.
    const auto held = of_.holds->look().held;
    auto after = std::max(
        position::at(where.from).previous(), position::at(held->dropped_before).previous());
    if (!held->days.empty() && held->dropped_before == utc_day{})
        after = std::max(after, held->days.front().previous);
    while (after < until) {
        const auto batch = of_.read({{where.symbol}, after, until, limits_.batch_max});
        if (!batch)
            throw thrown_failure{batch.error()};
        if (batch->from > after || batch->to <= after)
            return false;
        for (const auto& t : batch->ticks)
            if (t.at <= until)
                add(builder.take(t.at, t.value));
        after = batch->to;
    }
    add(builder.advance(where.until));
    return true;
}

bool candle_keeper::make_longer(const candle_damage& where, std::vector<candle_row>& rows)
{
    const auto finer = *finer_of(where.of);
    auto from = where.from;
    // Of a bucket of which pieces have been dropped nothing is made.
    if (const auto dropped = file_->minutes_dropped_before();
        finer == interval::m1 && from < dropped)
        from = bucket_open(where.of, dropped) + length(where.of);
    if (from >= where.until)
        return false;
    const candle_file::query asked{where.symbol, finer, from, where.until};
    auto pieces = file_->read(asked);
    for (const auto& d : pieces.damaged)
        if (!repair(d))
            return false;
    if (!pieces.damaged.empty())
        pieces = file_->read(asked);
    if (!pieces.damaged.empty())
        return false;
    std::vector<series::candle> ours;
    for (const auto& piece : pieces.candles)
        if (piece.source.empty())
            ours.push_back(piece.value);
    for (const auto& made : series::rolled_up(ours, finer, where.of, holes_after(where.from)))
        rows.push_back({where.symbol, where.of, made});
    return true;
}

}  // namespace tickertape::archive
