// Listening sockets. Threads: any.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>

namespace tickertape::http {

// Throws std::runtime_error, in words for an operator, where nothing can listen there: also where
// somebody else does, which SO_REUSEPORT alone would hide by sharing the port with them.
boost::asio::ip::tcp::endpoint checked_endpoint(const std::string& address, std::uint16_t port);

// Listens beside others of this process on the same port; the kernel spreads connections over them.
// The acceptor does not block. What it accepts may have that much in the kernel that was not taken.
boost::asio::ip::tcp::acceptor listen(
    boost::asio::io_context& on, const boost::asio::ip::tcp::endpoint& at, int backlog,
    int send_buffer_bytes);

}  // namespace tickertape::http
