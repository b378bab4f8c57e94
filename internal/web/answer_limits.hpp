// The most that one answer of our routes holds.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tickertape::web {

// Ticks of a history: unless `limit` says otherwise, and the most that `limit` may say.
inline constexpr std::size_t history_limit_default = 1'000;
inline constexpr std::size_t history_limit_max = 10'000;
// More ticks than these are asked for again, whatever the limit: an answer is made in one go, and
// everybody else on the lane waits meanwhile.
inline constexpr std::size_t history_ticks_max = 1'000;

// Symbols of a watchlist, and points of each.
inline constexpr std::size_t watchlist_symbols_max = 64;
inline constexpr std::int64_t watchlist_points_max = 120;

}  // namespace tickertape::web
