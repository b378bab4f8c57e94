// Quantiles of values that may be put into another order.
#pragma once

#include <span>

namespace tickertape::series {

// The value below which the share `q` (0 to 1) of the values lies, by linear interpolation between
// the two nearest: at q * (count - 1), counted from 0 in ascending order. Reorders `values`, which
// are finite, not negative and not none.
double quantile(std::span<double> values, double q) noexcept;

}  // namespace tickertape::series
