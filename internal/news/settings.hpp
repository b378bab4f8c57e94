// The settings of the news.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::news {

// Publishers with a feed of their own for everybody.
inline constexpr std::array<std::string_view, 7> usual_feeds{
    "https://www.coindesk.com/arc/outboundfeeds/rss",
    "https://cointelegraph.com/rss",
    "https://decrypt.co/feed",
    "https://www.theblock.co/rss.xml",
    "https://bitcoinmagazine.com/feed",
    "https://cryptoslate.com/feed/",
    "https://u.today/rss",
};
inline constexpr std::size_t feeds_max = 20;

struct settings {
    // None: the usual ones, where the market's table is on. Empty: there is no news.
    std::optional<std::vector<std::string>> feeds{};
    // From one request to the next, while somebody reads them.
    std::chrono::milliseconds interval{600'000};
};

}  // namespace tickertape::news
