// Plays a recorded file, CSV or JSON lines, at its own pace or a multiple of it, once or for ever.
//
// Publishes what is recorded and nothing else; what has no price is skipped, counted and reported.
// Their source is "replay". At the end the server stays up.
#pragma once

#include "feed/feed.hpp"
#include "synthetic/settings.hpp"

#include <memory>

namespace tickertape::synthetic {

// Throws std::runtime_error, one line: the file cannot be read, or is no recording.
std::unique_ptr<feed::price_feed>
make_replay(const feed::feed_context& context, const replay_settings& settings);

// Throws what make_replay() would throw, and makes nothing.
void check_replay(const replay_settings& settings, const symbol_table& symbols);

}  // namespace tickertape::synthetic
