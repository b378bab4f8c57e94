// The news as a text that outlives the process.
#include "core/timestamp.hpp"
#include "news/collection.hpp"
#include "news/feed_reader.hpp"
#include "news/kept_news.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::news;
using namespace std::chrono_literals;

namespace {

const wall_time then = parse_rfc3339("2026-10-08T12:00:00Z").value();
const moment later{steady_time{3h}, then + 7min, boot_time{4h}};

std::vector<item> recorded(const std::string& name)
{
    std::ifstream in{TICKERTAPE_FIXTURES "/news/" + name, std::ios::binary};
    REQUIRE(in);
    const std::string body{std::istreambuf_iterator<char>{in}, {}};
    return read_feed(body, "https://x.test/feed").value().items;
}

std::vector<kept_feed> some_feeds()
{
    collection all{{"x.test", "y.test"}};
    all.take(0, recorded("theblock.rss.2026-10-08.3items.xml"), then);
    auto undated = recorded("utoday.rss.2026-10-03.4items.xml");
    undated.front().published.reset();
    all.take(1, std::move(undated), then);
    std::vector<kept_feed> feeds(2);
    for (std::size_t i = 0; i < 2; ++i) {
        feeds[i].address = i == 0 ? "https://x.test/feed" : "https://y.test/feed?a=1";
        feeds[i].state.title = "Title é";
        feeds[i].state.answered_at = then - i * 1h;
        feeds[i].max_age = 300s;
        feeds[i].etag = "\"abc\"";
        feeds[i].last_modified = "Sat, 03 Oct 2026 20:00:00 GMT";
        feeds[i].validated_at = feeds[i].address;
        feeds[i].items = all.of(i);
    }
    feeds[1].state.trouble = "the host refuses (503)";
    return feeds;
}

std::string replaced(std::string in, const std::string& what, const std::string& by)
{
    const auto at = in.find(what);
    REQUIRE(at != std::string::npos);
    return in.replace(at, what.size(), by);
}

}  // namespace

TEST_CASE("the news read back as they were, with the date that each item had first", "[news]")
{
    const auto feeds = some_feeds();
    const auto text = write_kept(feeds);
    const auto back = read_kept_news(text, later);
    REQUIRE(back);
    CHECK(write_kept(*back) == text);
    REQUIRE(back->size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        const auto& was = feeds[i];
        const auto& is = (*back)[i];
        CHECK(is.state.title == was.state.title);
        CHECK(is.state.trouble == was.state.trouble);
        CHECK(later.boot - *is.state.answered == 7min + i * 1h);
        CHECK(is.etag == was.etag);
        REQUIRE(is.items.size() == was.items.size());
        for (std::size_t k = 0; k < was.items.size(); ++k) {
            CHECK(is.items[k].of.title == was.items[k].of.title);
            CHECK(is.items[k].of.link == was.items[k].of.link);
            CHECK(is.items[k].published == was.items[k].published);
            CHECK(is.items[k].is_dated == was.items[k].is_dated);
            CHECK(is.items[k].search == was.items[k].search);
        }
    }
    CHECK_FALSE(back->back().items.front().is_dated);
}

TEST_CASE("items that were put back go on as if they had never left", "[news]")
{
    collection before{{"x.test"}};
    auto items = recorded("theblock.rss.2026-10-08.3items.xml");
    for (auto& one : items)
        one.published.reset();
    before.take(0, items, then);
    std::vector<kept_feed> feeds(1);
    feeds[0].items = before.of(0);
    auto back = read_kept_news(write_kept(feeds), later);
    REQUIRE(back);
    collection after{{"x.test"}};
    after.put(0, std::move(back->front().items));
    CHECK(after.newest_first().front().source == "x.test");
    const auto change = after.take(0, items, then + 1h);
    CHECK(change.added == 0);
    CHECK(change.edited == 0);
    // The time at which it was first seen.
    CHECK(after.newest_first().front().published == then);
}

TEST_CASE("a text that is damaged, or that holds what no feed may say, has no news", "[news]")
{
    const auto text = write_kept(some_feeds());
    const auto is_refused = [](const std::string& one) {
        CAPTURE(one.substr(0, 400));
        CHECK_FALSE(read_kept_news(one, later));
    };
    for (const auto* rubbish : {"", "null", "[]", "{}", "\xff", R"({"kept":"news","version":1})"})
        is_refused(rubbish);
    is_refused(text.substr(0, text.size() / 2));
    is_refused(replaced(text, R"("version":1)", R"("version":9)"));
    is_refused(replaced(text, R"("link":"https:)", R"("link":"javascript:)"));
    is_refused(replaced(text, R"("etag":"\"abc\"")", R"("etag":"a\r\nHost: b")"));
    is_refused(replaced(text, R"("dated":true)", R"("dated":1)"));
    is_refused(replaced(text, R"("title":"Title)", R"("title":["Title"],"x":")"));
}
