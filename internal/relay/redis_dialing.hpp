// What all connections to the Redis of a cluster need.
#pragma once

#include "net/dialer.hpp"
#include "relay/attempt_pace.hpp"
#include "relay/redis_address.hpp"
#include "relay/redis_limits.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>

#include <memory>

namespace tickertape::relay {

// Everything referred to outlives the connections. `executor` is a strand.
struct redis_dialing {
    boost::asio::any_io_executor executor;
    boost::asio::ssl::context& trust;
    const redis_address& address;
    const redis_limits& limits;
    attempt_pace& pace;
    net::resolve_function lookup;
};

std::unique_ptr<net::dialer> make_dialer(const redis_dialing& with, const redis_host& host);

// Opens a connection when the pace lets us. Errors: relay_errc::unreachable; operation_aborted.
boost::asio::awaitable<boost::system::error_code>
open_in_turn(const redis_dialing& with, net::dialer& to, std::unique_ptr<net::byte_stream>& opened);

// Waits until then. Errors: operation_aborted.
boost::asio::awaitable<boost::system::error_code> wait_until(steady_time then);

}  // namespace tickertape::relay
