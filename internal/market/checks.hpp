// What can be true of a coin and of the market: a figure that cannot be is withheld, with a reason,
// and never corrected.
//
// Pure. Threads: any.
#pragma once

#include "market/table.hpp"

#include <chrono>
#include <string_view>

namespace tickertape::market {

struct check_limits {
    // Of the market cap to price times circulating supply, both ways.
    double cap_off_max = 0.1;
    // Of the supply beyond the total one: some sources round them differently.
    double supply_over_max = 0.001;
    // Of the volume of a day to the market cap: beyond that it was not traded, but made up.
    double volume_to_cap_max = 5;
    // A row whose figures are older is of a coin that nobody trades, or that the source lost.
    std::chrono::hours active{24};
    // A time further in the future is none.
    std::chrono::minutes ahead_max{5};
    // Of Bitcoin's part in the market, in points, from one answer to the next within the time.
    double dominance_step_max = 3;
    std::chrono::hours dominance_within{2};
    // Of a supply, and of what it is worth, from one table to the next, both ways. A figure beyond
    // it is believed once it has been withheld for so long.
    double supply_step_max = 10;
    std::chrono::hours supply_doubted_for{24};
};

inline constexpr check_limits usual_checks{};

// The literal for a reason that was read from a text; empty: no rule gives it.
std::string_view known_reason(std::string_view why) noexcept;

// Withholds the figures of a row that cannot be true, and says whether the coin is inactive.
void check(coin& row, wall_time now, const check_limits& limits = usual_checks);
// The same of the whole; `before`: what was said before, null where nothing was.
void check(totals& whole, const totals* before, const check_limits& limits = usual_checks);

}  // namespace tickertape::market
