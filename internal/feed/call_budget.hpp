// What may be asked of a source in a month: one bucket that all who ask it share, so that together
// they never ask more, and of it the part that each may use.
//
// Threads: the strand of the provider's gate.
#pragma once

#include "core/clock.hpp"
#include "core/token_bucket.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

namespace tickertape::feed {

class call_budget {
public:
    // All of the budget, for one who asks alone.
    call_budget(rate_limit whole, steady_time now)
        : limit_{whole}, shared_{std::make_shared<token_bucket>(whole, now)}
    {
    }

    // For another one who asks the same source: no more than `part`, out of the same budget. Copies
    // of it have the part together.
    call_budget share(rate_limit part, steady_time now) const
    {
        auto other = *this;
        other.own_ = std::make_shared<token_bucket>(part, now);
        other.left_to_others_ = 0;
        return other;
    }
    // So many calls of what could be asked at once are left to the others. Without them the one who
    // asks most would have all.
    void leave(double calls) noexcept
    {
        left_to_others_ = std::clamp(calls, 0.0, limit_.burst - 1);
    }

    // How long until take() may be called; zero: now.
    steady_time::duration wait(steady_time now) const noexcept
    {
        auto pause = shared_->wait(now);
        if (own_)
            pause = std::max(pause, own_->wait(now));
        // Beside rounding errors of what is counted in fractions.
        const auto missing = 1 + left_to_others_ - shared_->left(now) - 1e-6;
        if (left_to_others_ > 0 && missing > 0)
            pause = std::max(
                pause, std::chrono::duration_cast<steady_time::duration>(
                           std::chrono::duration<double>{missing * 60 / limit_.per_minute}) +
                           std::chrono::milliseconds{1});
        return pause;
    }
    // Others have taken calls: all may be taken only after `left`. Never adds any.
    void owe(steady_time now, steady_time::duration left) noexcept { shared_->owe(now, left); }
    // When all may be taken again if nothing is.
    steady_time full_at() const noexcept { return shared_->full_at(); }
    void take(steady_time now) noexcept
    {
        shared_->take(now);
        if (own_)
            own_->take(now);
    }

private:
    rate_limit limit_;
    std::shared_ptr<token_bucket> shared_;
    std::shared_ptr<token_bucket> own_{};  // of the copies of a share as well
    double left_to_others_ = 0;
};

}  // namespace tickertape::feed
