// Prices nobody paid, for demonstrations and tests: one random walk per symbol. Their source is
// "simulator", so that nobody takes them for real ones.
#pragma once

#include "feed/feed.hpp"
#include "synthetic/settings.hpp"

#include <memory>

namespace tickertape::synthetic {

// Throws std::runtime_error, one line: a start price or a step no walk can have.
std::unique_ptr<feed::price_feed>
make_simulator(const feed::feed_context& context, const simulator_settings& settings);

}  // namespace tickertape::synthetic
