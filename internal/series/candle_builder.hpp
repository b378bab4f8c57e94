// Makes candles of one symbol and one interval out of ticks, or of shorter candles, as they come.
//
// All that it remembers is its state, a plain struct. A builder made of a copy of the state goes on
// exactly where the first one was, also in the middle of a bucket. What was taken before is ignored
// when it comes again, so after a restart the ticks may be read again from any earlier position.
//
// A new era (docs/decisions/0017-clocks-that-step.md) sets positions back: it needs a new builder.
//
// Threads: one.
#pragma once

#include "series/candle.hpp"

#include <cstdint>
#include <optional>

namespace tickertape::series {

struct candle_builder_state {
    interval of = interval::m1;
    // Every tick up to here has been taken, or there was none.
    position passed = {};
    std::optional<candle> forming = std::nullopt;
    // The holes told so far that may still reach a candle to come, as one.
    std::optional<hole> missing = std::nullopt;
    // How many ticks or candles came although their time had passed.
    std::uint64_t ignored = 0;

    friend bool
    operator==(const candle_builder_state&, const candle_builder_state&) noexcept = default;
};

class candle_builder {
public:
    explicit candle_builder(interval of = interval::m1) noexcept : state_{.of = of} {}
    explicit candle_builder(const candle_builder_state& from) noexcept : state_{from} {}

    // Takes the next tick of the symbol, in position order. Gives the candle that it closes: the
    // forming one, if the tick is of a later bucket. A tick at or before `passed` is ignored and
    // counted.
    std::optional<candle> take(position at, price value) noexcept;
    // Takes the next candle of a shorter interval, one that is closed; `finer` divides ours. Gives
    // the forming candle, if `piece` is of a later bucket. The last piece of a bucket does not
    // close it: advance() does, or the next piece.
    std::optional<candle> take(const candle& piece, interval finer) noexcept;
    // Says that every tick before `time` has been taken. Gives the candle whose bucket ends at that
    // time or before it. The caller vouches for `time`: a tick before it is ignored and counted.
    std::optional<candle> advance(wall_time time) noexcept;
    // Says that ticks may be missing. Candles that overlap the hole say so, the forming one and
    // those to come, but not those already given away. Tell a hole where it lies among the ticks:
    // after those before it. Told ahead of ticks, holes grow together: a candle between two of them
    // may say that it overlaps one. None is ever forgotten.
    void note_hole(const hole& missing) noexcept;

    // The candle that is not closed yet, if there was a tick.
    const std::optional<candle>& forming() const noexcept { return state_.forming; }
    // What forming() would be after `piece`, a shorter candle that is forming itself. None if its
    // time has passed.
    std::optional<candle> forming_with(const candle& piece) const noexcept;

    const candle_builder_state& state() const noexcept { return state_; }

private:
    // Gives the forming candle away if its bucket ends at that time or before it.
    std::optional<candle> close_until(wall_time time) noexcept;
    std::optional<candle> take_piece(candle piece) noexcept;
    // Whether a tick may come whose candle overlaps that hole.
    bool can_still_reach(const hole& missing) const noexcept;
    bool misses_ticks(candle_time opens) const noexcept;

    candle_builder_state state_;
};

}  // namespace tickertape::series
