// Bitcoin in figures: what follows from its row in the market's table, the market as a whole, the
// height of its chain, our own price, the archive's daily closes, the Fear and Greed Index, and the
// realised value where the operator wants it.
//
// Each figure has its own source and time. A figure that is computed follows from parts of one
// source.
//
// Pure. Threads: any.
#pragma once

#include "core/clock.hpp"
#include "core/price.hpp"
#include "market/board.hpp"
#include "market/fear_greed.hpp"
#include "market/network.hpp"
#include "market/realised.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::market {

// The last price of a day in UTC.
struct daily_close {
    std::chrono::sys_days day;
    price close;
    std::string source;  // "archive": made of our own ticks; otherwise whom it was fetched from
    bool is_running = false;  // the day is not over: its last price is that of now
};

// Our own price of Bitcoin in dollars, while it is fresh.
struct own_price {
    double value;
    std::string source;
    wall_time at;
    std::chrono::milliseconds age;
};

// What is known. The board's snapshots outlive what is made of them.
struct kpi_parts {
    const snapshot* table = nullptr;                   // null: there is none
    const network_snapshot* network = nullptr;         // the same
    const fear_greed_snapshot* mood = nullptr;         // the same
    std::optional<own_price> ours{};                   // none: the price is that of the table
    std::optional<std::vector<daily_close>> closes{};  // in order, each day once; none: not known
    std::string_view no_closes_why{};                  // empty: nobody keeps any
    bool has_realised = false;                         // whether somebody is asked for it
    const realised_snapshot* realised = nullptr;       // null: there is none
};

struct kpi {
    std::string_view name;
    std::optional<double> value{};  // times: Unix seconds
    bool is_time = false;
    std::string source{};           // empty: nobody said anything of it
    std::optional<wall_time> at{};  // none: it follows from a rule that has no time
    std::optional<std::chrono::milliseconds> age{};  // the same
    bool is_computed = false;                        // by us
    bool is_stale = false;
    std::string withheld{};                // why it is not shown; empty: it is, or is unknown
    int window_days = 0;                   // what it was computed over; 0: it has no window
    int days_known = 0;                    // days of the window that have a close
    std::vector<std::string> closes_of{};  // the sources of these closes, each once
    std::string word{};                    // the source's word for the value
    std::string_view licence{};            // of the source's figures, where it forbids some uses
};

struct kpi_limits {
    // Of the table's supply to that of the chain: beyond it the source's row is of another month.
    double supply_off_max = 0.001;
    // Of the table's market cap to its price times that supply, where it says no supply.
    double cap_off_max = 0.1;
    // A row of Bitcoin is never that much older than the answer that it came in.
    std::chrono::minutes row_age_max{30};
    // The market as a whole is asked for once an hour.
    std::chrono::hours whole_age_max{3};
    // The index is made once a day, at midnight.
    std::chrono::hours mood_age_max{48};
    // A day of the realised value is over 24 hours after it began, and is known some hours later.
    std::chrono::hours realised_age_max{72};
    // Of the market cap that it follows from to that of the table, both ways: days lie between.
    double realised_off_max = 3;
    // A day is over at midnight, and its close is kept soon after.
    std::chrono::hours close_age_max{25};
    // The days of a window, in a whole number of sixths, whose closes must be there: 25 of 30.
    int days_known_min_sixths = 5;
};

inline constexpr kpi_limits usual_kpis{};

// In percent a year: the standard deviation of the daily log returns of the `over` days before
// `today`, times the root of 365. A day has a return if its close and that of the day before are
// there. None: closes of too few of these days are there.
std::optional<double> volatility_percent(
    const std::vector<daily_close>& closes, std::chrono::sys_days today, int over,
    const kpi_limits& limits = usual_kpis);

// All figures, known or not, in the order in which they are shown. Those of the realised value only
// where somebody is asked for it.
std::vector<kpi> kpis_of(
    const kpi_parts& parts, wall_time now, boot_time boot_now,
    const kpi_limits& limits = usual_kpis);

}  // namespace tickertape::market
