// Prices nobody paid, for demonstrations and tests: one random walk per symbol. Their source is
// "simulator", so that nobody takes them for real ones.
#pragma once

#include "feed/feed.hpp"
#include "synthetic/random_walk.hpp"
#include "synthetic/settings.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace tickertape::synthetic {

// The last prices of before, by symbol; none: there was none.
using last_prices = std::span<const std::optional<price>>;

// The newest price of a symbol, whichever instance published it. Called on the feed's strand.
using newest_price = std::function<std::optional<price>(symbol_id)>;

// A walk goes on from the last price of before, where there is one and no start price is given for
// it; and from `newest`, where the feed has stood by. Throws std::runtime_error, one line: a start
// price or a step no walk can have.
std::unique_ptr<feed::price_feed> make_simulator(
    const feed::feed_context& context, const simulator_settings& settings, last_prices before = {},
    newest_price newest = {});

// The walk of a symbol; that of another symbol or seed moves in another way.
walk_settings walk_of(
    const symbol_table& symbols, symbol_id symbol, const simulator_settings& settings,
    std::uint64_t seed);

}  // namespace tickertape::synthetic
