// When to fetch: at the start and then every interval after it, whatever the fetches take.
// No clock of its own, no I/O.
#pragma once

#include "core/clock.hpp"

#include <cassert>
#include <cstdint>

namespace tickertape {

class fetch_grid {
public:
    using duration = steady_time::duration;

    fetch_grid(steady_time start, duration interval) noexcept : due_{start}, interval_{interval}
    {
        assert(interval > duration::zero());
    }

    // The point that is to be fetched now.
    steady_time due() const noexcept { return due_; }

    // Moves on to the first later point that is not yet over at `now`. Points that went by while
    // the fetch was still under way are skipped, never made up for. Returns how many.
    std::uint64_t advance(steady_time now) noexcept
    {
        due_ += interval_;
        if (due_ >= now)
            return 0;
        const auto skipped = (now - due_ + interval_ - duration{1}) / interval_;
        due_ += skipped * interval_;
        return static_cast<std::uint64_t>(skipped);
    }

private:
    steady_time due_;
    duration interval_;
};

}  // namespace tickertape
