// Answers of candles.db, with the ranges in which rows do not verify.
#include "archive/candle_file.hpp"

#include "archive/candle_row.hpp"

#include <algorithm>

namespace tickertape::archive {

using series::interval;

candle_file::answer candle_file::read(const query& asked)
{
    answer all;
    savepoint moment{file_};  // all that follows is of the same transactions
    const auto symbol = symbol_of(asked.symbol);
    if (!symbol && has_lost_names())
        archive::fail(
            archive_errc::damaged, file_.path().string() + ": the name of a symbol is damaged");
    if (!symbol || asked.until <= asked.from)
        return all;
    const bool is_newest = asked.first == series::end::newest;
    // The rows of the answer, and one on either side of it that confirms its ends.
    std::vector<raw_row> rows;
    bool is_end_reached = false;
    bool is_end_lost = false;
    auto& s = is_newest ? before_ : after_;
    const auto collect = [&] {
        s.bind(1, symbol->number);
        s.bind(2, seconds_of(asked.of));
        s.bind(3, seconds_of(is_newest ? asked.until : asked.from));
        std::size_t in_range = 0;
        while (s.step()) {
            const auto row = taken(s, symbol->check, asked.of);
            const auto time = time_of(row.time);
            const bool is_in_range = asked.from <= time && time < asked.until;
            // Where the order is damaged a row stands where it does not belong.
            if (!is_in_range && (!row.is_good || (time < asked.from) != is_newest))
                continue;
            rows.push_back(row);
            if (!is_in_range)
                return;
            if (++in_range > asked.candles_max) {
                all.has_more = true;
                return;
            }
        }
        is_end_reached = !is_newest;
    };
    {
        const resets at_end{s};
        collect();
    }
    auto range_from = asked.from;
    auto range_until = asked.until;
    if (is_newest) {
        std::ranges::reverse(rows);
        const auto after = neighbour(after_, *symbol, asked.of, asked.until);
        is_end_reached = !after;
        if (after && after->is_good && time_of(after->time) >= asked.until)
            rows.push_back(*after);
        else if (after)
            is_end_lost = true;
        if (all.has_more)
            range_from = time_of(rows.front().time) + length(asked.of);
    } else {
        if (all.has_more)
            range_until = time_of(rows.back().time);
        if (const auto before = neighbour(before_, *symbol, asked.of, asked.from))
            rows.insert(rows.begin(), *before);
    }
    const auto dropped_before = asked.of == interval::m1 ? fact(minutes_dropped_fact) : 0;
    const auto add_damage = [&](std::int64_t from, std::int64_t until) {
        const auto a = std::max(time_of(from), range_from);
        const auto b = std::min(time_of(until), range_until);
        if (a >= b)
            return;
        if (!all.damaged.empty() && all.damaged.back().until >= a)
            all.damaged.back().until = std::max(all.damaged.back().until, b);
        else
            all.damaged.push_back({asked.symbol, asked.of, a, b});
    };
    const auto step = seconds_of(asked.of);
    // Where the last row ends that verifies; before the first, where the range begins.
    auto good_end = seconds_of(range_from);
    bool is_first = true;
    for (const auto& row : rows) {
        const auto value = candle_of(row);
        if (!value) {
            // Its time may be what is damaged: all up to the next row that verifies is.
            add_damage(good_end, row.time + step);
            is_first = false;
            continue;
        }
        // What is before the first row may have been dropped.
        const bool has_lost_some = row.before != 0 && row.before + step > good_end;
        if (has_lost_some && (!is_first || row.before >= dropped_before))
            add_damage(good_end, row.before + step);
        is_first = false;
        good_end = row.time + step;
        const auto opens = time_of(row.time);
        if (opens < range_from)
            all.before = *value;
        else if (opens < range_until)
            all.candles.push_back(*value);
    }
    if (is_end_reached) {
        const auto newest = noted_newest(*symbol, asked.of);
        if (!newest)
            is_end_lost = true;
        else if (*newest != 0 && *newest >= good_end && *newest >= dropped_before)
            add_damage(good_end, *newest + step);
    }
    if (is_end_lost)
        add_damage(good_end, seconds_of(asked.until));
    moment.commit();
    return all;
}

}  // namespace tickertape::archive
