#include "provider/latency_window.hpp"

#include "json/fields.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace tickertape::provider {

void latency_window::add(std::chrono::microseconds took) noexcept
{
    held_[added_ % held_max] = took;
    ++added_;
}

std::optional<std::chrono::microseconds> latency_window::percentile(double share) const noexcept
{
    assert(share > 0 && share <= 1);
    const std::size_t count = std::min(added_, held_max);
    if (count == 0)
        return std::nullopt;
    const auto all = static_cast<double>(count);
    auto rank = std::clamp<std::size_t>(static_cast<std::size_t>(std::ceil(share * all)), 1, count);
    // 0.07 of 100 is 7.000000000000001 in doubles, which must not become the 8th.
    if (rank > 1 && static_cast<double>(rank - 1) / all >= share)
        --rank;
    auto sorted = held_;
    const auto nth = sorted.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::nth_element(sorted.begin(), nth, sorted.begin() + static_cast<std::ptrdiff_t>(count));
    return *nth;
}

}  // namespace tickertape::provider
