// Takes the ticks that come from other instances, in the order of their positions.
//
// Threads: one, that of the tapes' writer.
#pragma once

#include "core/gap_cause.hpp"
#include "core/position.hpp"
#include "tape/past.hpp"

namespace tickertape::relay {

class tick_taker {
public:
    virtual ~tick_taker() = default;
    // Nothing up to there is known: the first entry that was read follows it. Called before all
    // else, and only where there were no ticks of before.
    virtual void begin(position unknown_until) = 0;
    // On the tape of this instance from now on. Symbols that this instance does not have are
    // skipped by the caller.
    virtual void take(const tape::past_tick& t) = 0;
    // Ticks of all symbols after `from`, up to and including `to`, cannot be had. Told to every
    // reader that has not passed this point of the order: after the newest tick that was taken.
    virtual void miss(position from, position to, gap_cause why) = 0;
};

}  // namespace tickertape::relay
