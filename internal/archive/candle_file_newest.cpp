// When the newest candle of each series opens, as candles.db notes it: the rows alone do not say
// whether one more should follow the last of them.
#include "archive/candle_file.hpp"

#include "archive/candle_row.hpp"

#include <algorithm>
#include <sstream>

namespace tickertape::archive {
namespace {

using series::candle_time;
using series::interval;

std::int64_t check_of_newest(std::int64_t time, std::uint32_t symbol_check, interval of)
{
    return crc_of(time, std::to_string(symbol_check).append(" ").append(text(of)));
}

std::string name_of_lost(const candle_damage& where, const std::string& symbol)
{
    return std::string{lost_fact}
        .append(text(where.of))
        .append(" ")
        .append(std::to_string(seconds_of(where.from)))
        .append(" ")
        .append(symbol);
}

}  // namespace

// 0 where the series has no candle; none where it is not known.
std::optional<std::int64_t> candle_file::noted_newest(const name& symbol, interval of)
{
    noted_.bind(1, symbol.number);
    noted_.bind(2, seconds_of(of));
    const resets at_end{noted_};
    if (!noted_.step())
        return std::nullopt;
    const auto time = noted_.integer(0);
    if (noted_.integer(1) != check_of_newest(time, symbol.check, of))
        return std::nullopt;
    return time;
}

void candle_file::note_newest(const name& symbol, interval of, std::int64_t time)
{
    auto s = file_.prepare("INSERT OR REPLACE INTO newest VALUES(?, ?, ?, ?)");
    s.bind(1, symbol.number);
    s.bind(2, seconds_of(of));
    s.bind(3, time);
    s.bind(4, check_of_newest(time, symbol.check, of));
    s.run();
}

// When the last row opens that is there; 0: there is none.
std::int64_t candle_file::last_time(const name& symbol, interval of)
{
    const auto last = neighbour(before_, symbol, of, latest_time);
    return last ? last->time : 0;
}

// When the newest candle opens that was ever put and not removed, whether it is there or lost.
std::int64_t& candle_file::newest_of(symbol_id id, const name& symbol, interval of)
{
    const auto known = newest_.find({id, of});
    if (known != newest_.end())
        return known->second;
    const auto newest = std::max(last_time(symbol, of), noted_newest(symbol, of).value_or(0));
    return newest_.emplace(series_key{id, of}, newest).first->second;
}

// For a file of a version that did not note it.
void candle_file::note_all_newest()
{
    auto last = file_.prepare("SELECT max(time) FROM candles WHERE symbol = ? AND interval = ?");
    auto s = file_.prepare("SELECT id, name, \"check\" FROM symbols");
    while (s.step())
        if (crc_of(s.integer(0), s.text(1)) == static_cast<std::uint32_t>(s.integer(2)))
            for (const auto of : series::intervals) {
                last.bind(1, s.integer(0));
                last.bind(2, seconds_of(of));
                const resets at_end{last};
                last.step();
                note_newest({s.integer(0), crc_of(s.text(1))}, of, last.integer(0));
            }
    set_fact(symbols_fact, file_.integer("SELECT count(*) FROM symbols"));
}

candle_time candle_file::end_before(symbol_id id, interval of, candle_time time)
{
    const auto symbol = symbol_of(id);
    auto row = symbol ? neighbour(before_, *symbol, of, time) : std::nullopt;
    while (row && !row->is_good)
        row = neighbour(before_, *symbol, of, time_of(row->time));
    return row ? time_of(row->time) + length(of) : candle_time{};
}

std::vector<candle_file::lost_end> candle_file::lost_ends()
{
    std::vector<lost_end> lost;
    const auto closed = closed_until();
    const auto dropped_before = seconds_of(minutes_dropped_before());
    for (const auto of : series::intervals)
        for (const auto id : symbols_.all()) {
            const auto symbol = symbol_of(id);
            if (!symbol)
                continue;
            const auto last = last_time(*symbol, of);
            const auto from = last == 0 ? candle_time{} : time_of(last) + length(of);
            const auto newest = noted_newest(*symbol, of);
            if (newest && (*newest <= last || (of == interval::m1 && *newest < dropped_before)))
                continue;
            const auto until = newest ? time_of(*newest) + length(of) : bucket_open(of, closed);
            if (until <= from) {
                note_newest(*symbol, of, last);  // none can be
                continue;
            }
            lost.push_back({{id, of, from, until}, newest.has_value()});
        }
    return lost;
}

void candle_file::keep_lost(const candle_damage& where)
{
    if (const auto symbol = symbol_of(where.symbol)) {
        note_newest(*symbol, where.of, seconds_of(where.until) - seconds_of(where.of));
        newest_.clear();
    }
}

void candle_file::note_lost(const candle_damage& where)
{
    if (file_.integer("SELECT count(*) FROM facts WHERE name LIKE 'lost %'") >=
        static_cast<std::int64_t>(lost_max))
        return;
    set_fact(name_of_lost(where, symbols_.name(where.symbol)), seconds_of(where.until));
}

std::vector<candle_damage> candle_file::lost()
{
    std::vector<candle_damage> all;
    auto s = file_.prepare("SELECT name, value, \"check\" FROM facts WHERE name LIKE 'lost %'");
    while (s.step()) {
        const std::string text{s.text(0)};
        const auto until = s.integer(1);
        if (crc_of(until, text) != static_cast<std::uint32_t>(s.integer(2)))
            continue;
        // It verifies, so it was written by note_lost().
        std::istringstream words{text.substr(lost_fact.size())};
        std::string of;
        std::int64_t from = 0;
        std::string symbol;
        words >> of >> from >> symbol;
        const auto length_of = series::parse_interval(of);
        const auto id = symbols_.find(symbol);
        if (length_of && id)
            all.push_back({*id, *length_of, time_of(from), time_of(until)});
    }
    return all;
}

// Candles of that time have been made after all.
void candle_file::forget_lost(const candle_damage& within)
{
    auto s = file_.prepare("DELETE FROM facts WHERE name = ?");
    for (const auto& l : lost())
        if (is_covered(l, {&within, 1})) {
            const auto text = name_of_lost(l, symbols_.name(l.symbol));
            s.bind(1, std::string_view{text});
            s.run();
        }
}

}  // namespace tickertape::archive
