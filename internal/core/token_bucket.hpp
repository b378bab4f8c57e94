// How often something may be done, and a token bucket that keeps to it.
//
// In no stretch of time of length t, wherever it begins, does it give more than
// burst + per_minute * t tokens. It counts in whole nanoseconds, so that no rounding ever adds one.
//
// No clock of its own: the time is handed in, and never steps back.
#pragma once

#include "core/clock.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cmath>

namespace tickertape {

struct rate_limit {
    double per_minute = 60;  // > 0; less than one in 30 days counts as that
    double burst = 1;        // requests that may follow each other at once, >= 1

    friend bool operator==(const rate_limit&, const rate_limit&) = default;
};

// Starts full. It is kept as the time at which it would be full again: one time says as much as a
// count of tokens and when it was counted, and it needs no division that could round in favour of
// the caller. Threads: one.
class token_bucket {
public:
    using duration = steady_time::duration;

    token_bucket(rate_limit limit, steady_time now) noexcept : full_at_{now}, paused_until_{now}
    {
        assert(limit.per_minute > 0 && limit.burst >= 1);
        // Far from where a time in nanoseconds overflows, also if some of them are added.
        constexpr duration one_most = std::chrono::hours{24 * 30};
        constexpr duration all_most = std::chrono::hours{24 * 365};
        // Rounded up: the rate is never exceeded. The burst is rounded down, but never below one.
        one_ = std::max(at_most(std::ceil(60e9 / limit.per_minute), one_most), duration{1});
        all_ = std::max(at_most(static_cast<double>(one_.count()) * limit.burst, all_most), one_);
    }

    // Takes a token, if there is one and no pause is on. Returns whether it did.
    bool take(steady_time now) noexcept
    {
        if (wait(now) > duration::zero())
            return false;
        full_at_ = std::max(full_at_, now) + one_;
        return true;
    }
    // How long until take() would succeed, exactly; zero: now.
    duration wait(steady_time now) const noexcept
    {
        return std::max(full_at_ - (all_ - one_) - now, duration::zero());
    }
    // No token before `until`, whatever the rate says: the other side asked for a pause.
    // At `until` there is one token, and not what would have been saved up meanwhile: a client that
    // returns from a ban with a burst is banned again. Never shortens a pause that is on.
    void pause(steady_time until) noexcept
    {
        paused_until_ = std::max(paused_until_, until);
        full_at_ = std::max(full_at_, until + (all_ - one_));
    }
    // Others have taken tokens: it is full only after `left`. Never adds any.
    void owe(steady_time now, duration left) noexcept
    {
        full_at_ = std::max(full_at_, now + std::clamp(left, duration::zero(), all_));
    }
    // The end of the last pause, in the past if none is on.
    steady_time paused_until() const noexcept { return paused_until_; }
    // When the bucket is full if nothing is taken: from then on it is like a new one.
    steady_time full_at() const noexcept { return full_at_; }
    // Tokens that could be taken now; zero while a pause is on.
    double left(steady_time now) const noexcept
    {
        if (now < paused_until_)
            return 0;
        const auto filled = std::clamp(now + all_ - full_at_, duration::zero(), all_);
        return static_cast<double>(filled.count()) / static_cast<double>(one_.count());
    }

private:
    static duration at_most(double ns, duration most) noexcept
    {
        if (!(ns < static_cast<double>(most.count())))
            return most;
        return duration{static_cast<duration::rep>(ns)};
    }

    duration one_;         // the time that brings one token
    duration all_;         // the time that fills the empty bucket
    steady_time full_at_;  // when the bucket is full, if nothing is taken
    steady_time paused_until_;
};

}  // namespace tickertape
