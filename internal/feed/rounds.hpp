// The life of a feed that asks in rounds: when one is due, sooner where somebody begins to read,
// and none while it stands by.
//
// Threads: start(), stand_by(), look_again() and stop() on any; all else on the strand.
#pragma once

#include "core/clock.hpp"
#include "feed/feed.hpp"
#include "feed/strand_task.hpp"
#include "market/schedule.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <string_view>

namespace tickertape::feed {

class rounds {
public:
    // `failure` as strand_task. `time` and `log` outlive it.
    rounds(
        feed_context::strand_type strand, const clock& time, const telemetry::logger& log,
        market::cadence rhythm, std::string_view failure);

    // `is_watched()`: whether somebody reads. `round()`: whether it succeeded; what it awaits is
    // cancelled by stop(), which arrives as an error code.
    void
    start(std::function<bool()> is_watched, std::function<boost::asio::awaitable<bool>()> round);
    // Of a cluster only the leader asks.
    void stand_by(bool stands_by);
    // Somebody begins to read: a round may be due.
    void look_again();
    void stop();

    // What another round would bring is known since then.
    void note_success(steady_time at);
    bool stopping() const noexcept { return task_.stopping(); }

private:
    boost::asio::awaitable<void> run();

    const clock& time_;
    const feed_context::strand_type strand_;
    market::schedule schedule_;
    std::function<bool()> is_watched_;
    std::function<boost::asio::awaitable<bool>()> round_;
    boost::asio::steady_timer timer_;
    bool is_standing_by_ = false;
    strand_task task_;
};

}  // namespace tickertape::feed
