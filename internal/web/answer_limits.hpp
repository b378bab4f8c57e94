// The most that one answer of our routes holds.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tickertape::web {

// Ticks of a history, also where no limit is given. More are asked for again: an answer is made in
// one go, and all other clients of the lane wait meanwhile.
inline constexpr std::size_t history_ticks_max = 1'000;

// Symbols of a watchlist, and points of each.
inline constexpr std::size_t watchlist_symbols_max = 64;
inline constexpr std::int64_t watchlist_points_max = 120;

}  // namespace tickertape::web
