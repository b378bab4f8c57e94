// Several symbols beside each other over the same days: how far each went from a common start, its
// best and worst day, its largest fall, and whether they move together.
//
// docs/statistics.md states every formula. A day without a candle is left out of what needs it, and
// counted; nothing stands in for it. Figures are finite or absent.
#pragma once

#include "series/candle.hpp"
#include "series/statistics.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace tickertape::series {

// A return over one day: from the close of the day before to that of the day that opens then.
struct day_return {
    candle_time opens;
    double percent;
};

// One symbol from the common start on. All of it is of closes.
struct compared {
    // In percent of the close of the first day, which is 0: the days that there are, in order.
    std::vector<day_return> changes;
    price start;
    price last;
    std::size_t days_missing;         // between the first day and the last of all symbols
    std::size_t days_beside_hole;     // their close may not be the last price of that day
    std::optional<day_return> best;   // of equal ones the first
    std::optional<day_return> worst;  // the same
    std::optional<drawdown> largest_drawdown;
};

// Pearson's correlation of the log returns of those days that both symbols have one of.
struct correlation {
    // Fewer returns say nothing: two of each always lie on a line.
    static constexpr std::size_t returns_min = 3;

    std::size_t first;  // which of the symbols
    std::size_t second;
    std::size_t returns;
    std::optional<wall_time> from;  // when the first day with such a return opens
    std::optional<wall_time> to;    // the same of the last
    std::optional<double> value;    // -1 to 1; absent of fewer, or where one never changes
};

struct comparison {
    candle_time start;  // the first day that all symbols have
    candle_time last;   // the last day that any has
    std::vector<compared> each;
    std::vector<correlation> pairs;  // of each symbol with those behind it
};

// Compares symbols by their closed daily candles, which ascend. None where they have no day in
// common, or where there are no symbols.
std::optional<comparison> compare(std::span<const std::vector<candle>> days_of);

}  // namespace tickertape::series
