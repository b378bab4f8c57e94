// A batch of frames that is put together for one question, where no cache has it as it is needed.
//
// Threads: one, its lane's.
#pragma once

#include "hub/frame_cache.hpp"
#include "hub/notice_board.hpp"
#include "sse/event.hpp"

#include <string>
#include <vector>

namespace tickertape {

class batch_builder {
public:
    // Both outlive this.
    batch_builder(const tapes& from, const source_table& sources) noexcept
        : tapes_{from}, sources_{sources}
    {
    }

    void begin(sse::framing how);

    // `skipped`: how many ticks of the symbol are passed over for this one.
    void add_tick(const tick& t, std::uint64_t skipped = 0);
    // It becomes one frame with the gaps before it and the tick after it, so that nobody is sent a
    // part of what is missing and takes it for all.
    void add_gap(const sse::gap& g);
    // No tick follows: whoever was sent the gaps is at `at`.
    void end_gaps(position at);
    // `known`: the version of the board that a subscriber at `at` knows with it.
    void add_notice(
        symbol_id symbol, bool stale, std::chrono::milliseconds age, notice_board::version known,
        position at);

    std::size_t bytes() const noexcept { return bytes_.size(); }
    std::size_t frames() const noexcept { return marks_.size(); }
    bool has_open_gaps() const noexcept { return open_gaps_ > 0; }
    // Valid until the next change.
    frame_run run() const noexcept { return {.bytes = bytes_, .base = 0, .marks = marks_}; }

private:
    void append_block();
    void end_frame(frame_mark m);

    const tapes& tapes_;
    const source_table& sources_;
    sse::framing how_{};
    std::string block_;  // one block before its framing
    std::string bytes_;
    std::vector<frame_mark> marks_;
    std::uint16_t open_gaps_ = 0;  // of the frame that is not ended yet
    frame_kind gap_kind_{};        // of those
};

}  // namespace tickertape
