// The topics that a stream can follow beside prices: which there are, and what they say now, in the
// words of the routes that answer the same question once.
#pragma once

#include "core/clock.hpp"
#include "http/problem.hpp"
#include "http/request_target.hpp"
#include "hub/topic_board.hpp"
#include "web/site.hpp"

#include <boost/asio/awaitable.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace tickertape::market {
struct snapshot;
}

namespace tickertape::news {
struct snapshot;
}

namespace tickertape::web {

// Their numbers at the hub.
enum class topic : std::size_t { market, kpis, news };
inline constexpr std::array<std::string_view, 3> topic_names{"market", "kpis", "news"};

// Items of news that a stream begins with; the newest ones.
inline constexpr std::size_t news_items_followed = 50;

// Those that this server has something for.
hub::topic_set topics_offered(const site& s) noexcept;

// What a request for a stream asks for.
struct asked_topics {
    bool ticks = true;
    hub::topic_set topics = 0;
};
// Reads `topics`: names between commas, with blanks around them or without, or * for all.
std::variant<asked_topics, http::problem>
read_topics(const http::request_target& target, hub::topic_set offered);

// What a topic says at that moment.
using topic_text = std::shared_ptr<const hub::topic_state>;
topic_text market_topic(const site& s, const market::snapshot& known, boot_time now);
topic_text news_topic(const news::snapshot& known, moment now);
// Null: nothing is known yet. Where somebody follows it, the sources are asked more often.
boost::asio::awaitable<topic_text> kpi_topic(const site& s, moment now, bool is_followed);

// The members of an object, without its braces.
std::string members_of(std::string object);

}  // namespace tickertape::web
