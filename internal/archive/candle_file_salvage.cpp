// A new candles.db of what can still be read of a damaged one.
#include "archive/candle_file.hpp"

#include "archive/candle_row.hpp"
#include "archive/files.hpp"

#include <algorithm>

namespace tickertape::archive {

// Copies rows that verify, from both ends up to what cannot be read.
void candle_file::copy_series(
    candle_file& from, symbol_id id, series::interval of, std::size_t& kept)
{
    std::vector<candle_row> rows;
    std::string source;
    const auto flush = [&] {
        // From the end on the newest is read first.
        std::ranges::sort(rows, {}, [](const candle_row& r) { return r.value.opens; });
        kept += put(rows, source, false);
        rows.clear();
    };
    const auto symbol = *from.symbol_of(id);
    for (auto* next : {&from.after_, &from.before_}) {
        const bool is_forward = next == &from.after_;
        auto at = is_forward ? time_of(0) : latest_time;
        try {
            while (const auto row = from.neighbour(*next, symbol, of, at)) {
                at = time_of(is_forward ? row->time + 1 : row->time);
                const auto value = from.candle_of(*row);
                if (!value)
                    continue;
                if (value->source != source || rows.size() == rows_at_once)
                    flush();
                source = value->source;
                rows.push_back({id, of, value->value});
            }
            flush();
            return;  // all of it, from this end
        } catch (const thrown_failure& e) {
            next->reset();
            if (e.said().code != archive_errc::damaged)
                throw;
        }
        flush();
    }
}

// Candles that were lost at the end of a series stay lost; where it is not known whether some were,
// nothing is noted.
void candle_file::copy_newest(candle_file& from, symbol_id id, series::interval of)
{
    std::optional<std::int64_t> noted;
    try {
        noted = from.noted_newest(*from.symbol_of(id), of);
    } catch (const thrown_failure& e) {
        if (e.said().code != archive_errc::damaged)
            throw;
    }
    const auto symbol = make_symbol(id);
    newest_.clear();
    if (noted) {
        note_newest(symbol, of, std::max(*noted, last_time(symbol, of)));
        return;
    }
    auto s = file_.prepare("DELETE FROM newest WHERE symbol = ? AND interval = ?");
    s.bind(1, symbol.number);
    s.bind(2, seconds_of(of));
    s.run();
}

std::size_t candle_file::make_anew(const std::filesystem::path& path, const symbol_table& symbols)
{
    const std::filesystem::path draft = path.string().append(unfinished);
    remove_database(draft);
    std::size_t kept = 0;
    {
        candle_file made{draft, symbols, true};
        made.begin();
        const auto salvage = [&] {
            candle_file from{path, symbols, false};
            made.set_closed_until(from.closed_until());
            if (const auto limit = from.fact(minutes_dropped_fact); limit != 0)
                made.set_fact(minutes_dropped_fact, limit);
            made.set_to_make(from.to_make());
            for (const auto id : symbols.all()) {
                if (!from.symbol_of(id))
                    continue;
                made.make_symbol(id);
                for (const auto of : series::intervals) {
                    made.copy_series(from, id, of, kept);
                    made.copy_newest(from, id, of);
                }
            }
        };
        try {
            salvage();
        } catch (const thrown_failure& e) {
            if (e.said().code != archive_errc::damaged)
                throw;  // what could be read of it is kept
        }
        made.commit();
        made.finish();
    }
    sync_path(draft);
    quarantine(path);
    rename_file(draft, path);
    sync_path(path.parent_path());
    return kept;
}

}  // namespace tickertape::archive
