// Waits until a time, or until somebody has something to do for the waiter. An interface, so that a
// test has a time of its own.
//
// Threads: one strand.
#pragma once

#include "core/clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>

namespace tickertape::relay {

class alarm {
public:
    virtual ~alarm() = default;
    // Ends then, or when it is rung; at once where it was rung since it last ended. One at a time.
    virtual boost::asio::awaitable<void> wait(steady_time until) = 0;
    virtual void ring() = 0;
};

using make_alarm = std::function<std::unique_ptr<alarm>()>;

class timer_alarm final : public alarm {
public:
    explicit timer_alarm(const boost::asio::any_io_executor& on) : timer_{on} {}

    boost::asio::awaitable<void> wait(steady_time until) override;
    void ring() override;

private:
    boost::asio::steady_timer timer_;
    bool rung_ = false;
};

}  // namespace tickertape::relay
