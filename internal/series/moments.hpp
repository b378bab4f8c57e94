// Mean and squared deviations in one pass, by Welford's method.
//
// Two precautions keep them right for any prices. Values are divided by the power of two below the
// largest, which is exact and keeps squares from overflowing. And they are counted from the first
// value, so that prices which differ in their last digits only keep those digits.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace tickertape::series {

// A power of two that brings values up to `largest` below 2. `largest` is finite and above 0.
inline double scale_for(double largest) noexcept
{
    return std::ldexp(1.0, -std::clamp(std::ilogb(largest), -1022, 1023));
}

class moments {
public:
    // Of values up to `largest`; `first` is one of them.
    moments(double first, double largest) noexcept
        : largest_{largest}, scale_{scale_for(largest)}, origin_{first * scale_}
    {
    }

    void add(double value) noexcept
    {
        const double x = value * scale_ - origin_;
        ++count_;
        const double delta = x - mean_;
        mean_ += delta / static_cast<double>(count_);
        squares_ += delta * (x - mean_);
    }

    // Rounding does not take it beyond the largest value.
    double mean() const noexcept { return std::min((origin_ + mean_) / scale_, largest_); }
    // The standard deviation of a population: divided by the number of values, which is not 0.
    double population_deviation() const noexcept
    {
        return std::sqrt(squares_ / static_cast<double>(count_)) / scale_;
    }
    // The standard deviation of a sample: divided by one less, which is not 0.
    double sample_deviation() const noexcept
    {
        return std::sqrt(squares_ / static_cast<double>(count_ - 1)) / scale_;
    }

private:
    double largest_;
    double scale_;
    double origin_;
    std::size_t count_ = 0;
    double mean_ = 0;     // of scaled values, from the origin
    double squares_ = 0;  // the sum of their squared deviations from the mean
};

}  // namespace tickertape::series
