#include "archive/candle_import.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace tickertape::archive {
namespace {

using series::candle_time;
using series::interval;

// Longer candles that are made at once: at most 60 pieces each.
constexpr std::int64_t longer_max = 500;

}  // namespace

candle_import::candle_import(candle_file& into, terms of) : into_{into}, terms_{std::move(of)}
{
    into_.begin();
    is_open_ = true;
}

candle_import::~candle_import()
{
    if (is_open_)
        into_.roll_back();
}

void candle_import::add(const series::candle& c, symbol_id symbol, const std::string& source)
{
    const auto at = series_.try_emplace({symbol, source}).first;
    auto& what = at->second;
    what.rows.push_back({symbol, terms_.of, c});
    what.from = std::min(what.from, c.opens);
    what.until = std::max(what.until, end_of(terms_.of, c.opens));
    if (what.rows.size() == rows_max)
        flush(at->first, what);
}

void candle_import::flush(const key& of, series_of& what)
{
    const auto put = into_.put(what.rows, of.second, terms_.replace);
    what.put += put;
    counts_.put += put;
    counts_.kept += what.rows.size() - put;
    what.rows.clear();
}

candle_import::counts candle_import::commit()
{
    for (auto& [of, what] : series_)
        flush(of, what);
    for (const auto& [of, what] : series_)
        put_all_longer(of, what);
    into_.commit();
    is_open_ = false;
    return counts_;
}

void candle_import::put_all_longer(const key& of, const series_of& what)
{
    std::set<interval> made{terms_.of};
    if (what.put != 0)
        into_.note_changed({of.first, terms_.of, what.from, what.until}, terms_.now);
    for (const auto longer : series::intervals)
        if (const auto finer = finer_of(longer); finer && made.contains(*finer)) {
            const auto put = put_longer(of, what, longer, *finer);
            if (put != 0)
                into_.note_changed({of.first, longer, what.from, what.until}, terms_.now);
            counts_.longer += put;
            made.insert(longer);
        }
}

void candle_import::sync()
{
    into_.sync();
    into_.checkpoint_if_long();
}

std::size_t
candle_import::put_longer(const key& of, const series_of& what, interval longer, interval finer)
{
    const auto& symbol = of.first;
    const auto& source = of.second;
    const auto pieces_of_one = static_cast<std::size_t>(length(longer) / length(finer));
    std::size_t put = 0;
    for (auto from = bucket_open(longer, what.from); from < what.until;) {
        const auto until = std::min(
            from + longer_max * length(longer), end_of(longer, bucket_open(longer, what.until)));
        std::vector<candle_row> rows;
        std::vector<series::candle> pieces;
        const auto finish = [&] {
            if (pieces.size() == pieces_of_one)
                rows.push_back({symbol, longer, series::rolled_up(pieces, finer, longer).front()});
            pieces.clear();
        };
        for (const auto& piece : into_.read({symbol, finer, from, until}).candles) {
            if (!pieces.empty() &&
                bucket_open(longer, piece.value.opens) != bucket_open(longer, pieces.front().opens))
                finish();
            if (piece.source == source)
                pieces.push_back(piece.value);
        }
        finish();
        put += into_.put(rows, source, terms_.replace);
        from = until;
    }
    return put;
}

}  // namespace tickertape::archive
