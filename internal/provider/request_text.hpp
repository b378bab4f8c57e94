// The texts request targets are made of. No I/O.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tickertape::provider {

// Every byte that may not stand for itself in a query, escaped: "BTC/USD" becomes "BTC%2FUSD".
std::string percent_escaped(std::string_view text);

// "a,b,c": each text once, escaped, in the order given, and without spaces, behind which CoinGecko
// silently loses a coin.
std::string comma_list(const std::vector<std::string>& texts);

}  // namespace tickertape::provider
