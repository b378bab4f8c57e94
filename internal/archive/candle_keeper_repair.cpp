// How the keeper of candles makes those anew that do not verify.
#include "archive/candle_keeper.hpp"

#include <algorithm>

namespace tickertape::archive {

using series::candle_time;
using series::interval;

// Makes candles that do not verify anew. Returns false where what they follow from is not there.
bool candle_keeper::repair(const candle_damage& where)
{
    auto whole = where;
    std::vector<candle_row> rows;
    if (!make_anew(whole, rows) || rows.empty())
        return false;
    replace(whole, rows);
    figures_.repaired.add();
    return true;
}

// What readers have met.
void candle_keeper::repair_reported()
{
    for (const auto& d : board_.take_damage())
        if (!hopeless_.contains({d.symbol, d.of, d.from}) && !repair(d))
            lose(d);
    if (!check_)
        tell_lost();
}

// The same for the last candles of each series. What cannot be made anew stays a hole.
void candle_keeper::repair_ends()
{
    for (const auto& [where, is_certain] : file_->lost_ends()) {
        auto whole = where;
        std::vector<candle_row> rows;
        const bool is_made = make_anew(whole, rows);
        if (is_made)
            replace(whole, rows);
        const bool has_last =
            !rows.empty() && end_of(where.of, rows.back().value.opens) >= where.until;
        if (is_made && (has_last || !is_certain)) {
            figures_.repaired.add();
            continue;
        }
        file_->begin();
        file_->keep_lost(where);
        file_->commit();
        lose(where);
    }
    tell_lost();
}

void candle_keeper::replace(const candle_damage& where, std::span<const candle_row> rows)
{
    std::vector<candle_row> ours{rows.begin(), rows.end()};
    leave_fetched(ours);
    file_->begin();
    file_->remove_damaged(where);
    file_->put(ours);
    file_->commit();
}

// `where` becomes the whole buckets of which candles were made, from the end of the last candle on.
bool candle_keeper::make_anew(candle_damage& where, std::vector<candle_row>& rows)
{
    const auto last = bucket_open(where.of, where.until - std::chrono::seconds{1});
    where.from = file_->end_before(where.symbol, where.of, bucket_open(where.of, where.from));
    where.until = std::min(end_of(where.of, last), bucket_open(where.of, file_->closed_until()));
    if (where.until <= where.from)
        return false;
    return where.of == interval::m1 ? make_minutes(where, rows) : make_longer(where, rows);
}

bool candle_keeper::make_minutes(candle_damage& where, std::vector<candle_row>& rows)
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
    const auto held = of_.holds->look().held;
    // Of ticks that have been dropped nothing is made.
    where.from = std::max<candle_time>(where.from, held->dropped_before);
    if (where.from >= where.until)
        return false;
    // Damage at the beginning of a series reaches back to where nobody ever had ticks.
    auto after = position::at(where.from).previous();
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

bool candle_keeper::make_longer(candle_damage& where, std::vector<candle_row>& rows)
{
    const auto finer = *finer_of(where.of);
    // Of a bucket of which pieces have been dropped nothing is made.
    if (const auto dropped = file_->minutes_dropped_before();
        finer == interval::m1 && where.from < dropped)
        where.from = bucket_open(where.of, dropped) + length(where.of);
    if (where.from >= where.until)
        return false;
    const candle_store::query asked{where.symbol, finer, where.from, where.until};
    auto pieces = file_->read(asked);
    for (const auto& d : pieces.damaged)
        if (!repair(d))
            return false;
    if (!pieces.damaged.empty())
        pieces = file_->read(asked);
    if (!pieces.damaged.empty())
        return false;
    const auto holes = holes_and_fetched(pieces, finer, where.from);
    std::vector<series::candle> ours;
    for (const auto& piece : pieces.candles)
        ours.push_back(piece.value);
    for (const auto& made : series::rolled_up(ours, finer, where.of, holes))
        rows.push_back({where.symbol, where.of, made});
    return true;
}

}  // namespace tickertape::archive
