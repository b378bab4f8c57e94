// CoinGecko: https://docs.coingecko.com. Works without a key; with one it answers more often. Its
// answers are cached for half a minute or more, so asking more often gives the same bytes.
#pragma once

#include "feed/providers/registry.hpp"

namespace tickertape {

std::unique_ptr<provider> make_coingecko(provider_parts parts);

}  // namespace tickertape
