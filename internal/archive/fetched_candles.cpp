#include "archive/fetched_candles.hpp"

#include <algorithm>
#include <map>

namespace tickertape::archive {
namespace {

using series::candle_time;

candle_store::query all_of(const fetch_range& r)
{
    return {r.symbol, r.of, r.from, r.until};
}

// Puts the candles of the next longer intervals of which a piece lies in the range.
std::size_t put_longer(
    candle_store& file, const fetch_range& of, std::string_view source, bool replace, position now)
{
    std::size_t put = 0;
    for (const auto longer : series::intervals) {
        if (series::finer_of(longer) != of.of)
            continue;
        const fetch_range whole{
            of.symbol, of.of, bucket_open(longer, of.from),
            end_of(longer, bucket_open(longer, of.until - std::chrono::seconds{1}))};
        std::vector<series::candle> pieces;
        std::map<candle_time, std::int64_t> counts;
        for (const auto& piece : file.read(all_of(whole)).candles)
            if (piece.source == source) {
                pieces.push_back(piece.value);
                ++counts[bucket_open(longer, piece.value.opens)];
            }
        std::vector<candle_row> rows;
        for (const auto& c : series::rolled_up(pieces, of.of, longer))
            if (counts[c.opens] == length(longer) / length(of.of))
                rows.push_back({of.symbol, longer, c});
        if (rows.empty())
            continue;
        const fetch_range made{
            of.symbol, longer, rows.front().value.opens, end_of(longer, rows.back().value.opens)};
        if (const auto changed = file.put(rows, source, replace); changed != 0) {
            put += changed;
            file.note_changed({made.symbol, made.of, made.from, made.until}, now);
        }
        put += put_longer(file, made, source, replace, now);
    }
    return put;
}

// What was asked for, as far as one range says it: the longer one where they lie apart.
candle_store::time_range
joined(const candle_store::time_range& known, const candle_store::time_range& more)
{
    if (known.until == candle_time{})
        return more;
    if (more.from <= known.until && known.from <= more.until)
        return {std::min(known.from, more.from), std::max(known.until, more.until)};
    return known.until - known.from < more.until - more.from ? more : known;
}

// Up to when a provider has answered, as far as its candles show: those after the last one it gave
// may not have been over yet, whatever our clock says.
candle_time answered_until(const fetched_candles& answer, const candle_store::time_range& known)
{
    const auto& [symbol, of, from, until] = answer.asked;
    const auto last = answer.candles.empty() ? from : end_of(of, answer.candles.back().opens);
    const bool touches = from <= known.until && known.from <= until;
    return touches ? std::max(last, std::min(until, known.until)) : last;
}

}  // namespace

std::vector<fetch_range>
missing_candles(candle_store& file, const fetch_range& of, std::string_view source, bool replace)
{
    if (of.from >= of.until)
        return {};
    if (replace)
        return {of};
    const auto there = file.read(all_of(of));
    const auto asked = file.asked(of.symbol, of.of, source);
    std::vector<fetch_range> missing;
    auto next = there.candles.begin();
    for (auto opens = of.from; opens < of.until; opens = end_of(of.of, opens)) {
        while (next != there.candles.end() && next->value.opens < opens)
            ++next;
        if (next != there.candles.end() && next->value.opens == opens)
            continue;
        const auto is_lost = std::ranges::any_of(there.damaged, [opens](const candle_damage& d) {
            return d.from <= opens && opens < d.until;
        });
        if (!is_lost && asked.from <= opens && opens < asked.until)
            continue;
        if (!missing.empty() && missing.back().until == opens)
            missing.back().until = end_of(of.of, opens);
        else
            missing.push_back({of.symbol, of.of, opens, end_of(of.of, opens)});
    }
    return missing;
}

std::vector<fetch_range>
requests_for(const std::vector<fetch_range>& missing, std::size_t buckets_max)
{
    std::vector<fetch_range> requests;
    for (auto part = missing.rbegin(); part != missing.rend(); ++part) {
        const auto most = length(part->of) * static_cast<std::int64_t>(buckets_max);
        auto until = part->until;
        // The request before it, which is the next in time, may have room for it.
        if (!requests.empty()) {
            auto& last = requests.back();
            const auto from = std::max(part->from, last.until - most);
            if (from < until) {
                last.from = from;
                until = from;
            }
        }
        while (until > part->from) {
            const auto from = std::max(part->from, until - most);
            requests.push_back({part->symbol, part->of, from, until});
            until = from;
        }
    }
    return requests;
}

put_candles
put_fetched(candle_store& file, const fetched_candles& answer, bool replace, position now)
{
    const auto& [symbol, of, from, until] = answer.asked;
    std::vector<candle_row> rows;
    rows.reserve(answer.candles.size());
    for (const auto& c : answer.candles)
        rows.push_back({symbol, of, c});
    put_candles done;
    file.begin();
    try {
        done.put = file.put(rows, answer.source, replace);
        done.kept = rows.size() - done.put;
        if (done.put != 0)
            file.note_changed(
                {symbol, of, rows.front().value.opens, end_of(of, rows.back().value.opens)}, now);
        if (!rows.empty())
            done.longer = put_longer(file, answer.asked, answer.source, replace, now);
        const auto known = file.asked(symbol, of, answer.source);
        if (const auto answered = answered_until(answer, known); from < answered)
            file.set_asked(symbol, of, answer.source, joined(known, {from, answered}));
        file.commit();
    } catch (const thrown_failure&) {
        file.roll_back();
        throw;
    }
    file.checkpoint_if_long();
    return done;
}

}  // namespace tickertape::archive
