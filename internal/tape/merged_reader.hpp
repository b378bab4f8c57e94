// Reads several tapes as one: the ticks of a set of symbols in position order.
//
// Losses, ticks after the start that are no longer held, are known before the first tick is given.
// A loss belongs to one symbol and may reach far beyond the next ticks of others, so it cannot
// stand between ticks. A caller that stops after a tick and starts anew from its position is told
// again of a loss that reaches beyond it, and so never loses a tick without being told.
//
// Threads: one. The tapes may be written meanwhile.
#pragma once

#include "tape/tapes.hpp"

#include <optional>
#include <span>
#include <vector>

namespace tickertape::tape {

// Ticks of that symbol after where the reader started, up to and including `to`, were once there
// and are gone. `to` may lie beyond what was to be read: the ticks up to it are gone all the same.
struct lost_ticks {
    symbol_id symbol;
    position to;

    friend bool operator==(const lost_ticks&, const lost_ticks&) noexcept = default;
};

class merged_reader {
public:
    explicit merged_reader(const tapes& from) noexcept : tapes_{from} {}

    // Starts anew: ticks of `symbols` after `after`, up to and including `until`, which must not
    // lie beyond what tapes::committed() or placed() has said.
    void start(std::span<const symbol_id> symbols, position after, position until);

    // What was lost when it started, in the order of the symbols.
    std::span<const lost_ticks> lost() const noexcept { return lost_; }

    // The next tick, or nothing when all is read or the reader was overtaken.
    std::optional<tick> next();

    // Whether all up to `until` has been given, for certain. Where it is not, the writer has come
    // past the reader on some tape: start anew from the last tick.
    bool is_complete() const noexcept { return heads_.empty() && !overtaken_; }

private:
    // A tick and its number on the tape of its symbol.
    struct head {
        tick what;
        symbol_tape::index index;
    };

    // The first tick of that symbol that is still held after `after`, if it lies up to until_;
    // moves `after` to the end of what is lost before it.
    std::optional<head> first_held(symbol_id symbol, position& after) const;

    const tapes& tapes_;
    position until_;
    std::vector<lost_ticks> lost_;
    std::vector<head> heads_;  // a heap, the earliest first
    bool overtaken_ = false;
};

}  // namespace tickertape::tape
