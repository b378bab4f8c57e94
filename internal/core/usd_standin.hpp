// Which stablecoins the operator lets stand in for the dollar: BTC-USDT asked for instead of
// BTC-USD, and always labelled so. None does by itself: a stablecoin is a dollar until it is not.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape {

enum class usd_standin : std::uint8_t {
    none,  // the dollar itself
    usdt,
    usdc,
};

// The currency's name: "USD", "USDT", "USDC".
std::string_view to_string(usd_standin s) noexcept;

struct usd_standin_error {
    std::string reason;  // one sentence: the item, and what is accepted
};

// Reads "USDT,USDC", in any case, in the order given; one given twice counts once. No text, no
// stand-in. Blanks around an item are skipped.
boost::system::result<std::vector<usd_standin>, usd_standin_error>
parse_usd_standins(std::string_view text);

// What a price in dollars is said to come from: "binance", or "binance(USDT)" for one in a
// stand-in.
std::string labelled(std::string_view source, usd_standin standin);

}  // namespace tickertape
