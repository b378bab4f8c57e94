// What changes the rows of candles.db. Each row that is put or removed changes what the one after
// it says of the row before it.
#include "archive/candle_file.hpp"

#include "archive/candle_row.hpp"

#include <algorithm>
#include <set>

namespace tickertape::archive {

using series::candle_time;
using series::interval;

std::size_t
candle_file::put(std::span<const candle_row> candles, std::string_view source, bool replace)
{
    savepoint whole{file_};
    const auto number = make_source(source);
    std::size_t put = 0;
    std::set<series_key> longer;
    for (const auto& c : candles) {
        const auto symbol = make_symbol(c.symbol);
        raw_row row{
            seconds_of(c.value.opens),
            0,
            c.value.open.value(),
            c.value.high.value(),
            c.value.low.value(),
            c.value.close.value(),
            static_cast<std::int64_t>(c.value.ticks),
            std::int64_t{c.value.overlaps_hole},
            number,
            true};
        // Usually it is the newest of its series, and the one before it is known.
        auto& newest = newest_of(c.symbol, symbol, c.of);
        if (row.time > newest) {
            row.before = newest;
            write(row, symbol, c.of);
            newest = row.time;
            longer.emplace(c.symbol, c.of);
            ++put;
            continue;
        }
        const auto there = neighbour(at_, symbol, c.of, c.value.opens);
        if (there && there->is_good && number != 0 && !replace)
            continue;
        const auto before = neighbour(before_, symbol, c.of, c.value.opens);
        row.before = before ? before->time : 0;
        write(row, symbol, c.of);
        relink(symbol, c.of, c.value.opens + length(c.of), true);
        ++put;
    }
    for (const auto& [id, of] : longer)
        note_newest(*by_id_[index_of(id)], of, newest_[{id, of}]);
    whole.commit();
    return put;
}

// Makes rows that verify say which row is before them now, from the first at or after `from` on.
void candle_file::relink(const name& symbol, interval of, candle_time from, bool is_one_enough)
{
    auto before = neighbour(before_, symbol, of, from);
    for (auto row = neighbour(after_, symbol, of, from); row;) {
        if (row->is_good && row->before != (before ? before->time : 0)) {
            row->before = before ? before->time : 0;
            write(*row, symbol, of);
        }
        if (is_one_enough)
            return;
        before = row;
        row = neighbour(after_, symbol, of, time_of(row->time + 1));
    }
}

void candle_file::remove_own_after(candle_time time)
{
    auto s = file_.prepare(
        "DELETE FROM candles WHERE symbol = ? AND interval = ? AND time >= ? AND source = 0");
    for (const auto id : symbols_.all()) {
        const auto symbol = symbol_of(id);
        if (!symbol)
            continue;
        for (const auto of : series::intervals) {
            const auto from = bucket_open(of, time);
            const bool is_whole = noted_newest(*symbol, of) == last_time(*symbol, of);
            s.bind(1, symbol->number);
            s.bind(2, seconds_of(of));
            s.bind(3, seconds_of(from));
            s.run();
            relink(*symbol, of, from, false);
            const auto last = last_time(*symbol, of);
            // What was lost before it stays lost.
            note_newest(
                *symbol, of, is_whole ? last : std::max(last, seconds_of(from) - seconds_of(of)));
        }
    }
    newest_.clear();
}

bool candle_file::remove_damaged(const candle_damage& where)
{
    const auto symbol = symbol_of(where.symbol);
    if (!symbol)
        return false;
    auto s = file_.prepare("DELETE FROM candles WHERE symbol = ? AND interval = ? AND time = ?");
    bool is_changed = false;
    for (auto row = neighbour(after_, *symbol, where.of, where.from);
         row && time_of(row->time) < where.until;
         row = neighbour(after_, *symbol, where.of, time_of(row->time + 1))) {
        if (row->is_good)
            continue;
        s.bind(1, symbol->number);
        s.bind(2, seconds_of(where.of));
        s.bind(3, row->time);
        s.run();
        is_changed = true;
    }
    relink(*symbol, where.of, where.until, true);
    forget_lost(where);
    if (noted_newest(*symbol, where.of).value_or(0) < seconds_of(where.until)) {
        const auto last = last_time(*symbol, where.of);
        const auto step = seconds_of(where.of);
        const bool is_all = last + step >= seconds_of(where.from) || where.from == candle_time{};
        note_newest(*symbol, where.of, is_all ? last : seconds_of(where.from) - step);
    }
    newest_.clear();
    return is_changed;
}

std::size_t candle_file::drop_minutes_before(candle_time time, std::size_t rows_max)
{
    auto s =
        file_.prepare("DELETE FROM candles WHERE symbol = ? AND interval = 60 AND time IN"
                      " (SELECT time FROM candles WHERE symbol = ? AND interval = 60 AND time < ?"
                      " ORDER BY time LIMIT ?)");
    const auto limit = fact(minutes_dropped_fact);
    if (seconds_of(time) > limit)
        set_fact(minutes_dropped_fact, seconds_of(time));
    std::size_t dropped = 0;
    for (const auto& symbol : by_id_) {
        if (!symbol || dropped >= rows_max)
            continue;
        s.bind(1, symbol->number);
        s.bind(2, symbol->number);
        s.bind(3, seconds_of(time));
        s.bind(4, static_cast<std::int64_t>(rows_max - dropped));
        s.run();
        dropped += static_cast<std::size_t>(file_.integer("SELECT changes()"));
    }
    return dropped;
}

}  // namespace tickertape::archive
