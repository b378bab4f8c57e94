// What the events of an upstream do to the history of this instance: which ticks are taken, which
// are missing, from where to go on, and whether to go on at all.
//
// The history is that of the upstream, under its ids, without a silent hole. Three things are not
// passed on as they come:
// - A gap of some symbols. The history of an instance has holes of all symbols only, so what is
//   missing of one is missing of all: ticks of others from before the end of the gap are dropped.
//   They follow the gap, and a reader that was told of it may resume elsewhere behind it.
// - A gap because we were too slow. We ask again from where we are.
// - A tick that cannot be read. It is a hole.
//
// No I/O, no clock. Threads: one; the figures are read on any.
#pragma once

#include "core/symbol.hpp"
#include "core/tally.hpp"
#include "relay/tick_taker.hpp"
#include "relay/upstream_event.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <string_view>

namespace tickertape::relay {

// Kinds of feeds, as /api/cluster and the archive name them. Ticks of one kind never stand among
// those of another.
bool is_feed_kind(std::string_view word) noexcept;
// Whether a price with that source may be one of that kind of feed.
bool is_of_kind(std::string_view kind, std::string_view source) noexcept;

class upstream_course {
public:
    struct step {
        enum class kind {
            go_on,
            resume,      // ask again after top(), at once
            leave,       // ask again after top(), in `wait`
            wrong_kind,  // a price of another kind of feed; nothing of it was taken
        };
        kind what = kind::go_on;
        std::chrono::milliseconds wait{0};
        bool is_busy = false;  // why to leave
    };
    struct figures {
        tally ticks;     // taken
        tally repeated;  // that we had
        tally others;    // of symbols that this instance does not have
        tally dropped;   // within a gap of other symbols
        tally damaged;   // that could not be read
        tally gaps;      // passed on
        tally lapped;    // times we were too slow
        tally anew;      // times the other's positions started anew
    };

    // `top`: up to there this instance has the history, or says that it does not. `kind`: the only
    // kind of feed whose prices are taken; empty: any. All outlive this.
    upstream_course(
        tick_taker& to, const symbol_table& symbols, position top, std::string_view kind);

    // The id to resume after.
    position top() const noexcept { return top_; }
    // A connection has begun: what was told of the one before and not passed on is told again.
    void begin() noexcept { pending_.reset(); }
    step take(const upstream_event& e);

    const figures& now() const noexcept { return figures_; }

private:
    step on(const upstream_tick& t);
    step on(const upstream_gap& g);
    step on(const upstream_heartbeat& h);
    step on(const upstream_goodbye& g);
    step on(const upstream_damage& d);
    step on(const upstream_other& o);

    void pass_on_pending();
    void miss(position from, position to, gap_cause why);
    void miss_before(const upstream_gap& g);
    bool concerns_us(const upstream_gap& g) const;

    struct hole {
        position from;
        position to;
        gap_cause why;
    };

    tick_taker& taker_;
    const symbol_table& symbols_;
    const std::string_view kind_;
    position top_;
    position missing_until_;  // ticks up to there are dropped
    // Gaps of single symbols come one after another; together they are one hole.
    std::optional<hole> pending_;
    // The newest that lie before ticks which we have: a connection may be told them again.
    static constexpr std::size_t told_max = 64;
    std::deque<hole> told_;
    figures figures_;
};

}  // namespace tickertape::relay
