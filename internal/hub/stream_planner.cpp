#include "hub/stream_planner.hpp"

#include "core/staleness.hpp"

#include <algorithm>

namespace tickertape::hub {
namespace {

// The tape has had ticks.
position newest_of(const tape::symbol_tape& t) noexcept
{
    const auto newest = t.newest();
    return newest ? newest->at : position{};
}

sse::gap_reason reason_for(const stream_cursor& cursor) noexcept
{
    return cursor.live ? sse::gap_reason::lapped : sse::gap_reason::evicted;
}

}  // namespace

stream_planner::stream_planner(
    const tape::tapes& from, const source_table& sources, const notice_board& notices,
    const topic_ledger& topics, limits bounds)
    : tapes_{from}, board_{notices}, topics_{topics}, limits_{bounds},
      caches_{
          frame_cache{from, sources, sse::framing::chunked, bounds.cache},
          frame_cache{from, sources, sse::framing::raw, bounds.cache}},
      reader_{from}, built_{from, sources}, candles_{
                                                from,
                                                sources,
                                                {.batch_bytes_max = bounds.batch_bytes_max}}
{
}

const stream_batch& stream_planner::next(
    const stream_terms& terms, const stream_cursor& from, const commit_horizon& seen, boot_time now)
{
    if (terms.candles)
        return candles_.next(terms, from);
    if (last_.terms == &terms && last_.from == from && last_.until == seen.until() &&
        last_.notices == board_.newest() && last_.topics == topics_.newest())
        return last_.batch;
    last_.batch = plan(terms, from, seen, now);
    last_.terms = &terms;
    last_.from = from;
    last_.until = seen.until();
    last_.notices = board_.newest();
    last_.topics = topics_.newest();
    // Asked after the tapes were read: a batch of an era that is over is not used.
    if (tapes_.era() != seen.era()) {
        last_.batch = {.run = {}, .then = from};
        last_.terms = nullptr;
    }
    return last_.batch;
}

stream_batch stream_planner::plan(
    const stream_terms& terms, const stream_cursor& from, const commit_horizon& seen, boot_time now)
{
    if (terms.symbols.empty())
        return topics(terms, from, seen.until());
    stream_cursor cursor = from;
    if (cursor.is_passing()) {
        if (auto batch = pass(terms, cursor, seen); !batch.empty())
            return batch;
        cursor.at = cursor.newest_only_until;
    }
    cursor = cursor.settled();
    if (cursor.at == position{} && !cursor.is_unknown)
        cursor.at = tapes_.epoch();  // it has had nothing, and lacks nothing
    if (cursor.is_unknown || cursor.at < tapes_.epoch())
        return restarted(terms, cursor);
    // Nothing behind a hole is sent before the hole is told.
    const auto missing = tapes_.next_hole(cursor.at, seen.until());
    const auto until = missing ? missing->after : seen.until();
    stream_batch batch;
    if (!terms.newest_only) {
        batch = every_tick(terms, cursor, seen, until);
        if (batch.empty())
            cursor = batch.then;
    } else if (cursor.at < until) {
        cursor.pass_to(until, stream_cursor::telling::skipped);
        batch = pass(terms, cursor, seen);
        cursor.at = until;
        cursor = cursor.settled();
    }
    if (!batch.empty()) {
        batch.completes = batch.completes && !missing;
        return batch;
    }
    if (missing)
        return gap_of(*missing, terms.how, cursor);
    cursor.live = true;
    cursor.told_until = {};
    return notices(terms, cursor, seen.until(), now);
}

// Positions began anew. To a subscriber whose id means nothing here, what is no longer held of any
// of its symbols is told as well: where there is an archive, the epoch may lie before all of it.
stream_batch stream_planner::restarted(const stream_terms& terms, const stream_cursor& from)
{
    auto to = tapes_.epoch();
    if (from.is_unknown) {
        auto first_gone = tapes_.of(terms.symbols.front()).evicted();
        for (const auto symbol : terms.symbols)
            first_gone = std::min(first_gone, tapes_.of(symbol).evicted());
        to = std::max(to, first_gone);
    }
    built_.begin(terms.how);
    built_.add_gap({from.at, to, sse::gap_reason::restarted});
    auto then = from;
    then.at = to;
    then.is_unknown = false;
    return {.run = built_.run(), .then = then};
}

// Told to all symbols at once. What is missing before its place the subscriber cannot resume
// behind.
stream_batch
stream_planner::gap_of(const tape::hole& missing, sse::framing how, const stream_cursor& from)
{
    built_.begin(how);
    built_.add_gap(
        {missing.from_for(from.at),
         missing.to,
         sse::reason_of(missing.why),
         {},
         missing.ends_its_place()});
    stream_cursor then = from;
    then.at = missing.end;
    return {.run = built_.run(), .then = then};
}

position stream_planner::end_of_pass(position from, position until) const noexcept
{
    const auto missing = tapes_.next_hole(from, until);
    return missing ? std::max(from, missing->after) : until;
}

std::optional<position> stream_planner::first_unsent(
    std::span<const symbol_id> symbols, position p, const commit_horizon& seen) const
{
    std::optional<position> first;
    for (const auto symbol : symbols) {
        if (seen.newest(symbol) <= p)
            continue;
        const tape::symbol_tape& t = tapes_.of(symbol);
        if (const auto e = t.read(t.first_after(p)); e && e->at <= seen.until())
            first = std::min(first.value_or(e->at), e->at);
    }
    return first;
}

std::uint32_t stream_planner::published(std::span<const symbol_id> symbols) const noexcept
{
    std::uint32_t all = 0;
    for (const auto symbol : symbols)
        all += static_cast<std::uint32_t>(tapes_.end(symbol));
    return all;
}

// A pass may be cut after any frame, so the cursor keeps where it began, and passed-over ticks are
// counted from there.
stream_batch stream_planner::pass(
    const stream_terms& terms, const stream_cursor& from, const commit_horizon& seen)
{
    built_.begin(terms.how);
    newest_.clear();
    losses_.clear();
    // A pass that does not tell what it passes over may reach beyond what has been seen.
    const bool may_be_beyond = from.passing() == stream_cursor::telling::nothing;
    for (const auto symbol : terms.symbols)
        if (may_be_beyond || seen.newest(symbol) > from.at)
            look_for_newest(symbol, from);
    std::ranges::sort(newest_, {}, [](const newest_tick& n) { return n.what.at; });
    auto then = from;
    const bool alone = terms.symbols.size() == 1;
    // A client of one symbol may resume behind the gap, so that ends before the next hole, which is
    // to be told.
    if (alone)
        for (auto& l : losses_)
            if (l.to > from.newest_only_until)
                l.to = end_of_pass(from.newest_only_until, l.to);
    if (!tell_losses(then, seen.until(), alone))
        return {.run = built_.run(), .then = then};
    for (const auto& n : newest_) {
        if (!has_room())
            return {.run = built_.run(), .then = then};
        built_.add_tick(n.what, n.skipped);
        then.at = n.what.at;
    }
    then.at = then.newest_only_until;
    then.live = true;
    return {
        .run = built_.run(),
        .then = then,
        .completes = then.at == seen.until() && knows_all_notices(terms, then)};
}

// Finds the tick of one symbol that a pass sends, and the loss that it has to tell.
void stream_planner::look_for_newest(symbol_id symbol, const stream_cursor& from)
{
    using telling = stream_cursor::telling;
    const tape::symbol_tape& t = tapes_.of(symbol);
    const auto bound = from.newest_only_until;
    const auto after = t.first_after(bound);
    if (after == 0)
        return;
    const auto e = t.read(after - 1);
    if (e && e->at <= from.at)
        return;  // it has been sent, or lies before
    // Ticks that are still held are counted as skipped, and the others told as lost. None counts
    // twice, even if the writer overwrites some in between.
    auto gone = t.evicted();
    auto first = t.first_after(std::max(from.passed_from, gone));
    for (auto now = t.evicted(); now != gone; now = t.evicted()) {
        gone = now;
        first = t.first_after(std::max(from.passed_from, gone));
    }
    first = std::min(first, after - 1);
    if (!e || gone >= e->at) {
        // If the past was not asked for, the ticks after the bound tell of the loss.
        if (from.passing() != telling::nothing && gone > from.passed_from &&
            !is_told(symbol, gone, from))
            losses_.push_back(
                {symbol, from.passed_from, std::max(bound, gone), reason_for(from), newest_of(t)});
        return;
    }
    const bool lost = gone > from.passed_from;
    const auto skipped = after - 1 - first;
    const bool has_begun = from.at > from.passed_from;
    if (from.passing() == telling::skipped && lost && !is_told(symbol, gone, from))
        losses_.push_back({symbol, from.passed_from, gone, reason_for(from), newest_of(t)});
    // This answer does not change while that tick is held.
    if (from.passing() == telling::gap && !has_begun && (lost || skipped > 0) &&
        e->at > from.told_until)
        losses_.push_back(
            {symbol, from.passed_from, e->at.previous(), sse::gap_reason::lapped, e->at});
    newest_.push_back(
        {{e->at, symbol, e->value, e->source}, from.passing() == telling::skipped ? skipped : 0});
}

stream_batch stream_planner::every_tick(
    const stream_terms& terms, const stream_cursor& from, const commit_horizon& seen,
    position until)
{
    if (until <= from.at)
        return {.run = {}, .then = from};
    if (terms.symbols.size() == 1)
        return one_symbol(terms, terms.symbols.front(), from, until);
    news_.clear();
    for (const auto symbol : terms.symbols)
        if (seen.newest(symbol) > from.at)
            news_.push_back(symbol);
    if (news_.empty())
        return {.run = {}, .then = from};
    // Usually one symbol of many has a new tick, whose frame is already encoded for others. A batch
    // that begins with a gap is not used: a stream of several symbols tells losses in another way.
    if (news_.size() == 1)
        if (auto batch = one_symbol(terms, news_.front(), from, until);
            !batch.empty() && !is_gap(batch.run.marks.front().kind))
            return batch;
    return merged(terms, from, seen, until);
}

stream_batch stream_planner::one_symbol(
    const stream_terms& terms, symbol_id symbol, const stream_cursor& from, position until)
{
    const tape::symbol_tape& t = tapes_.of(symbol);
    stream_cursor then = from;
    then.live = true;
    then.told_until = {};
    const auto first = t.first_after(from.at);
    const auto run = cache(terms.how).frames_from(symbol, first, until);
    // Asked after the frames were made, so it knows of every tick between the cursor and the first
    // frame that is lost. A tick that it counts as lost is not sent, even if its frame was encoded
    // in time.
    if (const auto gone = t.evicted(); gone > from.at) {
        then = from;
        // A client may resume behind the gap, so that ends before the next hole, which is to be
        // told; also where it is not to be told yet.
        then.at = end_of_pass(from.at, gone);
        if (then.at == from.at)
            return {.run = {}, .then = from};
        built_.begin(terms.how);
        add_gap({symbol, from.at, then.at, reason_for(from), {}}, {}, true);
        return {.run = built_.run(), .then = then};
    }
    if (run.marks.empty())
        return {.run = {}, .then = from};
    then.at = run.marks.back().at;
    const bool whole = first + run.marks.size() == tapes_.end(symbol);
    return {.run = run, .then = then, .completes = whole && knows_all_notices(terms, then)};
}

// A loss on one of several symbols reaches beyond ticks of others that are still to be sent, so the
// cursor cannot move past it: all gaps are told before the next tick, without an id, and how far
// they have been told is kept until the subscriber is up to date.
stream_batch stream_planner::merged(
    const stream_terms& terms, const stream_cursor& from, const commit_horizon& seen,
    position until)
{
    reader_.start(news_, from.at, until);
    built_.begin(terms.how);
    losses_.clear();
    stream_cursor then = from;
    for (const auto& l : reader_.lost())
        if (!is_told(l.symbol, l.to, from))
            losses_.push_back(
                {l.symbol, from.at, l.to, reason_for(from), newest_of(tapes_.of(l.symbol))});
    // Also those that reach beyond a hole: they are not told again behind it.
    if (!tell_losses(then, seen.until(), false))
        return {.run = built_.run(), .then = then};
    if (reader_.lost().empty())
        then.told_until = {};
    auto t = reader_.next();
    if (!t && !reader_.lost().empty())
        then.at = until;  // no tick of any symbol is held up to there
    const auto room = built_.bytes() + limits_.batch_bytes_max;
    while (t) {
        built_.add_tick(*t);
        then.at = t->at;
        then.live = true;
        t = built_.bytes() < room ? reader_.next() : std::nullopt;
    }
    return {
        .run = built_.run(),
        .then = then,
        .completes = reader_.is_complete() && knows_all_notices(terms, then)};
}

// Whether a subscriber with this cursor was told that the symbol's ticks up to `lost_until` are
// lost: it was told of the losses when the symbol's newest tick came, and none was lost since.
bool stream_planner::is_told(symbol_id symbol, position lost_until, const stream_cursor& to) const
{
    const tape::symbol_tape& t = tapes_.of(symbol);
    const auto end = t.end();
    if (end < t.capacity())
        return false;
    const auto newest = t.read(end - 1);
    if (!newest || newest->at > to.told_until)
        return false;
    // A tick that is being written has taken the place of the oldest before it can be read.
    const auto oldest = t.read(end - t.capacity());
    return oldest && oldest->at > lost_until;
}

// Puts losses_ before the ticks, each as a frame of its own; returns whether there was room for
// all. `then` knows of those that are in, and `until` is how far all tapes have been looked at.
//
// Losses are in the order of their symbols' newest ticks. A subscriber that could not take all goes
// on with those it was not told; of the others only symbols with a newer tick are told again. They
// become fewer with each turn if the subscriber reads faster than ticks come.
bool stream_planner::tell_losses(stream_cursor& then, position until, bool alone)
{
    if (losses_.empty())
        return true;
    std::ranges::stable_sort(losses_, {}, &loss::newest);
    for (const auto& l : losses_) {
        // Ticks after `until` have no reliable order yet: these losses are told all at once.
        if (l.newest <= until) {
            if (!has_room())
                return false;
            then.told_until = l.newest;
        }
        add_gap(l, then.told_until, alone);
    }
    then.told_until = until;
    return true;
}

void stream_planner::add_gap(const loss& what, position told, bool resumes)
{
    const std::array<std::string_view, 1> name{tapes_.symbols().name(what.symbol)};
    built_.add_gap({what.from, what.to, what.why, name, resumes}, told);
}

stream_batch stream_planner::notices(
    const stream_terms& terms, const stream_cursor& from, position until, boot_time now)
{
    stream_cursor then = from;
    news_.clear();
    for (const auto symbol : terms.symbols)
        if (board_.changed(symbol) > from.notices)
            news_.push_back(symbol);
    // In the order of the board's versions, so that one version says which were sent.
    std::ranges::sort(news_, {}, [this](symbol_id s) { return board_.changed(s); });
    built_.begin(terms.how);
    for (const auto symbol : news_) {
        if (!has_room())
            return {.run = built_.run(), .then = then};
        const bool stale = board_.is_stale(symbol);
        if (!stale && from.notices == 0)
            continue;  // a new subscriber assumes that a symbol is fresh
        if (const auto observed = tapes_.observed(symbol))
            built_.add_notice(
                symbol, stale, staleness::age(*observed, now), board_.changed(symbol), from.at);
        then.notices = board_.changed(symbol);
    }
    then.notices = board_.newest();
    if (built_.run().marks.empty() && terms.topics != 0)
        return topics(terms, then, until);
    return {.run = built_.run(), .then = then, .completes = knows_all_topics(terms, then)};
}

// It has all else up to `until`, which is its id from here on.
stream_batch
stream_planner::topics(const stream_terms& terms, const stream_cursor& from, position until)
{
    stream_cursor then = from;
    then.at = std::max(from.at, until);
    then.is_unknown = false;
    built_.begin(terms.how);
    for (auto left = topics_.after(from.topics); !left.empty();) {
        if (!has_room())
            return {.run = built_.run(), .then = then};
        const auto topic = left.front().topic;
        const bool is_wanted = (terms.topics & set_of(topic)) != 0;
        std::size_t taken = 0;
        std::size_t bytes = 0;
        while (taken < left.size() && left[taken].topic == topic &&
               bytes < limits_.topic_event_bytes)
            bytes += left[taken++].text.size();
        const auto known = left[taken - 1].changed;
        if (is_wanted)
            built_.add_topic(*topics_.state_of(topic), left.first(taken), then.at, known);
        then.topics = known;
        left = left.subspan(taken);
    }
    then.topics = topics_.newest();
    return {.run = built_.run(), .then = then, .completes = true};
}

void stream_planner::forget() noexcept
{
    last_ = {};
    candles_.forget();
}

}  // namespace tickertape::hub
