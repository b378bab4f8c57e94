// Tells a lane's subscribers which symbols have gone stale, and which are fresh again.
//
// It is kept as state with a version, not as a queue of events: a subscriber that was too slow for
// a change and its reversal is told what holds now. Versions count all changes of the board, so one
// number per subscriber says what it knows.
//
// Threads: one, its lane's.
#pragma once

#include "core/symbol.hpp"

#include <cstdint>
#include <vector>

namespace tickertape::hub {

class notice_board {
public:
    using version = std::uint32_t;

    explicit notice_board(std::size_t symbols) : symbols_(symbols) {}

    // Returns true if that is a change.
    bool set_stale(symbol_id symbol, bool stale) noexcept
    {
        state& s = symbols_[index_of(symbol)];
        if (s.stale == stale)
            return false;
        s.stale = stale;
        s.changed = ++newest_;
        return true;
    }

    bool is_stale(symbol_id symbol) const noexcept { return symbols_[index_of(symbol)].stale; }
    // When that symbol last changed; 0: never.
    version changed(symbol_id symbol) const noexcept { return symbols_[index_of(symbol)].changed; }
    version newest() const noexcept { return newest_; }

private:
    struct state {
        version changed = 0;
        bool stale = false;
    };

    std::vector<state> symbols_;
    version newest_ = 0;
};

}  // namespace tickertape::hub
