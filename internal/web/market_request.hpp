// What a request for the market's table asks for.
//
// No I/O. Threads: any.
#pragma once

#include "http/problem.hpp"
#include "http/request_target.hpp"

#include <cstddef>
#include <string>
#include <variant>

namespace tickertape::web {

enum class coin_order {
    rank,
    name,
    price,
    market_cap,
    volume_24h,
    change_1h_percent,
    change_24h_percent,
    change_7d_percent,
};

struct market_request {
    std::size_t limit;
    std::size_t page;  // from 1 on
    coin_order by = coin_order::rank;
    bool is_descending = false;
    std::string search;    // in small letters; empty: all coins
    std::string currency;  // "EUR", which may be none that is known
};

std::variant<market_request, http::problem> read_market_request(const http::request_target& target);

}  // namespace tickertape::web
