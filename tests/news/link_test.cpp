// Links of feeds.
#include "news/link.hpp"

#include "news/item.hpp"
#include "support/catch.hpp"

#include <string>

using namespace tickertape::news;

TEST_CASE("a link is trimmed, and members that count readers are cut", "[news]")
{
    CHECK(link_of("\n        https://u.today/a\n") == "https://u.today/a");
    CHECK(
        link_of("https://x.test/a?utm_source=rss&id=7&UTM_Medium=x&fbclid=1#top") ==
        "https://x.test/a?id=7#top");
    CHECK(link_of("https://x.test/a?utm_source=rss") == "https://x.test/a");
    CHECK(link_of("https://x.test/a#?utm_source=rss") == "https://x.test/a#?utm_source=rss");
    CHECK(link_of("HTTPS://x.test/a") == "https://x.test/a");
    CHECK(link_of("https://x.test/a\nb") == "https://x.test/ab");
    CHECK(link_of("https://x.test/\u00e9 \"<x>") == "https://x.test/%C3%A9%20%22%3Cx%3E");
}

TEST_CASE("a link leads to http or https, or is none", "[news]")
{
    for (const auto* text :
         {"",
          " ",
          "javascript:alert(1)",
          "JavaScript:alert(1)",
          "java\nscript:alert(1)",
          "\x01javascript:alert(1)",
          "data:text/html,x",
          "mailto:a@x.test",
          "ftp://x.test/",
          "https:///path",
          "https://",
          "https://user:secret@x.test/",
          "//x.test/a",
          "/a",
          "a b",
          "true",
          "vbscript:x",
          "file:///etc/passwd",
          "https://x.test:port/",
          "https://x.test:99999/"}) {
        CAPTURE(text);
        CHECK_FALSE(link_of(text));
    }
    CHECK_FALSE(link_of("https://x.test/" + std::string(link_bytes_max, 'a')));
}

TEST_CASE("a relative link is taken from its base", "[news]")
{
    CHECK(link_of("/a?utm_id=1", "https://x.test/feeds/rss") == "https://x.test/a");
    CHECK(link_of("a", "https://x.test/feeds/rss") == "https://x.test/feeds/a");
    CHECK(link_of("//y.test/a", "https://x.test/") == "https://y.test/a");
    CHECK(link_of("https://y.test/", "https://x.test/") == "https://y.test/");
    CHECK_FALSE(link_of("a", "mailto:x"));
    CHECK_FALSE(link_of("javascript:a", "https://x.test/"));
}

TEST_CASE("a source is named by its host", "[news]")
{
    CHECK(host_of("https://www.CoinDesk.com/arc/rss") == "coindesk.com");
    CHECK(host_of("https://u.today/rss") == "u.today");
    CHECK(host_of("http://localhost:8080?x") == "localhost:8080");
    CHECK(host_of("nothing").empty());
    CHECK(without_query("https://x.test/a?b#c") == "https://x.test/a");
    CHECK(without_query("https://x.test/a#c?b") == "https://x.test/a");
}
