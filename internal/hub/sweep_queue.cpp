#include "hub/sweep_queue.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::hub {

void sweep_queue::add(group_id id, milliseconds now)
{
    subscriber_group& g = table_.group(id);
    if (g.state == subscriber_group::sweep_state::queued) {
        g.again = g.again || g.swept > 0;
        return;
    }
    if (g.state == subscriber_group::sweep_state::early)
        return;
    if (g.terms.interval.count() > 0 && now < g.due) {
        g.state = subscriber_group::sweep_state::early;
        early_.push({g.due, id});
        return;
    }
    g.state = subscriber_group::sweep_state::queued;
    queue_.push_back(id);
}

void sweep_queue::end_group(group_id id, milliseconds now)
{
    subscriber_group& g = table_.group(id);
    g.swept = 0;
    g.state = subscriber_group::sweep_state::idle;
    const bool unfinished = std::exchange(g.is_unfinished, false);
    const bool again = std::exchange(g.again, false) || unfinished;
    // Members joined at different moments, so they are due at different ones. The group is visited
    // again after an eighth of the interval: that is exact enough for each member, and makes at
    // most eight sweeps per interval for all.
    if (std::exchange(g.has_served, false) && g.terms.interval.count() > 0)
        g.due =
            now + (unfinished ? std::max(milliseconds{1}, g.terms.interval / 8) : g.terms.interval);
    if (!table_.remove_if_empty(id) && again)
        add(id, now);
}

std::optional<sweep_queue::milliseconds> sweep_queue::next_due() const noexcept
{
    if (early_.empty())
        return std::nullopt;
    return early_.top().due;
}

void sweep_queue::release(milliseconds now)
{
    while (!early_.empty() && early_.top().due <= now) {
        const auto id = early_.top().id;
        early_.pop();
        table_.group(id).state = subscriber_group::sweep_state::queued;
        queue_.push_back(id);
    }
}

}  // namespace tickertape::hub
