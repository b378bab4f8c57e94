// What CoinGecko is asked with /simple/price, and what it answers. No I/O.
#pragma once

#include "feed/quote.hpp"

#include <span>
#include <string>
#include <string_view>

namespace tickertape {

// The request target for all of `wanted` that CoinGecko has a name for; empty if for none.
std::string coingecko_target(std::span<const symbol_id> wanted, const symbol_table& symbols);

// Parses {"bitcoin":{"usd":88927,"last_updated_at":1575040666}}: prices are JSON numbers, integers
// when whole; times are Unix seconds, and may be missing. One answer per symbol of `wanted`, in its
// order; a coin or a currency that CoinGecko does not know is missing in an answer of status 200.
// Errors, per symbol: those of json_of(); feed_errc::unknown_symbol, ::wrong_type, ::bad_price,
// ::bad_time.
// Source: docs.coingecko.com/reference/simple-price, and recorded answers.
answers parse_coingecko_prices(
    std::span<const symbol_id> wanted, const symbol_table& symbols, int http_status,
    std::string_view content_type, std::string_view body);

}  // namespace tickertape
