// The refusals of Tickertape's own routes.
#pragma once

#include "core/symbol.hpp"
#include "http/problem.hpp"

#include <string_view>

namespace tickertape::web {

// `parameter`: which one named it, or that part of the path.
http::problem unknown_symbol(
    std::string_view name, const symbol_table& symbols, std::string_view parameter = "symbol");
http::problem no_price_yet(std::string_view symbol);

}  // namespace tickertape::web
