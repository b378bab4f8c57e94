// GET /api/news: the newest items of all feeds of news, as text.
#include "web/site.hpp"

#include "core/text.hpp"
#include "news/board.hpp"
#include "news/share.hpp"
#include "web/answer_limits.hpp"
#include "web/figures_response.hpp"
#include "web/parameters.hpp"
#include "web/problems.hpp"
#include "web/topics.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tickertape::web {
namespace {

struct news_request {
    std::size_t limit = news_items_usual;
    std::string source{};  // empty: all
    std::string search{};  // in small letters; empty: all items
};

std::variant<news_request, http::problem> read_news_request(const http::request_target& target)
{
    static constexpr std::array<std::string_view, 3> known_names{"limit", "source", "q"};
    if (auto wrong = wrong_parameters(target, known_names))
        return *std::move(wrong);
    news_request read;
    const auto limit = read_count(target, "limit", news_items_usual, news_items_max);
    if (const auto* bad = std::get_if<http::problem>(&limit))
        return *bad;
    read.limit = std::get<std::size_t>(limit);
    read.source = lower_case(trimmed(target.parameter("source").value_or("")));
    const auto search = target.parameter("q").value_or("");
    if (search.size() > news_search_bytes_max)
        return http::bad_parameter(
            "q", "the text to search for is too long",
            "up to " + std::to_string(news_search_bytes_max) + " bytes");
    read.search = lower_case(trimmed(search));
    return read;
}

http::response no_news(const site& s)
{
    if (s.news == nullptr)
        // Not 503: to wait changes nothing.
        return http::to_response(
            {.status = 404,
             .type = "no-news",
             .detail = "this server has no news: NEWS_FEEDS names no feed, or MARKET is off"});
    return refusal_for_now(
        {.status = 503,
         .type = "no-news-yet",
         .detail = "no feed of news has answered since the start"});
}

std::optional<http::problem> unknown_source(const news::snapshot& now, const std::string& source)
{
    std::vector<std::string_view> there;
    for (const auto& feed : now.feeds)
        if (std::ranges::find(there, feed.source) == there.end())
            there.push_back(feed.source);
    if (source.empty() || std::ranges::find(there, source) != there.end())
        return std::nullopt;
    std::string accepted;
    for (const auto name : there)
        accepted.append(accepted.empty() ? "" : ", ").append(name);
    return http::bad_parameter(
        "source", http::quoted(source) + " is no source of these news", accepted);
}

std::string news_item_object(const news::dated_item& one)
{
    json::object o;
    o.text("title", one.of.title).text("link", one.of.link).text("source", one.source);
    o.time("published_at", one.published);
    o.text("dated_by", one.is_dated ? "feed" : "first_seen");
    o.text_or_null("summary", one.of.summary);
    return std::move(o).done();
}

std::string news_feed_object(const news::feed_state& feed)
{
    json::object o;
    o.text("source", feed.source).text_or_null("title", feed.title);
    o.time("updated_at", feed.answered_at);
    o.boolean("missing", feed.is_missing());
    o.text_or_null("why", feed.trouble);
    return std::move(o).done();
}

http::answer newest_news(const site& s, const http::request& r)
{
    const auto read = read_news_request(r.url);
    if (const auto* bad = std::get_if<http::problem>(&read))
        return http::to_response(*bad);
    const auto& wanted = std::get<news_request>(read);
    const auto now = s.news == nullptr ? nullptr : s.news->read(r.boot_now);
    if (!now)
        return no_news(s);
    if (const auto bad = unknown_source(*now, wanted.source))
        return http::to_response(*bad);

    std::vector<const news::dated_item*> found;
    const auto find = [&](const news::dated_item& one) {
        const bool is_wanted =
            (wanted.source.empty() || one.source == wanted.source) &&
            (wanted.search.empty() || one.search.find(wanted.search) != std::string::npos);
        if (is_wanted)
            found.push_back(&one);
    };
    // They are in the order of their dates, so those of the future are the first.
    const auto& all = *now->items;
    const auto first =
        std::ranges::find_if(all, [latest = r.now + news::ahead_max](const auto& one) {
            return one.published <= latest;
        });
    std::for_each(first, all.end(), find);
    auto shown = news::shared_out(found, wanted.limit);
    const auto present = found.size();
    std::for_each(all.begin(), first, find);
    for (auto i = present; i < found.size() && shown.size() < wanted.limit; ++i)
        shown.push_back(found[i]);
    json::array items;
    for (const auto* one : shown)
        items.json(news_item_object(*one));

    json::array feeds;
    std::size_t missing = 0;
    for (const auto& feed : now->feeds) {
        missing += feed.is_missing() ? 1 : 0;
        feeds.json(news_feed_object(feed));
    }
    json::object o;
    o.time("updated_at", now->received_at).seconds("age_seconds", now->age(r.boot_now));
    o.boolean("stale", now->is_stale(r.boot_now));
    o.number("missing_feeds", static_cast<std::int64_t>(missing));
    o.number("total", static_cast<std::int64_t>(found.size()));
    o.json("feeds", std::move(feeds).done());
    o.json("items", std::move(items).done());
    return figures_response(std::move(o).done());
}

}  // namespace

topic_text news_topic(const news::snapshot& known, moment now)
{
    hub::topic_state state{.event = "news", .head = {}, .list = "items", .parts = {}};
    std::vector<const news::dated_item*> found;
    for (const auto& one : *known.items)
        if (one.published <= now.wall + news::ahead_max)
            found.push_back(&one);
    for (const auto* one : news::shared_out(found, news_items_followed))
        state.parts.push_back({.key = one->of.link, .text = news_item_object(*one)});
    json::object head;
    head.time("updated_at", known.received_at).boolean("stale", known.is_stale(now.boot));
    head.number("missing_feeds", std::ranges::count_if(known.feeds, &news::feed_state::is_missing));
    state.head = members_of(std::move(head).done());
    return std::make_shared<const hub::topic_state>(std::move(state));
}

void add_news_route(http::router& to, const site& of)
{
    to.add(
        "/api/news", [of](const http::request& r) { return newest_news(of, r); },
        "the newest items of news: limit, source, q");
}

}  // namespace tickertape::web
