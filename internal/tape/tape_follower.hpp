// Follows the tapes of some symbols: every tick once and in position order, or the word that ticks
// are lost. It keeps a position and nothing else of its past; a bell tells when to look again.
//
// A slow follower delays neither the writer nor other followers; it is told what it lost.
//
// Threads: one. The tapes may be written meanwhile.
#pragma once

#include "tape/merged_reader.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace tickertape::tape {

// Receives what a follower reads: ticks in position order. A loss is told before the first tick
// that lies after where the follower was.
class tape_listener {
public:
    virtual ~tape_listener() = default;
    virtual void on_tick(const tick& t) = 0;
    // Ticks of the symbol up to `lost.to` were overwritten before they were read. Those up to there
    // that are still held, of this and other symbols, follow.
    virtual void on_lost(const lost_ticks& lost) = 0;
    // Ticks of all symbols are missing; those that are told from now on lie behind the hole.
    virtual void on_hole(const hole& missing) = 0;
    // Positions begin anew after `epoch`, possibly below those of before (decision 0017). What was
    // not heard of the era before is lost.
    virtual void on_new_era(position epoch) = 0;
};

class tape_follower {
public:
    // Which ticks it reads: those that may be shown, or, for a keeper, those that are placed.
    enum class reads { committed, placed };

    // From the first tick after `after` on, which is a position of that era. The tapes outlive
    // this.
    tape_follower(
        const tapes& of, std::span<const symbol_id> symbols, tapes::era_number era, position after,
        reads which = reads::committed);

    // Gives the listener what has come, at most `ticks_max` ticks. Returns whether there is more.
    bool read(tape_listener& to, std::size_t ticks_max);

    // All up to here has been given, or told as lost.
    position at() const noexcept { return at_; }

private:
    position end() const noexcept;
    bool enter_era(tape_listener& to);
    void tell_losses(tape_listener& to);
    void tell_hole(tape_listener& to, const hole& next);

    const tapes& tapes_;
    const std::vector<symbol_id> symbols_;
    const reads which_;
    tapes::era_number era_;
    position at_;
    merged_reader reader_;
    std::vector<position> told_;  // of each symbol: its loss has been told up to here
    std::vector<tick> ticks_;
};

}  // namespace tickertape::tape
