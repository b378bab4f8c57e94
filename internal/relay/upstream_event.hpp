// What the events of another Tickertape's stream of prices mean (docs/protocol.md).
//
// Strict: what the protocol promises must be there and be in range. Fields and events that the
// protocol may add later are passed over.
//
// No I/O. Threads: one for each reader.
#pragma once

#include "core/errors.hpp"
#include "core/gap_cause.hpp"
#include "core/position.hpp"
#include "core/price.hpp"
#include "relay/event_reader.hpp"
#include "json/reader.hpp"

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace tickertape::relay {

struct upstream_tick {
    position at;
    std::string symbol;  // as symbols are written: "BTC-USD"
    price value;
    std::string source;  // plain text, fit for a source_table
    unsigned combined = 0;
};

// Ticks after `from`, up to and including `to`, cannot be had.
struct upstream_gap {
    position from;
    position to;
    gap_cause why;
    // Of all symbols; otherwise of these, and ticks of others from before `to` may follow.
    bool is_of_all;
    std::vector<std::string> symbols;
    // The ticks need not be gone: we were too slow. A reader that resumes gets those still held.
    bool is_lapped;
};

// Nothing else was sent for a while.
struct upstream_heartbeat {
    std::chrono::sys_seconds time;  // by the other's clock
};

// The stream ends, and is to be asked for again after that time.
struct upstream_goodbye {
    std::chrono::milliseconds retry;  // not negative, not bounded
    bool is_busy;                     // there is no room; otherwise the other moves
};

// A tick or a gap that cannot be read, but says where it is.
struct upstream_damage {
    position at;
};

// `stale` and `fresh`, which every instance finds out itself, and events of later versions.
struct upstream_other {};

using upstream_event = std::variant<
    upstream_tick, upstream_gap, upstream_heartbeat, upstream_goodbye, upstream_damage,
    upstream_other>;

class upstream_event_reader {
public:
    // Errors: relay_errc::bad_entry: a tick, a gap or a goodbye that cannot be read.
    result<upstream_event> read(const stream_event& e);

private:
    json::reader json_;
};

}  // namespace tickertape::relay
