// Reads RSS 2.0, RSS 1.0 and Atom.
//
// Elements are told by namespace and name, and of several the first within an item counts. A
// document type is refused, so there are no entities but those of XML. What stands before an error
// is kept.
//
// Pure. Threads: any.
#pragma once

#include "core/fetch_error.hpp"
#include "news/item.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::news {

struct feed_contents {
    std::string title{};        // of the feed; may be empty
    std::vector<item> items{};  // in the feed's order, at most feed_items_max
    std::size_t dropped = 0;    // items without a link that can be followed, or without any text
    bool has_more = false;      // than feed_items_max
    // Why the rest was not read; none: all was.
    std::optional<fetch_error> cut_short{};
};

// `address`: where the body is from; relative links are taken from there.
// Errors: those of news_errc, if not one item can be shown. A feed without items is none.
fetched<feed_contents> read_feed(std::string_view body, std::string_view address);

}  // namespace tickertape::news
