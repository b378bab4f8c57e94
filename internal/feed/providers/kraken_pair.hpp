// How Kraken spells a market, over REST with assetVersion=1 and on its stream alike.
#pragma once

#include "feed/rest_api.hpp"

#include <optional>
#include <string_view>

namespace tickertape {

// "BTC/USD". None: what everybody else calls so has another name there, or the name is another
// coin's.
std::optional<market_name> kraken_pair(std::string_view base, std::string_view quote);

}  // namespace tickertape
