// Writes the events of a stream as bytes: one function per event, each appending one whole block
// that ends with an empty line. The contract is docs/protocol.md.
//
// Symbols and source names are plain text (see their types), so nothing here needs escaping.
#pragma once

#include "core/gap_cause.hpp"
#include "core/tick.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tickertape::sse {

// id: 1712525476123-0
// data: {"timestamp":1712525476,"price":69420.25,"symbol":"BTC-USD","source":"coingecko"}
//
// What is not 0 follows: ,"sources":3 and ,"skipped":7.
struct tick_extras {
    unsigned combined = 0;      // how many providers the source combines
    std::uint64_t skipped = 0;  // how many ticks of the symbol were passed over for this one
};
void append_tick(
    std::string& out, position at, price value, std::string_view symbol, std::string_view source,
    tick_extras extras = {});

// id: 1712525519999-1048575
// event: closed
// data: {...}, on one line
void append_event(std::string& out, position at, std::string_view event, std::string_view data);

// Why ticks are missing, or candles are to be asked for again.
enum class gap_reason {
    evicted,    // older than what is held
    restarted,  // from before this process, or unknown to it
    lapped,     // overwritten while this subscriber was too slow
    changed,    // of candles alone: some were changed or added there since
    damaged,    // they were kept, and cannot be read any more
    missing,    // they were never kept
};

inline constexpr std::size_t gap_reasons = 6;

// Ticks after `from`, up to and including `to`, cannot be sent: of `symbols`, or of all where that
// is empty.
struct gap {
    position from;
    position to;
    gap_reason reason;
    std::span<const std::string_view> symbols = {};
    // Whether a client that has seen this may resume after `to`; it then has `to` as its id. Not so
    // where ticks of other symbols up to `to` are still to come.
    bool resumes = true;
};

void append_gap(std::string& out, const gap& g);
void append_heartbeat(std::string& out, wall_time now);
void append_stale(std::string& out, std::string_view symbol, std::chrono::milliseconds age);
void append_fresh(std::string& out, std::string_view symbol, std::chrono::milliseconds age);

// How long a client is to wait before it connects again.
void append_retry(std::string& out, std::chrono::milliseconds wait);
// This instance is about to leave: connect again after `wait`, elsewhere where there is one.
void append_moving(std::string& out, std::chrono::milliseconds wait);
// There is no room: connect again after `wait`.
void append_busy(std::string& out, std::chrono::milliseconds wait);

std::string_view to_string(gap_reason r) noexcept;

// How a hole is told whose ticks cannot be had for that cause.
gap_reason reason_of(gap_cause why) noexcept;

}  // namespace tickertape::sse
