// The candles of one symbol and one interval on the tape: the one that forms, and the last that
// closed.
//
// It goes on where a history of candles ends, and takes every tick after that once. Ticks that were
// overwritten before it read them are a hole, and the candles that overlap it say so.
//
// Threads: one. The tapes may be written meanwhile.
#pragma once

#include "series/candle_builder.hpp"
#include "series/history.hpp"
#include "tape/merged_reader.hpp"
#include "tape/tapes.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace tickertape::candles {

// Closed candles that a track keeps for those who have not been sent them. Who lacks an older one
// has to ask a history.
inline constexpr std::size_t closed_kept_max = 64;

// Where a track begins.
struct track_start {
    series::candle_builder_state state;
    // What may be missing in the bucket of the forming candle, or later.
    std::vector<series::hole> holes{};
    // Candles that closed before, the newest ones. All that open at or after `known_from` and that
    // the state is past are among them.
    std::vector<series::kept_candle> closed{};
    series::candle_time known_from{};
};

// When the bucket opens in which a builder of that state goes on: what ends by then has closed.
series::candle_time closed_bound(const series::candle_builder_state& s) noexcept;

class candle_track {
public:
    candle_track(symbol_id symbol, track_start from);

    // Takes the ticks up to `until`, then closes what ends by `settled`: no tick before that time
    // lies after `until`. The reader's use ends with the call.
    void read(const tape::tapes& of, tape::merged_reader& with, position until, wall_time settled);

    // The newest, oldest first.
    const std::deque<series::kept_candle>& closed() const noexcept { return closed_; }
    // All that opened then or later and has closed is in closed().
    series::candle_time known_from() const noexcept { return known_from_; }
    const std::optional<series::candle>& forming() const noexcept { return builder_.forming(); }
    // The newest tick of the forming candle, as far as it is known.
    position newest() const noexcept { return newest_; }
    // How many candles have closed here.
    std::uint64_t closings() const noexcept { return closings_; }

private:
    void note_lost(position until);
    void keep(const std::optional<series::candle>& closed);

    const symbol_id symbol_;
    series::candle_builder builder_;
    std::deque<series::kept_candle> closed_;
    series::candle_time known_from_;
    position at_;  // the tape has been read up to here
    position newest_;
    std::uint64_t closings_ = 0;
};

}  // namespace tickertape::candles
