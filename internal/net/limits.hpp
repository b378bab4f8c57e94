// The limits of connections to other hosts, in time and in bytes.
#pragma once

#include <chrono>
#include <cstddef>

namespace tickertape::net {

struct dial_limits {
    std::chrono::milliseconds resolve{3000};
    std::chrono::milliseconds connect{3000};  // all addresses together
    std::chrono::milliseconds handshake{3000};
};

// Of one HTTP client. Each phase of a request has its own limit; the fetch as a whole has another.
struct http_limits {
    std::chrono::milliseconds resolve{3000};
    std::chrono::milliseconds connect{3000};  // all addresses together
    std::chrono::milliseconds handshake{3000};
    std::chrono::milliseconds response{5000};  // from the request's first byte to the answer's last
    std::size_t header_bytes_max = 16 * 1024;
    std::size_t body_bytes_max = 1024 * 1024;
};

// Of an answer whose body has no end.
struct http_stream_limits {
    dial_limits dial{};
    std::chrono::milliseconds head{5000};  // from the request's first byte to the end of the head
    // No byte of the body for so long: the connection is dead, whatever TCP says.
    std::chrono::milliseconds silence_max{45'000};
    std::size_t header_bytes_max = 16 * 1024;
};

struct websocket_limits {
    dial_limits dial{};
    std::chrono::milliseconds upgrade{5000};  // from the request's first byte to the answer's last
    // No byte of any kind, pings included, for so long: the connection is dead, whatever TCP says.
    std::chrono::milliseconds silence_max{30'000};
    std::chrono::milliseconds write{5000};     // for one message of ours
    std::chrono::milliseconds goodbye{1000};   // for the peer's answer to ours
    std::size_t answer_bytes_max = 32 * 1024;  // to the upgrade, header and body
    std::size_t message_bytes_max = 256 * 1024;
};

}  // namespace tickertape::net
