// The items of all feeds: each link once, an item that was edited in place of the one before it,
// with the date that it had first.
//
// No clock: the time is handed in. Threads: one.
#pragma once

#include "core/clock.hpp"
#include "news/item.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace tickertape::news {

// Of one feed: the items it has now, and behind them those that it had before.
inline constexpr std::size_t kept_items_max = feed_items_max;

// An item that is dated later than this is about something to come, or wrong. One that is dated
// less ahead is of now: else a feed could keep its items before those of all others.
inline constexpr std::chrono::minutes ahead_max{5};

struct dated_item {
    item of;
    std::string source;     // the host of the feed
    wall_time published{};  // by its feed; or when we first saw it
    bool is_dated = false;  // whether the feed said when
    std::string search{};   // title and summary in small letters
};

class collection {
public:
    struct change {
        std::size_t added = 0;
        std::size_t edited = 0;
        std::size_t repeated = 0;  // items that another one of the same answer is
    };

    // One feed for each of these.
    explicit collection(const std::vector<std::string>& sources);

    // What the feed of that number says now, in its order.
    change take(std::size_t number, std::vector<item> items, wall_time now);

    // All that is kept of the feed of that number.
    const std::vector<dated_item>& of(std::size_t number) const { return feeds_[number].items; }
    // What it has from now on; as of() gave it, perhaps to another process.
    void put(std::size_t number, std::vector<dated_item> items);

    // All items, the newest first. Where several feeds have a link, it is of the first of these.
    std::vector<dated_item> newest_first() const;

private:
    struct feed_items {
        std::string source;
        std::vector<dated_item> items{};
    };

    std::vector<feed_items> feeds_;
};

}  // namespace tickertape::news
