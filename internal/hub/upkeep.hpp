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
    look_at_lag,    // it has not caught up, or not been looked at, for longer than the limit
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
        return s.caught_up_at.age(now) > limits.lag ? care::look_at_lag : care::nothing;
    return s.sent_at.age(now) >= limits.heartbeat ? care::heartbeat : care::nothing;
}

// How far a subscriber that is behind is from the present.
struct lag_reading {
    std::chrono::milliseconds behind{0};  // how long ago the oldest tick came that it lacks
    std::uint32_t published = 0;          // how many ticks its symbols have had since the start
};

enum class lag_verdict {
    fine,
    close,
    conflate,  // it is brought up to date
};

// What becomes of it. One that had caught up may be behind for limits.lag. One that is still at its
// replay may take all the time it needs, as long as it takes more than comes: otherwise it will
// never be done. A reader that is being brought up to date already is left to it.
inline lag_verdict
judge_lag(const subscriber& s, const lag_reading& r, const lane_limits& limits) noexcept
{
    const bool comes_nearer =
        !s.has_caught_up &&
        (!s.is_measured || static_cast<std::int32_t>(r.published - s.pace_mark) < 0);
    if (r.behind <= limits.lag || comes_nearer)
        return lag_verdict::fine;
    if (limits.beyond_lag == slow_reader::close)
        return lag_verdict::close;
    return s.place.is_passing() ? lag_verdict::fine : lag_verdict::conflate;
}

// Begins to measure anew whether one that has never caught up comes nearer.
inline void measure_pace(subscriber& s, const lag_reading& r, stamp now) noexcept
{
    if (s.has_caught_up)
        return;
    s.is_measured = true;
    s.caught_up_at = now;
    s.pace_mark = r.published;
}

}  // namespace tickertape
