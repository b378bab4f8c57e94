// Figures of a coin, or of the market as a whole, that contradict each other. Where nothing tells
// which of two is wrong both are withheld; where a third one agrees with one of them, the other is.
//
// Pure. Threads: any.
#pragma once

#include "market/table.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace tickertape::market {

struct contradiction_limits {
    // Of a price to another of about the same time: the range of a day and a highest price lag
    // behind the price by minutes.
    double price_off_max = 1.5;
    // The same to our own price where the table is stale: there may be days between them.
    double price_off_stale_max = 10;
    // A change upwards, in percent.
    double gain_percent_max = 10'000;
    // Of the market cap to price times all coins there are or can be.
    double cap_over_max = 1.1;
    // Of the volume of a day to the market cap, as in check_limits.
    double volume_to_cap_max = 5;
    // Of a coin in a day, in dollars: all coins together have some 1e11.
    double volume_max = 1e13;
    // Of the coins of a table to the whole: sources leave coins out of the whole that wrap others.
    double rows_to_whole_max = 1.5;
    // Of the whole to the coins of a table that has so many.
    double whole_to_rows_max = 3;
    std::size_t rows_enough = 100;
    // Of Bitcoin's part to what its market cap and the whole give, in points.
    double dominance_off_max = 10;
};

inline constexpr contradiction_limits usual_contradictions{};

// Whether the price of the row may be shown.
bool has_price(const coin& row) noexcept;

// Withholds the figures of a row that contradict each other. After check().
void check_together(coin& row, const contradiction_limits& limits = usual_contradictions);

// The row without the figures that our own price of it contradicts; none: it contradicts none.
// `is_stale`: whether the row's figures are.
std::optional<coin> held_against(
    const coin& row, double our_price, bool is_stale,
    const contradiction_limits& limits = usual_contradictions);

// Withholds what the coins of the table contradict. After check().
void check_against(
    totals& whole, const table& coins, const contradiction_limits& limits = usual_contradictions);

// The literal for a reason that is given here; empty: it is none of these.
std::string_view known_contradiction(std::string_view why) noexcept;

}  // namespace tickertape::market
