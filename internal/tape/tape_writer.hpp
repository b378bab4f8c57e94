// Gives observations their positions, puts them on the tapes, and rings the bells of the followers.
// Nothing else in the process does so.
//
// Threads: one, that of the tapes' append().
#pragma once

#include "tape/bell.hpp"
#include "tape/tapes.hpp"
#include "tape/timeline.hpp"

namespace tickertape::tape {

class tape_writer {
public:
    // The tapes outlive this, and have begun at `start` or been restored. What was restored may be
    // ahead of the clock, which is a lead like any other.
    tape_writer(tapes& to, clock_reading start, timeline::limits bounds = {}) noexcept;

    // Rings it from now on. The bell outlives this.
    void add(bell& b) { bells_.push_back(&b); }

    // Reads the time. Returns a step of the clock that is to be reported. Where time starts
    // anew, so do the tapes: with the newest price of each symbol, dated by its age.
    std::optional<timeline::step> look(clock_reading now);

    // Appends what is observed at the time of the last look.
    tick write(const observation& seen) noexcept;

    const timeline& time() const noexcept { return time_; }

private:
    void restart();
    void ring() noexcept;

    tapes& tapes_;
    timeline time_;
    boot_time looked_;
    position_source positions_;
    std::vector<bell*> bells_;
};

}  // namespace tickertape::tape
