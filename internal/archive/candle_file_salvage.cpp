// A new candles.db of what can still be read of a damaged one.
#include "archive/candle_file.hpp"

#include "archive/candle_row.hpp"
#include "archive/files.hpp"

#include <algorithm>

namespace tickertape::archive {
namespace {

using series::candle_time;

// What is looked for behind rows that cannot be read: each bucket of some pages first, then wider
// apart. So little more is lost than what lies on a damaged page, and a decade is soon passed.
constexpr int single_steps = 64;
constexpr int wide_steps = 1'000;
constexpr std::int64_t buckets_of_wide_step = 32;

}  // namespace

// The row that the statement finds from there on; false: it cannot be read.
bool candle_file::find_readable(
    statement& s, const name& symbol, series::interval of, candle_time at,
    std::optional<raw_row>& found)
{
    try {
        found = neighbour(s, symbol, of, at);
        return true;
    } catch (const thrown_failure& e) {
        if (e.said().code != archive_errc::damaged)
            throw;
        return false;
    }
}

// Copies rows that verify as they are: each still says which row was before it, so what is missing
// of them stays known. From the oldest on up to what cannot be read; then from the newest back.
void candle_file::copy_series(
    candle_file& from, symbol_id id, series::interval of, std::size_t& kept)
{
    const auto symbol = *from.symbol_of(id);
    const auto to = make_symbol(id);
    std::optional<raw_row> row;
    const auto copy = [&] {
        const auto* source = from.source_name(row->source);
        if (!from.candle_of(*row))
            return;
        row->source = make_source(*source);
        write(*row, to, of);
        ++kept;
    };
    auto read_to = time_of(0);
    while (from.find_readable(from.after_, symbol, of, read_to, row)) {
        if (!row)
            return;
        read_to = time_of(row->time + 1);
        copy();
    }
    const auto step = length(of);
    for (auto at = latest_time; at > read_to;) {
        if (from.find_readable(from.before_, symbol, of, at, row)) {
            if (!row || time_of(row->time) < read_to)
                return;
            at = time_of(row->time);
            copy();
            continue;
        }
        // Where nothing is readable at the end, the last row that there ever was is looked from.
        if (at == latest_time)
            at = std::max(from.newest_known(symbol, of) + step, read_to);
        auto stride = step;
        for (int n = 0; at > read_to; ++n) {
            stride = n < single_steps                ? step
                     : n < single_steps + wide_steps ? step * buckets_of_wide_step
                                                     : stride * 2;
            at -= stride;
            if (at > read_to && from.find_readable(from.before_, symbol, of, at, row))
                break;
        }
    }
}

// When the newest candle opens, or opened; the epoch where that is not known.
candle_time candle_file::newest_known(const name& symbol, series::interval of)
{
    try {
        if (const auto noted = noted_newest(symbol, of))
            return time_of(*noted);
        return bucket_open(of, closed_until());
    } catch (const thrown_failure& e) {
        if (e.said().code != archive_errc::damaged)
            throw;
        return {};
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

salvaged candle_file::make_anew(const std::filesystem::path& path, const symbol_table& symbols)
{
    const std::filesystem::path draft = path.string().append(unfinished);
    remove_database(draft);
    salvaged done;
    {
        candle_file made{draft, symbols, true};
        made.begin();
        const auto salvage = [&] {
            candle_file from{path, symbols, false};
            made.set_closed_until(from.closed_until());
            made.set_era(from.era());
            for (const auto of : {minutes_dropped_fact, last_loss_fact})
                if (const auto value = from.fact(of); value != 0)
                    made.set_fact(of, value);
            made.set_to_make(from.to_make());
            for (const auto& lost : from.lost())
                made.note_lost(lost);
            const bool are_all_found = from.find_lost_names();
            const auto names = from.by_id_;
            for (const auto id : symbols.all()) {
                if (!names[index_of(id)])
                    continue;
                made.make_symbol(id);
                for (const auto of : series::intervals) {
                    from.by_id_ = names;
                    made.copy_series(from, id, of, done.candles);
                    from.by_id_ = names;
                    made.copy_newest(from, id, of);
                    for (const auto& c : from.changes(id, of))
                        made.note_changed({id, of, c.from, c.until}, c.at);
                }
            }
            done.is_whole = are_all_found;
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
    done.moved_to = quarantine(path).string();
    rename_file(draft, path);
    sync_path(path.parent_path());
    return done;
}

}  // namespace tickertape::archive
