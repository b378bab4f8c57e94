#include "http/gzip.hpp"
#include "small_site.hpp"
#include "support/catch.hpp"
#include "support/gunzip.hpp"
#include "temporary_directory.hpp"
#include "web/embedded_page.hpp"

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;

namespace {

constexpr std::string_view all_facts =
    "{{symbol}}|{{price}}|{{price_number}}|{{time}}|{{time_text}}|{{source}}|{{origin}}|{{stale}}";

// A site whose page is nothing but the facts.
struct site_of_facts {
    explicit site_of_facts(std::string_view page = all_facts)
    {
        directory.write("index.html", page);
        site.emplace(
            std::vector<std::string>{"BTC-USD", "ETH-EUR"}, 8, static_files{directory.path()});
    }

    std::string said(std::string_view target = "/") const
    {
        return std::string{site->get(target).content()};
    }

    temporary_directory directory;
    std::optional<small_site> site;
};

response coded(const small_site& s, std::string_view accept_encoding, std::string_view tag = {})
{
    auto r = s.asked("/");
    set_header(r, "Accept-Encoding", accept_encoding);
    set_header(r, "If-None-Match", tag);
    return s.answer_to(r);
}

}  // namespace

TEST_CASE("the page has the newest price before any script has run", "[web]")
{
    site_of_facts s;
    s.site->publish(1712525475000, 69420);
    s.site->publish(1712525476123, 69420.25);
    CHECK(
        s.said() == "BTC-USD|$69,420.25|69420.25|2024-04-07T21:31:16.123Z|2024-04-07 21:31:16 "
                    "UTC|coingecko||false");
}

TEST_CASE("before the first price the page says that there is none", "[web]")
{
    const site_of_facts s;
    CHECK(s.said() == "BTC-USD|—|||—|—||true");
}

TEST_CASE("the page is of the symbol that is asked for, or else of the first", "[web]")
{
    site_of_facts s{"{{symbol}} {{price}}"};
    s.site->publish(1712525476123, 69420.25);
    s.site->publish(1712525476124, 2500.5, "ETH-EUR");
    CHECK(s.said("/?symbol=ETH-EUR") == "ETH-EUR €2,500.50");
    CHECK(s.said("/?range=24h&symbol=eth-eur") == "ETH-EUR €2,500.50");
    CHECK(s.said("/static/index.html?symbol=eth-eur") == "ETH-EUR €2,500.50");
    for (const auto* target :
         {"/", "/?symbol=DOGE-USD", "/?symbol=", "/?symbol", "/?symbol=%3Cscript%3E",
          "/?symbols=ETH-EUR", "/?symbol=BTC-USD&symbol=ETH-EUR"}) {
        CAPTURE(target);
        CHECK(s.said(target) == "BTC-USD $69,420.25");
    }
}

TEST_CASE("the page says that a price is stale", "[web]")
{
    site_of_facts s{"{{stale}}"};
    s.site->publish(1712525476123, 69420.25);
    s.site->now = wall_time{std::chrono::milliseconds{1712525476123 + 120'000}};
    CHECK(s.said() == "false");
    s.site->now += std::chrono::milliseconds{1};
    CHECK(s.said() == "true");
}

TEST_CASE("the page says where a price is from that is no market's", "[web]")
{
    site_of_facts s{"{{source}} {{origin}}"};
    const auto source = GENERATE("simulator", "replay", "pipe");
    s.site->publish(
        1712525476123, 1, "BTC-USD", s.site->sources.intern(std::string_view{source}).value());
    CHECK(s.said() == std::string{source} + " " + source);
    s.site->publish(
        1712525476124, 1, "BTC-USD", s.site->sources.intern("median(a,pipe)", 2).value());
    CHECK(s.said() == "median(a,pipe) ");
}

TEST_CASE("a source is text in the page, whatever it is called", "[web]")
{
    site_of_facts s{"<b title=\"{{source}}\">{{source}}</b>"};
    s.site->publish(1712525476123, 1, "BTC-USD", s.site->sources.intern("<i>'&").value());
    CHECK(s.said() == "<b title=\"&lt;i&gt;&#39;&amp;\">&lt;i&gt;&#39;&amp;</b>");
}

TEST_CASE("the page compiled in has a fact in every place, and lasting names only", "[web]")
{
    small_site s;
    s.publish(1712525476123, 69420.25);
    const auto r = s.get("/");
    CHECK(r.content().find("$69,420.25") != std::string_view::npos);
    CHECK(r.content().find("BTC-USD") != std::string_view::npos);
    CHECK(r.content().find("2024-04-07T21:31:16.123Z") != std::string_view::npos);
    CHECK(r.content().find("{{") == std::string_view::npos);
    CHECK(r.content().find("<!-- modules -->") == std::string_view::npos);
    static constexpr std::string_view folder = "\"static/";
    const auto page = r.content();
    int references = 0;
    for (auto at = page.find(folder); at != std::string_view::npos;
         at = page.find(folder, at + 1)) {
        const auto from = at + folder.size();
        const auto name = page.substr(from, page.find('"', from) - from);
        CAPTURE(name);
        const auto found = std::ranges::find(embedded_files(), name, &embedded_file::name);
        REQUIRE(found != embedded_files().end());
        CHECK(found->is_lasting);
        ++references;
    }
    CHECK(references >= 4);
}

TEST_CASE("the page is compressed for who wants that", "[web]")
{
    small_site s;
    s.publish(1712525476123, 69420.25);
    const auto plain = s.get("/");
    CHECK(header_of(plain, "Content-Encoding") == "(none)");
    CHECK(header_of(plain, "Vary") == "Accept-Encoding");
    const auto small = coded(s, "gzip, deflate, br");
    CHECK(header_of(small, "Content-Encoding") == "gzip");
    CHECK(header_of(small, "Vary") == "Accept-Encoding");
    CHECK(header_of(small, "Cache-Control") == "no-cache");
    CHECK(small.content_type == "text/html; charset=utf-8");
    CHECK(small.content().size() < plain.content().size() / 2);
    CHECK((gunzip(small.content()) == plain.content()));
    CHECK(header_of(coded(s, "br, gzip;q=0"), "Content-Encoding") == "(none)");
}

TEST_CASE("a page of a few words is not compressed", "[web]")
{
    const site_of_facts s;
    const auto r = coded(*s.site, "gzip");
    CHECK(header_of(r, "Content-Encoding") == "(none)");
    CHECK(header_of(r, "Vary") == "(none)");
}

TEST_CASE("the page has a new tag with each new price, and one for each coding", "[web]")
{
    small_site s;
    s.publish(1712525476123, 69420.25);
    const auto plain = header_of(s.get("/"), "ETag");
    const auto small = header_of(coded(s, "gzip"), "ETag");
    CHECK(small == plain.substr(0, plain.size() - 1) + "-gzip\"");
    CHECK(coded(s, "", plain).status == 304);
    CHECK(coded(s, "gzip", small).status == 304);
    CHECK(coded(s, "gzip", plain).status == 200);
    CHECK(coded(s, "", small).status == 200);
    s.now += std::chrono::seconds{1};
    CHECK(coded(s, "", plain).status == 304);
    s.publish(1712525477123, 69420.5);
    CHECK(coded(s, "", plain).status == 200);
    CHECK(coded(s, "gzip", small).status == 200);
}
