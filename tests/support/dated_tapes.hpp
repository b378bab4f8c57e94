// Puts ticks on tapes at times the test chooses: the position follows that time, and the tick
// counts as observed when the boot clock showed the same number.
//
// Threads: one.
#pragma once

#include "tape/tapes.hpp"

namespace tickertape::testing {

inline boot_time same_on_boot_clock(wall_time t)
{
    return boot_time{t.time_since_epoch()};
}

class dated_tapes : public tape::tapes {
public:
    dated_tapes(const symbol_table& symbols, std::size_t capacity, wall_time started)
        : tape::tapes{symbols, capacity, started}, positions_{position::at(started)}
    {
    }

    tick publish(const observation& seen, wall_time now)
    {
        const tick t{positions_.next(now), seen.symbol, seen.value, seen.source};
        append(t, same_on_boot_clock(now));
        return t;
    }

    // Ticks after `from` up to `to` cannot be had: told behind what is on the tapes.
    tape::hole lose(position from, position to, gap_cause why = gap_cause::evicted)
    {
        const auto last = placed();
        const tape::hole h{last, std::max(to, last.next()), from, to, why};
        miss(h, committed_at_once::yes);
        positions_ = position_source{h.end};
        return h;
    }

    // A new era at that time, with what is given as the newest ticks.
    void restart_at(wall_time epoch, std::span<const tick> newest = {})
    {
        restart(position::at(epoch), newest);
        positions_ = position_source{committed()};
    }

private:
    position_source positions_;
};

}  // namespace tickertape::testing
