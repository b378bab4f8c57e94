// Puts a time limit on one phase of a request.
//
// Threads: the executor of the coroutine.
#pragma once

#include "net/errors.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace tickertape::net {

// Runs `phase` and gives it at most `limit`, then cancels it and waits for its end, so the
// objects the phase refers to need only outlive this call. Cancelling the caller cancels the phase.
// Errors: what the phase gives; `late` if the time was over; operation_aborted if we were
// cancelled.
boost::asio::awaitable<boost::system::error_code> with_timeout(
    std::chrono::steady_clock::duration limit, boost::system::error_code late,
    boost::asio::awaitable<boost::system::error_code> phase);

// Whether somebody cancelled this coroutine. A cancellation that arrives between two operations
// ends neither, so a caller that awaits several asks in between.
boost::asio::awaitable<bool> is_cancelled();

}  // namespace tickertape::net
