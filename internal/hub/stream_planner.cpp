#include "hub/stream_planner.hpp"

#include "core/staleness.hpp"

#include <algorithm>

namespace tickertape {
namespace {

frame_kind kind_of(sse::gap_reason r) noexcept
{
    return static_cast<frame_kind>(static_cast<int>(frame_kind::gap_evicted) + static_cast<int>(r));
}

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
    : tapes_{from}, sources_{sources}, board_{notices}, limits_{bounds},
      caches_{
          frame_cache{from, sources, sse::framing::chunked, bounds.cache},
          frame_cache{from, sources, sse::framing::raw, bounds.cache}},
      reader_{from}
{
}

stream_batch stream_planner::next(
    std::span<const symbol_id> symbols, sse::framing how, const stream_place& from, position until,
    wall_time now)
{
    if (last_.symbols == symbols.data() && last_.how == how && last_.from == from &&
        last_.until == until && last_.notices == board_.newest())
        return last_.batch;
    const auto batch = plan(symbols, how, from, until, now);
    last_ = {symbols.data(), how, from, until, board_.newest(), batch};
    return batch;
}

stream_batch stream_planner::plan(
    std::span<const symbol_id> symbols, sse::framing how, const stream_place& from, position until,
    wall_time now)
{
    stream_place place = from;
    if (place.at < place.newest_only_until) {
        if (auto batch = newest_of_each(symbols, how, place); !batch.empty())
            return batch;
        place.at = place.newest_only_until;
    }
    if (place.at < tapes_.epoch()) {
        begin_scratch();
        add_gap(how, {place.at, tapes_.epoch(), sse::gap_reason::restarted});
        place.at = tapes_.epoch();
        return scratch_batch(place);
    }
    auto batch = symbols.size() == 1 ? one_symbol(symbols.front(), how, place, until)
                                     : merged(symbols, how, place, until);
    if (!batch.empty())
        return batch;
    place.live = true;
    return notices(symbols, how, place, now);
}

stream_batch stream_planner::newest_of_each(
    std::span<const symbol_id> symbols, sse::framing how, const stream_place& from)
{
    const auto bound = from.newest_only_until;
    newest_.clear();
    for (const auto symbol : symbols) {
        const tape& t = tapes_.of(symbol);
        const auto after = t.first_after(bound);
        if (after == 0)
            continue;
        // Lapped: the newest tick up to the bound is gone; what follows the bound tells of the
        // loss.
        if (const auto e = t.read(after - 1); e && e->at > from.at && e->at <= bound)
            newest_.push_back({e->at, symbol, e->value, e->source});
    }
    std::ranges::sort(newest_, {}, &tick::at);
    begin_scratch();
    auto then = from;
    for (const auto& t : newest_) {
        if (scratch_.size() >= limits_.batch_bytes_max)
            return scratch_batch(then);
        add_tick(how, t);
        then.at = t.at;
    }
    then.at = bound;
    return scratch_batch(then);
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
        const std::array<std::string_view, 1> name{tapes_.symbols().name(symbol)};
        begin_scratch();
        add_gap(how, {from.at, gone, reason_for(from), name});
        then = from;
        then.at = gone;
        return scratch_batch(then);
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
stream_batch stream_planner::merged(
    std::span<const symbol_id> symbols, sse::framing how, const stream_place& from, position until)
{
    reader_.start(symbols, from.at, until);
    begin_scratch();
    stream_place then = from;
    const bool lost = !reader_.lost().empty();
    if (lost)
        add_losses(how, from);
    // Gaps are followed by a tick, whatever room is left: alone they would say there is none.
    while (scratch_.size() < limits_.batch_bytes_max || (lost && scratch_marks_.size() == 1)) {
        const auto t = reader_.next();
        if (!t)
            break;
        add_tick(how, *t);
        then.at = t->at;
        then.live = true;
    }
    if (lost && scratch_marks_.size() > 1) {
        // The gaps and the first tick are sent as one.
        scratch_marks_[1].kind = scratch_marks_[0].kind;
        scratch_marks_[1].gaps = scratch_marks_[0].gaps;
        scratch_marks_.erase(scratch_marks_.begin());
    } else if (lost) {
        // No tick of any symbol is held up to there.
        then.at = scratch_marks_[0].at = until;
    }
    auto batch = scratch_batch(then);
    batch.completes = reader_.is_complete() && knows_all_notices(then);
    return batch;
}

void stream_planner::add_losses(sse::framing how, const stream_place& from)
{
    for (const auto& l : reader_.lost()) {
        const std::array<std::string_view, 1> name{tapes_.symbols().name(l.symbol)};
        add_gap(how, {from.at, l.to, reason_for(from), name, false});
    }
    // One frame, however many they are.
    scratch_marks_.front().end = scratch_marks_.back().end;
    scratch_marks_.front().gaps = static_cast<std::uint16_t>(scratch_marks_.size());
    scratch_marks_.resize(1);
}

stream_batch stream_planner::notices(
    std::span<const symbol_id> symbols, sse::framing how, const stream_place& from, wall_time now)
{
    stream_place then = from;
    then.notices = board_.newest();
    news_.clear();
    for (const auto symbol : symbols)
        if (board_.changed(symbol) > from.notices)
            news_.push_back(symbol);
    // In the order of the board's versions, so that one that was cut short is known by its version.
    std::ranges::sort(news_, {}, [this](symbol_id s) { return board_.changed(s); });
    begin_scratch();
    for (const auto symbol : news_) {
        const bool stale = board_.is_stale(symbol);
        if (!stale && from.notices == 0)
            continue;  // whoever has just come takes freshness for granted
        const auto newest = tapes_.of(symbol).newest();
        if (!newest)
            continue;
        const auto age = staleness::age(newest->at.time(), now);
        block_.clear();
        if (stale)
            sse::append_stale(block_, tapes_.symbols().name(symbol), age);
        else
            sse::append_fresh(block_, tapes_.symbols().name(symbol), age);
        add_to_scratch(how, frame_kind::notice, from.at);
        scratch_marks_.back().notices = board_.changed(symbol);
    }
    auto batch = scratch_batch(then);
    batch.completes = true;
    return batch;
}

void stream_planner::begin_scratch()
{
    scratch_.clear();
    scratch_marks_.clear();
}

void stream_planner::add_to_scratch(sse::framing how, frame_kind kind, position at)
{
    sse::append_framed(scratch_, how, block_);
    scratch_marks_.push_back(
        {.end = static_cast<std::uint32_t>(scratch_.size()),
         .kind = kind,
         .ticks = kind == frame_kind::tick,
         .gaps = kind >= frame_kind::gap_evicted,
         .notices = 0,
         .at = at});
}

void stream_planner::add_tick(sse::framing how, const tick& t)
{
    block_.clear();
    sse::append_tick(
        block_, t.at, t.value, tapes_.symbols().name(t.symbol), sources_.name(t.source),
        sources_.combined(t.source));
    add_to_scratch(how, frame_kind::tick, t.at);
}

void stream_planner::add_gap(sse::framing how, const sse::gap& g)
{
    block_.clear();
    sse::append_gap(block_, g);
    add_to_scratch(how, kind_of(g.reason), g.to);
}

stream_batch stream_planner::scratch_batch(stream_place then) const
{
    return {.run = {.bytes = scratch_, .base = 0, .marks = scratch_marks_}, .then = then};
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
        if (m == last)
            break;
    }
    p.rest = batch.run.bytes.substr(reached, last->end - reached);
    if (last + 1 == marks.end()) {
        p.place = batch.then;
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
