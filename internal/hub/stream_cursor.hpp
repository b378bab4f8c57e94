// A cursor says where a subscriber is in the stream of ticks. What it still has to be sent is the
// tapes from there on, so nothing else is kept for it.
#pragma once

#include "core/position.hpp"
#include "hub/notice_board.hpp"
#include "hub/topic_ledger.hpp"

#include <algorithm>

namespace tickertape::hub {

struct stream_cursor {
    // How a subscriber is told of ticks that were passed over for a newer one.
    enum class telling : std::uint8_t {
        nothing,  // not at all: it did not ask for the past
        skipped,  // by a number in the newer tick
        gap,      // by a gap: it wanted every tick, and was too slow
    };

    // Every tick up to and including this was sent, was told to be missing, or lies before the
    // beginning that the subscriber asked for.
    position at;
    // Up to this position only the newest tick of each symbol is sent, and the others are passed
    // over: that is a *pass*. position{} if there is no pass, so that every tick is sent.
    position newest_only_until;
    // The position at which the pass began.
    position passed_from;
    // On a stream of several symbols: the subscriber was told the losses of all symbols whose
    // newest tick is not after this position. position{} if it was told of none.
    position told_until;
    // The version of the notice board that it was told; 0: none.
    notice_board::version notices = 0;
    // The version of the lane's topics that it was sent; 0: none.
    topic_ledger::kept_version topics{};
    // What passing() says. Single bits, because a cursor is kept for each subscriber.
    bool tells_skipped : 1 = false;
    bool tells_gap : 1 = false;
    // Whether it was sent a tick of the tapes after its beginning. Ticks that are missing before
    // that were evicted, and those after it lapped: what it was sent of an archive does not say
    // that it was too slow for the tapes.
    bool live : 1 = false;
    // The subscriber came with an id that this server did not give. It is told `restarted` up to
    // where the ticks that are held begin.
    bool is_unknown : 1 = false;

    friend bool operator==(const stream_cursor&, const stream_cursor&) noexcept = default;

    // The newest tick of each symbol, then live.
    static stream_cursor newest(position committed) noexcept
    {
        return {.at = {}, .newest_only_until = committed, .passed_from = {}, .told_until = {}};
    }
    // Every tick after `p`, then live.
    static stream_cursor after(position p) noexcept
    {
        return {.at = p, .newest_only_until = {}, .passed_from = {}, .told_until = {}};
    }

    // All that is held, for an id that nobody here has given.
    static stream_cursor unknown(position epoch) noexcept
    {
        auto p = after(epoch.previous());
        p.is_unknown = true;
        return p;
    }

    // The cursor in a new era of the tapes, which began at `epoch`. The subscriber is told a gap,
    // unless it wants only the newest ticks and has been sent none yet.
    stream_cursor in_new_era(position epoch) const noexcept
    {
        const bool has_begun = at != position{} || passing() != telling::nothing || !is_passing();
        auto p = has_begun ? after(std::min(at, epoch.previous())) : newest(epoch);
        p.notices = notices;
        p.topics = topics;
        return p;
    }
    // Begins a pass: of the ticks up to `until`, only the newest of each symbol is sent.
    void pass_to(position until, telling how) noexcept
    {
        passed_from = at;
        newest_only_until = until;
        tells_skipped = how == telling::skipped;
        tells_gap = how == telling::gap;
        told_until = {};
    }
    telling passing() const noexcept
    {
        return tells_gap ? telling::gap : tells_skipped ? telling::skipped : telling::nothing;
    }
    bool is_passing() const noexcept { return at < newest_only_until; }
    // The same cursor without the memory of a pass that is over. Subscribers in step then have
    // equal cursors, however they began, and share the batch that was put together for the first.
    stream_cursor settled() const noexcept
    {
        auto p = *this;
        if (newest_only_until != position{} && !is_passing()) {
            p.newest_only_until = p.passed_from = p.told_until = {};
            p.tells_skipped = p.tells_gap = false;
        }
        return p;
    }
};

static_assert(sizeof(stream_cursor) == 40);

}  // namespace tickertape::hub
