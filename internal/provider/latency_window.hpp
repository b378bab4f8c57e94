// Percentiles of the last few latencies: latencies somebody waited for, nothing between them.
// Threads: one.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>

namespace tickertape::provider {

class latency_window {
public:
    static constexpr std::size_t held_max = 128;

    void add(std::chrono::microseconds took) noexcept;
    // The smallest latency that at least `share` (0..1] of those held do not exceed. None: nothing
    // is held.
    std::optional<std::chrono::microseconds> percentile(double share) const noexcept;

private:
    std::array<std::chrono::microseconds, held_max> held_{};
    std::size_t added_ = 0;
};

}  // namespace tickertape::provider
