// Asks one provider over REST for many symbols: in as few requests as the provider allows, never
// more often than it allows, again after a failure that may pass, and not at all during a pause.
//
// Threads: the feed's strand.
#pragma once

#include "core/feed_report.hpp"
#include "core/fetch_error.hpp"
#include "feed/call_budget.hpp"
#include "feed/feed.hpp"
#include "feed/provider_log.hpp"
#include "feed/quote_listener.hpp"
#include "net/http_asker.hpp"
#include "provider/gate.hpp"
#include "provider/market_catalog.hpp"
#include "provider/rest_api.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
}

namespace tickertape::feed {

struct rest_source_parts {
    std::size_t rank;  // of the provider in PROVIDERS
    std::string name;
    std::unique_ptr<provider::rest_api> api;
    // At least one, in the order they are tried.
    std::vector<std::unique_ptr<net::http_asker>> clients;
    std::vector<std::vector<net::http_header>> key_headers;  // by client
    provider::gate& gate;  // of the provider: shared with all else that asks it
    std::vector<usd_standin> for_usd;
    // What each request takes of as well; none: nothing.
    std::optional<call_budget> budget{};
};

class rest_source {
public:
    // Attempts at one request, the first included.
    static constexpr unsigned attempts_max = 3;
    static constexpr backoff_limits retry{
        std::chrono::milliseconds{200}, std::chrono::milliseconds{2'000}};

    // A request that has to wait for its turn is sent only if this much of the round is left then.
    static constexpr std::chrono::milliseconds answer_min{500};

    // All referred to outlives this. `random` gives numbers in [0, 1).
    rest_source(
        const feed_context& context, rest_source_parts parts, quote_listener& listener,
        std::function<double()> random);

    // Asks for each of `wanted` and tells the listener once of each; at `until` at the latest, what
    // is unanswered has failed. One call at a time. Being cancelled ends it without another word.
    boost::asio::awaitable<void> fetch(std::vector<symbol_id> wanted, steady_time until);

    const std::string& name() const noexcept { return parts_.name; }
    // Whether the provider's last request succeeded, or none was made yet.
    bool is_well() const noexcept { return gate_.failures() == 0; }
    // Whether the limit allows to ask for all of these now, without a wait.
    bool has_requests_for(std::span<const symbol_id> wanted);
    // Once a second: the figures of /metrics are brought up to date with it.
    void report(feed_report::provider& into);

private:
    boost::asio::awaitable<std::optional<provider::answers>>
    ask(const std::vector<provider::market>& batch, steady_time until);
    boost::asio::awaitable<result<provider::gate::permit>> admitted(steady_time until);
    // How long until the month's budget has a request.
    steady_time::duration budget_wait(steady_time now) const noexcept
    {
        return parts_.budget ? parts_.budget->wait(now) : steady_time::duration::zero();
    }
    boost::asio::awaitable<fetched<net::http_response>>
    request(const std::vector<provider::market>& batch, steady_time until);
    // Says how the request ended. Returns the answers, one for each market.
    provider::answers judged(
        const std::vector<provider::market>& batch, const fetched<net::http_response>& response,
        provider::gate::permit of_request, std::chrono::microseconds took);
    bool
    says_nothing(const std::vector<provider::market>& batch, const provider::answers& said) const;
    // Tells gate and log what the round as a whole says of the provider.
    void conclude(std::size_t wanted);
    // Tells the listener of each answer. Returns the markets to ask for again at once.
    std::vector<provider::market>
    settle(const std::vector<provider::market>& batch, const provider::answers& said);
    void fail(std::span<const provider::market> markets, const fetch_error& why);
    void fail(symbol_id symbol, const fetch_error& why);
    void tell_failed(symbol_id symbol, const fetch_error& why);
    void note(symbol_id symbol, fetch_error why);
    void begin_where_left_off(std::vector<provider::market>& todo) const;
    // Fails those of `todo` for which the limit leaves no request before `until`, and removes them.
    void fail_what_must_wait(std::vector<provider::market>& todo, steady_time until);
    std::size_t batches_of(std::vector<provider::market> todo) const;
    void count(std::string_view outcome);

    const feed_context with_;
    rest_source_parts parts_;
    quote_listener& listener_;
    std::function<double()> random_;
    provider::gate& gate_;
    provider::market_catalog catalog_;
    provider_log log_;
    std::map<std::string_view, prometheus::Counter*> outcomes_;
    // Of the round that is under way, by symbol.
    struct tally {
        std::size_t quoted = 0;
        std::size_t lacked = 0;
        std::size_t failed = 0;       // for a reason that is not the next
        std::size_t unexplained = 0;  // refused, in words that do not say why
        bool is_lost = false;         // some of these were quoted before
        fetch_error why{};            // the last of these, or of those lacked
    };
    tally round_;
    moment judged_at_{};      // when the last answer came
    std::size_t client_ = 0;  // the one in use
    std::size_t begin_at_ =
        0;  // by symbol: where the next round goes on after one without requests left
};

}  // namespace tickertape::feed
