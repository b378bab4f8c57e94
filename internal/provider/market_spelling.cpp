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

market_choice choose_markets(
    const market_speller& at, const symbol_table& symbols, std::span<const usd_standin> for_usd)
{
    market_choice chosen;
    chosen.standins.assign(symbols.size(), usd_standin::none);
    for (const auto id : symbols.all()) {
        auto spellings = spellings_of(at, symbols, id, for_usd);
        if (spellings.empty())
            continue;
        auto& [name, as] = spellings.front();
        chosen.markets.push_back({id, std::move(name)});
        chosen.standins[index_of(id)] = as;
    }
    return chosen;
}

}  // namespace tickertape::provider
