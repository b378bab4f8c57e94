#include "candles/snapshot.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tickertape::candles {
namespace {

using series::candle_time;

// A builder for what comes after the answer. Where the history does not know what is forming, it
// begins with the bucket that has not closed.
series::candle_builder_state state_of(const series::candle_answer& found, series::interval of)
{
    if (found.state)
        return *found.state;
    return {.of = of, .passed = position::at(found.closed_until).previous()};
}

candle_time first_open_from(series::interval of, wall_time at) noexcept
{
    const auto open = series::bucket_open(of, at);
    return open < at ? series::end_of(of, open) : open;
}

// Whether later candles exist that the answer does not have.
bool is_cut(const series::candle_answer& found, const beginning& from) noexcept
{
    return found.has_more && !std::holds_alternative<newest_candles>(from);
}

// All that closed before is in the snapshot, as far as that answer goes.
candle_time
end_of_answer(const series::candle_answer& found, series::interval of, const beginning& from)
{
    if (is_cut(found, from) && !found.candles.empty())
        return std::min(found.closed_until, series::end_of(of, found.candles.back().value.opens));
    return found.closed_until;
}

track_start start_of(const series::candle_answer& found, series::interval of, const beginning& from)
{
    track_start start{.state = state_of(found, of)};
    const auto bound = closed_bound(start.state);
    for (const auto& missing : found.holes)
        if (missing.to >= position::at(bound))
            start.holes.push_back(missing);
    start.known_from = bound;
    if (is_cut(found, from))
        return start;
    for (const auto& c : found.candles)
        if (!c.is_forming && c.value.opens < bound)
            start.closed.push_back(c);
    start.known_from = {};
    if (const auto* p = std::get_if<position>(&from))
        start.known_from = series::bucket_open(of, p->time());
    else if (const auto* since = std::get_if<wall_time>(&from))
        start.known_from = first_open_from(of, *since);
    else if (found.has_more && !start.closed.empty())
        start.known_from = start.closed.front().value.opens;
    if (start.closed.size() > closed_kept_max) {
        start.closed.erase(start.closed.begin(), start.closed.end() - closed_kept_max);
        start.known_from = start.closed.front().value.opens;
    }
    start.known_from = std::min(start.known_from, bound);
    return start;
}

// Those that lie where the client asked for candles.
std::vector<series::hole> holes_to_tell(const series::candle_answer& found, const beginning& from)
{
    position after;
    if (const auto* p = std::get_if<position>(&from))
        after = *p;
    else if (const auto* since = std::get_if<wall_time>(&from))
        after = position::at(*since).previous();
    else if (found.has_more && !found.candles.empty())
        after = position::at(found.candles.front().value.opens).previous();
    std::vector<series::hole> told;
    for (const auto& missing : found.holes)
        if (missing.to > after)
            told.push_back({std::max(missing.from, after), missing.to});
    if (told.size() > gaps_told_max) {
        const auto last = told.end() - gaps_told_max;
        const series::hole oldest{told.front().from, last->to};
        told.erase(told.begin(), last);
        told.front() = oldest;
    }
    return told;
}

// What was changed after the client had its last event, as far as it is not sent again.
std::vector<series::hole> changes_to_tell(const series::candle_answer& found, const beginning& from)
{
    std::vector<series::hole> told;
    const auto* last = std::get_if<position>(&from);
    if (last == nullptr)
        return told;
    for (const auto& c : found.changes) {
        const series::hole range{
            position::at(c.from).previous(), std::min(position::at(c.until).previous(), *last)};
        if (range.from < range.to && last->time() <= c.at.time() + told_within)
            told.push_back(range);
    }
    return told;
}

}  // namespace

series::candle_query query_for(
    symbol_id symbol, series::interval of, const beginning& from, std::size_t most,
    wall_time latest)
{
    series::candle_query wanted{
        .symbol = symbol,
        .of = of,
        .from = {},
        .until = series::end_of(of, series::bucket_open(of, latest)),
        .candles_max = most,
        .first = series::end::oldest,
        .with_forming = true};
    wanted.with_changes = std::holds_alternative<position>(from);
    if (const auto* p = std::get_if<position>(&from))
        wanted.from = series::bucket_open(of, p->time());
    else if (const auto* since = std::get_if<wall_time>(&from))
        wanted.from = *since;
    else
        wanted.first = series::end::newest;
    wanted.from = std::clamp(wanted.from, wall_time{}, wanted.until);
    return wanted;
}

snapshot snapshot_of(
    std::span<const symbol_id> symbols, const symbol_table& names, series::interval of,
    const beginning& from, std::vector<series::candle_answer> found)
{
    snapshot made;
    if (found.empty())
        return made;
    auto end = end_of_answer(found.front(), of, from);
    for (const auto& one : found)
        end = std::min(end, end_of_answer(one, of, from));
    const auto* last = std::get_if<position>(&from);
    made.at = position::at(end).previous();
    if (last != nullptr)
        made.at = std::max(made.at, resumed_after(of, *last));

    // In the order of ids; a gap comes before the candles after it.
    std::vector<std::pair<position, std::variant<candle_event, candle_gap>>> sorted;
    const auto ranks = ranks_of(symbols, names);
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        for (const auto& missing : holes_to_tell(found[i], from))
            sorted.emplace_back(missing.from, candle_gap{symbols[i], missing, false});
        for (const auto& changed : changes_to_tell(found[i], from))
            sorted.emplace_back(changed.from, candle_gap{symbols[i], changed, true});
        for (const auto& c : found[i].candles) {
            const auto id = closed_id(of, c.value.opens, ranks[i]);
            if (!c.is_forming && series::end_of(of, c.value.opens) <= end &&
                (last == nullptr || id > *last))
                sorted.emplace_back(id, candle_event{id, symbols[i], c});
        }
        made.starts.push_back(start_of(found[i], of, from));
    }
    std::ranges::stable_sort(sorted, {}, [](const auto& e) { return e.first; });
    made.events.reserve(sorted.size());
    for (auto& [_, event] : sorted)
        made.events.push_back(std::move(event));
    return made;
}

bool goes_on_from(
    const series::candle_answer& found, series::interval of, symbol_id symbol,
    const tape::tapes& ticks)
{
    const auto passed = state_of(found, of).passed;
    return ticks.of(symbol).evicted() <= passed;
}

}  // namespace tickertape::candles
