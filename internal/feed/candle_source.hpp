// Asks one provider over REST for candles of before: through the gate that all share that ask it,
// again after a failure that may pass, and after a pause that the provider asked for.
//
// Threads: the strand that the provider's gate belongs to.
#pragma once

#include "core/backoff.hpp"
#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "core/tally.hpp"
#include "feed/feed.hpp"
#include "feed/settings.hpp"
#include "net/http_client.hpp"
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
    struct limits {
        // Attempts at one request, the first included.
        unsigned attempts_max = 5;
        backoff_limits retry{std::chrono::milliseconds{500}, std::chrono::milliseconds{8'000}};
        // What one attempt takes at most.
        std::chrono::milliseconds deadline{15'000};
        // The longest one request waits for the rate, for a pause or for the breaker.
        std::chrono::milliseconds wait_max{600'000};
        // Of the requests that the provider takes at once, the part that is left to others.
        double left_to_others = 0;
    };

    struct parts {
        std::string name;
        std::unique_ptr<provider::candle_api> api;
        std::unique_ptr<provider::market_speller> speller;
        // At least one, in the order they are tried.
        std::vector<std::unique_ptr<net::http_client>> clients;
        provider::gate& gate;  // of the provider: shared with all else that asks it
        std::vector<usd_standin> for_usd;
    };

    // All referred to outlives this. `random` gives numbers in [0, 1).
    candle_source(
        feed_context::strand_type strand, const clock& time, parts of, limits bounds,
        std::function<double()> random);

    const std::string& name() const noexcept { return parts_.name; }
    const provider::candle_api& api() const noexcept { return *parts_.api; }
    // The markets whose candles may be taken for the symbol's, in the order of preference.
    std::vector<provider::market_spelling>
    spellings(const symbol_table& symbols, symbol_id symbol) const
    {
        return provider::spellings_of(*parts_.speller, symbols, symbol, parts_.for_usd);
    }

    // The candles of one request. One call at a time. Errors: those of candle_api::read() and of
    // net::http_client; feed_errc::deadline; provider_errc::paused, ::throttled, ::breaker_open
    // where that would take longer than limits::wait_max; operation_aborted if it was cancelled.
    boost::asio::awaitable<fetched<provider::candle_page>>
    fetch(provider::market of, series::interval length, provider::candle_range asked);

    // Requests that were sent, attempts included.
    const tally& requests() const noexcept { return requests_; }

private:
    boost::asio::awaitable<result<provider::gate::permit>> admitted(steady_time until);
    boost::asio::awaitable<fetched<net::http_response>> send(net::http_request request);

    const feed_context::strand_type strand_;
    const clock& time_;
    parts parts_;
    const limits limits_;
    std::function<double()> random_;
    std::size_t client_ = 0;  // the one in use
    tally requests_;
};

// Whether the provider itself failed: what else it is asked for will fail as well.
bool is_about_the_provider(const fetch_error& why) noexcept;

// The source of the provider of that name, which has candles; `settings` are those of its access.
// `gates` and `trust` outlive it. Throws std::runtime_error, one line, if another limit is in use
// for that provider.
std::unique_ptr<candle_source> make_candle_source(
    const std::string& name, const provider_settings& settings, const live_settings& all,
    const feed_context::strand_type& strand, const clock& time, provider::gates& gates,
    boost::asio::ssl::context& trust, candle_source::limits bounds);

}  // namespace tickertape::feed
