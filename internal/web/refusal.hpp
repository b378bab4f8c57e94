// Why somebody is turned away, how often that was done, and what is said.
//
// Threads: any.
#pragma once

#include "web/problem.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace prometheus {
class Counter;
}

namespace tickertape {

class metrics;

enum class refusal : std::uint8_t {
    // Of admission.
    max_connections,         // there is no room
    max_connections_per_ip,  // the client has its share
    rate,                    // it asks too often
    reserve,                 // no room even to say so: closed without a word
    max_answers,             // too many are held that nobody has taken
    // Of time.
    silent,        // connected and said nothing: closed without a word
    slow_request,  // said something, and was not done
    slow_reader,   // did not take its answer: closed
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
    explicit refusal_counters(metrics& to);

    void add(refusal r) const noexcept;

private:
    std::array<prometheus::Counter*, refusals> counters_{};
};

// What a client is told that was refused by admission, and may come back after `wait`.
response turned_away(refusal why, std::chrono::milliseconds wait);
// The same for an EventSource, which gives up for ever on any status but 200: a stream that says
// busy, and when to come back, and ends.
response turned_away_stream(std::chrono::milliseconds wait);

// Whether an Accept header names the type of a stream, as that of an EventSource does.
bool accepts_event_stream(std::string_view accept);

}  // namespace tickertape
