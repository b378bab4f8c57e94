#include "candles/live_candles.hpp"

#include <algorithm>
#include <cassert>

namespace tickertape::candles {

void live_candles::join(
    std::span<const symbol_id> symbols, series::interval of, std::vector<track_start> starts,
    tape::tapes::era_number era)
{
    assert(starts.empty() || starts.size() == symbols.size());
    look();
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        auto& t = tracks_[{of, symbols[i]}];
        ++t.followers;
        if (!t.track && era == era_ && !starts.empty())
            t.track.emplace(symbols[i], std::move(starts[i]));
    }
    ++version_;
}

void live_candles::leave(std::span<const symbol_id> symbols, series::interval of)
{
    for (const auto symbol : symbols) {
        const auto at = tracks_.find({of, symbol});
        if (at != tracks_.end() && --at->second.followers == 0)
            tracks_.erase(at);
    }
}

void live_candles::look()
{
    const auto era = tapes_.era();
    const auto settled_before = tapes_.settled();
    const auto until = tapes_.committed();
    // A tick that came in between closes the candles of all symbols alike, or one that is closed
    // later would lie before what has been sent.
    const auto settled = std::max(settled_before, until.time());
    if (era % 2 != 0 || tapes_.era() != era)
        return;  // a new era rings the bell again
    if (era != era_) {
        era_ = era;
        for (auto& [_, t] : tracks_)
            t.track.reset();
    } else if (until == until_ && settled == settled_) {
        return;
    }
    until_ = until;
    settled_ = settled;
    ++version_;
}

// Returns whether it is known.
bool live_candles::read(followed& t)
{
    if (t.track && t.read_at != version_) {
        t.track->read(tapes_, reader_, until_, settled_);
        t.read_at = version_;
        // Asked after the ticks were taken: they may be of another era.
        if (tapes_.era() != era_)
            t.track.reset();
    }
    return t.track.has_value();
}

live_candles::followed* live_candles::find(series::interval of, symbol_id symbol)
{
    const auto at = tracks_.find({of, symbol});
    return at == tracks_.end() || !read(at->second) ? nullptr : &at->second;
}

bool live_candles::events_after(
    std::span<const symbol_id> symbols, series::interval of, position after,
    std::vector<candle_event>& out)
{
    out.clear();
    const auto ranks = ranks_of(symbols, tapes_.symbols());
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        const auto* t = find(of, symbols[i]);
        if (t == nullptr)
            return false;
        const auto& track = *t->track;
        // What opened before 1970 has no ids.
        const auto last_unknown = track.known_from() - series::length(of);
        if (last_unknown >= series::candle_time{} && after < closed_id(of, last_unknown, ranks[i]))
            return false;
        for (const auto& c : track.closed())
            if (const auto id = closed_id(of, c.value.opens, ranks[i]); id > after)
                out.push_back({id, symbols[i], c});
        if (const auto& forming = track.forming())
            if (track.newest() > after)
                out.push_back({track.newest(), symbols[i], {*forming, {}, true}});
    }
    std::ranges::sort(out, {}, &candle_event::id);
    return true;
}

std::optional<position> live_candles::first_closed_after(
    std::span<const symbol_id> symbols, series::interval of, position after)
{
    std::optional<position> first;
    const auto ranks = ranks_of(symbols, tapes_.symbols());
    for (std::size_t i = 0; i < symbols.size(); ++i)
        if (const auto* t = find(of, symbols[i]))
            for (const auto& c : t->track->closed())
                if (const auto id = closed_id(of, c.value.opens, ranks[i]); id > after)
                    first = std::min(first.value_or(id), id);
    return first;
}

}  // namespace tickertape::candles
