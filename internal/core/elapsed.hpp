// The age of an event that this process saw. Steps of the wall clock do not change it.
#pragma once

#include "core/clock.hpp"

#include <algorithm>

namespace tickertape {

// Also counts the time that the machine slept. Never negative.
inline std::chrono::milliseconds elapsed(moment since, moment now) noexcept
{
    return std::max(now.boot - since.boot, std::chrono::milliseconds{0});
}

// The wall time of an event, for people, counted back from the wall clock of now. So a later event
// has a later time even if the wall clock was put back in between.
inline wall_time wall_time_of(moment then, moment now) noexcept
{
    return now.wall - elapsed(then, now);
}

}  // namespace tickertape
