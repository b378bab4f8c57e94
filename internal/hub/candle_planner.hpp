// Decides what a subscriber of candles is sent next, as stream_planner does for ticks: its cursor
// and the candles that the lane follows go in, bytes come out. No I/O, no clock of its own.
//
// A cursor is after all events whose ids are not after it. So every candle that closes is sent
// once, in order, and of one that forms the newest state.
//
// Threads: one, its lane's.
#pragma once

#include "candles/live_candles.hpp"
#include "hub/batch_builder.hpp"
#include "hub/stream_batch.hpp"
#include "hub/stream_terms.hpp"

#include <vector>

namespace tickertape::hub {

class candle_planner {
public:
    struct limits {
        std::size_t batch_bytes_max;
    };

    // Both outlive this.
    candle_planner(const tape::tapes& from, const source_table& sources, limits bounds)
        : limits_{bounds}, live_{from}, built_{from, sources}
    {
    }

    candles::live_candles& live() noexcept { return live_; }
    const candles::live_candles& live() const noexcept { return live_; }

    // The next batch for a subscriber with those terms at `from`. It `ends` where the lane does not
    // know what comes next. Valid until the next call.
    const stream_batch& next(const stream_terms& terms, const stream_cursor& from);

    // To be called before terms are destroyed.
    void forget() noexcept { last_ = {}; }

private:
    // A question and its answer: subscribers in step ask the same one after another.
    struct memo {
        const stream_terms* terms = nullptr;
        stream_cursor from;
        std::uint64_t version = 0;
        stream_batch batch;
    };

    stream_batch plan(const stream_terms& terms, const stream_cursor& from);
    stream_batch pass(const stream_terms& terms, const stream_cursor& from);

    const limits limits_;
    candles::live_candles live_;
    batch_builder built_;
    std::vector<candles::candle_event> events_;
    memo last_;
};

}  // namespace tickertape::hub
