// Publishes a symbol at most so many times a second. What comes too early is not lost: the newest
// of it is published once the symbol's time is over.
//
// It remembers which symbols wait, not what they wait with: the newest price is the caller's.
// No clock of its own: the time is handed in, and never steps back. Threads: one.
#pragma once

#include "core/clock.hpp"
#include "core/symbol.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace tickertape::pricing {

class publish_pace {
public:
    // `per_second` may be a fraction; 0: no limit. Less than one a day counts as that.
    // Two publications of a symbol are 1 / per_second apart, or more.
    publish_pace(std::size_t symbols, double per_second);

    // There is news of `symbol`. True: publish it now. False: it waits, and due() will name it. A
    // symbol that waits already goes on waiting, however late it is: due() is what ends it.
    bool admit(symbol_id symbol, steady_time now) noexcept;
    // When due() first has something to name. None: nothing waits.
    std::optional<steady_time> next_due() const noexcept;
    // Appends to `out` the symbols whose wait is over, the longest overdue first; those of the same
    // time in the order of their numbers. Each is to be published now.
    void due(steady_time now, std::vector<symbol_id>& out);

private:
    struct waiting {
        steady_time until;
        symbol_id symbol;
    };
    struct symbol_state {
        steady_time next = steady_time::min();  // not published before
        bool is_waiting = false;
    };
    static bool is_later(const waiting& a, const waiting& b) noexcept;

    steady_time::duration apart_{};  // zero: no limit
    std::vector<symbol_state> symbols_;
    // A heap, the earliest on top. Each symbol is in it at most once, so it never grows beyond what
    // the constructor reserved.
    std::vector<waiting> waiting_;
};

}  // namespace tickertape::pricing
