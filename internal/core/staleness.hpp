// When a price is too old to be called the price.
#pragma once

#include "core/clock.hpp"

#include <algorithm>

namespace tickertape {

struct staleness {
    std::chrono::milliseconds limit;

    // How old a price of that time is; never negative, also when the clock has stepped back.
    static std::chrono::milliseconds age(wall_time of, wall_time now) noexcept
    {
        return std::max(now - of, std::chrono::milliseconds{0});
    }
    // The limit itself still counts as fresh.
    bool is_stale(wall_time of, wall_time now) const noexcept { return age(of, now) > limit; }
};

}  // namespace tickertape
