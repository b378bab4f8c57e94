// How fast subscribers are sent away, so that they do not come back elsewhere in the same second.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace tickertape {

struct drain_pace {
    std::size_t all = 0;  // who are to go
    std::chrono::milliseconds over{0};
    std::size_t per_second_min = 1;  // a few need not wait for that long

    // How many may have gone after that time.
    std::size_t gone(std::chrono::milliseconds after) const noexcept
    {
        if (after >= over)
            return all;
        const auto ms = static_cast<std::size_t>(after.count());
        const auto even = all * ms / static_cast<std::size_t>(over.count());
        return std::min(all, 1 + std::max(even, per_second_min * ms / 1'000));
    }
};

}  // namespace tickertape
