// Lists the groups that the sweep has yet to visit. Groups that asked for ticks less often wait
// until they are due.
//
// Threads: one, its lane's.
#pragma once

#include "hub/subscriber_table.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <queue>
#include <vector>

namespace tickertape::hub {

class sweep_queue {
public:
    using milliseconds = std::chrono::milliseconds;

    // The table outlives this.
    explicit sweep_queue(subscriber_table& of) noexcept : table_{of} {}

    // The group has news, or one of its members has not been sent all it lacks.
    void add(group_id id, milliseconds now);

    bool empty() const noexcept { return queue_.empty(); }

    enum class visited {
        in_vain,     // there was nothing to send it
        served,      // it is up to date, or its socket is full
        unfinished,  // more is left to send: its group is visited again
    };
    // Visits members of the groups that wait, at most `budget` of them. visit(subscriber_id) may
    // remove the member. Groups that are found empty are removed from the table.
    template <class Visit>
    void run(std::size_t budget, milliseconds now, Visit visit);

    // When the next waiting group is due; none if no group waits.
    std::optional<milliseconds> next_due() const noexcept;
    // Lets the groups that are due be visited.
    void release(milliseconds now);

private:
    struct waiting {
        milliseconds due;
        group_id id;

        bool operator>(const waiting& other) const noexcept { return due > other.due; }
    };

    void end_group(group_id id, milliseconds now);

    subscriber_table& table_;
    std::deque<group_id> queue_;
    std::priority_queue<waiting, std::vector<waiting>, std::greater<>> early_;
};

template <class Visit>
void sweep_queue::run(std::size_t budget, milliseconds now, Visit visit)
{
    while (!queue_.empty()) {
        const auto id = queue_.front();
        subscriber_group& g = table_.group(id);
        while (g.swept < g.members.size()) {
            if (budget == 0)
                return;
            --budget;
            const auto next = g.members[g.swept];
            const visited came_to = visit(next);
            g.has_served = g.has_served || came_to != visited::in_vain;
            g.is_unfinished = g.is_unfinished || came_to == visited::unfinished;
            // Where it was removed, another has taken its number and is next.
            if (g.swept < g.members.size() && g.members[g.swept] == next)
                ++g.swept;
        }
        queue_.pop_front();
        end_group(id, now);
    }
}

}  // namespace tickertape::hub
