// Asks one provider over REST for candles of before.
//
// Threads: the strand that the provider's gate belongs to.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "core/tally.hpp"
#include "feed/feed.hpp"
#include "feed/gated_client.hpp"
#include "feed/settings.hpp"
#include "net/http_asker.hpp"
#include "provider/candle_api.hpp"
#include "provider/gates.hpp"
#include "provider/market_spelling.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::feed {

class candle_source {
public:
    using limits = gated_client::limits;

    struct parts {
        std::string name;
        std::unique_ptr<provider::candle_api> api;
        std::unique_ptr<provider::market_speller> speller;
        // At least one, in the order they are tried.
        std::vector<std::unique_ptr<net::http_asker>> clients;
        provider::gate& gate;  // of the provider: shared with all else that asks it
        std::vector<usd_standin> for_usd;
    };

    // All referred to outlives this. `random` gives numbers in [0, 1).
    candle_source(
        feed_context::strand_type strand, const clock& time, parts of, limits bounds,
        std::function<double()> random);

    const std::string& name() const noexcept { return name_; }
    const provider::candle_api& api() const noexcept { return *api_; }
    // The markets whose candles may be taken for the symbol's, in the order of preference.
    std::vector<provider::market_spelling>
    spellings(const symbol_table& symbols, symbol_id symbol) const
    {
        return provider::spellings_of(*speller_, symbols, symbol, for_usd_);
    }

    // The candles of one request. One call at a time. Errors: those of candle_api::read() and of
    // gated_client::ask().
    boost::asio::awaitable<fetched<provider::candle_page>>
    fetch(provider::market of, series::interval length, provider::candle_range asked);

    // Requests that were sent, attempts included.
    const tally& requests() const noexcept { return client_.requests(); }

private:
    const std::string name_;
    const std::unique_ptr<provider::candle_api> api_;
    const std::unique_ptr<provider::market_speller> speller_;
    const std::vector<usd_standin> for_usd_;
    gated_client client_;
};

// The source of the provider of that name, which has candles; `settings` are those of its access.
// `gates` and `trust` outlive it. Throws std::runtime_error, one line, if another limit is in use
// for that provider.
std::unique_ptr<candle_source> make_candle_source(
    const std::string& name, const provider_settings& settings, const live_settings& all,
    const feed_context::strand_type& strand, const clock& time, provider::gates& gates,
    boost::asio::ssl::context& trust, candle_source::limits bounds);

}  // namespace tickertape::feed
