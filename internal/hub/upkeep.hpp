// What is due to a subscriber that nothing happens to: looked for in the sweep over everybody,
// never by a timer of its own. A peer that stopped reading never causes an event.
#pragma once

#include "hub/lane_limits.hpp"
#include "hub/stamp.hpp"
#include "hub/subscriber_table.hpp"

namespace tickertape {

enum class care {
    nothing,
    heartbeat,
    look_at_lag,    // it has not caught up for longer than the limit
    close_stalled,  // it takes nothing
    close_unheard,  // it did not take its last words in time
    send_away_as_old,
};

inline care care_for(const subscriber& s, stamp now, const lane_limits& limits) noexcept
{
    if (s.finishing)
        return s.leaves_at.has_come(now) ? care::close_unheard : care::nothing;
    if (s.behind && s.sent_at.age(now) > limits.stalled)
        return care::close_stalled;
    if (limits.age.count() > 0 && s.leaves_at.has_come(now))
        return care::send_away_as_old;
    if (s.behind)
        return s.has_caught_up && s.caught_up_at.age(now) > limits.lag ? care::look_at_lag
                                                                       : care::nothing;
    return s.sent_at.age(now) >= limits.heartbeat ? care::heartbeat : care::nothing;
}

}  // namespace tickertape
