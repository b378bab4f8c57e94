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

// Coins of an answer where no limit is given, and the longest text to search for. At most an answer
// has all coins of a table.
inline constexpr std::size_t market_coins_usual = 50;
inline constexpr std::size_t market_search_bytes_max = 64;

// Items of news of an answer: where no limit is given, and at most; the longest text to search for.
inline constexpr std::size_t news_items_usual = 50;
inline constexpr std::size_t news_items_max = 200;
inline constexpr std::size_t news_search_bytes_max = 64;

// Candles of an answer: where no limit is given, and at most.
inline constexpr std::size_t candles_usual = 500;
inline constexpr std::size_t candles_max = 5'000;

// A stream of candles: its symbols, and the closed candles that it begins with: of each symbol
// where it does not say since when, and of all together at most (160 KB).
inline constexpr std::size_t candle_stream_symbols_max = 32;
inline constexpr std::size_t candle_stream_candles_usual = 100;
inline constexpr std::size_t candle_stream_candles_max = 1'000;

// Symbols of a comparison, and days of each: ten years with their leap days.
inline constexpr std::size_t compare_symbols_max = 8;
inline constexpr std::size_t compare_days_max = 3'653;

// Averages of an answer, their longest period, and the candles of the range they are taken over. A
// simple average takes period times candles steps on the lane. Measured with all three at their
// bounds: 14 ms for simple averages, 16 ms for bands.
inline constexpr std::size_t averages_max = 4;
inline constexpr std::size_t average_period_max = 200;
inline constexpr std::size_t average_candles_max = 1'000;

}  // namespace tickertape::web
