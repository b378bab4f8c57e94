#include "web/problems.hpp"

namespace tickertape::web {

http::problem
unknown_symbol(std::string_view name, const symbol_table& symbols, std::string_view parameter)
{
    std::string known;
    for (const auto id : symbols.all()) {
        if (known.size() > 200) {
            known += ", ...";
            break;
        }
        known += (known.empty() ? "" : ", ") + symbols.name(id);
    }
    return {
        .status = 404,
        .type = "unknown-symbol",
        .detail = "there is no symbol " + http::quoted(name) + " here",
        .parameter = std::string{parameter},
        .accepted = std::move(known),
    };
}

http::problem no_price_yet(std::string_view symbol)
{
    return {
        .status = 503,
        .type = "no-price",
        .detail = "there has been no price of " + std::string{symbol} + " since the start",
    };
}

}  // namespace tickertape::web
