// A cursor says where a subscriber is in the stream of ticks. What it still has to be sent is the
// tapes from there on, so nothing else is kept for it.
#pragma once

#include "core/position.hpp"
#include "hub/notice_board.hpp"

#include <algorithm>

namespace tickertape::hub {

struct stream_cursor {
    // How a subscriber is told of the ticks that are passed over for a newer one.
    enum class telling : std::uint8_t {
        nothing,  // it did not ask for the past
        skipped,  // the newer one says how many they were
        gap,      // by a gap: it wanted them all, and was too slow
    };

    // Everything at or before has been sent, or was said to be missing, or lies before what was
    // asked for.
    position at;
    // Up to here only the newest tick of each symbol is wanted: before it lies a *pass* over the
    // others. position{} where every tick is.
    position newest_only_until;
    // Where that pass began.
    position passed_from;
    // On a stream of several symbols: what is lost of those whose newest tick is not after this has
    // been told. position{} where nothing has, or nothing is lost.
    position told_until;
    // Which version of the notice board it has been told; 0: it knows of nothing.
    notice_board::version notices = 0;
    telling passing = telling::nothing;
    // Whether it is past what it asked for at the start: from then on what is missing was lapped.
    bool live = false;

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

    // Where to go on when a new era of the tapes has begun at `epoch`: behind a gap, but for a
    // subscriber that wants only what is newest and has not been sent it.
    stream_cursor in_new_era(position epoch) const noexcept
    {
        const bool has_begun = at != position{} || passing != telling::nothing || !is_passing();
        auto p = has_begun ? after(std::min(at, epoch.previous())) : newest(epoch);
        p.notices = notices;
        return p;
    }
    // Of what lies before `until`, only the newest tick of each symbol from now on.
    void pass_to(position until, telling how) noexcept
    {
        passed_from = at;
        newest_only_until = until;
        passing = how;
        told_until = {};
    }
    bool is_passing() const noexcept { return at < newest_only_until; }
    // The same cursor without the memory of a pass that is over. Subscribers in step then have
    // equal cursors, however they began, and share the batch that was put together for the first.
    stream_cursor settled() const noexcept
    {
        auto p = *this;
        if (newest_only_until != position{} && !is_passing()) {
            p.newest_only_until = p.passed_from = p.told_until = {};
            p.passing = telling::nothing;
        }
        return p;
    }
};

}  // namespace tickertape::hub
