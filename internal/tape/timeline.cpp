#include "tape/timeline.hpp"

#include <algorithm>

namespace tickertape::tape {

timeline::timeline(clock_reading start, limits bounds, wall_time at_least) noexcept
    : limits_{bounds}, at_{start}, now_{std::max(start.wall, at_least)}
{
}

std::optional<timeline::step> timeline::look(clock_reading now) noexcept
{
    const auto passed = now.boot - at_.boot;
    const auto expected = at_.wall + passed;
    const auto by = now.wall - expected;
    std::optional<step> followed;
    at_ = {expected, now.boot};
    if (std::chrono::abs(by) < limits_.step_min) {
        at_.wall = now.wall;
        if (doubt_) {
            doubt_.reset();
            ++passing_;
        }
    } else if (!doubt_ || std::chrono::abs(by - doubt_->by) >= limits_.step_min) {
        doubt_ = doubt{by, now.boot};
    } else if (now.boot - doubt_->since >= limits_.doubted) {
        doubt_.reset();
        at_.wall = now.wall;
        followed = step{.by = by, .starts_anew = false};
    }
    // Looks may follow each other so closely that a part of the pace is less than a millisecond.
    slowed_ += passed;
    const auto slowly = slowed_ / limits_.slowed_by;
    slowed_ -= slowly * limits_.slowed_by;
    now_ = std::max(at_.wall, now_ + slowly);
    if (lead() > limits_.lead_max) {
        // Without a step it was a clock that runs far too slowly.
        followed = step{.by = followed ? followed->by : -lead(), .starts_anew = true};
        now_ = at_.wall;
    }
    return followed;
}

}  // namespace tickertape::tape
