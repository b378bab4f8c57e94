// How long ago something was that we saw ourselves, whatever the wall clock did since.
#pragma once

#include "core/clock.hpp"

#include <algorithm>

namespace tickertape {

// Also counts the time that the machine slept. Never negative.
inline std::chrono::milliseconds elapsed(moment since, moment now) noexcept
{
    return std::max(now.boot - since.boot, std::chrono::milliseconds{0});
}

// When that was, for people, by the wall clock as it goes now: what happened later has a later time
// even if the wall clock was put back in between.
inline wall_time wall_time_of(moment then, moment now) noexcept
{
    return now.wall - elapsed(then, now);
}

}  // namespace tickertape
