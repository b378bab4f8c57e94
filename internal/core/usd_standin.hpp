// Which stablecoins the operator lets stand in for the dollar: BTC-USDT asked for instead of
// BTC-USD, and always labelled so. By default none
// does, because a stablecoin can lose its peg.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape {

enum class usd_standin : std::uint8_t {
    none,  // the dollar itself
    usdt,
    usdc,
};

// The currency's name: "USD", "USDT", "USDC".
std::string_view to_string(usd_standin s) noexcept;

// "USDT" and "USDC", in any case; none: anything else, the dollar included.
std::optional<usd_standin> parse_usd_standin(std::string_view text);

// What a price in dollars is said to come from: "binance", or "binance(USDT)" for one in a
// stand-in.
std::string labelled(std::string_view source, usd_standin standin);

}  // namespace tickertape
