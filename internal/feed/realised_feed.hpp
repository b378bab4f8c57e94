// Asks Coin Metrics for Bitcoin's realised value, where the operator wants it.
//
// Threads: as daily_feed.hpp.
#pragma once

#include "feed/daily_feed.hpp"
#include "market/kept_realised.hpp"
#include "market/realised.hpp"

#include <memory>
#include <string_view>

namespace tickertape::feed {

struct realised_figures {
    using board = market::realised_board;
    using snapshot = market::realised_snapshot;

    static constexpr std::string_view kept_as = "realised";
    static constexpr std::string_view source = market::coin_metrics;
    static constexpr std::string_view broken = "the realised value: an internal error";
    static constexpr std::string_view trouble = "realised value source failed";
    static constexpr const char* requests = "tickertape_realised_requests_total";
    static constexpr const char* requests_help = "Requests for Bitcoin's realised value.";
    static constexpr const char* failures = "tickertape_realised_failures_total";
    static constexpr const char* failures_help =
        "Times that the source gave no realised value of Bitcoin.";

    static net::http_request request() { return market::realised_request(); }
    static fetched<market::realised_value> read(const net::http_response& answer, wall_time now)
    {
        return market::read_realised(answer, now);
    }
    static fetched<snapshot> read_kept(std::string_view text, const moment& now)
    {
        return market::read_kept_realised(text, now);
    }
};

extern template class daily_feed<realised_figures>;
using realised_feed = daily_feed<realised_figures>;

// All of `of`, `gates` and `trust` outlive it. Throws std::runtime_error, one line, if another
// limit is in use for the source.
std::unique_ptr<realised_feed> make_realised_feed(
    const market_choice& wanted, const realised_feed::parts& of, provider::gates& gates,
    boost::asio::ssl::context& trust);

}  // namespace tickertape::feed
