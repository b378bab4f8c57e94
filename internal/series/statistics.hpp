// What a series of prices amounts to: its middle, its spread, its way up or down.
//
// docs/statistics.md states every formula; tests/series/reference.py calculates all of them a
// second time. Figures are finite or absent: a figure that a double cannot hold is absent.
#pragma once

#include "core/clock.hpp"
#include "core/errors.hpp"
#include "core/price.hpp"
#include "series/candle.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace tickertape::series {

struct point {
    wall_time at;
    price value;
};

// The most points that statistics are made of: 32 MB of them, 23 days of a tick each second.
inline constexpr std::size_t points_max = 2'000'000;

// The largest fall from a price to a later one, in percent of the former; of equal falls the first.
struct drawdown {
    double percent;  // above 0, up to 100
    wall_time from;  // when the price before the fall was first reached
    wall_time to;    // when the bottom was first reached
};

enum class direction : unsigned char { up, down, flat };

// "up", "down" or "flat".
std::string_view text(direction towards) noexcept;

// The straight line that fits the points best, by least squares of the prices over time.
struct trend {
    // Flat, unless the line rises or falls by rise_min_percent or more over the series and explains
    // r2_min or more of the variance.
    static constexpr double rise_min_percent = 0.1;
    static constexpr double r2_min = 0.25;

    direction towards;
    double slope_per_day;  // quote currency
    double rise_percent;   // of the line, from first to last point, in percent of the mean
    // The share of the variance that the line explains, 0 to 1. 0 if there is no variance.
    double r2;
};

// How volatility is measured: see docs/statistics.md.
struct volatility_sampling {
    // Returns are taken over this time at least, or over one of `samples` equal parts of a series
    // that is too short for it.
    static constexpr std::chrono::minutes step{5};
    static constexpr int samples = 32;
    static constexpr std::chrono::days year{365};
};

// Prices and differences of prices are in quote currency.
struct statistics {
    std::size_t count;
    price first;
    price last;
    price min;
    price max;
    double mean;    // of the points, however far apart
    double median;  // of an even number of points: the mean of the middle two
    // Of a sample (divided by count - 1). Absent of one point; 0 if all prices are equal.
    std::optional<double> standard_deviation;
    double change;  // last - first, as decimal numbers
    std::optional<double> change_percent;
    // Annualised, of log returns. Absent of fewer than two returns, as of fewer than three times.
    std::optional<double> volatility_percent;
    std::optional<drawdown> largest_drawdown;  // absent if the price never fell
    std::optional<series::trend> trend;        // absent if all points have one time
};

// The statistics of these points, which are in the order of their times; equal times are as good as
// any. Takes the memory of one double a point for the median.
// Errors: series_errc::no_points, ::too_many_points (more than points_max), ::times_go_back.
result<statistics> describe(std::span<const point> points);
// Those of the closes of these candles; but first, last, min and max, and with them the change, are
// of all prices in the candles.
result<statistics> describe(std::span<const candle> candles);

}  // namespace tickertape::series
