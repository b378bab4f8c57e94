// What a market is called where it is sold.
//
// Threads: any.
#pragma once

#include "core/symbol.hpp"
#include "core/usd_standin.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::provider {

// How a provider spells a market: "XBT" and "USD", one name "BTC-USD", or a coin's id and a
// currency. What it means is between the functions of one rest_api or socket_api.
struct market_name {
    std::string name;        // "BTC-USD", "tBTCUSD", "bitcoin"
    std::string currency{};  // where the provider wants it apart: "usd"

    friend bool operator==(const market_name&, const market_name&) = default;
};

// One market to be asked for, and the symbol of ours that its price is for.
struct market {
    symbol_id symbol;
    market_name spelled;
};

class market_speller {
public:
    virtual ~market_speller() = default;

    // The market of `base` in `quote`, both as our symbols have them: upper case, "BTC" and "USD".
    // None: the provider surely has no such market. A name is no promise that it has one.
    virtual std::optional<market_name>
    spelling(std::string_view base, std::string_view quote) const = 0;
};

struct market_spelling {
    market_name name;
    usd_standin as = usd_standin::none;
};

// The markets whose price may be taken for the symbol's, in the order of preference: its own; and
// where it is one in US dollars, those in the stand-ins for it, in their order.
std::vector<market_spelling> spellings_of(
    const market_speller& at, const symbol_table& symbols, symbol_id symbol,
    std::span<const usd_standin> for_usd);

// One market for each symbol that the provider may have: its own, or else in the first stand-in.
struct market_choice {
    std::vector<market> markets;        // in the order of the symbols
    std::vector<usd_standin> standins;  // by symbol
};
market_choice choose_markets(
    const market_speller& at, const symbol_table& symbols, std::span<const usd_standin> for_usd);

}  // namespace tickertape::provider
