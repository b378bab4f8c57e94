// Prices as JSON lines on standard input, as fast as they come: any program can be a feed.
//
// A bad line is reported with its number, counted and skipped; at the end of the input the server
// stays up. Their source is "pipe".
#pragma once

#include "feed/feed.hpp"
#include "synthetic/settings.hpp"

#include <memory>

namespace tickertape::synthetic {

// Throws std::runtime_error, one line: the descriptor is not open for reading.
std::unique_ptr<feed::price_feed>
make_pipe(const feed::feed_context& context, const pipe_settings& settings);

}  // namespace tickertape::synthetic
