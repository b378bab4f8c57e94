#include "series/averages.hpp"

#include "series/errors.hpp"
#include "series/moments.hpp"

#include <algorithm>
#include <cmath>

namespace tickertape::series {
namespace {

boost::system::error_code problem_of(std::span<const candle> candles, std::size_t period) noexcept
{
    if (period < 1 || period > period_max)
        return series_errc::bad_period;
    if (candles.size() > candles_max)
        return series_errc::too_many_candles;
    return {};
}

// Each window is added up anew. A running sum would be faster and would carry the rounding of every
// candle before, so that the same candle had another average on another page.
moments closes_of(std::span<const candle> window) noexcept
{
    const auto close = [](const candle& c) { return c.close.value(); };
    const double largest = close(*std::ranges::max_element(window, {}, close));
    moments closes{close(window.front()), largest};
    for (const candle& c : window)
        closes.add(close(c));
    return closes;
}

// Calls `figure` with the closes of the last `period` candles up to each candle that has as many.
template <class Figure>
void for_each_window(std::span<const candle> candles, std::size_t period, Figure figure)
{
    for (std::size_t end = period; end <= candles.size(); ++end)
        figure(end - 1, closes_of(candles.subspan(end - period, period)));
}

}  // namespace

result<std::vector<std::optional<double>>>
simple_average(std::span<const candle> candles, std::size_t period)
{
    if (const auto problem = problem_of(candles, period))
        return problem;
    std::vector<std::optional<double>> averages(candles.size());
    for_each_window(candles, period, [&](std::size_t i, const moments& closes) {
        averages[i] = closes.mean();
    });
    return averages;
}

result<std::vector<std::optional<double>>>
exponential_average(std::span<const candle> candles, std::size_t period)
{
    if (const auto problem = problem_of(candles, period))
        return problem;
    std::vector<std::optional<double>> averages(candles.size());
    if (candles.size() < period)
        return averages;
    const double weight = 2 / (static_cast<double>(period) + 1);
    double average = closes_of(candles.first(period)).mean();
    averages[period - 1] = average;
    for (std::size_t i = period; i < candles.size(); ++i) {
        average += (candles[i].close.value() - average) * weight;
        averages[i] = average;
    }
    return averages;
}

result<std::vector<std::optional<band>>>
bands(std::span<const candle> candles, std::size_t period, double width)
{
    if (const auto problem = problem_of(candles, period))
        return problem;
    if (!(width > 0 && width <= width_max))
        return series_errc::bad_width;
    std::vector<std::optional<band>> all(candles.size());
    for_each_window(candles, period, [&](std::size_t i, const moments& closes) {
        const double middle = closes.mean();
        const double half = width * closes.population_deviation();
        const band one{.lower = middle - half, .middle = middle, .upper = middle + half};
        if (std::isfinite(one.lower) && std::isfinite(one.upper))
            all[i] = one;
    });
    return all;
}

}  // namespace tickertape::series
