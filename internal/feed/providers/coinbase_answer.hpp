// What Coinbase Exchange answers to /products/{id}/ticker. No I/O.
#pragma once

#include "feed/quote.hpp"

#include <string_view>

namespace tickertape {

// Parses {"price":"63212.97","time":"2026-06-19T16:43:33.016274911Z",...}: the last trade's price,
// a decimal string, and its time; on a quiet market the time stands still. Other fields are
// ignored. Errors: those of json_of(); feed_errc::unknown_symbol (404), ::missing_field,
// ::wrong_type,
// ::bad_price, ::bad_time.
// Source: docs.cdp.coinbase.com, get-product-ticker, and recorded answers.
fetched<quote> parse_coinbase_ticker(
    symbol_id symbol, int http_status, std::string_view content_type, std::string_view body);

}  // namespace tickertape
