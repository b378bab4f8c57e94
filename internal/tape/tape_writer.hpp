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

#include <optional>

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
    // As append(). A source for whose name there is no room loses the list in it of what was
    // combined. A tick that cannot be taken is a hole, and why is returned.
    std::optional<boost::system::error_code> take(const past_tick& t, source_table& names);
    // Says that ticks of all symbols after `from`, up to and including `to`, cannot be had. Every
    // reader that has not passed this place of the order, behind what is placed, is told so there,
    // once. `to` may lie before what is placed: the instances had two histories.
    void miss(position from, position to, gap_cause why);
    // Says that positions are given elsewhere: a tick that follows may be dated before our last
    // look at the clock, and a step of the clock begins no era.
    void date_elsewhere() noexcept { is_dated_here_ = false; }
    // Where they are: no tick up to there follows.
    void pass(position up_to) noexcept;
    // Says that nothing up to there is known, before any tick: see tapes::begin_after().
    void begin_after(position epoch) noexcept;
    // Begins a new era, without ticks: positions that are given elsewhere start anew after `epoch`.
    // Every reader is told a gap.
    void begin_anew(position epoch);
    // Commits what has been placed up to there.
    void commit(position up_to) noexcept;

    position placed() const noexcept { return tapes_.placed(); }
    // How many ticks and holes are placed and not committed.
    std::size_t uncommitted() const noexcept { return tapes_.uncommitted(); }

    const timeline& time() const noexcept { return time_; }

private:
    void put(const tick& t, boot_time observed);
    void restart();
    void enter_era(position epoch, std::span<const tick> newest);
    void ring() noexcept;

    tapes& tapes_;
    timeline time_;
    clock_reading looked_;
    position_source positions_;
    bool is_dated_here_ = true;
    // The end of a hole that lies behind what is missing. No tick is known to be there.
    position place_end_;
    wall_time passed_{};  // no tick before that follows
    std::vector<bell*> bells_;
    bell* keeper_ = nullptr;
};

}  // namespace tickertape::tape
