// How the keeper of candles comes to the end of the archived ticks: it goes on from what candles.db
// has, a batch of ticks at a time.
#include "archive/candle_keeper.hpp"
#include "archive/candle_pieces.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::archive {
namespace {

using series::interval;

constexpr position latest = position::from_packed(~std::uint64_t{0});

}  // namespace

void candle_keeper::open()
{
    try {
        // Damage was met in it: what verifies is copied to another one.
        if (std::exchange(is_damaged_, false))
            fail(archive_errc::damaged, of_.place.name);
        file_ = of_.place.open(of_.symbols, true);
    } catch (const thrown_failure& e) {
        if (e.said().code != archive_errc::damaged)
            throw;
        const auto kept = of_.place.make_anew(of_.symbols);
        board_.set_file_replaced();
        file_ = of_.place.open(of_.symbols, true);
        // Of a file whose names can be read, what is missing is found by the check.
        if (!kept.is_whole) {
            file_->set_last_loss(of_.time.wall_now());
            figures_.not_repaired.add();
        }
        if (of_.lost)
            of_.lost(
                "the candles could not be read everywhere: " + std::to_string(kept.candles) +
                " that verify were kept, what ticks are there of is made anew; the damaged file "
                "is " +
                kept.moved_to);
    }
    closed_until_ = written_until_ = file_->closed_until();
    figures_.bytes.store(file_->used_bytes(), std::memory_order_relaxed);  // a word of its own
    file_->note_symbols();
    repair_ends();
    const auto last = of_.last();
    const auto era = of_.holds->look().held->epoch.time();
    auto from = reopen_from_.value_or(wall_time::max());
    // Positions began anew, and the process ended before candles after that were removed, or the
    // power was lost before the disk had heard of it.
    if (file_->era() != era)
        from = std::min(from, era);
    // Candles that lie after all ticks: the clock closed them, and they are closed again.
    if (last != position{} && position::at(closed_until_) > last)
        from = std::min(from, last.time());
    if (from < closed_until_)
        reopen(from);
    else
        load();
    if (file_->era() != era)
        file_->set_era(era);
    reopen_from_.reset();
    to_make_ = file_->to_make();
    making_.reset();
    if (to_make_)
        to_make_ = with_neighbours(*to_make_);
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
                const candle_store::query asked{symbol, *finer, bucket_open(of, until), until};
                auto pieces = file_->read(asked);
                for (const auto& d : pieces.damaged)
                    if (!repair(d))
                        builder.note_hole(
                            {position::at(d.from).previous(), position::at(d.until).previous()});
                if (!pieces.damaged.empty())
                    pieces = file_->read(asked);
                // A longer candle of ours lacks what was fetched in place of ours.
                for (const auto& piece : pieces.candles)
                    if (piece.source.empty())
                        builder.take(piece.value, *finer);
                    else
                        builder.note_hole(hole_of(*finer, piece.value.opens));
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
    file_->set_era(held->epoch.time());
    file_->commit();
    check_soon();
    figures_.opened_again.add();
    load();
}

// Whether the process that keeps the candles has closed what is closed here: before, nobody may be
// told that it is.
bool candle_keeper::is_closed_there()
{
    if (!file_->is_kept_elsewhere())
        return true;
    const auto there = file_->closed_until();
    // It has opened some again.
    if (there < written_until_) {
        load();
        return false;
    }
    if (there < closed_until_ && rows_.size() > limits_.unwritten_max)
        fail(archive_errc::busy, "the process that keeps the candles is behind");
    return there >= closed_until_;
}

void candle_keeper::flush_and_publish()
{
    if (flush())
        publish();
}

// Another process keeps the candles from now on, or does so no longer.
void candle_keeper::look_who_keeps() noexcept
{
    if (!file_ || file_->is_current())
        return;
    file_.reset();
    check_.reset();
    rows_.clear();
    state_ = state::closed;
    not_before_ = {};
    board_.set_behind(written_until_);
}

// One step towards being live. Returns whether it is.
bool candle_keeper::step()
{
    if (state_ == state::closed)
        open();
    if (state_ == state::live)
        return true;
    if (to_make_) {
        make_more();
        return false;
    }
    const auto& all = of_.symbols.all();
    const auto batch = of_.read({{all.begin(), all.end()}, read_to_, latest, limits_.batch_max});
    if (!batch)
        throw thrown_failure{batch.error()};
    feed(batch->ticks);
    const bool is_at_end = batch->to <= batch->from && batch->ticks.empty();
    read_to_ = std::max(read_to_, batch->to);
    if (!flush() || !is_at_end)
        return false;
    taken_ = std::max(taken_, read_to_);
    state_ = state::live;
    publish();
    figures_.failing.store(false, std::memory_order_relaxed);  // a word of its own
    if (std::exchange(is_told_, false))
        of_.state_changed({});
    return true;
}

}  // namespace tickertape::archive
