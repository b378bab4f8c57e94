// What to send next: a subscriber's place and the tapes in, bytes out. No I/O, no clock of its own.
//
// Replay, live, catching up after a slow moment and resuming after a reconnect are one thing here:
// send from the place to the end of the tapes.
//
// Threads: one, its lane's.
#pragma once

#include "hub/frame_cache.hpp"
#include "hub/notice_board.hpp"
#include "sse/event.hpp"
#include "tape/merged_reader.hpp"

#include <array>
#include <span>
#include <string>

namespace tickertape {

// Where a subscriber is. Everything at or before `at` has been sent, or was said to be missing, or
// lies before what it asked for.
struct stream_place {
    position at;
    // Up to here only the newest tick of each symbol is wanted: the first answer to a subscriber
    // that asked for no history. position{} where every tick is.
    position newest_only_until;
    // Which version of the notice board it has been told; 0: it knows of nothing.
    notice_board::version notices = 0;
    // Whether it is past what it asked for at the start: from then on what is missing was lapped.
    bool live = false;

    friend bool operator==(const stream_place&, const stream_place&) noexcept = default;

    // The newest tick of each symbol, then live.
    static stream_place newest(position committed) noexcept
    {
        return {.at = {}, .newest_only_until = committed};
    }
    // Every tick after `p`, then live.
    static stream_place after(position p) noexcept { return {.at = p, .newest_only_until = {}}; }
};

// The next bytes for a subscriber.
struct stream_batch {
    frame_run run;
    // Where the subscriber is after the last frame; where there is none, where it is already.
    stream_place then;
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
    stream_place place;
    // The rest of a frame that was cut in the middle: it must be sent before anything else. The
    // place is after it.
    std::string_view rest;
    std::uint64_t ticks = 0;
    std::array<std::uint64_t, 3> gaps{};  // by sse::gap_reason
};

class stream_planner {
public:
    struct limits {
        frame_cache::limits cache;
        // What one batch that has to be put together may hold: a few writes' worth.
        std::size_t batch_bytes_max = std::size_t{32} << 10;
    };

    stream_planner(
        const tapes& from, const source_table& sources, const notice_board& notices, limits bounds);

    // What comes next for a subscriber of `symbols` at `from`, up to position `until`, which must
    // not lie beyond what tapes::committed() has said; empty when it is up to date. Age of stale
    // prices is counted to `now`. Valid until the next call.
    stream_batch next(
        std::span<const symbol_id> symbols, sse::framing how, const stream_place& from,
        position until, wall_time now);

    // What `sent` bytes of the batch are worth to a subscriber that was at `from`.
    static stream_progress
    advance(const stream_place& from, const stream_batch& batch, std::size_t sent) noexcept;

    // To be called before a set of symbols goes away: questions are told apart by its address.
    void forget() noexcept;

private:
    // A question and its answer.
    struct memo {
        const symbol_id* symbols = nullptr;
        sse::framing how{};
        stream_place from;
        position until;
        notice_board::version notices = 0;
        stream_batch batch;
    };

    stream_batch plan(
        std::span<const symbol_id> symbols, sse::framing how, const stream_place& from,
        position until, wall_time now);
    stream_batch
    newest_of_each(std::span<const symbol_id> symbols, sse::framing how, const stream_place& from);
    stream_batch
    one_symbol(symbol_id symbol, sse::framing how, const stream_place& from, position until);
    stream_batch merged(
        std::span<const symbol_id> symbols, sse::framing how, const stream_place& from,
        position until);
    stream_batch notices(
        std::span<const symbol_id> symbols, sse::framing how, const stream_place& from,
        wall_time now);

    void begin_scratch();
    void add_to_scratch(sse::framing how, frame_kind kind, position at);
    void add_tick(sse::framing how, const tick& t);
    void add_gap(sse::framing how, const sse::gap& g);
    void add_losses(sse::framing how, const stream_place& from);
    stream_batch scratch_batch(stream_place then) const;
    bool knows_all_notices(const stream_place& place) const noexcept
    {
        return place.notices == board_.newest();
    }
    frame_cache& cache(sse::framing how) { return caches_[static_cast<std::size_t>(how)]; }

    const tapes& tapes_;
    const source_table& sources_;
    const notice_board& board_;
    const limits limits_;
    std::array<frame_cache, 2> caches_;
    merged_reader reader_;
    std::string block_;    // one block before its framing
    std::string scratch_;  // a batch that is put together
    std::vector<frame_mark> scratch_marks_;
    std::vector<tick> newest_;
    std::vector<symbol_id> news_;
    memo last_;  // subscribers in step ask the same question one after another
};

}  // namespace tickertape
