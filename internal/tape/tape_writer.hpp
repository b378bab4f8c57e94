// Gives observations their positions, puts them on the tapes, and rings the bells of the followers.
// Nothing else in the process does so.
//
// Where there is a keeper, who must have a tick before it is shown, ticks are placed only, and the
// keeper's bell is rung; commit() shows them.
//
// Threads: one, that of the tapes' append().
#pragma once

#include "tape/bell.hpp"
#include "tape/past.hpp"
#include "tape/tapes.hpp"
#include "tape/timeline.hpp"

namespace tickertape::tape {

class tape_writer {
public:
    // The tapes outlive this, and have begun at `start` or been restored. What was restored may be
    // ahead of the clock, which is a lead like any other.
    tape_writer(tapes& to, clock_reading start, timeline::limits bounds = {}) noexcept;

    // Rings it from now on when ticks are committed, until remove(). On the writer's thread.
    void add(bell& b) { bells_.push_back(&b); }
    void remove(bell& b) noexcept { std::erase(bells_, &b); }
    // Rings it from now on when ticks are placed, and commits them no longer. Null: commits them
    // again, and those that are placed. The bell outlives this.
    void keep(bell* keeper) noexcept;

    // Reads the time. Returns a step of the clock that is to be reported. Where time starts
    // anew, so do the tapes: with the newest price of each symbol, dated by its age.
    std::optional<timeline::step> look(clock_reading now);

    // Appends what is observed at the time of the last look, or places it where there is a keeper.
    tick write(const observation& seen);
    // The same for a tick that has its position: from another instance. Positions given here lie
    // after it from now on. The name of its source is interned.
    // Errors: tape_errc::out_of_order, core_errc::too_many_sources.
    result<void> append(const past_tick& t, source_table& names);
    // Commits what has been placed up to there.
    void commit(position up_to) noexcept;

    position placed() const noexcept { return tapes_.placed(); }
    // How many ticks are placed and not committed.
    std::size_t uncommitted() const noexcept { return tapes_.uncommitted(); }

    const timeline& time() const noexcept { return time_; }

private:
    void put(const tick& t, boot_time observed);
    void restart();
    void ring() noexcept;

    tapes& tapes_;
    timeline time_;
    clock_reading looked_;
    position_source positions_;
    std::vector<bell*> bells_;
    bell* keeper_ = nullptr;
};

}  // namespace tickertape::tape
