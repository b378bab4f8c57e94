// What CoinGecko calls the coins: several of its coins share a ticker, so it is asked by id.
#pragma once

#include <optional>
#include <string_view>

namespace tickertape::provider {

// "BTC" is "bitcoin". None: a base this table does not know.
std::optional<std::string_view> coingecko_id(std::string_view base) noexcept;

}  // namespace tickertape::provider
