// What the aggregators have in common: they are asked for coins in currencies, every coin in every
// currency, where an exchange is asked for markets.
//
// A market's name is the coin, as the aggregator calls it, and its currency is given apart.
#pragma once

#include "provider/answers.hpp"
#include "provider/rest_api.hpp"

#include <boost/json/value.hpp>

#include <span>
#include <string>
#include <string_view>

namespace tickertape::provider {

// "bitcoin,ethereum" and "usd,eur", each once, escaped for a request target.
std::string coins_in(std::span<const market> batch);
std::string currencies_in(std::span<const market> batch);

// How many markets at the front share the first one's currency. `todo` is not empty.
std::size_t of_one_currency(std::span<const market> todo) noexcept;

// {"bitcoin":{"usd":88927,"last_updated_at":1575040666}}: the price of each market. Its time is in
// seconds, and may be missing; `time_field` is empty where the aggregator has none. A coin it does
// not know is missing beside others, and a currency it does not know is missing in its coins.
// Errors: as of price_in() and time_in(); provider_errc::unknown_symbol for what is missing; but
// ::missing_field where others are there and none of the coins, or a coin holds what was not asked
// for: that is another answer than the one we know. Of all, ::wrong_type.
answers read_coins(
    std::span<const market> batch, const boost::json::value& coins, std::string_view time_field);

}  // namespace tickertape::provider
