// Listening sockets. Threads: any.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>

namespace tickertape::http {

// Checks that the server can listen there. Throws std::runtime_error, in words for an operator, if
// it cannot: also if another process listens there already, which SO_REUSEPORT would hide by
// sharing the port with it.
boost::asio::ip::tcp::endpoint checked_endpoint(const std::string& address, std::uint16_t port);

// Listens beside others of this process on the same port; the kernel spreads connections over them.
// The acceptor does not block. `send_buffer_bytes`: the send buffer of each accepted connection.
boost::asio::ip::tcp::acceptor listen(
    boost::asio::io_context& on, const boost::asio::ip::tcp::endpoint& at, int backlog,
    int send_buffer_bytes);

}  // namespace tickertape::http
