// Tapes with a few ticks in them, at times the test chooses.
#pragma once

#include "hub/stream_planner.hpp"
#include "tape/tapes.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace tickertape {

inline wall_time at_ms(std::int64_t ms)
{
    return wall_time{std::chrono::milliseconds{ms}};
}

struct held {
    explicit held(
        std::vector<std::string> names, std::size_t capacity = 100, std::int64_t started_ms = 1'000)
        : symbols{*symbol_table::from(names)}, ticks{symbols, capacity, at_ms(started_ms)}
    {
    }

    tick add(std::size_t symbol, double value, std::int64_t ms)
    {
        return ticks.publish(
            {static_cast<symbol_id>(symbol), *price::from(value), *sources.intern("test")},
            at_ms(ms));
    }

    symbol_table symbols;
    source_table sources;
    tapes ticks;
    notice_board board{symbols.size()};
};

// The frame of a tick of held, not framed.
inline std::string tick_block(
    const std::string& id, std::int64_t timestamp, const std::string& value,
    const std::string& symbol = "BTC-USD")
{
    return "id: " + id + "\ndata: {\"timestamp\":" + std::to_string(timestamp) +
           ",\"price\":" + value + ",\"symbol\":\"" + symbol + "\",\"source\":\"test\"}\n\n";
}

}  // namespace tickertape
