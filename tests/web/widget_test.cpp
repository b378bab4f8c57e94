#include "web/widget.hpp"

#include "small_site.hpp"
#include "support/catch.hpp"
#include "temporary_directory.hpp"
#include "web/asset.hpp"

#include <boost/json/parse.hpp>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;

namespace {

// A site whose widget is nothing but the facts.
struct site_of_facts {
    explicit site_of_facts(
        std::string_view page = "{{symbol}}|{{price}}|{{price_number}}|{{origin}}|{{theme}}|"
                                "{{heartbeat_ms}}|{{problem}}")
    {
        directory.write("index.html", "page");
        directory.write("widget.html", page);
        site.emplace(
            std::vector<std::string>{"BTC-USD", "ETH-EUR"}, 8, static_files{directory.path()});
    }

    std::string said(std::string_view target) const
    {
        return std::string{site->get(target).content()};
    }

    temporary_directory directory;
    std::optional<small_site> site;
};

// What stands between the first of these and what ends it.
std::string_view between(std::string_view page, std::string_view opening, std::string_view end)
{
    const auto from = page.find(opening);
    REQUIRE(from != std::string_view::npos);
    const auto rest = page.substr(from + opening.size());
    return rest.substr(0, rest.find(end));
}

}  // namespace

TEST_CASE("the widget has the newest price of its symbol before any script has run", "[web]")
{
    site_of_facts s;
    CHECK(s.said("/embed") == "BTC-USD|—|||system|15000|");
    s.site->publish(1712525476123, 69420.25);
    s.site->publish(1712525476124, 2500.5, "ETH-EUR", s.site->sources.intern("simulator").value());
    CHECK(s.said("/embed") == "BTC-USD|$69,420.25|69420.25||system|15000|");
    CHECK(s.said("/embed?symbol=btc-usd") == s.said("/embed"));
    CHECK(
        s.said("/embed?symbol=ETH-EUR&theme=dark&utm_source=x") ==
        "ETH-EUR|€2,500.50|2500.5|simulator|dark|15000|");
    CHECK(s.said("/embed?theme=light") == "BTC-USD|$69,420.25|69420.25||light|15000|");
}

TEST_CASE("a widget that cannot be is a page with the reason and its status", "[web]")
{
    const site_of_facts s{"{{symbol}}|{{price}}|{{problem}}"};
    const auto refused = [&](std::string_view target) {
        const auto r = s.site->get(target);
        CHECK(r.content_type == "text/html; charset=utf-8");
        CHECK(header_of(r, "Content-Security-Policy") != "(none)");
        return std::to_string(r.status) + " " + std::string{r.content()};
    };
    CHECK(
        refused("/embed?symbol=btcusd") ==
        "404 |—|there is no symbol &#39;btcusd&#39; here; did you mean BTC-USD? "
        "(accepted: BTC-USD, ETH-EUR)");
    CHECK(
        refused("/embed?symbol=%3Cscript%3Ealert(1)%3C/script%3E") ==
        "404 |—|there is no symbol &#39;&lt;script&gt;alert(1)&lt;/script&gt;&#39; here "
        "(accepted: BTC-USD, ETH-EUR)");
    CHECK(refused("/embed?symbol=").starts_with("404 |—|there is no symbol &#39;&#39; here"));
    CHECK(
        refused("/embed?theme=blue") ==
        "400 |—|there is no theme &#39;blue&#39; (accepted: system, light, dark)");
    CHECK(
        refused("/embed?symbols=btc-usd") ==
        "400 |—|there is no parameter &#39;symbols&#39; here; did you mean symbol? "
        "(accepted: symbol)");
    CHECK(refused("/embed?symbol=btc-usd&symbol=eth-eur").starts_with("400 |—|"));
    CHECK(refused("/embed?range=1h&since=-1h").starts_with("400 |—|range is a parameter of other"));
}

TEST_CASE("the widget may be framed by everybody, and run only what stands in it", "[web]")
{
    small_site s;
    s.publish(1712525476123, 69420.25);
    const auto r = s.get("/embed?symbol=btc-usd");
    CHECK(r.status == 200);
    const auto script = between(r.content(), "<script>", "</script>");
    const auto style = between(r.content(), "<style>", "</style>");
    CHECK(script.size() > 1'000);
    CHECK(
        header_of(r, "Content-Security-Policy") ==
        "default-src 'none'; script-src 'sha256-" + sha256_base64(script) +
            "'; style-src 'sha256-" + sha256_base64(style) +
            "'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *");
    CHECK(header_of(r, "Referrer-Policy") == "no-referrer");
    CHECK(header_of(r, "Cache-Control") == "no-cache");
    CHECK(r.content().find("{{") == std::string_view::npos);
    // Nothing else can be framed, as before.
    for (const auto* target : {"/", "/market", "/static/icon.svg"})
        CHECK(header_of(s.get(target), "Content-Security-Policy")
                  .ends_with("frame-ancestors 'none'"));
}

TEST_CASE("the policy names every script and every style, and none where there is none", "[web]")
{
    CHECK(sha256_base64("") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    CHECK(
        inline_policy(
            "<style></style><script></script>x<script>alert(1)</script>", framed_by::anybody) ==
        "default-src 'none'; script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' "
        "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='; style-src "
        "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; connect-src 'self'; base-uri "
        "'none'; form-action 'none'; frame-ancestors *");
    CHECK(
        inline_policy("text", framed_by::nobody) ==
        "default-src 'none'; script-src 'none'; style-src 'none'; connect-src 'self'; base-uri "
        "'none'; form-action 'none'; frame-ancestors 'none'");
}

TEST_CASE("who has the widget as it is now is told so", "[web]")
{
    small_site s;
    s.publish(1712525476123, 69420.25);
    auto r = s.asked("/embed");
    const auto tag = header_of(s.get("/embed"), "ETag");
    set_header(r, "If-None-Match", tag);
    CHECK(s.answer_to(r).status == 304);
    s.publish(1712525477123, 69420.5);
    CHECK(s.answer_to(r).status == 200);
}

TEST_CASE("a widget that changes in its directory is new at once, and may go", "[web]")
{
    site_of_facts s{"<script>one</script>"};
    const auto before = header_of(s.site->get("/embed"), "Content-Security-Policy");
    CHECK(before.find(sha256_base64("one")) != std::string::npos);
    s.directory.write("widget.html", "<script>two</script>");
    const auto after = header_of(s.site->get("/embed"), "Content-Security-Policy");
    CHECK(after.find(sha256_base64("two")) != std::string::npos);
    std::filesystem::remove(s.directory.path() / "widget.html");
    const auto gone = s.site->get("/embed");
    CHECK(gone.status == 404);
    CHECK(gone.content_type == "application/problem+json");
}
