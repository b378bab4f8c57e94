// The limits of a lane, and its counters.
#pragma once

#include "core/staleness.hpp"
#include "core/tally.hpp"
#include "hub/socket.hpp"
#include "hub/stream_planner.hpp"
#include "hub/sweep_pace.hpp"

#include <array>
#include <chrono>
#include <string_view>

namespace tickertape::hub {

// What a lane does with a subscriber that reads too slowly to get every tick.
enum class slow_reader { close, conflate };

// What a lane reads from the past, where there is one (see past_replay.hpp).
struct past_limits {
    std::size_t permits = 16;  // batches at once, from the question until they are sent
    // Replays at once. A connection more is told `busy`: the ticks are there.
    std::size_t replays_max = 1'024;
    std::size_t batch_ticks = 256;
    // How long a replay waits for a permit, and then for the answer. After that the connection goes
    // to the lane as it is, and is told the gap.
    std::chrono::milliseconds permit_wait{5'000};
    std::chrono::milliseconds answer{5'000};
    // How long a reader may take for a batch before the next in turn has its permit.
    std::chrono::milliseconds write{5'000};
};

// Why a replay of the past ended.
enum class past_outcome : std::uint8_t {
    done,         // the next tick is on the tapes
    ended,        // the past has no more; the lane tells the gap, if there is one
    no_room,      // there were too many replays, or the kernel would not watch the socket
    no_permit,    // it waited too long for its turn
    late,         // the past did not answer in time
    failed,       // the past answered with an error, or with what cannot be
    interrupted,  // the lane drains, or the client has closed its half
    left,         // the client has gone, or takes nothing
};
inline constexpr std::size_t past_outcomes = 8;

constexpr std::string_view to_string(past_outcome o) noexcept
{
    constexpr std::array<std::string_view, past_outcomes> words{
        "done", "ended", "no_room", "no_permit", "late", "failed", "interrupted", "left"};
    return words[static_cast<std::size_t>(o)];
}

// What streams of candles may take of a lane.
struct candle_limits {
    std::size_t streams_max = 1'024;
    // Memory for what they begin with, until it has been read.
    std::size_t beginnings_bytes_max = std::size_t{32} << 20;
    // Between two events of a candle that forms: the newer state replaces the older one.
    std::chrono::milliseconds interval{1'000};
    // Told to one that is refused, half to one and a half times this.
    std::chrono::milliseconds busy{30'000};
};

struct lane_limits {
    std::chrono::milliseconds heartbeat{15'000};  // silence after which one is sent
    staleness stale{std::chrono::milliseconds{120'000}};
    std::chrono::milliseconds retry{2'000};  // told to clients, half to one and a half times this
    // The age of the oldest tick that a subscriber has not taken yet. A subscriber that has never
    // caught up may be further behind as long as it gets closer to the present. Replays of the past
    // have no such limit, only `stalled`.
    std::chrono::milliseconds lag{30'000};
    slow_reader beyond_lag = slow_reader::close;
    std::chrono::milliseconds stalled{30'000};  // closed after this long without taking a byte
    // A stream that is older is ended, or up to a quarter sooner so that ends are spread; 0: no
    // limit. Counted from when it becomes a subscriber of the lane: its time in the past is extra.
    std::chrono::milliseconds age{0};
    std::chrono::milliseconds farewell{5'000};  // for the last words to be taken
    // Last words name the symbols they are about up to so many; without names they are about all.
    std::size_t farewell_symbols = 32;
    std::size_t sent_away_per_second = 100;  // at least, when draining
    sweep_pace::limits pace{};
    stream_socket_limits socket{};
    past_limits past{};
    candle_limits candles{};
    stream_planner::limits planner{};
    std::size_t slice_subscribers = 256;  // served before others on the lane have their turn
    std::size_t turn_bytes = 64 << 10;    // sent to one subscriber before the next has its turn
};

struct lane_counters {
    tally subscribers;   // now
    tally unsent_bytes;  // now: held for subscribers until their sockets take them
    tally behind;        // now: waiting for their socket to become writable
    tally subscribed;
    tally refused;  // the kernel would not watch their socket
    tally ticks;    // delivered
    tally skipped;  // passed over for newer ones, and said so
    tally bytes;    // handed to the kernel
    tally writes;
    tally turns_cut;  // ended by lane_limits::turn_bytes, with more to be sent
    tally fell_behind;
    tally stalled;           // closed because they took nothing for too long
    tally timed_out;         // closed by the kernel: the peer acknowledged nothing for too long
    tally lag_closed;        // closed because they were too far behind
    tally lag_conflated;     // brought up to date by a gap because they were too far behind
    tally aged;              // sent away because their stream was old
    tally farewells_missed;  // closed because they did not take their last words
    tally heartbeats;
    std::array<tally, sse::gap_reasons> gaps;  // by sse::gap_reason
    tally wakes;
    tally past_replaying;                           // now: still in the past
    std::array<tally, past_outcomes> past_replays;  // by past_outcome: those that ended
    tally candle_streams;                           // now
    tally candle_streams_refused;                   // there were too many
    tally candle_streams_returned;                  // sent away to ask for what the lane lacks
    tally candles;                                  // delivered while they formed
    tally candles_closed;                           // delivered
    tally past_ticks;                               // delivered from the past; among `ticks`
    tally topic_streams;                            // now: that follow topics
    tally topic_events;                             // delivered

    void count(const stream_progress& p) noexcept
    {
        ticks.add(p.ticks);
        skipped.add(p.skipped);
        candles.add(p.candles);
        candles_closed.add(p.closed);
        topic_events.add(p.topics);
        for (std::size_t i = 0; i < p.gaps.size(); ++i)
            if (p.gaps[i] > 0)
                gaps[i].add(p.gaps[i]);
    }
};

}  // namespace tickertape::hub
