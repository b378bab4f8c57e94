// What the aggregators have in common: they are asked for coins in currencies, every coin in every
// currency, where an exchange is asked for markets.
//
// A market's name is the coin, as the aggregator calls it, and its currency is given apart.
#pragma once

#include "feed/errors.hpp"
#include "feed/rest_api.hpp"

#include <boost/json/value.hpp>

#include <span>
#include <string>
#include <string_view>

namespace tickertape {

// "bitcoin,ethereum" and "usd,eur", each once, escaped for a request target.
std::string coins_in(std::span<const market> batch);
std::string currencies_in(std::span<const market> batch);

// How many markets at the front share the first one's currency. `todo` is not empty.
std::size_t of_one_currency(std::span<const market> todo) noexcept;

// The coin in an object of coins: {"bitcoin":{...},...}.
// Errors: feed_errc::unknown_symbol (it is not there), ::wrong_type.
fetched<const boost::json::value*> coin_in(const boost::json::value* coins, std::string_view name);
// What stands under the market's currency in an object of currencies: {"usd":88927}.
// Errors: feed_errc::unknown_symbol.
fetched<const boost::json::value*>
in_currency(const boost::json::value* currencies, const market& m);

// {"bitcoin":{"usd":88927,"last_updated_at":1575040666}}: the price of each market. Its time is in
// seconds, and may be missing; `time_field` is empty where the aggregator has none.
// Errors: as of the two above and of price_in() and time_in(); of all, feed_errc::wrong_type.
answers read_coins(
    std::span<const market> batch, const boost::json::value& coins, std::string_view time_field);

}  // namespace tickertape
