// Stops the asking of a provider that keeps failing, and probes it until it is well again.
//
//   closed     every request goes out; `failures_max` failures in a row open it
//   open       none goes out until its time is over; each opening in a row is twice as long
//   half_open  one request at a time goes out as a probe: success closes it, failure opens it again
//
// A request that went out while the breaker was closed may end later. While the breaker is open its
// end is ignored. While the breaker is half open its end counts as that of the probe: both say the
// same of the provider.
//
// No clock of its own: the time is handed in, and never steps back. Threads: one.
#pragma once

#include "core/clock.hpp"

#include <cstdint>
#include <string_view>

namespace tickertape::provider {

struct breaker_limits {
    unsigned failures_max = 5;
    std::chrono::milliseconds open_first{5'000};
    std::chrono::milliseconds open_most{120'000};

    friend bool operator==(const breaker_limits&, const breaker_limits&) = default;
};

class circuit_breaker {
public:
    enum class state : std::uint8_t { closed, open, half_open };

    explicit circuit_breaker(breaker_limits limits) noexcept : limits_{limits} {}

    // Whether a request may go out at `now`. One that may is followed by exactly one of
    // succeeded(), failed() and abandoned(). An open breaker whose time is over becomes half open.
    bool admits(steady_time now) noexcept;
    void succeeded() noexcept;
    // `random` in [0, 1) spreads the end of an opening over its last quarter, so that
    // clients that were refused together do not come back together. No opening is longer than
    // open_most.
    void failed(steady_time now, double random) noexcept;
    // The request was cancelled before it said anything of the provider.
    void abandoned() noexcept;

    const breaker_limits& limits() const noexcept { return limits_; }
    state current() const noexcept { return state_; }
    // When an open breaker next admits a probe.
    steady_time open_until() const noexcept { return open_until_; }

private:
    void open(steady_time now, double random) noexcept;

    breaker_limits limits_;
    state state_ = state::closed;
    unsigned failures_ = 0;  // in a row, while closed
    unsigned openings_ = 0;  // in a row
    bool probing_ = false;   // of meaning while half open
    steady_time open_until_{};
};

std::string_view to_string(circuit_breaker::state s) noexcept;

}  // namespace tickertape::provider
