// Asks alternative.me for the Fear and Greed Index.
//
// Threads: as daily_feed.hpp.
#pragma once

#include "feed/daily_feed.hpp"
#include "market/fear_greed.hpp"
#include "market/kept_fear_greed.hpp"

#include <memory>
#include <string_view>

namespace tickertape::feed {

struct fear_greed_figures {
    using board = market::fear_greed_board;
    using snapshot = market::fear_greed_snapshot;

    static constexpr std::string_view kept_as = "fear_greed";
    static constexpr std::string_view source = market::alternative_me;
    static constexpr std::string_view broken = "the fear and greed index: an internal error";
    static constexpr std::string_view trouble = "fear and greed source failed";
    static constexpr const char* requests = "tickertape_fear_greed_requests_total";
    static constexpr const char* requests_help = "Requests for the Fear and Greed Index.";
    static constexpr const char* failures = "tickertape_fear_greed_failures_total";
    static constexpr const char* failures_help =
        "Times that the source gave no Fear and Greed Index.";

    static net::http_request request() { return market::fear_greed_request(); }
    static fetched<market::fear_greed> read(const net::http_response& answer, wall_time now)
    {
        return market::read_fear_greed(answer, now);
    }
    static fetched<snapshot> read_kept(std::string_view text, const moment& now)
    {
        return market::read_kept_fear_greed(text, now);
    }
};

extern template class daily_feed<fear_greed_figures>;
using fear_greed_feed = daily_feed<fear_greed_figures>;

// All of `of`, `gates` and `trust` outlive it. Throws std::runtime_error, one line, if another
// limit is in use for the source.
std::unique_ptr<fear_greed_feed> make_fear_greed_feed(
    const market_choice& wanted, const fear_greed_feed::parts& of, provider::gates& gates,
    boost::asio::ssl::context& trust);

}  // namespace tickertape::feed
