// Asks one provider over REST, through the gate that all share that ask it: again after a failure
// that may pass, and after a pause that the provider asked for.
//
// Threads: the strand that the provider's gate belongs to.
#pragma once

#include "core/backoff.hpp"
#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "core/tally.hpp"
#include "feed/call_budget.hpp"
#include "feed/feed.hpp"
#include "net/http_asker.hpp"
#include "provider/gate.hpp"

#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace tickertape::feed {

class gated_client {
public:
    struct limits {
        // Attempts at one request, the first included.
        unsigned attempts_max = 5;
        backoff_limits retry{std::chrono::milliseconds{500}, std::chrono::milliseconds{8'000}};
        // What one attempt takes at most.
        std::chrono::milliseconds deadline{15'000};
        // The longest one request waits for the rate, for a pause or for the breaker.
        std::chrono::milliseconds wait_max{600'000};
        // The same for a pause or the breaker alone.
        std::chrono::milliseconds pause_max{600'000};
        // Of the requests that the provider takes at once, the part that is left to others.
        double left_to_others = 0;
        // All others who wait for the same gate go first.
        bool gives_way = false;
    };

    struct parts {
        // At least one, in the order they are tried.
        std::vector<std::unique_ptr<net::http_asker>> clients;
        // Those of the key, by client; empty: none has any.
        std::vector<std::vector<net::http_header>> key_headers{};
        provider::gate& gate;  // of the provider: shared with all else that asks it
        // What each attempt takes of as well; none: nothing.
        std::optional<call_budget> budget{};
    };

    // All referred to outlives this. `random` gives numbers in [0, 1).
    gated_client(
        feed_context::strand_type strand, const clock& time, parts of, limits bounds,
        std::function<double()> random);

    using request_function = std::function<net::http_request()>;
    // Why the answer is none; nothing: it is good.
    using read_function = std::function<std::optional<fetch_error>(const net::http_response&)>;

    // Sends what `request` gives, until `read` took an answer. One call at a time; both functions
    // outlive it. Gives the reason of the last failure, and nothing after a success. Errors: those
    // of `read` and of net::http_client; feed_errc::deadline; provider_errc::paused, ::throttled,
    // ::breaker_open where it would have to wait too long; operation_aborted if it was cancelled.
    boost::asio::awaitable<std::optional<fetch_error>>
    ask(const request_function& request, const read_function& read);

    // How long until the budget has a call for this one.
    steady_time::duration budget_wait(steady_time now) const noexcept
    {
        return parts_.budget ? parts_.budget->wait(now) : steady_time::duration::zero();
    }
    // How long until the gate lets the next request out. It may be that of another client.
    steady_time::duration gate_wait(steady_time now) const noexcept
    {
        return std::max<steady_time::duration>(parts_.gate.paused_for(now), parts_.gate.wait(now));
    }
    // When the budget is whole again if nothing more is asked; now, where there is none.
    steady_time budget_full_at(steady_time now) const noexcept
    {
        return parts_.budget ? std::max(parts_.budget->full_at(), now) : now;
    }
    // The same was known elsewhere: the budget is whole only after so long.
    void owe(steady_time now, steady_time::duration left) noexcept
    {
        if (parts_.budget)
            parts_.budget->owe(now, left);
    }
    // Requests that were sent, attempts included.
    const tally& requests() const noexcept { return requests_; }

private:
    bool is_worth_waiting(const fetch_error& why) const noexcept;
    boost::asio::awaitable<result<provider::gate::permit>> admitted(steady_time began);
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

}  // namespace tickertape::feed
