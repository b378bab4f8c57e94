// The feed of real prices: asks providers on a fixed grid, listens to those that have a socket, and
// publishes the prices that follow from their quotes.
#pragma once

#include "feed/feed.hpp"
#include "feed/rest_source.hpp"
#include "feed/settings.hpp"
#include "feed/venue_socket.hpp"
#include "pricing/cross_rate.hpp"
#include "provider/gates.hpp"

#include <boost/asio/ssl/context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace tickertape::feed {

// One provider, ready to be asked and listened to.
struct live_provider {
    rest_source_parts rest;
    std::optional<venue_socket_parts> socket{};  // none: it is only asked
};

struct live_parts {
    std::unique_ptr<boost::asio::ssl::context> trust;  // outlives the providers' clients
    std::vector<live_provider> providers;              // in order of preference
    std::function<double()> random;                    // numbers in [0, 1)
};

std::unique_ptr<price_feed>
make_live_feed(const live_settings& settings, const feed_context& context, live_parts parts);

// With the providers those settings name, each behind its gate of `gates`, which outlives the feed.
// Throws std::runtime_error, one line: a bad key or CA file.
// `make_client`: who asks at an address; none: a client over the network.
std::unique_ptr<price_feed> make_live_feed(
    const live_settings& settings, const feed_context& context, provider::gates& gates,
    const net::make_asker& make_client = {});

}  // namespace tickertape::feed
