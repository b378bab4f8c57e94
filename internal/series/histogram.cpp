#include "series/histogram.hpp"

#include "series/errors.hpp"
#include "series/quantiles.hpp"

#include <algorithm>
#include <cmath>

namespace tickertape::series {
namespace {

// The rule's number of bins, bounded only below.
double bins_of(std::span<double> values, double range) noexcept
{
    const auto count = static_cast<double>(values.size());
    const double spread = quantile(values, 0.75) - quantile(values, 0.25);
    if (spread > 0)
        return std::max(std::ceil(range / (spread / std::cbrt(count)) / 2), 1.0);
    return std::ceil(std::log2(count)) + 1;
}

// How many bins between two prices a double can tell apart.
double bins_between(double min, double max) noexcept
{
    return std::max(std::floor((max - min) / (max - std::nextafter(max, 0.0))), 1.0);
}

}  // namespace

result<histogram> histogram_of(std::span<const point> points)
{
    if (points.empty())
        return series_errc::no_points;
    if (points.size() > points_max)
        return series_errc::too_many_points;

    std::vector<double> values;
    values.reserve(points.size());
    for (const point& p : points)
        values.push_back(p.value.value());
    const auto [least, most] = std::ranges::minmax_element(values);
    const double min = *least;
    const double max = *most;
    if (min == max)
        return histogram{.edges = {min, max}, .counts = {values.size()}};

    const auto bins = static_cast<std::size_t>(std::min(
        {bins_of(values, max - min), bins_between(min, max), static_cast<double>(bins_max)}));
    const double width = (max - min) / static_cast<double>(bins);
    histogram made;
    for (std::size_t i = 0; i < bins; ++i)
        made.edges.push_back(min + static_cast<double>(i) * width);
    made.edges.push_back(max);
    made.counts.resize(bins);
    for (const double value : values) {
        auto bin = std::min(static_cast<std::size_t>((value - min) / width), bins - 1);
        // The division may be off by a rounding; the edges decide.
        while (value < made.edges[bin])
            --bin;
        while (bin + 1 < bins && value >= made.edges[bin + 1])
            ++bin;
        ++made.counts[bin];
    }
    return made;
}

}  // namespace tickertape::series
