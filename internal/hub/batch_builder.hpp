// Puts a batch of frames together that is not in the cache.
//
// Threads: one, its lane's.
#pragma once

#include "candles/live_candles.hpp"
#include "hub/frame_cache.hpp"
#include "hub/notice_board.hpp"
#include "hub/topic_ledger.hpp"
#include "sse/event.hpp"
#include "tape/past.hpp"

#include <span>
#include <string>
#include <vector>

namespace tickertape::hub {

class batch_builder {
public:
    // Both outlive this.
    batch_builder(const tape::tapes& from, const source_table& sources) noexcept
        : tapes_{from}, sources_{sources}
    {
    }

    void begin(sse::framing how);

    // `skipped`: how many ticks of the symbol are passed over for this one.
    void add_tick(const tick& t, std::uint64_t skipped = 0);
    void add_tick(const tape::past_tick& t);
    void add_candle(const candles::candle_event& e, series::interval of);
    // `told`: the told_until of a subscriber that has been sent it, where more follows.
    void add_gap(const sse::gap& g, position told = {});
    // `known`: the version of the board that a subscriber at `at` knows with it.
    void add_notice(
        symbol_id symbol, bool stale, std::chrono::milliseconds age, notice_board::version known,
        position at);

    // One event of a topic at position `at`, with those parts of it; `known`: the version that a
    // subscriber knows with it.
    void add_topic(
        const topic_state& of, std::span<const topic_ledger::part> parts, position at,
        topic_ledger::version known);

    std::size_t bytes() const noexcept { return bytes_.size(); }
    // Valid until the next change.
    frame_run run() const noexcept { return {.bytes = bytes_, .base = 0, .marks = marks_}; }

private:
    void append_block();
    void end_frame(frame_mark m);

    const tape::tapes& tapes_;
    const source_table& sources_;
    sse::framing how_{};
    std::string block_;  // one block before its framing
    std::string text_;   // the JSON of a candle or a topic
    std::string bytes_;
    std::vector<frame_mark> marks_;
};

}  // namespace tickertape::hub
