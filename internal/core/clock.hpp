// Where the time comes from. Logic receives a time or this interface; only cmd/ holds a real clock,
// so that a test decides what time it is.
#pragma once

#include <chrono>

namespace tickertape {

// Wall time, UTC, at the resolution positions have.
using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;
using steady_time = std::chrono::steady_clock::time_point;

// Threads: any.
class clock {
public:
    virtual ~clock() = default;
    // UTC. May step in both directions: use it to stamp, never to measure.
    virtual wall_time wall_now() const noexcept = 0;
    // Never steps back: use it to measure.
    virtual steady_time steady_now() const noexcept = 0;
};

// Both clocks, read together.
struct moment {
    steady_time steady;
    wall_time wall;
};

inline moment now_of(const clock& time) noexcept
{
    return {time.steady_now(), time.wall_now()};
}

}  // namespace tickertape
