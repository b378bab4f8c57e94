// What CoinMarketCap calls the coins: several of its coins share a ticker, so it is asked by id.
#pragma once

#include <optional>
#include <string_view>

namespace tickertape::provider {

// "BTC" is 1. None: a base this table does not know.
std::optional<int> coinmarketcap_id(std::string_view base) noexcept;

}  // namespace tickertape::provider
