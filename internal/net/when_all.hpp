// Several coroutines at once, as one.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <vector>

namespace tickertape::net {

// Runs all of `tasks` on the caller's executor, a strand, and ends when the last of them has ended.
// Cancelling the caller cancels each; they are told by values, as everything of this room is. What
// they refer to need only outlive this call. One that throws has the others cancelled, and once all
// have ended what it threw is thrown here: a mistake of ours is not to go unnoticed.
boost::asio::awaitable<void> when_all(std::vector<boost::asio::awaitable<void>> tasks);

}  // namespace tickertape::net
