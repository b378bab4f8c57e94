// The time that ticks are given: that of the wall clock, as far as it can be believed.
//
// The wall clock may be set, and single readings of it may be wrong. The boot clock never steps, so
// a reading that differs from what it says shows a step. A step is followed once it has lasted for
// `doubted`; until then time goes on as if there had been none.
//
// Time never goes back. Where the believed clock is behind it, which is called a lead, time goes on
// at a fraction of its pace until the lead is gone. A lead of more than `lead_max` would last too
// long: time then starts anew from the believed clock.
//
// No clock of its own, no I/O. Threads: one.
#pragma once

#include "core/clock.hpp"

#include <chrono>
#include <optional>

namespace tickertape::tape {

class timeline {
public:
    using milliseconds = std::chrono::milliseconds;

    struct limits {
        // Less than this is how clocks are adjusted every day, and followed without a word.
        milliseconds step_min{1'000};
        milliseconds doubted{5'000};
        milliseconds lead_max{90 * 60'000};
        // While there is a lead, one second becomes one of so many parts: an hour is gone in
        // 67 minutes.
        int slowed_by = 10;
    };

    // What was noticed about the clock.
    struct step {
        milliseconds by;   // positive: forward
        bool starts_anew;  // the lead would have been too long
    };

    // `at_least`: time begins there where the clock is behind it.
    timeline(clock_reading start, limits bounds, wall_time at_least = {}) noexcept;

    // To be called with each reading of the clock, in their order. Returns a step when it has been
    // doubted for long enough.
    std::optional<step> look(clock_reading now) noexcept;

    // As of the last look: the time of a tick that is observed then.
    wall_time now() const noexcept { return now_; }
    // How far that is ahead of the believed clock; never negative.
    milliseconds lead() const noexcept { return now_ - believed(); }
    // Steps that were over before they were followed.
    std::uint64_t passing() const noexcept { return passing_; }

private:
    struct doubt {
        milliseconds by;
        boot_time since;
    };

    wall_time believed() const noexcept { return at_.wall; }

    const limits limits_;
    clock_reading at_;  // the last look, with what was believed of the wall clock
    wall_time now_;
    milliseconds slowed_{0};  // passed, and not in now_ yet where that goes slowly
    std::optional<doubt> doubt_;
    std::uint64_t passing_ = 0;
};

}  // namespace tickertape::tape
