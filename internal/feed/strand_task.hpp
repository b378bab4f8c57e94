// One coroutine on a strand that is started, cancelled and waited for: the life of a feed.
//
// Threads: start() and stop() on any; all else on the strand.
#pragma once

#include "feed/feed.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <exception>
#include <functional>
#include <string_view>

namespace tickertape::feed {

class strand_task {
public:
    // `failure`: the line of the log if an exception ends it; a literal. The log outlives it.
    strand_task(
        feed_context::strand_type strand, const telemetry::logger& log, std::string_view failure);
    // Only once the io_context has run out of its work, or before start().
    ~strand_task();
    strand_task(const strand_task&) = delete;
    strand_task& operator=(const strand_task&) = delete;

    // `life` is called once, unless stop() was called before. What it awaits is cancelled by
    // stop(), which arrives as an error code and not as an exception.
    void start(std::function<boost::asio::awaitable<void>()> life);
    void stop();

    bool stopping() const noexcept { return is_stopping_; }

private:
    void ended(const std::exception_ptr& escaped);

    const feed_context::strand_type strand_;
    const telemetry::logger& log_;
    const std::string_view failure_;
    boost::asio::cancellation_signal stop_;
    bool is_stopping_ = false;
    bool is_running_ = false;
};

}  // namespace tickertape::feed
