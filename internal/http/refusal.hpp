// The reasons for which a connection or a request is refused, how often each occurred, and what
// the client is told.
//
// Threads: any.
#pragma once

#include "http/problem.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace prometheus {
class Counter;
}

namespace tickertape::telemetry {
class metrics;
}

namespace tickertape::http {

enum class refusal : std::uint8_t {
    // Of admission.
    max_connections,         // no permit is left
    max_connections_per_ip,  // the client has as many connections as one may have
    rate,                    // the client asks too often
    reserve,                 // no permit is left to tell it so: closed without a word
    max_answers,             // the response budget of the lane is used up
    max_bodies,              // the body budget of the lane is used up
    max_waiting,             // too many requests of the lane wait for their handlers
    // Of time.
    silent,        // connected and said nothing: closed without a word
    slow_request,  // said something, and was not done
    slow_reader,   // did not take its answer: closed
    slow_handler,  // its handler was not done in time
    draining,      // its handler was not done when the server stopped
    // Of requests, see request_reader.hpp.
    header_too_large,
    body_too_large,
    bad_request_line,
    bad_header,
    bad_length,
    bad_body,
};
inline constexpr std::size_t refusals = static_cast<std::size_t>(refusal::bad_body) + 1;

std::string_view to_string(refusal r) noexcept;

// tickertape_refused_total{reason=...}; every reason is there from the start.
class refusal_counters {
public:
    explicit refusal_counters(telemetry::metrics& to);

    void add(refusal r) const noexcept;

private:
    std::array<prometheus::Counter*, refusals> counters_{};
};

// The answer to a client that is refused for now and may come back after `wait`.
response turned_away(refusal why, std::chrono::milliseconds wait);
}  // namespace tickertape::http
