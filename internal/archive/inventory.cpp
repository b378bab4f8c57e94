#include "archive/inventory.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::archive {
namespace {

// Why what lies between the two is missing, by the holes at its ends: what lies between these may
// also have been dropped with its days. The time before the archive was made, from 0-0, is older
// than all that is held.
gap_cause why_missing(const std::vector<hole>& holes, position after, position from) noexcept
{
    auto why = gap_cause::evicted;
    for (const auto& h : holes) {
        const bool is_within = h.to > after && h.from < from && h.from != position{};
        if (!is_within || (h.from > after && h.to != from))
            continue;
        if (h.reason == hole_reason::damaged)
            return gap_cause::damaged;
        why = gap_cause::missing;
    }
    return why;
}

}  // namespace

std::string why_not_between(const std::vector<held_day>& days, position first, position last)
{
    for (const auto& day : days)
        if (day.previous < last && first <= day.last)
            return "the archive knows all ticks after " + day.previous.text() + " up to " +
                   day.last.text();
    return {};
}

inventory::view inventory::look() const
{
    const std::lock_guard lock{mutex_};
    return {held_, last_};
}

inventory::range inventory::known(const view& now, position after, position until) noexcept
{
    const auto& held = *now.held;
    if (held.days.empty())
        return {after, after};
    auto from = std::max(after, held.days.front().previous);
    for (const auto& h : held.holes)
        if (h.from <= from && from < h.to)
            from = h.to;
    auto to = std::min(until, now.last);
    for (const auto& h : held.holes)
        if (h.from >= from)
            to = std::min(to, h.from);
    return {from, std::max(from, to), why_missing(held.holes, after, from)};
}

void inventory::set(holdings held, position last)
{
    auto next = std::make_shared<const holdings>(std::move(held));
    const std::lock_guard lock{mutex_};
    held_ = std::move(next);
    last_ = last;
}

void inventory::set_last(position last)
{
    const std::lock_guard lock{mutex_};
    last_ = last;
}

void inventory::report(const suspect& found)
{
    const std::lock_guard lock{mutex_};
    auto next = *held_;
    if (!add_hole(next.holes, found.lost))
        return;
    held_ = std::make_shared<const holdings>(std::move(next));
    suspects_.push_back(found);
}

std::vector<inventory::suspect> inventory::take_suspects()
{
    const std::lock_guard lock{mutex_};
    return std::exchange(suspects_, {});
}

bool inventory::has_suspects() const
{
    const std::lock_guard lock{mutex_};
    return !suspects_.empty();
}

void inventory::forget_suspects_after(position epoch)
{
    const std::lock_guard lock{mutex_};
    std::erase_if(suspects_, [epoch](const suspect& s) { return s.lost.to > epoch; });
}

bool inventory::is_verified(const std::string& sha256) const
{
    const std::lock_guard lock{mutex_};
    return verified_.contains(sha256);
}

void inventory::set_verified(const std::string& sha256)
{
    const std::lock_guard lock{mutex_};
    verified_.insert(sha256);
}

}  // namespace tickertape::archive
