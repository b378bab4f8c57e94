// The limits of a lane, and its counters.
#pragma once

#include "core/staleness.hpp"
#include "core/tally.hpp"
#include "hub/socket.hpp"
#include "hub/stream_planner.hpp"
#include "hub/sweep_pace.hpp"

#include <array>
#include <chrono>

namespace tickertape {

// What a lane does with a subscriber that reads too slowly to get every tick.
enum class slow_reader { close, conflate };

struct lane_limits {
    std::chrono::milliseconds heartbeat{15'000};  // silence after which one is sent
    staleness stale{std::chrono::milliseconds{120'000}};
    std::chrono::milliseconds retry{2'000};  // told to clients, half to one and a half times this
    // The age of the oldest tick that a subscriber has not taken yet. One that has never caught up
    // may be further behind for as long as it comes nearer.
    std::chrono::milliseconds lag{30'000};
    slow_reader beyond_lag = slow_reader::close;
    std::chrono::milliseconds stalled{30'000};  // without taking a byte of what waits: closed
    // A stream's age at its end, less up to a quarter so that ends are spread; 0: no limit.
    std::chrono::milliseconds age{0};
    std::chrono::milliseconds farewell{5'000};  // for the last words to be taken
    // Last words name the symbols they are about up to so many; without names they are about all.
    std::size_t farewell_symbols = 32;
    std::size_t sent_away_per_second = 100;  // at least, when draining
    sweep_pace::limits pace{};
    socket_limits socket{};
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
    tally fell_behind;
    tally stalled;           // closed because they took nothing for too long
    tally timed_out;         // closed by the kernel: the peer acknowledged nothing for too long
    tally lag_closed;        // closed because they were too far behind
    tally lag_conflated;     // brought up to date by a gap because they were too far behind
    tally aged;              // sent away because their stream was old
    tally farewells_missed;  // closed because they did not take their last words
    tally heartbeats;
    std::array<tally, 3> gaps;  // by sse::gap_reason
    tally wakes;
};

}  // namespace tickertape
