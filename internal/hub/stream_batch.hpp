// Frames that are sent to a subscriber in one write, and its cursor after the socket has taken some
// of their bytes, which usually end in the middle of a frame.
#pragma once

#include "hub/frame_cache.hpp"
#include "hub/stream_cursor.hpp"
#include "sse/event.hpp"

#include <array>
#include <cstdint>
#include <numeric>
#include <string_view>

namespace tickertape::hub {

// The next bytes for a subscriber.
struct stream_batch {
    frame_run run;
    // The cursor after the last frame; without frames, the cursor as it was.
    stream_cursor then;
    // True if the subscriber is up to date after this batch; the planner need not be asked again.
    bool completes = false;
    // What the subscriber lacks is not known here: it is sent away, to ask again with its last id.
    bool ends = false;

    std::string_view bytes() const noexcept
    {
        return empty() ? std::string_view{}
                       : run.bytes.substr(run.base, run.marks.back().end - run.base);
    }
    bool empty() const noexcept { return run.marks.empty(); }
};

// The result of sending part of a batch.
struct stream_progress {
    stream_cursor cursor;
    // The rest of a frame that was cut in the middle: it must be sent before anything else. The
    // cursor is after it.
    std::string_view rest;
    std::uint64_t ticks = 0;
    std::uint64_t skipped = 0;                           // ticks that were passed over for these
    std::uint64_t candles = 0;                           // that form
    std::uint64_t closed = 0;                            // candles
    std::uint64_t topics = 0;                            // events of topics
    std::array<std::uint64_t, sse::gap_reasons> gaps{};  // by sse::gap_reason

    // How many frames are news of what the subscriber asked for.
    std::uint64_t news() const noexcept { return ticks + candles + closed; }
    std::uint64_t frames() const noexcept
    {
        return std::accumulate(gaps.begin(), gaps.end(), news());
    }
};

// Returns what a subscriber at `from` has received after `sent` bytes of the batch.
stream_progress
progress_of(const stream_cursor& from, const stream_batch& batch, std::size_t sent) noexcept;

}  // namespace tickertape::hub
