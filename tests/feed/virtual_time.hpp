// Time that a test moves: while one lives, std::chrono::steady_clock of this program stands still
// but for advance(), and the timers of an io_context with it. So days pass in seconds, without
// sleeps, through the very code that waits for them.
//
// Threads: one.
#pragma once

#include "core/clock.hpp"
#include "core/timestamp.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace tickertape::testing {

class virtual_time final : public clock {
public:
    explicit virtual_time(wall_time begin);
    ~virtual_time() override;
    virtual_time(const virtual_time&) = delete;
    virtual_time& operator=(const virtual_time&) = delete;

    // Moves time on, and runs what is due by then until nothing is left to do now.
    void advance(boost::asio::io_context& io, std::chrono::nanoseconds by);

    steady_time steady_now() const noexcept override { return std::chrono::steady_clock::now(); }
    wall_time wall_now() const noexcept override
    {
        return begin_ + std::chrono::floor<std::chrono::milliseconds>(since_begin());
    }
    std::chrono::nanoseconds since_begin() const noexcept { return steady_now() - from_; }

private:
    const wall_time begin_;
    const steady_time from_;
};

}  // namespace tickertape::testing
