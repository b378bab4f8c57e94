// The coins that people look for most at CoinGecko, in its order. Money is in US dollars.
//
// No I/O. Threads: any.
#pragma once

#include "core/fetch_error.hpp"
#include "net/http_message.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::market {

// The source sends 15.
inline constexpr std::size_t trending_coins_max = 30;

struct trending_coin {
    std::string id;
    std::string symbol;
    std::string name;
    std::optional<double> market_cap_rank{};  // the source's; two coins may have the same
    std::optional<double> price{};
    std::optional<double> change_24h_percent{};
    std::optional<double> market_cap{};
    std::optional<double> volume_24h{};
};

struct trending {
    std::vector<trending_coin> coins;
    std::size_t dropped = 0;  // rows that could not be read
};

net::http_request trending_request();

// Errors: those of body_of(); json_errc::wrong_type where it has no list of coins; ::missing_field
// where no row of it can be read.
fetched<trending> read_trending(const net::http_response& answer);

// "$1,399,077,267,893" as a number. None: it is another text than dollars written so.
std::optional<double> dollars_in(std::string_view text) noexcept;

}  // namespace tickertape::market
