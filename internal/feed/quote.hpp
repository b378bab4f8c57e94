// A quote is what a provider answers for one symbol, before it is believed.
#pragma once

#include "core/clock.hpp"
#include "core/errors.hpp"
#include "core/price.hpp"
#include "core/symbol.hpp"
#include "feed/errors.hpp"
#include "feed/settings.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace tickertape {

struct quote {
    symbol_id symbol;
    price value;
    // When the provider says the price was made. Not every provider says.
    std::optional<wall_time> upstream_time{};
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

// Whether a quote's own time lets it be shown as live at `now`. A quote without a time does.
// Errors: feed_errc::stale_quote, ::future_quote.
boost::system::error_code
check_age(const quote& q, wall_time now, const fetch_settings& limits) noexcept;

}  // namespace tickertape
