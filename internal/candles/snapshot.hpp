// What a candle stream begins with: the candles of its symbols that have closed, in the order of
// their ids, the gaps among them, and where the lane goes on.
//
// No I/O, no clock. Threads: any.
#pragma once

#include "candles/live_candles.hpp"
#include "series/history.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace tickertape::candles {

// Gaps of a symbol that are told one by one; of more, the oldest ones are told as one.
inline constexpr std::size_t gaps_told_max = 16;

// Where a stream begins: after the event with that id, with candles that open at that time or
// later, or with the newest ones.
struct newest_candles {};
using beginning = std::variant<newest_candles, position, wall_time>;

// What a history is to be asked for it. `most`: closed candles of each symbol. `latest`: no tick
// that is committed is later.
series::candle_query query_for(
    symbol_id symbol, series::interval of, const beginning& from, std::size_t most,
    wall_time latest);

// Candles of `symbol` are told to have been changed up to so long after that: who has an id of that
// time may have left before a lane has told it.
inline constexpr std::chrono::seconds told_within{60};

// Ticks of `symbol` after `from`, up to and including `to`, may be missing; or candles were changed
// there since the client has been sent them.
struct candle_gap {
    symbol_id symbol{};
    series::hole missing;
    bool is_changed = false;
};

struct snapshot {
    std::vector<std::variant<candle_event, candle_gap>> events;
    // Where the lane goes on, and with what; one for each symbol.
    position at;
    std::vector<track_start> starts;
};

// `found`: the answers to query_for(), in the order of the symbols. There may be more candles than
// they have: then the snapshot ends where one of them does. The lane tells a subscriber to come
// back that lacks candles, and its last id brings the next ones.
snapshot snapshot_of(
    std::span<const symbol_id> symbols, const symbol_table& names, series::interval of,
    const beginning& from, std::vector<series::candle_answer> found);

// Whether the tapes have all ticks that the answer has not: its candles go on without a hole.
bool goes_on_from(
    const series::candle_answer& found, series::interval of, symbol_id symbol,
    const tape::tapes& ticks);

}  // namespace tickertape::candles
