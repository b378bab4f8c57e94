// The ids of candle events: positions, so that one number says which events a client has had.
//
// A candle that forms has the position of its newest tick. A closed one has one of the last 1,024
// positions before the end of its bucket, which no tick reaches: a millisecond would need a million
// ticks. Candles of several symbols close together, so each symbol has a rank among those of its
// stream, and its own position. So ids ascend: all that closes, then all that forms after it.
//
// No I/O. Threads: any.
#pragma once

#include "core/position.hpp"
#include "core/symbol.hpp"
#include "series/interval.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace tickertape::candles {

// Of a stream's symbols in the order of their names, which a restart with other settings keeps.
using symbol_rank = std::size_t;

inline constexpr position
closed_id(series::interval of, series::candle_time opens, symbol_rank rank) noexcept
{
    const auto last = position::at(series::end_of(of, opens)).previous();
    return position::from_packed(last.packed() - (symbol_table::symbols_max - 1) + rank);
}

// Whether a candle that closed has that id.
inline constexpr bool is_closed_id(position p, series::interval of) noexcept
{
    constexpr auto first = position::counter_max - (symbol_table::symbols_max - 1);
    const auto next = wall_time{p.time() + std::chrono::milliseconds{1}};
    return p.counter() >= first && wall_time{series::bucket_open(of, next)} == next;
}

// Before the bucket that has `at`: all that closed earlier has a smaller id, and nothing else has.
inline constexpr position before_bucket(series::interval of, wall_time at) noexcept
{
    return position::at(series::bucket_open(of, at)).previous();
}

// Where a client goes on that has had the event `last`: the candle of that bucket is sent to it
// again, unless `last` is the id of a closed one.
inline constexpr position resumed_after(series::interval of, position last) noexcept
{
    return is_closed_id(last, of) ? last : before_bucket(of, last.time());
}

// The ranks of those symbols, in their order.
std::vector<symbol_rank> ranks_of(std::span<const symbol_id> symbols, const symbol_table& names);

}  // namespace tickertape::candles
