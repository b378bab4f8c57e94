// The table of the market, and the market as a whole, each as one source says it: figures of
// different sources never stand in one table. Money is in US dollars.
//
// A figure that a source does not say, or that cannot be true, is not there.
//
// Pure values. Threads: any.
#pragma once

#include "core/clock.hpp"
#include "core/price.hpp"
#include "core/symbol.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::market {

// Coins of a table. Those behind them are not read.
inline constexpr std::size_t coins_max = 250;
// A week of hours.
inline constexpr std::size_t sparkline_points_max = 168;
// Of a coin's id, symbol and name, in bytes. A row with a longer one is dropped.
inline constexpr std::size_t name_bytes_max = 100;

// A figure that the source gave and that is not shown.
struct withheld_figure {
    std::string_view figure;  // "market_cap": its name in our answers
    std::string_view why;
};

struct coin {
    std::string id;      // the source's own; no other source knows the coin by it
    std::string symbol;  // "BTC"; several coins may have the same
    std::string name;
    price value;
    std::optional<double> market_cap{};
    std::optional<double> volume_24h{};
    std::optional<double> change_1h_percent{};
    std::optional<double> change_24h_percent{};
    std::optional<double> change_7d_percent{};
    std::optional<double> high_24h{};
    std::optional<double> low_24h{};
    std::optional<double> circulating_supply{};
    std::optional<double> total_supply{};
    std::optional<double> max_supply{};
    std::optional<double> ath{};
    std::optional<wall_time> ath_at{};
    std::optional<wall_time> updated_at{};  // none: the source does not say
    bool is_inactive = false;               // its figures are more than a day old
    std::string sparkline{};  // a JSON array of prices, an hour apart; empty: there is none
    std::vector<withheld_figure> withheld{};
    // The symbol of ours that is this coin in dollars, where there is one.
    std::optional<symbol_id> streamed{};
};

// In the order of the source, which is that of market capitalisation. rank_of() in table_rules.hpp
// is the place of a row in the source's answer.
struct table {
    std::string_view source;  // the name of a source in coins_known.hpp
    std::vector<coin> coins;
    std::size_t dropped = 0;  // rows that could not be read
    // The places of these in the answer, the first is 1. In rising order.
    std::vector<std::size_t> dropped_at{};
    // Of its newest row; none where the source says no time.
    std::optional<wall_time> updated_at{};
};

struct totals {
    std::string_view source;
    std::optional<double> market_cap{};
    std::optional<double> volume_24h{};
    std::optional<double> market_cap_change_24h_percent{};
    std::optional<double> bitcoin_dominance_percent{};
    std::optional<wall_time> updated_at{};
    std::vector<withheld_figure> withheld{};
};

}  // namespace tickertape::market
