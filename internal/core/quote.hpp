// A quote is what a provider answers for one symbol, before it is believed.
#pragma once

#include "core/clock.hpp"
#include "core/errors.hpp"
#include "core/price.hpp"
#include "core/symbol.hpp"

#include <optional>
#include <string_view>

namespace tickertape {

// The best bid and the best ask, as the provider sent them: zero or crossed where its market is
// dead. In the quote currency.
struct book_top {
    double bid = 0;
    double ask = 0;
};

struct quote {
    symbol_id symbol;
    price value;  // of the last trade, or what an aggregator calls the price
    // When the provider says the price was made. Not every provider says.
    std::optional<wall_time> upstream_time{};
    // Not every provider says.
    std::optional<book_top> book{};
    // What was traded in this market in the last 24 hours, in the base currency: above zero, and at
    // most volume_max. Not every provider says, and aggregators' volumes are of no market.
    std::optional<double> volume_24h{};
};

// More than this in a day is a mistake in units: the cheapest coins trade some 1e14 of theirs.
inline constexpr double volume_max = 1e18;

// Beyond these a price is a mistake in units, not a market: BTC costs less than 1e12 of any
// currency, and the smallest listed token more than 1e-14 BTC.
inline constexpr double price_min = 1e-18;
inline constexpr double price_max = 1e15;

// Errors: core_errc::implausible_price.
result<price> plausible_price(double value) noexcept;
result<price> plausible_price(std::string_view decimal) noexcept;

}  // namespace tickertape
