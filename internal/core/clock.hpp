// Where the time comes from. Logic receives a time or this interface; only cmd/ holds a real clock,
// so that a test decides what time it is.
#pragma once

#include <chrono>

namespace tickertape {

// Wall time, UTC, at the resolution positions have.
using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;
using steady_time = std::chrono::steady_clock::time_point;

// The time since the machine was started, at the resolution positions have. Unlike steady_time it
// also counts while the machine is suspended, so it tells how old something is.
struct boot_clock {
    using duration = std::chrono::milliseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<boot_clock>;
    static constexpr bool is_steady = true;
};
using boot_time = boot_clock::time_point;

// Threads: any.
class clock {
public:
    virtual ~clock() = default;
    // UTC. May step in both directions: use it to stamp, never to measure.
    virtual wall_time wall_now() const noexcept = 0;
    // Never steps back, and stands still while the machine is suspended, as timers do: use it to
    // wait, and to measure what the process itself does.
    virtual steady_time steady_now() const noexcept = 0;
    // Never steps back: use it to measure ages. A machine that is never suspended has one clock for
    // both.
    virtual boot_time boot_now() const noexcept
    {
        return boot_time{
            std::chrono::floor<std::chrono::milliseconds>(steady_now().time_since_epoch())};
    }
};

// All clocks, read together.
struct moment {
    steady_time steady;
    wall_time wall;
    boot_time boot;
};

inline moment now_of(const clock& time) noexcept
{
    return {time.steady_now(), time.wall_now(), time.boot_now()};
}

// Wall time and steady time, read together. Two readings show whether the wall clock has stepped
// between them.
struct clock_reading {
    wall_time wall;
    boot_time boot;
};

inline clock_reading reading_of(const clock& time) noexcept
{
    return {time.wall_now(), time.boot_now()};
}

}  // namespace tickertape
