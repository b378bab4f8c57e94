// How the keeper makes candles of ticks that came to times of before: an import puts whole days
// between those that are there.
//
// It goes in steps that are bounded, so that ticks which come meanwhile are kept in time: minutes
// first, then every longer candle that the day has a part in. What is still to be made is written
// down when a day is done, so the next start begins a day anew in which the process ended.
#include "archive/candle_keeper.hpp"
#include "archive/candle_pieces.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace tickertape::archive {
namespace {

using series::candle_time;
using series::interval;

constexpr std::chrono::days one_day{1};
constexpr std::chrono::seconds one_second{1};

candle_time minute_of(position at) noexcept
{
    return bucket_open(interval::m1, at.time());
}

}  // namespace

// Beside imported days there is a hole, of which the candles on its other side do not know yet.
candle_store::time_range candle_keeper::with_neighbours(candle_store::time_range days) const
{
    const auto held = of_.holds->look().held;
    auto whole = days;
    for (const auto& d : held->days) {
        if (d.key.day < days.from)
            whole.from = minute_of(d.last);
        if (d.key.day >= days.until) {
            whole.until = std::max(whole.until, minute_of(d.previous) + length(interval::m1));
            break;
        }
    }
    return whole;
}

// The next day of which candles are to be made. Days of which no ticks are kept are left as they
// are. Returns false if there is none.
bool candle_keeper::begin_day()
{
    const auto held = of_.holds->look().held;
    const auto until = std::min(to_make_->until, closed_until_);
    const auto next = std::ranges::find_if(
        held->days, [this](const held_day& d) { return d.key.day + one_day > to_make_->from; });
    if (next == held->days.end() || until <= next->key.day)
        return false;
    const auto from = std::max<candle_time>(to_make_->from, next->key.day);
    making_ = day_in_making{
        .from = from,
        .until = std::min<candle_time>(next->key.day + one_day, until),
        .read_to = position::at(from).previous(),
        .minutes = std::vector<series::candle_builder>(of_.symbols.size())};
    return true;
}

// A step of limits::batch_max ticks, or of the longer candles of limits::symbols_at_once symbols:
// ticks that come meanwhile wait no longer than that. Each is a transaction; the last of a day says
// that the day is done.
void candle_keeper::make_more()
{
    const bool has_day = making_ || begin_day();
    file_->begin();
    if (has_day && !making_->has_minutes)
        make_minutes(*making_);
    else if (has_day)
        make_longer(*making_);
    const bool is_done = has_day && making_->symbols_done == of_.symbols.size();
    auto left = *to_make_;
    if (is_done) {
        left.from = bucket_open(interval::d1, making_->from) + one_day;
        file_->note_changed({{}, {}, making_->from, making_->until}, present());
    }
    if (is_done || !has_day)
        file_->set_to_make(has_day && left.from < left.until ? std::optional{left} : std::nullopt);
    file_->commit();
    tell_changes();
    file_->checkpoint_if_long();
    if (is_done) {
        to_make_ = left;
        making_.reset();
    }
    if (has_day)
        return;
    to_make_.reset();
    // What is forming may have pieces that have just been made.
    load();
}

void candle_keeper::make_minutes(day_in_making& of)
{
    const auto& all = of_.symbols.all();
    const auto last = position::at(of.until).previous();
    std::vector<candle_row> rows;
    const auto add = [&](symbol_id symbol, const std::optional<series::candle>& closed) {
        if (closed)
            rows.push_back({symbol, interval::m1, *closed});
    };
    const auto to =
        std::min(last, position::at(of.read_to.next().time() + limits_.made_at_once).previous());
    if (of.read_to < to) {
        const auto batch = of_.read({{all.begin(), all.end()}, of.read_to, to, limits_.batch_max});
        if (!batch)
            throw thrown_failure{batch.error()};
        for (const auto& t : batch->ticks)
            if (t.at <= to)
                add(t.symbol, of.minutes[index_of(t.symbol)].take(t.at, t.value));
        // Where nothing is known there is nothing to be made.
        of.read_to = batch->to > of.read_to ? std::min(batch->to, to) : to;
    }
    if (of.read_to >= last) {
        for (const auto symbol : all)
            add(symbol, of.minutes[index_of(symbol)].advance(of.until));
        of.has_minutes = true;
    }
    const auto holes = holes_after(of.from);
    for (auto& r : rows)
        r.value.overlaps_hole = series::overlaps_any(holes, interval::m1, r.value.opens);
    put_unless_fewer(rows);
}

void candle_keeper::make_longer(day_in_making& of)
{
    const auto end = std::min(of.symbols_done + limits_.symbols_at_once, of_.symbols.size());
    for (; of.symbols_done < end; ++of.symbols_done)
        for (const auto longer : series::intervals)
            make_longer(of, of_.symbols.all()[of.symbols_done], longer);
}

void candle_keeper::make_longer(const day_in_making& of, symbol_id symbol, interval longer)
{
    const auto finer = finer_of(longer);
    if (!finer)
        return;
    const auto first = bucket_open(longer, of.from);
    const auto end = std::min(
        end_of(longer, bucket_open(longer, of.until - one_second)),
        bucket_open(longer, closed_until_));
    auto pieces = file_->read({symbol, *finer, first, end});
    auto holes = holes_and_fetched(pieces, *finer, first);
    // Days of the same week that are still to come: until they are made it is of a part.
    if (const auto later = std::min(to_make_->until, closed_until_); of.until < later)
        holes.push_back({position::at(of.until).previous(), position::at(later).previous()});
    std::vector<series::candle> ours;
    for (const auto& piece : pieces.candles)
        ours.push_back(piece.value);
    std::vector<candle_row> rows;
    for (const auto& made : series::rolled_up(ours, *finer, longer, holes))
        rows.push_back({symbol, longer, made});
    put_unless_fewer(rows);
}

// Leaves our own candles in `pieces`, and returns what a longer candle of them lacks: it never
// claims to be complete where one of its pieces was fetched.
std::vector<series::hole> candle_keeper::holes_and_fetched(
    candle_store::answer& pieces, interval finer, wall_time since) const
{
    auto holes = holes_after(since);
    for (const auto& piece : pieces.candles)
        if (!piece.source.empty())
            holes.push_back(hole_of(finer, piece.value.opens));
    std::erase_if(pieces.candles, [](const series::kept_candle& c) { return !c.source.empty(); });
    return holes;
}

// Whether it lacks ticks of its bucket: in a hole, or before the first day of which there are any.
bool candle_keeper::is_part(const candle_row& row) const
{
    const auto held = of_.holds->look().held;
    const bool begins_before = !held->days.empty() && held->dropped_before == utc_day{} &&
                               row.value.opens < held->days.front().key.day;
    return row.value.overlaps_hole || begins_before;
}

// A longer candle of a part of its bucket does not take the place of one that was fetched: that is
// whole.
void candle_keeper::leave_fetched(std::vector<candle_row>& rows)
{
    std::erase_if(rows, [this](const candle_row& r) {
        if (r.of == interval::m1 || !is_part(r))
            return false;
        const auto there =
            file_->read({r.symbol, r.of, r.value.opens, end_of(r.of, r.value.opens)}).candles;
        return !there.empty() && !there.front().source.empty();
    });
}

// Candles were put where longer ones of ours are forming: these lack what was fetched, and say so
// as they would after a start.
void candle_keeper::note_fetched(const series::changed_candles& what)
{
    if (!what.symbol || !what.of)
        return;
    for (const auto longer : series::intervals) {
        const auto opens = bucket_open(longer, pieces_until(longer, closed_until_));
        if (finer_of(longer) != what.of || what.until <= opens)
            continue;
        auto& builder = builders_[index_of(*what.symbol)][static_cast<std::size_t>(longer)];
        bool is_noted = false;
        for (const auto& piece : file_->read({*what.symbol, *what.of, opens, what.until}).candles) {
            if (piece.source.empty())
                continue;
            builder.note_hole(hole_of(*what.of, piece.value.opens));
            is_noted = true;
        }
        if (is_noted)
            board_.changes().add({what.symbol, longer, opens, what.until});
    }
}

// Leaves candles of our own that have more ticks than can be read now, because those were dropped;
// and longer ones that were fetched, where ours lack ticks.
void candle_keeper::put_unless_fewer(std::span<const candle_row> rows)
{
    auto sorted = std::vector(rows.begin(), rows.end());
    const auto series_of = [](const candle_row& r) { return std::pair{r.symbol, r.of}; };
    std::ranges::stable_sort(sorted, {}, series_of);
    std::vector<candle_row> better;
    for (auto first = sorted.begin(); first != sorted.end();) {
        const auto end = std::ranges::find_if(first, sorted.end(), [&](const candle_row& r) {
            return series_of(r) != series_of(*first);
        });
        const auto there = file_
                               ->read(
                                   {first->symbol, first->of, first->value.opens,
                                    end_of(first->of, std::prev(end)->value.opens)})
                               .candles;
        auto held = there.begin();
        for (; first != end; ++first) {
            while (held != there.end() && held->value.opens < first->value.opens)
                ++held;
            const bool is_there = held != there.end() && held->value.opens == first->value.opens;
            const bool is_fetched = is_there && !held->source.empty();
            const bool is_less =
                is_there && (is_fetched ? first->of != interval::m1 && is_part(*first)
                                        : held->value.ticks > first->value.ticks);
            if (!is_less)
                better.push_back(*first);
        }
    }
    figures_.candles.add(file_->put(better));
}

}  // namespace tickertape::archive
