// A quote is what a provider answers for one symbol, before it is believed.
#pragma once

#include "core/clock.hpp"
#include "core/errors.hpp"
#include "core/price.hpp"
#include "core/symbol.hpp"
#include "feed/errors.hpp"

#include <optional>
#include <string_view>
#include <vector>

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
};

// One per symbol asked for, in the order asked; empty as long as the provider has said nothing.
using answers = std::vector<std::optional<fetched<quote>>>;

// Writes `error` to every place that is still empty.
void answer_rest(answers& into, const fetch_error& error);

// Beyond these a price is a mistake in units, not a market: BTC costs less than 1e12 of any
// currency, and the smallest listed token more than 1e-14 BTC.
inline constexpr double price_min = 1e-18;
inline constexpr double price_max = 1e15;

// Errors: feed_errc::bad_price.
result<price> plausible_price(double value) noexcept;
result<price> plausible_price(std::string_view decimal) noexcept;

// What a quote must keep to, to be believed at all.
struct quote_limits {
    // One the provider itself dates further back than this is not shown as live.
    std::chrono::milliseconds age_max{120'000};
    // Further ahead of our clock than this, one of the two clocks is wrong and no age can be told.
    std::chrono::milliseconds ahead_max{300'000};
    // Of the book, as a part of its middle. Wider is a market nobody trades in.
    double spread_max = 0.10;
    // How far outside a narrow book the last trade may lie, as a part of the middle: the two are
    // not read at one moment. Of a wide book, as far as it is wide.
    double outside_max = 0.01;
};

// Whether a quote's own time lets it be shown as live at `now`. A quote without a time does.
// Errors: feed_errc::stale_quote, ::future_quote.
boost::system::error_code
check_age(const quote& q, wall_time now, const quote_limits& limits) noexcept;

// Whether its book, if it has one, is that of a market that lives.
// Errors: feed_errc::dead_market (a side is empty), ::absurd_spread, ::outside_book.
boost::system::error_code check_book(const quote& q, const quote_limits& limits) noexcept;

// Why it was refused by one of the two, with the figures that led to it: "2 min 5 s old".
fetch_error refusal_of(const quote& q, const boost::system::error_code& why, wall_time now);

}  // namespace tickertape
