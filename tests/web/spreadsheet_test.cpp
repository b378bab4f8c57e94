#include "web/spreadsheet.hpp"

#include "small_site.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;

namespace {

constexpr std::string_view heading = "symbol,price,currency,source,time,age_seconds,stale\r\n";

// A site with one tick of BTC-USD that is as old as that.
struct aged_site {
    explicit aged_site(std::chrono::milliseconds age, double value = 69420.25)
    {
        s.publish(1712525476123, value);
        s.now = wall_time{std::chrono::milliseconds{1712525476123}} + age;
    }

    small_site s;
};

std::string detail_of(const response& r)
{
    CHECK(r.content_type == "application/problem+json");
    return std::string{boost::json::parse(r.body).at("detail").as_string()};
}

// The price as text where it is `value`.
std::string text_of(double value)
{
    const aged_site site{std::chrono::milliseconds{0}, value};
    return site.s.get("/api/prices/btc-usd.txt").body;
}

// The line of the table where the source is called like that.
std::string line_with_source(std::string_view name)
{
    small_site s;
    s.publish(1712525476123, 1, "BTC-USD", s.sources.intern(name).value());
    return s.get("/api/prices/btc-usd.csv").body.substr(heading.size());
}

}  // namespace

TEST_CASE("the price alone is a number and the end of the line", "[web]")
{
    const aged_site site{std::chrono::milliseconds{3'877}};
    const auto r = site.s.get("/api/prices/btc-usd.txt");
    CHECK(r.status == 200);
    CHECK(r.content_type == "text/plain; charset=utf-8");
    CHECK(header_of(r, "Cache-Control") == "no-store");
    CHECK(r.body == "69420.25\n");
}

TEST_CASE("the price as a table says when it was new and how old it is", "[web]")
{
    const aged_site site{std::chrono::milliseconds{3'877}};
    const auto r = site.s.get("/api/prices/btc-usd.csv");
    CHECK(r.status == 200);
    CHECK(r.content_type == "text/csv; charset=utf-8; header=present");
    CHECK(header_of(r, "Cache-Control") == "no-store");
    CHECK(
        r.body == "symbol,price,currency,source,time,age_seconds,stale\r\n"
                  "BTC-USD,69420.25,USD,coingecko,2024-04-07T21:31:16.123Z,3.877,false\r\n");
}

TEST_CASE("a stale price is never a number alone, and a table says that it is stale", "[web]")
{
    const aged_site at_limit{std::chrono::milliseconds{120'000}};
    CHECK(at_limit.s.get("/api/prices/btc-usd.txt").body == "69420.25\n");
    CHECK(at_limit.s.get("/api/prices/btc-usd.csv").body.ends_with(",120.000,false\r\n"));

    const aged_site past{std::chrono::milliseconds{120'001}};
    const auto text = past.s.get("/api/prices/btc-usd.txt");
    CHECK(text.status == 503);
    CHECK(header_of(text, "Retry-After") == "5");
    CHECK(
        text.body ==
        "{\"type\":\"urn:tickertape:problem:stale-price\",\"title\":\"Service Unavailable\","
        "\"status\":503,\"detail\":\"the newest price of BTC-USD is 2 min old; the same address "
        "without .txt, or with .csv, has it with its age\"}\n");
    const auto table = past.s.get("/api/prices/btc-usd.csv");
    CHECK(table.status == 200);
    CHECK(
        table.body.substr(heading.size()) ==
        "BTC-USD,69420.25,USD,coingecko,2024-04-07T21:31:16.123Z,120.001,true\r\n");
}

TEST_CASE("before the first price there is no number and no table", "[web]")
{
    const small_site s;
    const auto as_json = s.get("/api/prices/eth-usd");
    for (const auto* target : {"/api/prices/eth-usd.txt", "/api/prices/eth-usd.csv"}) {
        const auto r = s.get(target);
        CHECK(r.status == 503);
        CHECK(header_of(r, "Retry-After") == "5");
        CHECK(detail_of(r) == "there has been no price of ETH-USD since the start");
        CHECK(r.body == as_json.body);
    }
}

TEST_CASE("symbols and endings are read in any case", "[web]")
{
    const aged_site site{std::chrono::milliseconds{0}};
    for (const auto* target :
         {"/api/prices/BTC-USD.txt", "/api/prices/Btc-Usd.TXT", "/api/prices/btc%2dusd%2Etxt",
          "/api/prices/btc-usd.txt?utm_source=x"}) {
        CAPTURE(target);
        CHECK(site.s.get(target).body == "69420.25\n");
    }
    CHECK(site.s.get("/api/prices/BTC-USD.CSV").body.starts_with(heading));
}

TEST_CASE("what is wrong is told as without an ending", "[web]")
{
    const aged_site site{std::chrono::milliseconds{0}};
    for (const std::string ending : {".txt", ".csv"}) {
        CAPTURE(ending);
        CHECK(
            site.s.get("/api/prices/btcusd" + ending).body ==
            site.s.get("/api/prices/btcusd").body);
        CHECK(
            detail_of(site.s.get("/api/prices/btcusd" + ending)) ==
            "there is no symbol 'btcusd' here; did you mean BTC-USD?");
        CHECK(site.s.get("/api/prices/doge-usd" + ending).status == 404);
        CHECK(site.s.get("/api/prices/" + ending).status == 404);
        CHECK(
            site.s.get("/api/prices/btc-usd" + ending + "?since=-1h").body ==
            site.s.get("/api/prices/btc-usd?since=-1h").body);
        CHECK(site.s.get("/api/prices/btc-usd" + ending + "/history").status == 404);
    }
    CHECK(site.s.get("/api/prices/btc-usd.xml").status == 404);
    CHECK(site.s.get("/api/prices/btc-usd.txt.csv").status == 404);
}

TEST_CASE("a number has all its digits and no exponent", "[web]")
{
    CHECK(text_of(88927) == "88927\n");
    CHECK(text_of(0.1) == "0.1\n");
    CHECK(text_of(1e-8) == "0.00000001\n");
    CHECK(text_of(1.234e-10) == "0.0000000001234\n");
    CHECK(text_of(1e21) == "1000000000000000000000\n");
    CHECK(text_of(5e-324).size() == 327);  // "0.", 323 zeros, "5" and the end of the line
    CHECK(text_of(1.7976931348623157e308).size() == 310);
}

TEST_CASE("a source is one cell of the table, and never a formula", "[web]")
{
    const auto source_of = [](std::string_view name) {
        const auto line = line_with_source(name);
        constexpr std::string_view before = "BTC-USD,1,USD,";
        constexpr std::string_view after = ",2024-04-07T21:31:16.123Z,3.877,false\r\n";
        REQUIRE(line.starts_with(before));
        REQUIRE(line.ends_with(after));
        return line.substr(before.size(), line.size() - before.size() - after.size());
    };
    CHECK(source_of("coinbase") == "coinbase");
    CHECK(source_of("median(coinbase,kraken)") == "\"median(coinbase,kraken)\"");
    CHECK(source_of("derived(BTC-USD*USD-INR)") == "derived(BTC-USD*USD-INR)");
    CHECK(source_of("=1+1") == "'=1+1");
    CHECK(source_of("@SUM(1,2)") == "\"'@SUM(1,2)\"");
    CHECK(source_of("+1") == "'+1");
    CHECK(source_of("-1") == "'-1");
}
