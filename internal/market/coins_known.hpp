// The sources, and the ids by which they know the coins that we may have prices of. A coin is never
// found by its symbol in a source's table: dozens of coins may share one.
//
// Threads: any.
#pragma once

#include <optional>
#include <string_view>

namespace tickertape::market {

inline constexpr std::string_view coingecko = "coingecko";
inline constexpr std::string_view coinpaprika = "coinpaprika";
inline constexpr std::string_view coinlore = "coinlore";

// The id of the coin that the first half of our symbols stands for: "BTC" is "bitcoin" at
// CoinGecko. None: not known for sure.
std::optional<std::string_view> id_of(std::string_view source, std::string_view base) noexcept;

}  // namespace tickertape::market
