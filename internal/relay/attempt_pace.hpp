// No more than so many attempts to connect in any second.
//
// No clock of its own: the time is handed in, and never steps back. Threads: one.
#pragma once

#include "core/clock.hpp"

#include <cassert>
#include <chrono>
#include <cstddef>
#include <vector>

namespace tickertape::relay {

class attempt_pace {
public:
    // All attempts of the last second are kept, so that a few may follow each other at once.
    explicit attempt_pace(std::size_t per_second) : begun_(per_second, steady_time::min())
    {
        assert(per_second > 0);
    }

    // Takes the next turn and returns when it is: `now`, or later.
    steady_time take(steady_time now)
    {
        auto& oldest = begun_[next_];
        next_ = (next_ + 1) % begun_.size();
        const bool is_free = oldest == steady_time::min() || now - oldest >= second;
        oldest = is_free ? now : oldest + second;
        return oldest;
    }

private:
    static constexpr std::chrono::seconds second{1};

    std::vector<steady_time> begun_;
    std::size_t next_ = 0;
};

}  // namespace tickertape::relay
