// How often each latency occurred, to better than a tenth of a percent, in constant memory.
//
// Values below 2,048 have a counter each. From there on every doubling of the value is cut into
// 1,024 counters of equal width, so that width over value never exceeds 1/1,024.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tickertape::bench {

class histogram {
public:
    // Larger values are counted as this one: 19 hours in microseconds.
    static constexpr std::uint64_t value_max = (std::uint64_t{1} << 36) - 1;

    histogram();

    void add(std::uint64_t value) noexcept;

    std::uint64_t count() const noexcept { return count_; }
    std::uint64_t max() const noexcept { return max_; }  // exact; 0 where there is nothing
    double mean() const noexcept;
    // The smallest value that at least `part` (0 to 1) of all values do not exceed, rounded up to
    // the end of its counter; 0 where there is nothing.
    std::uint64_t quantile(double part) const noexcept;

private:
    static std::size_t slot_of(std::uint64_t value) noexcept;
    static std::uint64_t largest_in(std::size_t slot) noexcept;

    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
    double sum_ = 0;
};

}  // namespace tickertape::bench
