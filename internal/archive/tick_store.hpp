// Where ticks are kept for good: files or a database.
//
// Errors: archive_errc, with a text for the operator. After one the store goes on where it was:
// last() tells from where on ticks are to be given again.
//
// Threads: one.
#pragma once

#include "archive/errors.hpp"
#include "archive/hole.hpp"
#include "core/clock.hpp"
#include "tape/past.hpp"

#include <span>

namespace tickertape::archive {

class tick_store {
public:
    virtual ~tick_store() = default;

    // Appends ticks in position order, all of them after last(). If it fails, last() tells how far
    // it came.
    virtual result<void> append(std::span<const tape::past_tick> ticks) = 0;
    // The last tick that was given a place here.
    virtual position last() const noexcept = 0;

    // Forces all that was appended to the disk; synced() is last() then. If that fails, last() may
    // go back, to synced() at most.
    virtual result<void> sync() = 0;
    virtual position synced() const noexcept = 0;

    // Says that ticks after `from` up to and including `to` may be missing.
    virtual result<void> record_hole(hole h) = 0;

    // Positions begin anew after `epoch`: those after it were dated by a clock that was wrong. From
    // now on they are given to nobody, and last() is at most `epoch`.
    virtual result<void> begin_era(position epoch) = 0;

    // Says up to where ticks have been shown before they were here. Threads: any.
    virtual void note_shown(position up_to) noexcept = 0;

    // What has to be done now and then: days that are over, and days past their time.
    virtual result<void> keep_up(wall_time now) = 0;
    // It is not to wait: something was found damaged.
    virtual bool is_upkeep_due() const noexcept { return false; }

    // Forces all to the disk and says so: the next life then knows that nothing is missing.
    virtual result<void> end_cleanly(wall_time now) = 0;
};

}  // namespace tickertape::archive
