// Times that end after a restart, or on another instance: how long they lasted when they were
// written, and when that was. A clock that was set meanwhile makes none longer than it was.
#pragma once

#include "core/clock.hpp"

#include <algorithm>

namespace tickertape::feed {

// What is left now of the time that ended at `until` and was written at `written`.
inline wall_time::duration still_owed(wall_time until, wall_time written, wall_time now) noexcept
{
    const auto gone = std::max(now - written, wall_time::duration::zero());
    return std::max(until - written - gone, wall_time::duration::zero());
}

}  // namespace tickertape::feed
