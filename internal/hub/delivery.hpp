// Sends one subscriber what it lacks, and moves its cursor.
//
// Threads: one, its lane's.
#pragma once

#include "core/clock.hpp"
#include "hub/lane_limits.hpp"
#include "hub/stamp.hpp"
#include "hub/subscriber_table.hpp"

#include <string_view>

namespace tickertape::hub {

// The time of the lane's last look at the clock. A slice is short enough to use one reading.
struct lane_moment {
    wall_time wall{};
    boot_time boot{};
    std::chrono::milliseconds steady{0};

    stamp now() const noexcept { return stamp{steady}; }
};

class delivery {
public:
    enum class outcome {
        up_to_date,
        behind,  // the socket takes no more; the poller tells when it does
        more,    // there is more to send, and others are to have their turn first
        away,    // it lacks what is not known here; the caller sends it away
        early,   // it asked for fewer ticks; its next is not due yet
        gone,    // the connection is of no use; the caller removes it
    };

    // All outlive this.
    delivery(
        stream_planner& planner, const commit_horizon& seen, const lane_limits& limits,
        lane_counters& counters) noexcept
        : planner_{planner}, seen_{seen}, limits_{limits}, counters_{counters}
    {
    }

    // Sends what it lacks, until the socket is full or its turn is over.
    outcome pump(subscriber& s, const stream_terms& terms, const lane_moment& at);
    // Sends the rest of a frame that was cut, and then a frame that is not a tick.
    outcome send(subscriber& s, std::string_view frame, const lane_moment& at);
    // The same for a frame that must not be left out: what the socket does not take is kept.
    outcome tell(subscriber& s, std::string_view frame, const lane_moment& at);
    // Sends the last block and the end of the response. The peer has limits.farewell to take them.
    outcome
    end(subscriber& s, const stream_terms& terms, std::string_view block, const lane_moment& at);
    // Keeps what could not be sent until the socket takes it.
    void hold(subscriber& s, std::unique_ptr<std::string> bytes);
    // Goes on with an end that was cut short.
    outcome go_on_ending(subscriber& s, const lane_moment& at);

private:
    outcome send_rest(subscriber& s, const lane_moment& at);
    outcome flush(subscriber& s, std::string_view more, std::size_t& taken, const lane_moment& at);

    stream_planner& planner_;
    const commit_horizon& seen_;
    const lane_limits& limits_;
    lane_counters& counters_;
};

}  // namespace tickertape::hub
