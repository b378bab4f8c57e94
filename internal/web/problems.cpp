#include "web/problems.hpp"

#include "core/text.hpp"

#include <string>

namespace tickertape::web {
namespace {

// Longer names are no symbols.
constexpr std::size_t name_bytes_max = 40;

// "BTC/USD" and "btc_usd" as "BTCUSD".
std::string bare_name(std::string_view name)
{
    auto text = upper_case(name);
    std::erase_if(text, [](char c) { return !((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')); });
    return text;
}

}  // namespace

std::optional<symbol_id> nearest_symbol(std::string_view name, const symbol_table& symbols)
{
    const auto given = name.size() <= name_bytes_max ? bare_name(name) : std::string{};
    if (given.empty())
        return std::nullopt;
    for (const auto id : symbols.all())
        if (bare_name(symbols.name(id)) == given)
            return id;
    for (const auto id : symbols.all())
        if (symbols.base(id) == given)
            return id;
    return std::nullopt;
}

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
    auto detail = "there is no symbol " + http::quoted(name) + " here";
    if (const auto meant = nearest_symbol(name, symbols))
        detail += "; did you mean " + symbols.name(*meant) + "?";
    return {
        .status = 404,
        .type = "unknown-symbol",
        .detail = std::move(detail),
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

http::response refusal_for_now(const http::problem& p)
{
    auto r = http::to_response(p);
    r.headers.emplace_back("Retry-After", std::to_string(retry_after_usual.count()));
    return r;
}

}  // namespace tickertape::web
