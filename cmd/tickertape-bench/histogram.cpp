#include "tickertape-bench/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tickertape::bench {

namespace {

constexpr int half_bits = 10;  // 1,024 counters to a doubling
constexpr std::uint64_t half = std::uint64_t{1} << half_bits;

// How many bits of a value are too small to be told apart.
constexpr int bits_dropped(std::uint64_t value) noexcept
{
    return std::max(0, static_cast<int>(std::bit_width(value)) - half_bits - 1);
}

}  // namespace

histogram::histogram() : counts_(slot_of(value_max) + 1) {}

// The first 2 * half slots are the values themselves; each doubling after them has `half` more.
std::size_t histogram::slot_of(std::uint64_t value) noexcept
{
    const int dropped = bits_dropped(value);
    return (static_cast<std::size_t>(dropped) << half_bits) + (value >> dropped);
}

std::uint64_t histogram::largest_in(std::size_t slot) noexcept
{
    if (slot < 2 * half)
        return slot;
    const auto dropped = slot / half - 1;
    return ((slot - dropped * half + 1) << dropped) - 1;
}

void histogram::add(std::uint64_t value) noexcept
{
    ++counts_[slot_of(std::min(value, value_max))];
    ++count_;
    max_ = std::max(max_, value);
    sum_ += static_cast<double>(value);
}

double histogram::mean() const noexcept
{
    return count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
}

std::uint64_t histogram::quantile(double part) const noexcept
{
    if (count_ == 0)
        return 0;
    const auto wanted = std::max(1.0, std::ceil(part * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t slot = 0; slot < counts_.size(); ++slot) {
        seen += counts_[slot];
        if (static_cast<double>(seen) >= wanted)
            return std::min(largest_in(slot), max_);
    }
    return max_;
}

}  // namespace tickertape::bench
