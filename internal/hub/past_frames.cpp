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
    if (terms.newest_only || at.is_passing())
        return false;
    const auto epoch = of.epoch();
    const auto held = held_after(of, terms.symbols);
    const bool is_known =
        at.at >= epoch || (at.at < epoch.previous() && of.given_before() == position{});
    // Asked last: what was read above is of this era, or it is not used.
    return of.era() == era && is_known && at.at < held;
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
    if (answer.from > asked.after) {
        build_without_past(asked, answer.from);
        return;
    }
    for (const auto& t : answer.ticks)
        built_.add_tick(t);
    then_.at = answer.to;
    then_.live = then_.live || !answer.ticks.empty();
}

// The tape of a symbol that ticks seldom may hold ticks that are older than the past.
void past_frames::build_without_past(const tape::past_query& asked, position until)
{
    const auto after = asked.after;
    if (after < tapes_.epoch()) {
        then_.at = std::min(until, tapes_.epoch());
        built_.add_gap({after, then_.at, sse::gap_reason::evicted});
        return;
    }
    const bool alone = asked.symbols.size() == 1;
    tape::merged_reader reader{tapes_};
    reader.start(asked.symbols, after, until);
    for (const auto& lost : reader.lost()) {
        const auto to = std::min(lost.to, until);
        const std::array<std::string_view, 1> name{tapes_.symbols().name(lost.symbol)};
        built_.add_gap({after, to, sse::gap_reason::evicted, name, alone});
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
