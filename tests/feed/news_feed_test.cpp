// When the feeds of news are asked, what is followed, and what is shown when some of them fail.
#include "feed/news_feed.hpp"

#include "feed/sources_asked.hpp"
#include "net/errors.hpp"
#include "support/catch.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

reply feed_reply(const std::string& title, const std::string& link, const std::string& headers = "")
{
    const auto body = "<rss><channel><title>Feed</title><item><title>" + title +
                      "</title><link>https://x.test/" + link +
                      "</link><pubDate>Sat, 03 Oct 2026 20:00:00 +0000</pubDate></item>"
                      "</channel></rss>";
    return {
        "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n" + headers +
        "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body};
}

reply status_reply(const std::string& status, const std::string& headers = "")
{
    return {"HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: 0\r\n\r\n"};
}

// Feeds on loopback, each on a host of its own.
struct news_asked : sources_asked<news_feed> {
    explicit news_asked(
        std::vector<fake_http_server::answer_function> answers, news::cadence rhythm = quick())
        : sources_asked{std::move(answers)}
    {
        std::vector<feed_address> addresses;
        for (const auto& each : servers)
            addresses.push_back(
                parse_feed_address("http://127.0.0.1:" + each->port() + "/feed?x=1").value());
        news_feed::parts parts{
            .strand = strand,
            .time = h.time,
            .log = h.log,
            .figures = h.counters,
            .gates = gates,
            .trust = trust,
            .http = {.response = 1s},
            .breaker = {.failures_max = 100, .open_first = 50ms},
            .random = [] { return 0.5; }};
        parts.request.retry = {2ms, 4ms};
        asked.emplace(std::move(parts), rhythm, std::move(addresses));
    }

    static news::cadence quick()
    {
        return {
            .watched = 30ms, .unwatched = 1h, .after_failure = 10ms, .after_failures_most = 20ms};
    }

    std::string titles()
    {
        std::string all;
        if (const auto now = shown())
            for (const auto& each : *now->items)
                all += (all.empty() ? "" : " ") + each.of.title;
        return all;
    }
    const std::vector<std::string>& requests(std::size_t of = 0) { return servers[of]->requests(); }
};

bool has(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("an address of a feed keeps its path and query as they are", "[feed]")
{
    const auto text = [](std::string_view of) {
        const auto address = parse_feed_address(of);
        return address ? address->text() : address.error().message();
    };
    CHECK(text("https://cryptoslate.com/feed/") == "https://cryptoslate.com/feed/");
    CHECK(text("https://x.test") == "https://x.test/");
    CHECK(text("https://x.test:8443?a=1#top") == "https://x.test:8443/?a=1");
    CHECK(text("x.test/feed") == net::make_error_code(net::net_errc::url_scheme).message());
    CHECK(text("ftp://x.test/") == net::make_error_code(net::net_errc::url_scheme).message());
    CHECK(text("https://u:p@x.test/") == net::make_error_code(net::net_errc::url_parts).message());
    CHECK(text("https://x.test/a b") == net::make_error_code(net::net_errc::bad_url).message());
    CHECK(
        text("https://x.test/a\r\nX: y") == net::make_error_code(net::net_errc::bad_url).message());
    CHECK(text("https:///feed") == net::make_error_code(net::net_errc::bad_url).message());
}

TEST_CASE("a redirect leads to the same scheme or a better one", "[feed]")
{
    const auto to = [](std::string_view from, std::string_view location) {
        const auto address = redirected(parse_feed_address(from).value(), location);
        return address ? address->text() : "none";
    };
    CHECK(
        to("http://x.test/a/b", "https://y.test/c?utm_source=x") ==
        "https://y.test/c?utm_source=x");
    CHECK(to("https://x.test/a/b", "/c") == "https://x.test/c");
    CHECK(to("https://x.test/a/b", "c") == "https://x.test/a/c");
    CHECK(to("http://x.test/a", "http://y.test/") == "http://y.test/");
    CHECK(to("https://x.test/a", "http://x.test/a") == "none");
    CHECK(to("https://x.test/a", "javascript:alert(1)") == "none");
    CHECK(to("https://x.test/a", "https://u:p@y.test/") == "none");
    CHECK(to("https://x.test/a", "") == "none");
}

TEST_CASE("the news of all feeds are shown, and each feed is asked honestly", "[feed]")
{
    news_asked n{
        {[](const std::string&) { return feed_reply("One", "1"); },
         [](const std::string&) { return feed_reply("Two", "2"); }}};
    n.run_until([&] { return n.titles() == "One Two"; });
    CHECK(has(n.requests()[0], "GET /feed?x=1 HTTP/1.1"));
    CHECK(has(n.requests()[0], "User-Agent: tickertape/"));
    CHECK(has(n.requests()[0], "application/rss+xml"));
    CHECK(n.shown()->feeds[0].title == "Feed");
    CHECK_FALSE(n.shown()->feeds[0].is_missing());
    CHECK(n.h.counted("tickertape_news_items_total") == 2);
}

TEST_CASE("a feed that fails hides no other, and is missing", "[feed]")
{
    bool is_well = true;
    news_asked n{
        {[&](const std::string&) {
             return is_well ? feed_reply("One", "1") : status_reply("503 Unavailable");
         },
         [](const std::string&) { return feed_reply("Two", "2"); }}};
    n.read();
    n.run_until([&] {
        if (n.titles() == "One Two")
            is_well = false;
        return !is_well && n.shown()->feeds[0].is_missing();
    });
    CHECK(n.titles() == "One Two");
    CHECK(has(n.shown()->feeds[0].trouble, "503"));
    CHECK_FALSE(n.shown()->feeds[1].is_missing());
}

TEST_CASE("nothing is shown before a first answer", "[feed]")
{
    const auto broken = GENERATE(
        as<std::string>{}, "<!DOCTYPE html><html>Just a moment...</html>", "<rss><channel><item>",
        "<!DOCTYPE rss [<!ENTITY a \"b\">]><rss>&a;</rss>", "{}", "");
    CAPTURE(broken);
    news_asked n{{[&](const std::string&) { return json_reply(broken); }}};
    n.read();
    n.run_until([&] { return n.requests().size() >= 3; });
    CHECK(n.shown() == nullptr);
}

TEST_CASE("what a feed gave to be sent back is sent back, and 304 changes nothing", "[feed]")
{
    news_asked n{{[](const std::string& request) {
        if (has(request, "If-None-Match: \"v1\"\r\n") &&
            has(request, "If-Modified-Since: Sat, 03 Oct 2026 20:00:00 GMT\r\n"))
            return status_reply("304 Not Modified");
        return feed_reply(
            "One", "1", "ETag: \"v1\"\r\nLast-Modified: Sat, 03 Oct 2026 20:00:00 GMT\r\n");
    }}};
    n.read();
    n.run_until([&] { return n.requests().size() >= 4; });
    CHECK_FALSE(has(n.requests()[0], "If-None-Match"));
    CHECK(has(n.requests()[1], "If-None-Match"));
    CHECK(has(n.requests()[3], "If-None-Match"));
    CHECK(n.titles() == "One");
    CHECK_FALSE(n.shown()->feeds[0].is_missing());
    CHECK(n.h.counted("tickertape_news_items_total") == 1);
}

TEST_CASE("a feed that was cut short is asked for the whole the next time", "[feed]")
{
    news_asked n{{[](const std::string& request) {
        CHECK_FALSE(has(request, "If-None-Match"));
        auto cut = feed_reply("One", "1", "ETag: \"v1\"\r\n");
        const auto at = cut.bytes.find("</channel>");
        cut.bytes.replace(at, 10, " & & & & &");
        return cut;
    }}};
    n.read();
    n.run_until([&] { return n.requests().size() >= 3; });
    CHECK(n.titles() == "One");
    CHECK(n.h.counted("tickertape_news_feeds_cut_short_total") >= 2);
}

TEST_CASE("three redirects are followed, and a loop is not", "[feed]")
{
    const auto chain = [](std::size_t redirects) {
        return [redirects](const std::string& request) {
            for (std::size_t i = redirects; i > 0; --i)
                if (has(request, "GET /" + std::to_string(i) + " "))
                    return i == redirects
                               ? feed_reply("One", "1", "ETag: \"v1\"\r\n")
                               : status_reply(
                                     "308 Moved", "Location: /" + std::to_string(i + 1) + "\r\n");
            return status_reply("301 Moved", "Location: /1\r\n");
        };
    };
    news_asked good{{chain(news_redirects_max)}};
    good.read();
    good.run_until([&] { return good.requests().size() >= 8; });
    CHECK(good.titles() == "One");
    // The tag is of the last address, and sent there alone.
    CHECK_FALSE(has(good.requests()[4], "If-None-Match"));
    CHECK(has(good.requests()[7], "If-None-Match"));

    news_asked loop{
        {[](const std::string&) { return status_reply("302 Found", "Location: /feed?x=1\r\n"); }}};
    loop.run_until([&] { return loop.h.counted("tickertape_news_redirects_total") >= 4; });
    CHECK(loop.requests().size() == 4);
    CHECK(loop.shown() == nullptr);
}

TEST_CASE("a host that asks for a pause is left alone, and asked again after it", "[feed]")
{
    news_asked n{
        {[](const std::string&) {
             return status_reply("429 Too Many Requests", "Retry-After: 3600\r\n");
         },
         [](const std::string&) { return feed_reply("Two", "2"); }}};
    n.read();
    n.run_until([&] { return n.requests(1).size() >= 5; });
    CHECK(n.requests(0).size() == 1);
    CHECK(has(n.shown()->feeds[0].trouble, "429"));
}

TEST_CASE("an edited item is shown instead of the one before", "[feed]")
{
    int asked = 0;
    news_asked n{
        {[&](const std::string&) { return feed_reply(++asked == 1 ? "Before" : "After", "1"); }}};
    n.read();
    n.run_until([&] { return n.titles() == "After"; });
    CHECK(n.h.counted("tickertape_news_items_edited_total") == 1);
}

TEST_CASE(
    "while nobody reads the news they are asked for once, and a reader wakes the feeds", "[feed]")
{
    news_asked n{{[](const std::string&) { return feed_reply("One", "1"); }}};
    std::size_t before = 0;
    n.run_until([&] {
        if (before == 0 && n.shown()) {
            n.h.io.run_for(120ms);  // four times the interval
            before = n.requests().size();
            n.read();
        }
        return n.requests().size() >= 3;
    });
    CHECK(before == 1);
}

TEST_CASE("feeds that are silent end when they are told to stop", "[feed]")
{
    news_asked n{{[](const std::string&) { return reply{"", afterwards::hang}; }}};
    n.run_until([&] { return !n.requests().empty(); });
    CHECK(n.shown() == nullptr);
}
