// How old something is that another process, or an earlier life of this one, noted the wall time
// of.
#pragma once

#include "core/clock.hpp"

#include <algorithm>
#include <chrono>

namespace tickertape {

// Clocks of two machines may differ by so much.
inline constexpr std::chrono::minutes noted_ahead_max{1};
// Longer than anything here counts as fresh.
inline constexpr std::chrono::days age_where_unknown{7};

// When it came, by the clock that ages are measured with. A time further ahead of now was noted by
// a clock that has been set back since: nobody knows how old that is, and so it is not fresh.
inline boot_time received_by(wall_time noted, const moment& now) noexcept
{
    const auto age = now.wall - noted;
    if (age < -noted_ahead_max)
        return now.boot - age_where_unknown;
    return now.boot - std::max(age, std::chrono::milliseconds{0});
}

// Whether what was noted at `noted` takes the place of what was noted at `before`. One that is
// ahead of now was noted by a clock that was wrong: it gives way to any that is not, whatever it
// says.
inline bool is_later(wall_time noted, wall_time before, wall_time now) noexcept
{
    const auto last = now + noted_ahead_max;
    return (noted > last) == (before > last) ? noted > before : before > last;
}

}  // namespace tickertape
