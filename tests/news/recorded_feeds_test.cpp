// Feeds as publishers sent them.
#include "news/date.hpp"
#include "news/feed_reader.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

using namespace tickertape;
using namespace tickertape::news;

namespace {

feed_contents recorded(const std::string& name, const std::string& address)
{
    std::ifstream in{TICKERTAPE_FIXTURES "/news/" + name, std::ios::binary};
    REQUIRE(in);
    const std::string body{std::istreambuf_iterator<char>{in}, {}};
    const auto read = read_feed(body, address);
    REQUIRE(read);
    CHECK_FALSE(read->cut_short);
    CHECK(read->dropped == 0);
    for (const auto& one : read->items) {
        CAPTURE(one.title, one.summary, one.link);
        CHECK(one.published);
        CHECK_FALSE(one.id.empty());
        CHECK(one.link.starts_with("https://"));
        CHECK(one.link.find("utm_") == std::string::npos);
        for (const auto* text : {&one.title, &one.summary})
            for (const auto* rest : {"&#", "&amp;", "<p", "</", "]]>", "\n"})
                CHECK(text->find(rest) == std::string::npos);
    }
    return *read;
}

}  // namespace

TEST_CASE("the recorded feed of CoinDesk", "[news]")
{
    const auto feed = recorded(
        "coindesk.rss.2026-09-25.3items.xml", "https://www.coindesk.com/arc/outboundfeeds/rss");
    REQUIRE(feed.items.size() == 3);
    CHECK(feed.items[0].id == "a0b4a6ba-5569-4fef-940c-e402f9698d89");
    CHECK(feed.items[0].published == parse_date("2026-09-25T14:41:53Z"));
    CHECK(feed.items[0].link.starts_with("https://www.coindesk.com/"));
}

TEST_CASE("the recorded feed of The Block", "[news]")
{
    const auto feed =
        recorded("theblock.rss.2026-10-08.3items.xml", "https://www.theblock.co/rss.xml");
    REQUIRE(feed.items.size() == 3);
    CHECK(feed.items[0].published == parse_date("2026-10-08T05:00:28Z"));
}

TEST_CASE("the recorded feed of Decrypt, whose entities are escaped twice", "[news]")
{
    const auto feed = recorded("decrypt.rss.2026-10-03.3items.xml", "https://decrypt.co/feed");
    REQUIRE(feed.items.size() == 3);
    CHECK(std::ranges::any_of(feed.items, [](const item& one) {
        return (one.title + one.summary).find('\'') != std::string::npos ||
               (one.title + one.summary).find("\u2019") != std::string::npos;
    }));
}

TEST_CASE("the recorded feed of Bitcoin Magazine, with HTML in its extracts", "[news]")
{
    const auto feed =
        recorded("bitcoinmagazine.rss.2026-10-02.2items.xml", "https://bitcoinmagazine.com/feed");
    REQUIRE(feed.items.size() == 2);
    CHECK_FALSE(feed.items[0].summary.empty());
}

TEST_CASE("the recorded feed of CryptoSlate, newer than it says", "[news]")
{
    const auto feed =
        recorded("cryptoslate.rss.2026-10-03.1item.xml", "https://cryptoslate.com/feed/");
    REQUIRE(feed.items.size() == 1);
    CHECK(feed.items[0].published == parse_date("2026-10-03T20:00:08Z"));
}

TEST_CASE("the recorded feed of U.Today, with line breaks in links", "[news]")
{
    const auto feed = recorded("utoday.rss.2026-10-03.4items.xml", "https://u.today/rss");
    REQUIRE(feed.items.size() == 4);
    CHECK(
        feed.items[0].link ==
        "https://u.today/"
        "cardano-ada-completes-first-daily-golden-cross-of-2026-after-14-month-wait");
    CHECK(feed.title.starts_with("U.Today"));
}
