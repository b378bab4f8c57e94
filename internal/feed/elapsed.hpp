// How long ago something was that we saw ourselves, when either clock may be wrong.
//
// The steady clock does not follow steps of the wall clock, but stands still while the machine
// sleeps. The wall clock goes on while it sleeps, and may step either way. Nothing was later than
// both say, so the longer of the two times counts: a step back makes nothing look fresh, and after
// a sleep nothing does that was not seen again. A step forward looks like a sleep, and ages what
// was seen before it until it is seen again.
#pragma once

#include "core/clock.hpp"

#include <algorithm>

namespace tickertape {

// Never negative.
inline std::chrono::milliseconds elapsed(moment since, moment now) noexcept
{
    const auto steady = std::chrono::floor<std::chrono::milliseconds>(now.steady - since.steady);
    return std::max({steady, now.wall - since.wall, std::chrono::milliseconds{0}});
}

// When that was, for people, by the wall clock as it goes now: what happened later has a later time
// even if the wall clock was put back in between.
inline wall_time wall_time_of(moment then, moment now) noexcept
{
    return now.wall - elapsed(then, now);
}

}  // namespace tickertape
