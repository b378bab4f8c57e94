// Sends answers on a connection and gives up on a client that does not take them.
//
// Threads: the lane's.
#pragma once

#include "core/clock.hpp"
#include "http/connection.hpp"
#include "http/deadline.hpp"
#include "http/wire.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <string_view>

namespace tickertape::http {

class response_writer {
public:
    struct limits {
        std::chrono::milliseconds piece;   // for the client to take a piece of an answer
        std::chrono::milliseconds answer;  // to take all of it
    };

    // What a peer has to take of an answer to be given more time for the next.
    static constexpr std::size_t piece_bytes = std::size_t{16} << 10;

    // All outlive this.
    response_writer(connection& to, deadline& limit, const clock& time, limits l) noexcept
        : to_{to}, deadline_{limit}, time_{time}, limits_{l}
    {
    }

    enum class outcome { sent, gone, slow };  // slow: the client did not take it in time

    // The arguments outlive the call. A slow reader has the time it needs, up to limits::answer, as
    // long as it takes a piece in limits::piece.
    boost::asio::awaitable<outcome> send(const response& r, const wire_options& options);
    boost::asio::awaitable<outcome> send(std::string_view head, std::string_view body);
    // Says that nothing more will be sent, and reads and drops what the peer still sends, up to
    // that time and that many bytes. Returns whether the peer ended the connection within both.
    boost::asio::awaitable<bool> end(std::chrono::milliseconds limit, std::size_t bytes_max);

private:
    connection& to_;
    deadline& deadline_;
    const clock& time_;
    const limits limits_;
};

}  // namespace tickertape::http
