// The newest items of all feeds for those who ask, and whether anybody does.
//
// Threads: any.
#pragma once

#include "core/clock.hpp"
#include "core/watched_board.hpp"
#include "news/collection.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tickertape::news {

struct feed_state {
    std::string source;
    std::string title{};                  // as the feed calls itself; may be empty
    std::optional<boot_time> answered{};  // last; also that nothing changed
    std::optional<wall_time> answered_at{};
    std::string trouble{};  // why the last request failed; empty: it did not

    // Whether what is shown lacks what the feed has now.
    bool is_missing() const noexcept { return !answered || !trouble.empty(); }
};

struct snapshot {
    std::shared_ptr<const std::vector<dated_item>> items;  // newest first
    std::vector<feed_state> feeds;
    boot_time received;  // the last answer of any feed
    wall_time received_at;
    std::chrono::milliseconds stale_after;

    std::chrono::milliseconds age(boot_time now) const noexcept
    {
        return std::max(now - received, std::chrono::milliseconds{0});
    }
    bool is_stale(boot_time now) const noexcept { return now - received > stale_after; }
};

class board : public watched_board<snapshot> {
public:
    using watched_board::watched_board;
};

}  // namespace tickertape::news
