// How the keeper of candles makes those anew that do not verify.
#include "archive/candle_keeper.hpp"
#include "archive/candle_pieces.hpp"

#include <algorithm>

namespace tickertape::archive {

using series::interval;

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
