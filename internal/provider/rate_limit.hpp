// How often a provider lets itself be asked, and a token bucket that keeps to it.
//
// In no stretch of time of length t, wherever it begins, does it give more than
// burst + per_minute * t tokens. It counts in whole nanoseconds, so that no rounding ever adds one.
//
// No clock of its own: the time is handed in, and never steps back.
#pragma once

#include "core/clock.hpp"

namespace tickertape::provider {

struct rate_limit {
    double per_minute;  // > 0; less than one in 30 days counts as that
    double burst = 1;   // requests that may follow each other at once, >= 1

    friend bool operator==(const rate_limit&, const rate_limit&) = default;
};

// Starts full. Threads: one.
class token_bucket {
public:
    using duration = steady_time::duration;

    token_bucket(rate_limit limit, steady_time now) noexcept;

    // Takes a token, if there is one and no pause is on. Returns whether it did.
    bool take(steady_time now) noexcept;
    // How long until take() would succeed, exactly; zero: now.
    duration wait(steady_time now) const noexcept;
    // No token before `until`, whatever the rate says: the provider told us to wait.
    // At `until` there is one token, and not what would have been saved up meanwhile: a client
    // that returns from a ban with a burst is banned again. Never shortens a pause that is on.
    void pause(steady_time until) noexcept;
    // The end of the last pause, in the past where none is on.
    steady_time paused_until() const noexcept { return paused_until_; }
    // Requests that could follow each other now; zero while a pause is on.
    double left(steady_time now) const noexcept;

private:
    duration one_;         // the time that brings one token
    duration all_;         // the time that fills the empty bucket
    steady_time full_at_;  // when the bucket is full, if nothing is taken
    steady_time paused_until_;
};

}  // namespace tickertape::provider
