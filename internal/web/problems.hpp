// The refusals of Tickertape's own routes.
#pragma once

#include "core/symbol.hpp"
#include "http/problem.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace tickertape::web {

// The symbol that `name` spells in another way: btcusd, BTC/USD or btc_usd for BTC-USD, or BTC
// alone, for the first symbol of BTC.
std::optional<symbol_id> nearest_symbol(std::string_view name, const symbol_table& symbols);

// `parameter`: which one named it, or that part of the path.
http::problem unknown_symbol(
    std::string_view name, const symbol_table& symbols, std::string_view parameter = "symbol");
http::problem no_price_yet(std::string_view symbol);

// A refusal that may be another answer soon, with `Retry-After`: how long to wait for it.
inline constexpr std::chrono::seconds retry_after_usual{5};
http::response refusal_for_now(const http::problem& p);

}  // namespace tickertape::web
