// Decides when a price is too old to be shown as the current one.
#pragma once

#include "core/clock.hpp"

#include <algorithm>

namespace tickertape {

// Measured by the boot clock: the wall clock may step, and a price would look young or old for it.
struct staleness {
    std::chrono::milliseconds limit;

    // Never negative: `now` may have been read a moment before the price was observed.
    static std::chrono::milliseconds age(boot_time observed, boot_time now) noexcept
    {
        return std::max(now - observed, std::chrono::milliseconds{0});
    }
    // The limit itself still counts as fresh.
    bool is_stale(boot_time observed, boot_time now) const noexcept
    {
        return age(observed, now) > limit;
    }
};

}  // namespace tickertape
