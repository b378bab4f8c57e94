// Decides which connections need the past, and turns an answer of the past into frames. No I/O, no
// clock.
//
// Threads: one, its lane's.
#pragma once

#include "hub/batch_builder.hpp"
#include "hub/stream_batch.hpp"
#include "hub/stream_terms.hpp"
#include "tape/past.hpp"

#include <cstddef>
#include <span>

namespace tickertape::hub {

// The position after which the tapes hold every tick of those symbols.
position held_after(const tape::tapes& of, std::span<const symbol_id> symbols) noexcept;

// Whether ticks after the cursor are no longer on the tapes and a past may have them. False for a
// cursor of another era and for an unknown id: the lane tells those subscribers that positions
// began anew.
bool needs_past(
    const stream_terms& terms, const stream_cursor& at, tape::tapes::era_number era,
    const tape::tapes& of) noexcept;

// Whether an answer is as past.hpp requires. It may not be if files are damaged.
bool is_sound(const tape::past_batch& answer, const tape::past_query& asked) noexcept;

// The frames of one answer.
class past_frames {
public:
    // Both outlive this.
    past_frames(const tape::tapes& of, const source_table& sources) noexcept
        : tapes_{of}, built_{of, sources}
    {
    }

    // Puts together the frames for a subscriber at `from` of a sound answer. If the past begins
    // after `from`, a gap covers the ticks in between and says why they are missing, except those
    // that the tapes hold, which are sent. A hole of the tapes ends them, and is told for all
    // symbols where they begin in it.
    void build(
        const stream_terms& terms, const stream_cursor& from, const tape::past_query& asked,
        const tape::past_batch& answer);

    stream_batch batch() const noexcept { return {.run = built_.run(), .then = then_}; }

private:
    void build_without_past(const tape::past_query& asked, position until, gap_cause why);
    void tell(const tape::hole& missing);

    const tape::tapes& tapes_;
    batch_builder built_;
    stream_cursor then_;
};

}  // namespace tickertape::hub
