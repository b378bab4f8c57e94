// Moving averages and bands over the closes of candles.
//
// Each answer has one element for each candle, absent while there are fewer candles than the
// period. They are the candles given, one after the other: where empty buckets were left out, a
// period spans more time.
//
// An average or band of a candle follows from the `period` closes up to it and from nothing else,
// so it is the same, to the last bit, wherever the series begins. An exponential average has no end
// to what it remembers: it depends on where the series begins, less and less.
//
// A simple average or a band takes candles times period steps of some 5 ns: 0.5 s at both bounds.
#pragma once

#include "series/candle.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace tickertape::series {

inline constexpr std::size_t period_max = 1'000;
inline constexpr int width_max = 10;

// The simple moving average: the mean of the last `period` closes.
// Errors: series_errc::bad_period (not 1 to period_max), ::too_many_candles (over candles_max).
result<std::vector<std::optional<double>>>
simple_average(std::span<const candle> candles, std::size_t period);

// The exponential moving average: the mean of the first `period` closes, then
// e + (close - e) * 2 / (period + 1). Errors: as of simple_average().
result<std::vector<std::optional<double>>>
exponential_average(std::span<const candle> candles, std::size_t period);

struct band {
    double lower;   // may be below 0
    double middle;  // the simple moving average
    double upper;
};

// Bollinger's band: the simple average, less and plus `width` standard deviations of the same
// closes as a population (divided by the period). Absent also where a double cannot hold it.
// Errors: as of simple_average(), and series_errc::bad_width (not above 0 and up to width_max).
result<std::vector<std::optional<band>>>
bands(std::span<const candle> candles, std::size_t period, double width = 2);

}  // namespace tickertape::series
