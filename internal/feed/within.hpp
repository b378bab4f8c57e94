// A phase of a request, and the time it has.
//
// Threads: the executor of the coroutine.
#pragma once

#include "feed/errors.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace tickertape {

// Runs `phase` and gives it at most `limit`, then cancels it and waits for its end: whatever the
// phase refers to need only outlive this call. Cancelling the caller cancels the phase.
// Errors: what the phase gives; `late` if the time was over; operation_aborted if we were
// cancelled.
boost::asio::awaitable<boost::system::error_code> within(
    std::chrono::steady_clock::duration limit, feed_errc late,
    boost::asio::awaitable<boost::system::error_code> phase);

// Whether somebody cancelled this coroutine. A cancellation that arrives between two operations
// ends neither, so whoever awaits several asks in between.
boost::asio::awaitable<bool> is_cancelled();

}  // namespace tickertape
