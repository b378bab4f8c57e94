// The past that a simulator would have had, for a first look at charts: a random walk that ends at
// the price with which the simulator begins. The same settings give the same past. No clock, no
// I/O.
//
// A walk of this kind looks the same backwards. So it is walked backwards, from the end.
#pragma once

#include "core/clock.hpp"
#include "series/candle.hpp"
#include "synthetic/random_walk.hpp"

#include <array>
#include <vector>

namespace tickertape::synthetic {

struct past_settings {
    walk_settings walk;                // of one symbol, as the simulator's
    std::chrono::milliseconds period;  // from one of its prices to the next
    wall_time end;                     // of the last tick
    std::chrono::milliseconds span;    // how far it reaches back
    // How far back 1m candles reach, but for those of the last day.
    std::chrono::hours minutes_max = std::chrono::hours::max();
    // Further apart than a period where there would be more.
    std::size_t ticks_max = 30'000;
    // Of all intervals together, roughly; it reaches back less far where there would be more.
    std::size_t candles_max = 200'000;
};

struct past_tick {
    wall_time at;
    price value;
};

struct simulated_past {
    // Of at most the last day, oldest first. The last is the price with which the simulator begins.
    std::vector<past_tick> ticks;
    // Candles of before those ticks, closed at `ticks_from` or earlier, oldest first; one list for
    // each of series::intervals. 1m of the last day and of as much before it as may be; 5m of at
    // least 30 days, 1h of 400 days, 1d of all of it; where an interval and its pieces are there,
    // it is made of them. `ticks` of a candle is how many prices the simulator would have had.
    std::array<std::vector<series::candle>, series::intervals.size()> candles;
    series::candle_time ticks_from;
    series::candle_time begin;  // of the first candle, or tick
};

simulated_past make_past(const past_settings& settings);

}  // namespace tickertape::synthetic
