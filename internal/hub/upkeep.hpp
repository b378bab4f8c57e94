// Looks after all subscribers of a lane at regular intervals: heartbeats, and the limits on how
// slow and how old a stream may be. A peer that stopped reading never causes an event, so it is
// looked for here, in one pass for all and never by a timer for each.
//
// Threads: one, its lane's.
#pragma once

#include "hub/audience.hpp"
#include "hub/lane_limits.hpp"
#include "hub/stamp.hpp"
#include "hub/subscriber_table.hpp"
#include "hub/sweeper.hpp"
#include "hub/watermark_log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <string>

namespace tickertape::hub {

enum class care {
    nothing,
    heartbeat,
    look_at_lag,    // for longer than the limit it has not caught up, nor was its lag looked at
    close_stalled,  // it takes nothing
    close_unheard,  // it did not take the end of its stream in time
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

// The lag of a subscriber.
struct lag_reading {
    std::chrono::milliseconds behind{0};  // how long ago the oldest tick came that it lacks
    std::uint32_t published = 0;          // how many ticks its symbols have had since the start
};

enum class lag_verdict {
    fine,
    close,
    conflate,  // it is brought up to date
};

// Decides what is done with it. A subscriber that had caught up may be behind for limits.lag. One
// in its first replay has all the time it needs if it takes more ticks than come; otherwise it
// would never catch up. A subscriber that is being brought up to date already is left alone.
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
    return s.cursor.is_passing() ? lag_verdict::fine : lag_verdict::conflate;
}

// Begins to measure anew if a subscriber that has never caught up comes nearer to the present.
inline void measure_pace(subscriber& s, const lag_reading& r, stamp now) noexcept
{
    if (s.has_caught_up)
        return;
    s.is_measured = true;
    s.caught_up_at = now;
    s.pace_mark = r.published;
}

class upkeep {
public:
    // All outlive this.
    upkeep(boost::asio::io_context& context, audience& of, sweeper& sweeps);

    // Looks after them again and again until stop().
    void start();
    void stop();
    // Looks at the tapes, then after all subscribers, the first slice of them at once.
    void look_after();

private:
    void make_heartbeats();
    void look_after_from(subscriber_id first);
    void tell_changes_from(subscriber_id first);
    void give(subscriber_id id, care what);
    void look_at_lag(subscriber_id id);
    void close_lagging(subscriber_id id);

    boost::asio::io_context& context_;
    audience& audience_;
    sweeper& sweeper_;
    boost::asio::steady_timer timer_;
    tape::tapes::era_number era_ = 0;  // of the watermarks
    watermark_log watermarks_;
    std::array<std::string, 2> heartbeats_;  // by framing, of this pass
    bool is_passing_ = false;                // a slice of the pass is posted
    bool is_telling_ = false;                // a slice of those told of changes is posted
};

}  // namespace tickertape::hub
