// A new candles.db of what can still be read of a damaged one.
#include "archive/candle_file.hpp"

#include "archive/candle_row.hpp"
#include "archive/files.hpp"

namespace tickertape::archive {

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
            for (const auto id : symbols.all())
                for (const auto of : series::intervals) {
                    // From both ends, up to what cannot be read.
                    for (auto* rows : {&from.after_, &from.before_}) {
                        const auto symbol = from.symbol_of(id);
                        if (!symbol)
                            continue;
                        auto at = time_of(
                            rows == &from.after_ ? 0 : std::numeric_limits<std::int64_t>::max());
                        try {
                            while (const auto row = from.neighbour(*rows, *symbol, of, at)) {
                                at = time_of(rows == &from.after_ ? row->time + 1 : row->time);
                                const auto value = from.candle_of(*row);
                                if (!value)
                                    continue;
                                const candle_row one{id, of, value->value};
                                const auto source = value->source;
                                kept += made.put({&one, 1}, source, false);
                            }
                            break;  // all of it, from this end
                        } catch (const thrown_failure& e) {
                            rows->reset();
                            if (e.said().code != archive_errc::damaged)
                                throw;
                        }
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
