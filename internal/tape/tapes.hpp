// The tapes of all symbols, and the one place that gives ticks their positions.
//
// Readers merge several tapes by position. A tick becomes readable on its own tape before the one
// after it is written to another, but a reader looks at the tapes one by one and could see the
// later of two without the earlier. So each tick is *committed* after it is on its tape: a reader
// loads committed() first and takes nothing beyond it, and then has every tick up to there.
//
// Threads: publish() on one thread; everything else on any.
#pragma once

#include "core/tick.hpp"
#include "tape/tape.hpp"

#include <atomic>
#include <deque>
#include <vector>

namespace tickertape {

class tapes {
public:
    // `started`: the time from which on this process knows every tick. `symbols` outlives this.
    tapes(const symbol_table& symbols, std::size_t capacity, wall_time started);

    // Gives the observation its position and appends it.
    tick publish(const observation& seen, wall_time now) noexcept;

    // Every tick up to here is on its tape; none beyond it may be taken.
    position committed() const noexcept
    {
        // acquire: pairs with publish(), so the slots of all ticks up to here are visible.
        return position::from_packed(committed_.load(std::memory_order_acquire));
    }
    // Before the first tick of this process: what lies at or before it is unknown to us.
    position epoch() const noexcept { return epoch_; }

    const tape& of(symbol_id id) const noexcept { return tapes_[index_of(id)]; }
    // The position of the symbol's newest tick; position{} before the first. At least that of its
    // newest tick up to what committed() said before. Of many symbols it is cheaper than asking
    // each tape: they lie side by side.
    position newest(symbol_id id) const noexcept
    {
        // relaxed: what it must not miss was stored before committed_ was, which the caller has
        // acquired; what is newer orders nothing.
        return position::from_packed(newest_[index_of(id)].load(std::memory_order_relaxed));
    }
    const symbol_table& symbols() const noexcept { return symbols_; }

private:
    const symbol_table& symbols_;
    const position epoch_;
    position_source positions_;
    std::deque<tape> tapes_;
    std::vector<std::atomic<std::uint64_t>> newest_;
    alignas(64) std::atomic<std::uint64_t> committed_;
};

}  // namespace tickertape
