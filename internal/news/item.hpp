// An item of a feed, and what a feed may hold.
//
// All texts are plain text in UTF-8: whoever shows them on a page escapes them, as any other text.
#pragma once

#include "core/clock.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace tickertape::news {

inline constexpr std::size_t feed_bytes_max = 2 * 1024 * 1024;
inline constexpr std::size_t depth_max = 32;           // elements in each other
inline constexpr std::size_t feed_items_max = 200;     // those behind them are not read
inline constexpr std::size_t title_bytes_max = 300;    // longer ones are cut
inline constexpr std::size_t summary_bytes_max = 500;  // the same
inline constexpr std::size_t link_bytes_max = 2'048;   // an item with a longer one is left out

// As a feed says it.
struct item {
    std::string id;     // of the publisher; empty: it gave none
    std::string link;   // http or https, without members that count readers
    std::string title;  // never empty
    std::string summary;
    std::optional<wall_time> published{};
};

}  // namespace tickertape::news
