// Prices nobody quotes, made of two that are: BTC-INR=BTC-USD*USD-INR, BTC-GBP=BTC-USD/GBP-USD.
// A stablecoin is a currency like any other here: BTC-INR=BTC-USDT*USDT-INR.
#pragma once

#include "core/price.hpp"
#include "core/symbol.hpp"
#include "core/usd_standin.hpp"

#include <boost/system/result.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::pricing {

struct cross_rate {
    symbol_id target;
    symbol_id left;
    symbol_id right;
    bool divides;  // target = left / right; otherwise left * right

    friend bool operator==(const cross_rate&, const cross_rate&) = default;
};

// One as it is written, with the names of symbols.
struct cross_rate_names {
    std::string target;
    std::string left;
    std::string right;
    bool divides;

    // "BTC-INR=BTC-USD*USD-INR"
    std::string text() const;
    friend bool operator==(const cross_rate_names&, const cross_rate_names&) = default;
};

// Reads TARGET=LEFT*RIGHT or TARGET=LEFT/RIGHT, in any case. None: it is neither, or one of these
// is no symbol.
std::optional<cross_rate_names> parse_cross_rate(std::string_view item);

struct cross_rate_error {
    std::string reason;  // one sentence: the item, what is wrong with it, and what is accepted
};

// Every symbol is one of `symbols`; the currencies fit (those of the legs cancel out to those of
// the target); no symbol is derived twice, and none is derived from a derived one, so that each is
// two prices away from a market and not more.
boost::system::result<std::vector<cross_rate>, cross_rate_error>
resolve_cross_rates(std::span<const cross_rate_names> items, const symbol_table& symbols);

// "derived(BTC-USD*USD-INR)"; with a stand-in for the dollar in a leg, that leg is "BTC-USD(USDT)".
std::string source_text(
    const cross_rate& d, const symbol_table& symbols, usd_standin left = usd_standin::none,
    usd_standin right = usd_standin::none);

// The price of the target, rounded to 12 significant digits. A product of doubles has 17, of which
// the sources told at most as many as the shorter of them has: currencies are quoted with 4 to 7,
// markets with up to 10. At 12 nothing is lost that anybody knew, and none of the digits that the
// multiplication invented are shown.
// Errors: core_errc::implausible_price (beyond price_min and price_max).
result<price> derived_price(price left, price right, bool divides) noexcept;

}  // namespace tickertape::pricing
