#include "news/kept_news.hpp"

#include "core/noted_time.hpp"
#include "core/text.hpp"
#include "news/link.hpp"
#include "news/settings.hpp"
#include "json/json_text.hpp"
#include "json/own_members.hpp"

#include <cstdint>
#include <utility>

namespace tickertape::news {
namespace {

constexpr std::string_view what = "news";
constexpr std::int64_t version = 1;
constexpr std::int64_t max_age_ms_max = 1'000'000'000;

std::int64_t ms_of(wall_time at) noexcept
{
    return at.time_since_epoch().count();
}

std::string text_of(const dated_item& one)
{
    json::object text;
    text.text("id", one.of.id).text("link", one.of.link).text("title", one.of.title);
    text.text("summary", one.of.summary).number("published_at", ms_of(one.published));
    text.boolean("dated", one.is_dated);
    return std::move(text).done();
}

std::string text_of(const kept_feed& feed)
{
    json::array items;
    for (const auto& one : feed.items)
        if (one.published >= wall_time{})
            items.json(text_of(one));
    json::object text;
    text.text("address", feed.address).text("title", feed.state.title);
    if (feed.state.answered_at)
        text.number("answered_at", ms_of(*feed.state.answered_at));
    text.text("trouble", std::string_view{feed.state.trouble}.substr(0, trouble_bytes_max));
    text.number("max_age", feed.max_age.count());
    // Longer ones are of no use to anybody: the next request is one without them.
    const bool has_usual =
        feed.etag.size() <= validator_bytes_max && feed.last_modified.size() <= validator_bytes_max;
    text.text("etag", has_usual ? feed.etag : std::string{});
    text.text("last_modified", has_usual ? feed.last_modified : std::string{});
    text.text("validated_at", has_usual ? feed.validated_at : std::string{});
    text.json("items", std::move(items).done());
    return std::move(text).done();
}

fetched<dated_item> item_in(const boost::json::value& given)
{
    json::own_members from{&given};
    dated_item one{
        .of =
            {.id = from.text("id", feed_bytes_max),
             .link = from.text("link", link_bytes_max),
             .title = from.text("title", title_bytes_max),
             .summary = from.text("summary", summary_bytes_max)},
        .source = {}};
    one.published = from.time("published_at");
    one.is_dated = from.boolean("dated");
    if (one.is_dated)
        one.of.published = one.published;
    // It is shown as a link, whoever wrote it.
    if (absolute_link(one.of.link) != one.of.link)
        from.spoil("link");
    if (one.of.title.empty())
        from.spoil("title");
    one.search = lower_case(one.of.title + '\n' + one.of.summary);
    if (from.is_spoilt())
        return from.why();
    return one;
}

fetched<kept_feed> feed_in(const boost::json::value& given, const moment& now)
{
    json::own_members from{&given};
    kept_feed feed;
    feed.address = from.text("address", link_bytes_max);
    feed.state.title = from.text("title", feed_bytes_max);
    feed.state.answered_at = from.time_if_any("answered_at");
    if (feed.state.answered_at)
        feed.state.answered = received_by(*feed.state.answered_at, now);
    feed.state.trouble = from.text("trouble", trouble_bytes_max);
    feed.max_age = std::chrono::milliseconds{from.integer("max_age", 0, max_age_ms_max)};
    feed.etag = from.text("etag", validator_bytes_max);
    feed.last_modified = from.text("last_modified", validator_bytes_max);
    feed.validated_at = from.text("validated_at", link_bytes_max);
    // They become headers of a request.
    for (const auto* header : {&feed.etag, &feed.last_modified})
        if (header->find_first_of("\r\n") != std::string::npos)
            from.spoil("etag or last_modified");
    for (const auto& one : from.list("items", kept_items_max)) {
        auto read = item_in(one);
        if (!read)
            return read.error();
        feed.items.push_back(*std::move(read));
    }
    if (from.is_spoilt())
        return from.why();
    return feed;
}

}  // namespace

std::string write_kept(const std::vector<kept_feed>& feeds)
{
    json::array all;
    for (const auto& feed : feeds)
        all.json(text_of(feed));
    json::object text;
    text.text("kept", what).number("version", version);
    text.json("feeds", std::move(all).done());
    return std::move(text).done();
}

fetched<std::vector<kept_feed>> read_kept_news(std::string_view text, const moment& now)
{
    const auto body = json::read_own(text, what, version);
    if (!body)
        return body.error();
    json::own_members from{&*body};
    std::vector<kept_feed> feeds;
    for (const auto& one : from.list("feeds", feeds_max)) {
        auto read = feed_in(one, now);
        if (!read)
            return read.error();
        feeds.push_back(*std::move(read));
    }
    if (from.is_spoilt())
        return from.why();
    return feeds;
}

}  // namespace tickertape::news
