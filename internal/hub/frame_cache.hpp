// Encodes frames of ticks when a subscriber first needs them, and keeps them while there is room.
//
// Ticks of a symbol are encoded in blocks of `block_ticks` consecutive numbers, and a block is one
// piece of memory, so that what a subscriber lacks is a range of bytes that can be sent as it lies.
// The newest block grows while ticks arrive. Blocks whose ticks are no longer held are dropped, and
// the least recently used make room for others.
//
// Threads: one, its lane's; bytes_held() on any.
#pragma once

#include "core/tally.hpp"
#include "sse/framing.hpp"
#include "tape/tapes.hpp"

#include <list>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tickertape::hub {

// The kind of event in a frame, for the counters.
enum class frame_kind : std::uint8_t {
    tick,
    notice,       // nothing of the tape
    topic,        // the same
    candle,       // one that forms
    closed,       // a candle that has closed
    gap_evicted,  // from here on in the order of sse::gap_reason
    gap_restarted,
    gap_lapped,
    gap_changed,
    gap_damaged,
    gap_missing,
};

constexpr bool is_gap(frame_kind k) noexcept
{
    return k >= frame_kind::gap_evicted;
}

// Where a frame ends in its bytes, and where a subscriber is after it.
struct frame_mark {
    std::uint32_t end = 0;
    frame_kind kind{};
    // Of a notice: the version of the board that is known with it; of a topic: that of the topics.
    std::uint32_t version = 0;
    std::uint32_t skipped = 0;  // of a tick: how many were passed over for it
    // The position of the subscriber. Of a gap, after which it is where it was: stream_cursor's
    // told_until.
    position at;
};

// Consecutive frames: bytes[base...] up to the last mark's end.
struct frame_run {
    std::string_view bytes;
    std::uint32_t base = 0;
    std::span<const frame_mark> marks;
};

class frame_cache {
public:
    static constexpr tape::symbol_tape::index block_ticks = 128;

    struct limits {
        std::size_t bytes_max = std::size_t{16} << 20;  // beyond it the least recently used go
    };

    frame_cache(
        const tape::tapes& from, const source_table& sources, sse::framing how, limits bounds);

    // The frames of that symbol's ticks from number `first` on, up to position `until`, as far as
    // they lie in one block; empty where tick `first` is lapped or lies beyond `until`. Valid until
    // the next call.
    frame_run frames_from(symbol_id symbol, tape::symbol_tape::index first, position until);

    // Read on any thread.
    std::size_t bytes_held() const noexcept { return bytes_held_.value(); }

private:
    struct block {
        std::uint64_t key;
        tape::symbol_tape::index first;  // the tick of the first frame
        std::string bytes;
        std::vector<frame_mark> marks;
    };
    using blocks = std::list<block>;

    block& block_of(symbol_id symbol, tape::symbol_tape::index first);
    void extend(block& b, symbol_id symbol, position until);
    void make_room(const block& except);
    void drop_evicted(symbol_id symbol);
    void drop(blocks::iterator b);

    const tape::tapes& tapes_;
    const source_table& sources_;
    const sse::framing how_;
    const limits limits_;
    blocks blocks_;  // the most recently used first
    std::unordered_map<std::uint64_t, blocks::iterator> by_key_;
    tally bytes_held_;
    std::string scratch_;
};

}  // namespace tickertape::hub
