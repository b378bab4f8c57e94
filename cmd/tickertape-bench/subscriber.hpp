// One connection of the load: from the connect to the last event.
//
// Threads: one.
#pragma once

#include "tickertape-bench/chunk_decoder.hpp"
#include "tickertape-bench/event_scanner.hpp"
#include "tickertape-bench/tick_ledger.hpp"
#include "tickertape-bench/transport.hpp"

#include <memory>

namespace tickertape::bench {

enum class stage : std::uint8_t {
    unborn,
    connecting,
    shaking_hands,
    head,  // has asked, and waits for the answer
    streaming,
    stalled,  // has asked, and will never read
    gone,
};

struct subscriber {
    transport connection;
    stage at = stage::unborn;
    bool chunked = false;
    chunk_decoder chunks;
    event_scanner events;
    tick_ledger::number last_tick = tick_ledger::nothing;
    std::uint32_t ticks = 0;
    wall_us began = 0;
    std::unique_ptr<std::string> pending;  // the request, then the beginning of the head
    std::vector<std::uint32_t> picked;     // symbols, where they were chosen by chance
};

}  // namespace tickertape::bench
