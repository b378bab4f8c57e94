// How often which prices occur.
#pragma once

#include "series/statistics.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tickertape::series {

inline constexpr std::size_t bins_max = 100;

// counts[i] points have prices from edges[i] on and below edges[i + 1]; the last bin holds the
// largest price as well. There is one edge more than there are bins, and edges ascend, except that
// all prices being equal makes one bin from that price to itself.
struct histogram {
    std::vector<double> edges;
    std::vector<std::uint64_t> counts;
};

// The histogram of the prices, with bins of equal width from the smallest to the largest. Their
// width is Freedman's and Diaconis': twice the interquartile range, divided by the cube root of the
// number of points. Where the middle half of the points has one price, there are as many bins as
// Sturges says: 1 + log2 of the number of points, rounded up. There are never more than bins_max,
// nor bins too narrow for a double. The order of the points does not matter.
// Errors: series_errc::no_points, ::too_many_points (more than points_max).
result<histogram> histogram_of(std::span<const point> points);

}  // namespace tickertape::series
