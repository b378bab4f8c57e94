// A count kept by one thread and read by any: an addition without a locked instruction, because it
// stands on the path of every delivery.
#pragma once

#include <atomic>
#include <cstdint>

namespace tickertape {

// Threads: add() and subtract() on one thread; value() on any.
class tally {
public:
    // relaxed throughout: a count orders nothing, and its only writer sees its own last store.
    void add(std::uint64_t n = 1) noexcept
    {
        value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    void subtract(std::uint64_t n = 1) noexcept
    {
        value_.store(value_.load(std::memory_order_relaxed) - n, std::memory_order_relaxed);
    }
    std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

}  // namespace tickertape
