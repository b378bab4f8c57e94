// How Kraken spells a market, over REST with assetVersion=1 and over its WebSocket.
#pragma once

#include "provider/rest_api.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::provider {

// "BTC/USD". None: what everybody else calls so has another name there, or the name is another
// coin's.
std::optional<market_name> kraken_pair(std::string_view base, std::string_view quote);

// The names the same pair may have where the readable ones are not in use: "BTC/USD" is "XXBTZUSD",
// "DOGE/USD" is "XDGUSD", and nothing but the list of its assets says which letters are used.
std::array<std::string, 2> kraken_old_names(std::string_view pair);

}  // namespace tickertape::provider
