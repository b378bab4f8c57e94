// A price in a currency that we stream no symbol in: BTC-EUR of our BTC-USD, and of the rate of the
// day. It is made when it is asked for.
//
// No I/O. Threads: any.
#pragma once

#include "core/price.hpp"
#include "http/message.hpp"
#include "http/router.hpp"
#include "web/currency.hpp"
#include "web/site.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tickertape::web {

struct derived_price {
    std::string symbol;    // "BTC-EUR"
    std::string currency;  // "EUR"
    price value;           // at 12 significant digits
    // "derived: median(coinbase,kraken) BTC-USD × ECB 2026-10-02 USD-EUR"
    std::string source;
    // Of the price in dollars; of the rate where that is stale, and then it is the older one.
    wall_time time;
    std::chrono::milliseconds age;
    bool is_stale;  // one of the two is
    symbol_id leg;  // our symbol in dollars
    rate_of_day rate;
};

// Of the symbol `name`, which is none of ours; or why there is none. 404: nothing can be derived.
std::variant<derived_price, http::response>
derive_price(const site& s, std::string_view name, const http::request& r);

// What /api/prices/<symbol> says of it, with both legs.
std::string price_json(const site& s, const derived_price& of, boot_time now);

}  // namespace tickertape::web
