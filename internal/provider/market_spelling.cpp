#include "provider/market_spelling.hpp"

namespace tickertape::provider {

std::vector<market_spelling> spellings_of(
    const market_speller& at, const symbol_table& symbols, symbol_id symbol,
    std::span<const usd_standin> for_usd)
{
    const auto base = symbols.base(symbol);
    std::vector<market_spelling> found;
    if (auto direct = at.spelling(base, symbols.quote(symbol)))
        found.push_back({*std::move(direct)});
    if (symbols.quote(symbol) != "USD")
        return found;
    for (const auto as : for_usd)
        // USDT-USD is what a tether costs; USDT-USDT is nothing.
        if (base != to_string(as))
            if (auto name = at.spelling(base, to_string(as)))
                found.push_back({*std::move(name), as});
    return found;
}

}  // namespace tickertape::provider
