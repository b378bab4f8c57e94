// The loop that asks providers for real prices: on a fixed grid, never two rounds at once.
//
// Policy `fallback`: per symbol, the first provider in order that answers with a good price is
// used. A failure is logged once with its cause and counted; the next round happens on time.
#pragma once

#include "feed/feed.hpp"
#include "feed/provider.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <vector>

namespace tickertape {

// `providers` in order of preference, at least one. `trust` is what their clients refer to, if any.
std::unique_ptr<feed> make_fetch_loop(
    const feed_context& context, const fetch_settings& settings,
    std::unique_ptr<boost::asio::ssl::context> trust,
    std::vector<std::unique_ptr<provider>> providers);

}  // namespace tickertape
