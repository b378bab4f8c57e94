#include "archive/tick_page.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace tickertape::archive {
namespace {

using std::chrono::milliseconds;

// What is read of a time before it is cut into shorter ones.
constexpr std::size_t ticks_at_once_max = 20'000;
// The time that is looked at first, and how much longer the next one is.
constexpr milliseconds first_span{std::chrono::minutes{1}};
constexpr int span_growth = 4;
constexpr int span_cut = 8;

series::kept_tick kept_of(tape::past_tick&& t)
{
    return {t.at, t.value, std::move(t.source), t.combined};
}

tape::past_batch read_or_throw(const tick_source& read, const tape::past_query& query)
{
    auto batch = read(query);
    if (!batch)
        throw thrown_failure{batch.error()};
    return std::move(*batch);
}

series::tick_answer first_ticks(const series::tick_query& query, const tick_source& read)
{
    series::tick_answer answer{query.after, query.after, {}};
    while (answer.to < query.until && answer.ticks.size() < query.ticks_max) {
        auto batch = read_or_throw(
            read, {{query.symbol}, answer.to, query.until, query.ticks_max - answer.ticks.size()});
        if (batch.from > answer.to) {
            if (answer.from != answer.to)
                break;  // a hole, which the next page tells
            answer.from = answer.to = std::min(batch.from, query.until);
            answer.why = batch.why;
        }
        for (auto& t : batch.ticks)
            answer.ticks.push_back(kept_of(std::move(t)));
        const auto reached = std::min(batch.to, query.until);
        if (reached <= answer.to)
            break;
        answer.to = reached;
    }
    answer.has_more = answer.to < query.until;
    return answer;
}

// The part of a range that is known and ends as late as any.
struct last_part {
    position from;
    position to;
    gap_cause why = gap_cause::evicted;  // of what lies behind it
    bool is_first = true;                // nothing that is kept lies before it
};

last_part last_known(const series::tick_query& query, const inventory::view& view)
{
    const auto& held = *view.held;
    if (held.days.empty() || query.until <= held.days.front().previous)
        return {query.until, query.until};
    const auto begin = held.days.front().previous;
    last_part part{std::max(query.after, begin), std::min(query.until, view.last)};
    for (auto h = held.holes.rbegin(); h != held.holes.rend(); ++h) {
        if (h->from < part.to && part.to <= h->to) {
            part.why = h->reason == hole_reason::damaged || part.why == gap_cause::damaged
                           ? gap_cause::damaged
                           : gap_cause::missing;
            part.to = h->from;
        } else if (h->to <= part.to && h->to > part.from) {
            part.from = h->to;
        }
    }
    part.from = std::min(part.from, part.to);
    part.is_first = part.from <= std::max(query.after, begin);
    return part;
}

// The ticks of a time that is not too long for one look; nothing where it is.
struct looked_at {
    bool is_too_much = false;
    // Before it something does not verify or was dropped, and is a hole by now.
    position from;
    std::vector<series::kept_tick> ticks;
};

looked_at look(symbol_id symbol, position from, position to, bool may_cut, const tick_source& read)
{
    looked_at found{.is_too_much = false, .from = from, .ticks = {}};
    for (auto at = from; at < to;) {
        auto batch = read_or_throw(read, {{symbol}, at, to, ticks_at_once_max});
        if (batch.from > at) {
            found.ticks.clear();
            found.from = std::min(batch.from, to);
        }
        for (auto& t : batch.ticks)
            found.ticks.push_back(kept_of(std::move(t)));
        if (may_cut && found.ticks.size() >= ticks_at_once_max) {
            found.is_too_much = true;
            return found;
        }
        const auto reached = std::max(at, std::min(batch.to, to));
        if (reached == at) {
            found.ticks.clear();
            found.from = to;
            return found;
        }
        at = reached;
    }
    return found;
}

series::tick_answer
last_ticks(const series::tick_query& query, const inventory::view& view, const tick_source& read)
{
    const auto part = last_known(query, view);
    series::tick_answer answer{part.to, part.to, {}, part.why};
    std::vector<std::vector<series::kept_tick>> looked;  // the latest first
    std::size_t count = 0;
    auto span = first_span;
    bool is_whole = true;
    while (answer.from > part.from && count < query.ticks_max) {
        const auto earlier = std::max(wall_time{}, answer.from.time() - span);
        const auto begin = std::max(part.from, position::at(earlier).previous());
        auto found = look(query.symbol, begin, answer.from, span > milliseconds{1}, read);
        if (found.is_too_much) {
            span = std::max(span / span_cut, milliseconds{1});
            continue;
        }
        span *= span_growth;
        count += found.ticks.size();
        looked.push_back(std::move(found.ticks));
        answer.from = std::max(begin, found.from);
        is_whole = found.from <= begin;
        if (!is_whole)
            break;
    }
    for (auto each = looked.rbegin(); each != looked.rend(); ++each)
        std::ranges::move(*each, std::back_inserter(answer.ticks));
    if (count > query.ticks_max) {
        const auto surplus = static_cast<std::ptrdiff_t>(count - query.ticks_max);
        answer.ticks.erase(answer.ticks.begin(), answer.ticks.begin() + surplus);
    }
    if (count >= query.ticks_max)
        answer.from = answer.ticks.front().at.previous();
    answer.has_more = answer.from > part.from || !part.is_first || !is_whole;
    return answer;
}

}  // namespace

series::tick_answer
tick_page_of(const series::tick_query& asked, const inventory& holds, const tick_source& read)
{
    auto query = asked;
    query.ticks_max = std::clamp<std::size_t>(query.ticks_max, 1, series::answer_ticks_max);
    if (query.until <= query.after)
        return {query.until, query.until, {}};
    return query.first == series::end::oldest ? first_ticks(query, read)
                                              : last_ticks(query, holds.look(), read);
}

}  // namespace tickertape::archive
