// The settings of the feed of real prices.
#pragma once

#include "core/backoff.hpp"
#include "core/quote.hpp"
#include "core/usd_standin.hpp"
#include "net/limits.hpp"
#include "net/url.hpp"
#include "pricing/cross_rate.hpp"
#include "pricing/price_policy.hpp"
#include "pricing/quote_checks.hpp"
#include "provider/circuit_breaker.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tickertape::feed {

struct fetch_settings {
    std::chrono::milliseconds interval{10'000};
    // What one round takes at most. Where providers are asked in order, those still to be asked
    // share what is left of it.
    std::chrono::milliseconds deadline{8'000};
};

struct provider_settings {
    std::string name;
    std::optional<net::base_url> url{};         // none: the provider's own, it may have several
    std::optional<net::base_url> socket_url{};  // none: the provider's own
    std::string api_key{};                      // empty: none
    std::optional<double> per_minute{};         // requests; none: what the provider allows

    friend bool operator==(const provider_settings&, const provider_settings&) = default;
};

enum class feed_mode {
    poll,    // every provider is asked on the grid
    stream,  // those that speak over a WebSocket are listened to; the rest is asked
};

// What the feed keeps while it stands by.
enum class standby {
    warm,  // its sockets: it has prices at once when it is to publish
    cold,  // nothing
};

struct live_settings {
    // In order of preference.
    std::vector<provider_settings> providers{};
    feed_mode mode = feed_mode::poll;
    fetch_settings fetch{};
    standby when_standing_by = standby::warm;
    pricing::quote_limits quotes{};
    pricing::policy_settings policy{};
    double ticks_per_second = 5;               // of one symbol, when listening
    std::vector<usd_standin> accept_as_usd{};  // where a provider has no market in US dollars
    std::vector<pricing::cross_rate> cross_rates{};
    net::http_limits http{};
    provider::breaker_limits breaker{};
    backoff_limits reconnect{std::chrono::milliseconds{1'000}, std::chrono::milliseconds{60'000}};
    // Requests that the market takes in a month of a provider that both are asked of.
    std::size_t market_calls = 0;
    // PEM. Given, it is trusted *instead of* the system's authorities, as curl's --cacert does.
    std::string ca_file{};
};

}  // namespace tickertape::feed
