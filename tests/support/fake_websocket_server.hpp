// A provider's WebSocket as a test wants it: a script per connection, down to the single byte, on
// loopback, with or without TLS.
//
// Threads: the io_context of the test, which is single-threaded.
#pragma once

#include "support/tls_authority.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::testing {

// Frames as a server sends them.
namespace opcode {
inline constexpr std::uint8_t more = 0x0, text = 0x1, binary = 0x2, close = 0x8, ping = 0x9;
}
std::string frame(std::uint8_t op, std::string_view payload, bool is_last = true);
std::string text_frame(std::string_view payload);
std::string close_frame(std::uint16_t code, std::string_view reason);

// The server's end of one connection. Each function says false, or nothing, once it is gone.
class websocket_peer {
public:
    virtual ~websocket_peer() = default;

    // 0 for the first connection of the server.
    virtual std::size_t number() const = 0;
    // With more lines of header, and bytes sent along with it, where a test wants some.
    virtual boost::asio::awaitable<bool>
    accept(std::string header_lines = {}, std::string and_then = {}) = 0;
    virtual boost::asio::awaitable<bool> send(std::string bytes) = 0;
    // The next text message. Pongs are recorded on the way; a goodbye is answered and ends it.
    virtual boost::asio::awaitable<std::optional<std::string>> hear() = 0;
    // Listens, answers no goodbye, and says nothing until the connection is gone.
    virtual boost::asio::awaitable<void> hang() = 0;
    // What comes is left where it is for so long.
    virtual boost::asio::awaitable<void> pause(std::chrono::milliseconds time) = 0;

    boost::asio::awaitable<bool> say(std::string_view text) { return send(text_frame(text)); }
};

class fake_websocket_server {
public:
    // Runs once per connection, after the request for the upgrade has come; the connection is
    // closed, without a goodbye, when it ends.
    using script = std::function<boost::asio::awaitable<void>(websocket_peer&)>;

    // Without an identity it speaks plain HTTP. Listens on 127.0.0.1.
    fake_websocket_server(
        boost::asio::io_context& io, std::optional<tls_identity> identity, script plays);
    ~fake_websocket_server();
    fake_websocket_server(const fake_websocket_server&) = delete;
    fake_websocket_server& operator=(const fake_websocket_server&) = delete;

    std::string port() const;
    // From now on connections are accepted and nothing is said on them.
    void hang_before_handshake();
    // Stops listening and closes everything, so that the io_context runs out of work.
    void stop();

    std::size_t connections() const;       // so far
    std::size_t open_connections() const;  // now
    const std::vector<std::string>& requests() const;
    const std::vector<std::string>& heard() const;     // text messages
    const std::vector<std::string>& pongs() const;     // their payloads
    const std::vector<std::string>& goodbyes() const;  // the payloads of close frames

private:
    struct impl;
    struct peer;

    std::shared_ptr<impl> impl_;
};

}  // namespace tickertape::testing
