#include "series/quantiles.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace tickertape::series {

double quantile(std::span<double> values, double q) noexcept
{
    assert(!values.empty() && q >= 0 && q <= 1);
    const double place = q * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::ptrdiff_t>(place);
    const double beyond = place - static_cast<double>(below);
    const auto at = values.begin() + below;
    std::nth_element(values.begin(), at, values.end());
    if (beyond == 0)
        return *at;
    return *at + (*std::min_element(at + 1, values.end()) - *at) * beyond;
}

}  // namespace tickertape::series
