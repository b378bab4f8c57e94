// Decides what a subscriber is sent next: its cursor and the tapes go in, bytes come out. No I/O,
// no clock of its own.
//
// Replay, live, catching up after a slow moment and resuming after a reconnect are one thing here:
// send from the cursor to the end of the tapes.
//
// Threads: one, its lane's.
#pragma once

#include "hub/batch_builder.hpp"
#include "hub/candle_planner.hpp"
#include "hub/commit_horizon.hpp"
#include "hub/stream_batch.hpp"
#include "hub/stream_terms.hpp"
#include "tape/merged_reader.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace tickertape::hub {

class stream_planner {
public:
    struct limits {
        frame_cache::limits cache;
        // What one batch that has to be put together may hold: a few writes' worth.
        std::size_t batch_bytes_max = std::size_t{32} << 10;
        // An event of a topic is ended by the part that makes it longer.
        std::size_t topic_event_bytes = std::size_t{8} << 10;
    };

    stream_planner(
        const tape::tapes& from, const source_table& sources, const notice_board& notices,
        const topic_ledger& topics, limits bounds);

    // Returns the next batch for a subscriber with those terms at `from`, up to what `seen` has
    // seen; `seen` watches all its symbols. Empty if the subscriber is up to date, or if a new era
    // of the tapes has begun. The age of stale prices is counted up to `now`. Valid until the next
    // call.
    const stream_batch& next(
        const stream_terms& terms, const stream_cursor& from, const commit_horizon& seen,
        boot_time now);

    // The candles that the lane's streams follow.
    candles::live_candles& candles() noexcept { return candles_.live(); }
    // The first candle of those terms after `p` that has closed: the oldest one that a subscriber
    // at `p` has not been sent, as its id.
    std::optional<position> first_unsent_candle(const stream_terms& terms, position p)
    {
        return candles_.live().first_closed_after(terms.symbols, *terms.candles, p);
    }

    // The first tick of `symbols` after `p` that is held and that `seen` has seen: the oldest one
    // that a subscriber at `p` has not been sent.
    std::optional<position>
    first_unsent(std::span<const symbol_id> symbols, position p, const commit_horizon& seen) const;

    // Where a pass from there to `until` has to end: no pass leads past a hole, which has to be
    // told.
    position end_of_pass(position from, position until) const noexcept;

    // How many ticks those symbols have had, in 32 bits: only differences mean anything.
    std::uint32_t published(std::span<const symbol_id> symbols) const noexcept;

    // The bytes of all encoded frames that are kept. Read on any thread.
    std::size_t frame_cache_bytes() const noexcept
    {
        return caches_[0].bytes_held() + caches_[1].bytes_held();
    }

    // To be called before terms are destroyed: the memo knows terms by their address.
    void forget() noexcept;

private:
    // A question and its answer.
    struct memo {
        const stream_terms* terms = nullptr;
        stream_cursor from;
        position until;
        notice_board::version notices = 0;
        topic_ledger::version topics = 0;
        stream_batch batch;
    };
    // The newest tick of a symbol, and how many were passed over for it.
    struct newest_tick {
        tick what;
        std::uint64_t skipped;
    };
    // Ticks of a symbol that cannot be sent, and which the subscriber has not been told of.
    struct loss {
        symbol_id symbol;
        position from;
        position to;
        sse::gap_reason why;
        // Losses are told in the order of these, so that one position says which were told.
        position newest;
    };

    stream_batch plan(
        const stream_terms& terms, const stream_cursor& from, const commit_horizon& seen,
        boot_time now);
    stream_batch
    pass(const stream_terms& terms, const stream_cursor& from, const commit_horizon& seen);
    stream_batch every_tick(
        const stream_terms& terms, const stream_cursor& from, const commit_horizon& seen,
        position until);
    stream_batch gap_of(const tape::hole& missing, sse::framing how, const stream_cursor& from);
    stream_batch restarted(const stream_terms& terms, const stream_cursor& from);
    void look_for_newest(symbol_id symbol, const stream_cursor& from);
    stream_batch one_symbol(
        const stream_terms& terms, symbol_id symbol, const stream_cursor& from, position until);
    stream_batch merged(
        const stream_terms& terms, const stream_cursor& from, const commit_horizon& seen,
        position until);
    stream_batch
    notices(const stream_terms& terms, const stream_cursor& from, position until, boot_time now);
    stream_batch topics(const stream_terms& terms, const stream_cursor& from, position until);

    bool is_told(symbol_id symbol, position lost_until, const stream_cursor& to) const;
    bool tell_losses(stream_cursor& then, position until, bool alone);
    void add_gap(const loss& what, position told, bool resumes);
    bool has_room() const noexcept { return built_.bytes() < limits_.batch_bytes_max; }
    bool knows_all_notices(const stream_terms& terms, const stream_cursor& cursor) const noexcept
    {
        return cursor.notices == board_.newest() && knows_all_topics(terms, cursor);
    }
    bool knows_all_topics(const stream_terms& terms, const stream_cursor& cursor) const noexcept
    {
        return terms.topics == 0 || cursor.topics == topics_.newest();
    }
    frame_cache& cache(sse::framing how) { return caches_[static_cast<std::size_t>(how)]; }

    const tape::tapes& tapes_;
    const notice_board& board_;
    const topic_ledger& topics_;
    const limits limits_;
    std::array<frame_cache, 2> caches_;
    tape::merged_reader reader_;
    batch_builder built_;
    std::vector<newest_tick> newest_;
    std::vector<loss> losses_;
    std::vector<symbol_id> news_;  // those of the terms that there is news of
    candle_planner candles_;
    memo last_;  // subscribers in step ask the same question one after another
};

}  // namespace tickertape::hub
