// Tapes with a few ticks in them, at times the test chooses.
#pragma once

#include "hub/stream_planner.hpp"
#include "support/dated_tapes.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace tickertape {

// A moment at which both clocks show the same number.
struct both_at {
    std::chrono::milliseconds since;

    operator wall_time() const noexcept { return wall_time{since}; }
    operator boot_time() const noexcept { return boot_time{since}; }
};

inline both_at at_ms(std::int64_t ms)
{
    return {std::chrono::milliseconds{ms}};
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

    // All there is by now, seen by somebody who watches all symbols.
    const hub::commit_horizon& seen()
    {
        horizon_.look(symbols.all(), [](symbol_id, auto) {});
        return horizon_;
    }

    symbol_table symbols;
    source_table sources;
    testing::dated_tapes ticks;
    hub::notice_board board{symbols.size()};
    hub::topic_ledger topics{};

private:
    hub::commit_horizon horizon_{ticks};
};

// The frame of a tick of held, not framed.
inline std::string tick_block(
    const std::string& id, std::int64_t timestamp, const std::string& value,
    const std::string& symbol = "BTC-USD", int skipped = 0)
{
    return "id: " + id + "\ndata: {\"timestamp\":" + std::to_string(timestamp) +
           ",\"price\":" + value + ",\"symbol\":\"" + symbol + "\",\"source\":\"test\"" +
           (skipped > 0 ? ",\"skipped\":" + std::to_string(skipped) : "") + "}\n\n";
}

// The frame of a lapped gap in one symbol, not framed; on a stream of that symbol alone it has an
// id.
inline std::string
lapped_block(const std::string& from, const std::string& to, const std::string& symbol, bool alone)
{
    return (alone ? "id: " + to + "\n" : "") + "event: gap\ndata: {\"from\":\"" + from +
           "\",\"to\":\"" + to + "\",\"reason\":\"lapped\",\"symbols\":[\"" + symbol + "\"]}\n\n";
}

}  // namespace tickertape
