// Frames that are sent to a subscriber in one write, and where it is when some bytes of them have
// been taken: in the middle of a frame, as a rule, because sockets know nothing of frames.
#pragma once

#include "hub/frame_cache.hpp"
#include "hub/stream_cursor.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace tickertape {

// The next bytes for a subscriber.
struct stream_batch {
    frame_run run;
    // Where the subscriber is after the last frame; where there is none, where it is already.
    stream_cursor then;
    // Whoever has been sent this is up to date: there is no need to ask again.
    bool completes = false;

    std::string_view bytes() const noexcept
    {
        return empty() ? std::string_view{}
                       : run.bytes.substr(run.base, run.marks.back().end - run.base);
    }
    bool empty() const noexcept { return run.marks.empty(); }
};

// What became of a batch of which some bytes were sent.
struct stream_progress {
    stream_cursor cursor;
    // The rest of a frame that was cut in the middle: it must be sent before anything else. The
    // place is after it.
    std::string_view rest;
    std::uint64_t ticks = 0;
    std::uint64_t skipped = 0;            // ticks that were passed over for those
    std::array<std::uint64_t, 3> gaps{};  // by sse::gap_reason

    std::uint64_t frames() const noexcept { return ticks + gaps[0] + gaps[1] + gaps[2]; }
};

// What `sent` bytes of the batch are worth to a subscriber that was at `from`.
stream_progress
progress_of(const stream_cursor& from, const stream_batch& batch, std::size_t sent) noexcept;

}  // namespace tickertape
