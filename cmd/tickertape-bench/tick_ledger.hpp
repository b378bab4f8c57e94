// Which ticks have arrived, how many subscribers each has reached, and how late.
//
// A tick is known by its stamp. It counts where it was due between begin() and end(), however late
// it arrives: measuring only what happened to arrive would leave out those whom a slow server
// keeps waiting, and flatter it (the "coordinated omission" of load generators).
//
// Threads: one.
#pragma once

#include "tickertape-bench/event_scanner.hpp"
#include "tickertape-bench/histogram.hpp"
#include "tickertape-bench/machine.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

namespace tickertape::bench {

class tick_ledger {
public:
    using number = std::uint32_t;  // of a tick, in the order of their first arrival
    static constexpr number nothing = std::numeric_limits<number>::max();

    // `symbols`: those that are picked from; empty where everybody gets every tick.
    tick_ledger(stamp_kind by, const std::vector<std::string>& symbols);

    // Ticks due from now on count; each is to reach `readers`, or those who picked its symbol.
    void begin(wall_us now, std::uint32_t readers, std::vector<std::uint32_t> readers_of_symbol);
    void end(wall_us now) { end_ = now; }

    // One delivery. `before`: the tick this subscriber was sent before, or `nothing`. Returns the
    // number of this one.
    number take(stamp s, std::string_view data, wall_us now, number before);

    struct summary {
        std::uint64_t ticks = 0;  // that were due while it counted
        std::uint64_t ticks_to_all = 0;
        std::uint64_t deliveries = 0;  // of them
        std::uint64_t missing = 0;
        std::uint64_t spread_p50_us = 0;  // from the first subscriber to the last
        std::uint64_t spread_max_us = 0;
    };
    // `due`: how many ticks were due while it counted, as far as that is known; those of them that
    // have reached nobody are missing as well.
    summary sum(std::uint64_t due = 0) const;
    // Every tick that counts has reached everybody, and there are `due` of them.
    bool is_complete(std::uint64_t due = 0) const;

    const histogram& latency_us() const noexcept { return latency_; }
    // Deliveries that came twice or after a later one, of all ticks.
    std::uint64_t disordered() const noexcept { return disordered_; }
    std::uint64_t unreadable() const noexcept { return unreadable_; }

private:
    static constexpr std::uint32_t unknown_symbol = std::numeric_limits<std::uint32_t>::max();

    struct entry {
        std::uint64_t key;
        wall_us due;
        wall_us first;
        wall_us last;
        std::uint32_t reached = 0;
        std::uint32_t symbol = unknown_symbol;
    };

    number find(stamp s, wall_us now, number before);
    std::uint32_t symbol_in(std::string_view data) const;
    std::uint32_t readers_of(const entry& e) const;
    double readers_on_average() const;
    bool counts(const entry& e) const noexcept { return e.due >= begin_ && e.due < end_; }

    const stamp_kind by_;
    std::unordered_map<std::string, std::uint32_t> symbols_;
    std::vector<entry> entries_;
    std::unordered_map<std::uint64_t, number> by_key_;
    wall_us begin_ = std::numeric_limits<wall_us>::max();
    wall_us end_ = std::numeric_limits<wall_us>::max();
    std::uint32_t readers_ = 0;
    std::vector<std::uint32_t> readers_of_symbol_;
    histogram latency_;
    std::uint64_t disordered_ = 0;
    std::uint64_t unreadable_ = 0;
};

}  // namespace tickertape::bench
