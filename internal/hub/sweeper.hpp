// Decides when the lane sweeps over the groups that have news, and does it in slices, so that
// accepting, requests and closing are served in between.
//
// A sweep follows a wake at once, or after a rest where sweeps serve many (see sweep_pace). Groups
// that asked for ticks less often have their time released by a timer.
//
// Threads: one, its lane's.
#pragma once

#include "hub/audience.hpp"
#include "hub/sweep_pace.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <optional>

namespace tickertape::hub {

class sweeper {
public:
    // All outlive this. listen(bool): whether the lane is to be woken for new ticks.
    sweeper(boost::asio::io_context& context, audience& of, std::function<void(bool)> listen);

    // To be called when there are new ticks.
    void on_wake();
    // Arranges the next sweep: soon if a group has news, later if one has to wait.
    void go_on();

private:
    using milliseconds = std::chrono::milliseconds;

    void rest_until(milliseconds then);
    void begin();
    void post_slice();
    void sweep_slice();
    void arm_release();

    boost::asio::io_context& context_;
    audience& audience_;
    const std::function<void(bool)> listen_;
    boost::asio::steady_timer rest_timer_;
    boost::asio::steady_timer release_timer_;
    std::optional<milliseconds> released_at_;  // what release_timer_ is set to
    sweep_pace pace_;
    bool is_posted_ = false;  // a slice is
};

}  // namespace tickertape::hub
