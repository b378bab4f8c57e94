// Runs several coroutines at once and waits for all.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <vector>

namespace tickertape::net {

// Runs all of `tasks` on the caller's executor, a strand, and ends when the last of them has ended.
// Cancelling the caller cancels each; they see that as an error code, not as an exception. The
// objects they refer to need only outlive this call. If one throws, which is a mistake of ours, the
// others are cancelled, and the exception is thrown here once all have ended.
boost::asio::awaitable<void> when_all(std::vector<boost::asio::awaitable<void>> tasks);

}  // namespace tickertape::net
