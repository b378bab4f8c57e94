#include "hub/past_frames.hpp"

#include "tape/merged_reader.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tickertape::hub {

position held_after(const tape::tapes& of, std::span<const symbol_id> symbols) noexcept
{
    auto p = of.epoch();
    for (const auto symbol : symbols)
        p = std::max(p, of.of(symbol).evicted());
    return p;
}

bool needs_past(
    const stream_terms& terms, const stream_cursor& at, tape::tapes::era_number era,
    const tape::tapes& of) noexcept
{
    if (terms.symbols.empty() || terms.newest_only || at.is_passing() || at.is_unknown)
        return false;
    const auto held = held_after(of, terms.symbols);
    // Asked last: what was read above is of this era, or it is not used.
    return of.era() == era && at.at < held;
}

bool is_sound(const tape::past_batch& answer, const tape::past_query& asked) noexcept
{
    if (answer.from < asked.after || answer.to < answer.from ||
        answer.ticks.size() > asked.ticks_max)
        return false;
    auto last = answer.from;
    for (const auto& t : answer.ticks) {
        if (t.at <= last || t.at > answer.to || !std::ranges::count(asked.symbols, t.symbol))
            return false;
        last = t.at;
    }
    return true;
}

void past_frames::build(
    const stream_terms& terms, const stream_cursor& from, const tape::past_query& asked,
    const tape::past_batch& answer)
{
    built_.begin(terms.how);
    then_ = from;
    const auto missing = tapes_.next_hole(from.at, tapes_.committed());
    if (missing && from.at >= missing->after) {
        tell(*missing);
        return;
    }
    const auto before_hole = [&](position p) { return missing ? std::min(p, missing->after) : p; };
    if (answer.from > asked.after) {
        // What lies behind asked.until is on the tapes.
        build_without_past(asked, before_hole(std::min(answer.from, asked.until)), answer.why);
        return;
    }
    then_.at = before_hole(answer.to);
    for (const auto& t : answer.ticks)
        if (t.at <= then_.at)
            built_.add_tick(t);
}

void past_frames::tell(const tape::hole& missing)
{
    built_.add_gap(
        {missing.from_for(then_.at),
         missing.to,
         sse::reason_of(missing.why),
         {},
         missing.ends_its_place()});
    then_.at = missing.end;
}

// The tape of a symbol that ticks seldom may hold ticks that are older than the past.
void past_frames::build_without_past(const tape::past_query& asked, position until, gap_cause why)
{
    const auto after = asked.after;
    const auto epoch = tapes_.epoch();
    if (after < epoch) {
        then_.at = std::min(until, epoch);
        // A hole that leads to where positions begin is the one that the restart has made.
        const auto told = until < epoch ? sse::reason_of(why) : sse::gap_reason::restarted;
        built_.add_gap({after, then_.at, told});
        return;
    }
    const bool alone = asked.symbols.size() == 1;
    tape::merged_reader reader{tapes_};
    reader.start(asked.symbols, after, until);
    for (const auto& lost : reader.lost()) {
        const auto to = std::min(lost.to, until);
        const std::array<std::string_view, 1> name{tapes_.symbols().name(lost.symbol)};
        built_.add_gap({after, to, sse::reason_of(why), name, alone});
        if (alone) {  // the client resumes behind it, so the cursor moves there
            then_.at = to;
            return;
        }
    }
    for (auto room = asked.ticks_max; room > 0; --room) {
        const auto next = reader.next();
        if (!next)
            break;
        built_.add_tick(*next);
        then_.at = next->at;
    }
    if (reader.is_complete())
        then_.at = until;
}

}  // namespace tickertape::hub
