// Sends all subscribers of a lane away, one after another, so that they do not come back elsewhere
// in the same second, and reports when the last has gone.
//
// Threads: one, its lane's.
#pragma once

#include "hub/audience.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>

namespace tickertape::hub {

struct drain_pace {
    std::size_t all = 0;  // how many are to go
    std::chrono::milliseconds over{0};
    std::size_t per_second_min = 1;  // a few need not wait for that long

    // How many may have gone after that time.
    std::size_t gone(std::chrono::milliseconds after) const noexcept
    {
        if (after >= over)
            return all;
        const auto ms = static_cast<std::size_t>(after.count());
        const auto even = all * ms / static_cast<std::size_t>(over.count());
        return std::min(all, 1 + std::max(even, per_second_min * ms / 1'000));
    }
};

class lane_drain {
public:
    // Both outlive this.
    lane_drain(boost::asio::io_context& context, audience& of) : audience_{of}, timer_{context} {}

    // Sends the subscribers away within `over`. `done` is called once, when none is left.
    void begin(std::chrono::milliseconds over, std::function<void()> done);
    // A subscriber has left.
    void report_if_over();

private:
    void send_away_some();

    audience& audience_;
    boost::asio::steady_timer timer_;
    bool has_begun_ = false;
    drain_pace pace_;
    std::chrono::milliseconds began_{0};
    std::size_t sent_away_ = 0;
    subscriber_id next_ = 0;
    std::function<void()> done_;
};

}  // namespace tickertape::hub
