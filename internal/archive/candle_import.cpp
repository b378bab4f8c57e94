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

void candle_import::add(const series::candle& c)
{
    rows_.push_back({terms_.symbol, terms_.of, c});
    from_ = std::min(from_, c.opens);
    until_ = std::max(until_, end_of(terms_.of, c.opens));
    if (rows_.size() == rows_max)
        flush();
}

void candle_import::flush()
{
    const auto put = into_.put(rows_, terms_.source, terms_.replace);
    counts_.put += put;
    counts_.kept += rows_.size() - put;
    rows_.clear();
}

candle_import::counts candle_import::commit()
{
    flush();
    std::set<interval> made{terms_.of};
    if (counts_.put != 0)
        into_.note_changed({terms_.symbol, terms_.of, from_, until_}, terms_.now);
    for (const auto longer : series::intervals)
        if (const auto finer = finer_of(longer); finer && made.contains(*finer)) {
            const auto put = put_longer(longer, *finer);
            if (put != 0)
                into_.note_changed({terms_.symbol, longer, from_, until_}, terms_.now);
            counts_.longer += put;
            made.insert(longer);
        }
    into_.commit();
    is_open_ = false;
    return counts_;
}

void candle_import::sync()
{
    into_.sync();
    into_.checkpoint_if_long();
}

std::size_t candle_import::put_longer(interval longer, interval finer)
{
    const auto pieces_of_one = static_cast<std::size_t>(length(longer) / length(finer));
    std::size_t put = 0;
    for (auto from = bucket_open(longer, from_); from < until_;) {
        const auto until = std::min(
            from + longer_max * length(longer), end_of(longer, bucket_open(longer, until_)));
        std::vector<candle_row> rows;
        std::vector<series::candle> pieces;
        const auto finish = [&] {
            if (pieces.size() == pieces_of_one)
                rows.push_back(
                    {terms_.symbol, longer, series::rolled_up(pieces, finer, longer).front()});
            pieces.clear();
        };
        for (const auto& piece : into_.read({terms_.symbol, finer, from, until}).candles) {
            if (!pieces.empty() &&
                bucket_open(longer, piece.value.opens) != bucket_open(longer, pieces.front().opens))
                finish();
            if (piece.source == terms_.source)
                pieces.push_back(piece.value);
        }
        finish();
        put += into_.put(rows, terms_.source, terms_.replace);
        from = until;
    }
    return put;
}

}  // namespace tickertape::archive
