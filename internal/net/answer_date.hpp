// Compares the time that an HTTP answer gives with our wall clock. No I/O.
#pragma once

#include "core/clock.hpp"

#include <optional>
#include <string>

namespace tickertape::net {

// The headers as they came; empty if there was none.
struct answer_date {
    std::string date{};            // the header Date, of one second's resolution
    std::string age{};             // the header Age: seconds it lay in a cache
    steady_time::duration took{};  // from the request's first byte to the answer's last
};

// What time it was at the host when it answered: the second it names, and the time in the
// cache. None: there is no such
// header, or it is not a time.
std::optional<wall_time> time_said(const answer_date& said, wall_time now) noexcept;

// One comparison of our wall clock with a host's.
struct clock_comparison {
    std::chrono::milliseconds ahead;   // of ours before theirs; negative: behind
    std::chrono::milliseconds unsure;  // the most that this is wrong by
    moment at;
};

// `now`: when the answer was whole. The time the request took is measured by the steady clock, so
// that a step of the wall clock meanwhile spoils nothing. None: as of time_said().
std::optional<clock_comparison> read_clock(const answer_date& said, moment now) noexcept;

}  // namespace tickertape::net
