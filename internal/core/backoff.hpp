// How long to wait before trying again: exponential, with full jitter, so that a thousand clients
// that failed together do not come back together.
//
// No clock and no randomness of its own. Threads: one.
#pragma once

#include <chrono>

namespace tickertape {

struct backoff_limits {
    std::chrono::milliseconds first;  // the most the first wait can be
    std::chrono::milliseconds most;   // no wait is longer
};

class backoff {
public:
    explicit backoff(backoff_limits limits) noexcept : limits_{limits} {}

    // The next wait: `random`, in [0, 1), of min(most, first * 2^failures so far). It may be zero.
    std::chrono::milliseconds next(double random) noexcept;
    void reset() noexcept { failures_ = 0; }
    unsigned failures() const noexcept { return failures_; }

private:
    backoff_limits limits_;
    unsigned failures_ = 0;
};

}  // namespace tickertape
