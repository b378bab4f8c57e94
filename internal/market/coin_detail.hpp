// What CoinGecko says of one coin beyond its row in the market's table: what it is, where it lives,
// its highest and lowest price, and its supplies. Money is in US dollars.
//
// A figure that the source does not say, or that cannot be true, is not there.
//
// No I/O. Threads: any.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "net/http_message.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::market {

// Of each kind of link, and of categories: the first ones.
inline constexpr std::size_t coin_links_max = 5;
inline constexpr std::size_t coin_categories_max = 12;
// Of one link. A longer one is left out.
inline constexpr std::size_t coin_link_bytes_max = 300;
// Of a description, as text. What is behind that is cut.
inline constexpr std::size_t description_bytes_max = 8'000;

struct coin_detail {
    std::string id;
    std::string description{};              // as it came: text with HTML in it
    std::vector<std::string> homepages{};   // http and https only
    std::vector<std::string> explorers{};   // the same
    std::string whitepaper{};               // the same; empty: there is none
    std::vector<std::string> categories{};  // in the source's words
    std::string hashing_algorithm{};        // empty: there is none
    std::string genesis_date{};             // "2009-01-03"; empty: not known
    std::optional<double> ath{};
    std::optional<wall_time> ath_at{};
    std::optional<double> atl{};
    std::optional<wall_time> atl_at{};
    std::optional<double> circulating_supply{};
    std::optional<double> total_supply{};
    std::optional<double> max_supply{};
    std::optional<wall_time> updated_at{};
};

// Whether a coin of that id can be asked for: ids are a part of addresses.
bool is_coin_id(std::string_view id) noexcept;

net::http_request coin_detail_request(std::string_view id);

// Errors: those of body_of(); json_errc::missing_field where the answer is of another coin.
fetched<coin_detail> read_coin_detail(const net::http_response& answer, std::string_view id);

}  // namespace tickertape::market
