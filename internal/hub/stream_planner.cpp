#include "hub/stream_planner.hpp"

#include "core/staleness.hpp"

#include <algorithm>

namespace tickertape {
namespace {

std::size_t reason_index(frame_kind k) noexcept
{
    return static_cast<std::size_t>(k) - static_cast<std::size_t>(frame_kind::gap_evicted);
}

sse::gap_reason reason_for(const stream_place& place) noexcept
{
    return place.live ? sse::gap_reason::lapped : sse::gap_reason::evicted;
}

}  // namespace

stream_planner::stream_planner(
    const tapes& from, const source_table& sources, const notice_board& notices, limits bounds)
    : tapes_{from}, board_{notices}, limits_{bounds},
      caches_{
          frame_cache{from, sources, sse::framing::chunked, bounds.cache},
          frame_cache{from, sources, sse::framing::raw, bounds.cache}},
      reader_{from}, built_{from, sources}
{
}

stream_batch stream_planner::next(
    const stream_terms& terms, const stream_place& from, const horizon& seen, boot_time now)
{
    if (last_.terms == &terms && last_.from == from && last_.until == seen.until() &&
        last_.notices == board_.newest())
        return last_.batch;
    const auto batch = plan(terms, from, seen, now);
    // Asked after all that is in the batch was read: it is of that era, or it is not used.
    if (tapes_.era() != seen.era())
        return {.run = {}, .then = from};
    last_ = {&terms, from, seen.until(), board_.newest(), batch};
    return batch;
}

stream_batch stream_planner::plan(
    const stream_terms& terms, const stream_place& from, const horizon& seen, boot_time now)
{
    stream_place place = from;
    if (place.is_passing()) {
        if (auto batch = pass(terms, place, seen); !batch.empty())
            return batch;
        place.at = place.newest_only_until;
    }
    place = place.settled();
    if (place.at < tapes_.epoch()) {
        built_.begin(terms.how);
        built_.add_gap({place.at, tapes_.epoch(), sse::gap_reason::restarted});
        place.at = tapes_.epoch();
        built_.end_gaps(place.at);
        return {.run = built_.run(), .then = place};
    }
    stream_batch batch;
    if (!terms.newest_only) {
        batch = every_tick(terms, place, seen);
    } else if (place.at < seen.until()) {
        place.pass_to(seen.until(), stream_place::telling::skipped);
        batch = pass(terms, place, seen);
        place.at = seen.until();
        place = place.settled();
    }
    if (!batch.empty())
        return batch;
    place.live = true;
    return notices(terms, place, now);
}

std::optional<position> stream_planner::first_unsent(
    std::span<const symbol_id> symbols, position p, const horizon& seen) const
{
    std::optional<position> first;
    for (const auto symbol : symbols) {
        if (seen.newest(symbol) <= p)
            continue;
        const tape& t = tapes_.of(symbol);
        if (const auto e = t.read(t.first_after(p)); e && e->at <= seen.until())
            first = std::min(first.value_or(e->at), e->at);
    }
    return first;
}

// Each frame is sent by itself, so a pass may end anywhere; where it began is kept, and what is
// passed over is counted from there.
stream_batch
stream_planner::pass(const stream_terms& terms, const stream_place& from, const horizon& seen)
{
    built_.begin(terms.how);
    newest_.clear();
    // Where nothing is told of what is passed over, the pass may reach beyond what has been seen.
    const bool may_be_beyond = from.passing == stream_place::telling::nothing;
    for (const auto symbol : terms.symbols)
        if (may_be_beyond || seen.newest(symbol) > from.at)
            look_for_newest(symbol, from, terms.symbols.size() == 1);
    std::ranges::sort(newest_, {}, [](const newest_tick& n) { return n.what.at; });
    auto then = from;
    for (const auto& n : newest_) {
        if (built_.bytes() >= limits_.batch_bytes_max && !built_.has_open_gaps())
            return {.run = built_.run(), .then = then};
        built_.add_tick(n.what, n.skipped);
        then.at = n.what.at;
    }
    then.at = then.newest_only_until;
    then.live = true;
    built_.end_gaps(then.at);
    return {
        .run = built_.run(),
        .then = then,
        .completes = then.at == seen.until() && knows_all_notices(then)};
}

// Finds what a pass sends of one symbol, and tells of what it cannot.
void stream_planner::look_for_newest(symbol_id symbol, const stream_place& from, bool alone)
{
    using telling = stream_place::telling;
    const tape& t = tapes_.of(symbol);
    const auto bound = from.newest_only_until;
    const auto after = t.first_after(bound);
    if (after == 0)
        return;
    const auto e = t.read(after - 1);
    if (e && e->at <= from.at)
        return;  // it has been sent, or lies before
    // Those that are still held are counted, and the others told as gone: none twice, whatever the
    // writer does in between.
    auto gone = t.evicted();
    auto first = t.first_after(std::max(from.passed_from, gone));
    for (auto now = t.evicted(); now != gone; now = t.evicted()) {
        gone = now;
        first = t.first_after(std::max(from.passed_from, gone));
    }
    first = std::min(first, after - 1);
    if (!e || gone >= e->at) {
        // Where nothing of the past was asked for, what follows the bound tells of the loss.
        if (from.passing != telling::nothing && gone > from.passed_from)
            add_gap(from.passed_from, std::max(bound, gone), reason_for(from), symbol, alone);
        return;
    }
    const bool lost = gone > from.passed_from;
    const auto skipped = after - 1 - first;
    const bool has_begun = from.at > from.passed_from;
    if (from.passing == telling::skipped && lost)
        add_gap(from.passed_from, gone, reason_for(from), symbol, alone);
    if (from.passing == telling::gap && !has_begun && (lost || skipped > 0))
        add_gap(from.passed_from, e->at.previous(), sse::gap_reason::lapped, symbol, alone);
    newest_.push_back(
        {{e->at, symbol, e->value, e->source}, from.passing == telling::skipped ? skipped : 0});
}

stream_batch
stream_planner::every_tick(const stream_terms& terms, const stream_place& from, const horizon& seen)
{
    if (terms.symbols.size() == 1)
        return one_symbol(terms.symbols.front(), terms.how, from, seen.until());
    news_.clear();
    for (const auto symbol : terms.symbols)
        if (seen.newest(symbol) > from.at)
            news_.push_back(symbol);
    if (news_.empty())
        return {.run = {}, .then = from};
    // Mostly one of many has moved, and what it says is already encoded for others. A loss is told
    // otherwise on a stream of several.
    if (news_.size() == 1)
        if (auto batch = one_symbol(news_.front(), terms.how, from, seen.until());
            !batch.empty() && batch.run.marks.front().gaps == 0)
            return batch;
    return merged(terms.how, from, seen.until());
}

stream_batch stream_planner::one_symbol(
    symbol_id symbol, sse::framing how, const stream_place& from, position until)
{
    const tape& t = tapes_.of(symbol);
    stream_place then = from;
    then.live = true;
    const auto first = t.first_after(from.at);
    const auto run = cache(how).frames_from(symbol, first, until);
    // Asked after the frames were made: nothing between the place and the first of them is gone
    // unless this says so. What it says is gone is not sent, even where it was encoded in time.
    if (const auto gone = t.evicted(); gone > from.at) {
        built_.begin(how);
        add_gap(from.at, gone, reason_for(from), symbol, true);
        then = from;
        then.at = gone;
        built_.end_gaps(gone);
        return {.run = built_.run(), .then = then};
    }
    if (run.marks.empty())
        return {.run = {}, .then = from};
    then.at = run.marks.back().at;
    const bool whole = first + run.marks.size() == t.end();
    return {.run = run, .then = then, .completes = whole && knows_all_notices(then)};
}

// A loss on one of several symbols reaches beyond ticks of others that are still to be sent, so the
// place cannot move past it: the gap of each symbol is told together with the next tick, as one
// frame, and told again by the next batch as long as it still lies ahead.
stream_batch stream_planner::merged(sse::framing how, const stream_place& from, position until)
{
    reader_.start(news_, from.at, until);
    built_.begin(how);
    stream_place then = from;
    for (const auto& l : reader_.lost())
        add_gap(from.at, l.to, reason_for(from), l.symbol, false);
    // Gaps take no room from the ticks behind them: told again with each batch, they would else be
    // most of it.
    const auto room = built_.bytes() + limits_.batch_bytes_max;
    while (built_.bytes() < room) {
        const auto t = reader_.next();
        if (!t)
            break;
        built_.add_tick(*t);
        then.at = t->at;
        then.live = true;
    }
    if (built_.has_open_gaps()) {
        // No tick of any symbol is held up to there.
        then.at = until;
        built_.end_gaps(until);
    }
    return {
        .run = built_.run(),
        .then = then,
        .completes = reader_.is_complete() && knows_all_notices(then)};
}

void stream_planner::add_gap(
    position from, position to, sse::gap_reason why, symbol_id of, bool resumes)
{
    const std::array<std::string_view, 1> name{tapes_.symbols().name(of)};
    built_.add_gap({from, to, why, name, resumes});
}

stream_batch
stream_planner::notices(const stream_terms& terms, const stream_place& from, boot_time now)
{
    stream_place then = from;
    then.notices = board_.newest();
    news_.clear();
    for (const auto symbol : terms.symbols)
        if (board_.changed(symbol) > from.notices)
            news_.push_back(symbol);
    // In the order of the board's versions, so that one that was cut short is known by its version.
    std::ranges::sort(news_, {}, [this](symbol_id s) { return board_.changed(s); });
    built_.begin(terms.how);
    for (const auto symbol : news_) {
        const bool stale = board_.is_stale(symbol);
        if (!stale && from.notices == 0)
            continue;  // whoever has just come takes freshness for granted
        if (const auto observed = tapes_.observed(symbol))
            built_.add_notice(
                symbol, stale, staleness::age(*observed, now), board_.changed(symbol), from.at);
    }
    return {.run = built_.run(), .then = then, .completes = true};
}

stream_progress stream_planner::advance(
    const stream_place& from, const stream_batch& batch, std::size_t sent) noexcept
{
    stream_progress p{.place = from, .rest = {}};
    if (sent == 0)
        return p;
    const auto& marks = batch.run.marks;
    const auto reached = batch.run.base + sent;
    // The frame that holds the last byte sent; it and all before it count.
    const auto last = std::ranges::lower_bound(marks, reached, {}, &frame_mark::end);
    for (auto m = marks.begin();; ++m) {
        if (m->gaps > 0)
            p.gaps[reason_index(m->kind)] += m->gaps;
        p.ticks += m->ticks;
        p.skipped += m->skipped;
        if (m == last)
            break;
    }
    p.rest = batch.run.bytes.substr(reached, last->end - reached);
    p.place = batch.then;
    if (last + 1 == marks.end()) {
        p.place = p.place.settled();
        return p;
    }
    p.place.at = last->at;
    p.place.notices = std::max(from.notices, last->notices);
    p.place.live = from.live || last->ticks > 0;
    return p;
}

void stream_planner::forget() noexcept
{
    last_ = {};
}

}  // namespace tickertape
