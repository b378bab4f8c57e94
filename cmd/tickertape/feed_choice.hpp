// Which feed the server has: that of real prices, or one of those that ask no provider.
#pragma once

#include "archive/kind.hpp"
#include "feed/feed.hpp"
#include "feed/settings.hpp"
#include "provider/gates.hpp"
#include "synthetic/settings.hpp"
#include "synthetic/simulator.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace tickertape {

struct feed_choice {
    feed::live_settings
        live{};  // simulator, replay or pipe as a provider's name chooses one of these
    synthetic::simulator_settings simulator{};
    synthetic::replay_settings replay{};
    synthetic::pipe_settings pipe{};
    // By symbol; the simulator goes on from them.
    std::vector<std::optional<price>> last_prices{};
    // From which the simulator goes on where it has stood by.
    synthetic::newest_price newest_price{};
};

// What is referred to outlives the feed; `gates` are those of the providers it asks.
// Throws std::runtime_error, one line: an unknown provider, a mix of real and made-up prices, a bad
// URL, an unreadable CA file or recording.
std::unique_ptr<feed::price_feed>
make_feed(const feed_choice& choice, const feed::feed_context& context, provider::gates& gates);

// Of which kind of feed the archive is that these providers fill; none but the first counts.
archive::feed_kind kind_of_feed(const std::vector<std::string>& providers);

}  // namespace tickertape
