#include "small_site.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;

namespace {

std::string refusal(const small_site& of, const std::string& target)
{
    const auto r = of.get(target);
    const auto body = boost::json::parse(r.body).as_object();
    const auto* name = body.if_contains("parameter");
    return std::to_string(r.status) + (name ? ' ' + std::string{name->as_string()} : std::string{});
}

struct site_of_now : small_site {
    explicit site_of_now(
        const std::vector<std::string>& names = {"BTC-USD", "ETH-USD"}, std::size_t capacity = 8)
        : small_site{names, capacity}
    {
        now = wall_time{std::chrono::milliseconds{1712530000000}};
    }
};

std::vector<std::string> names_of(std::size_t count)
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i)
        names.push_back("C" + std::to_string(i) + "-USD");
    return names;
}

// The points of the first symbol, as they are written.
std::string points_in(const response& r)
{
    const auto from = r.body.find("\"points\":") + 9;
    return r.body.substr(from, r.body.find("}]}", from) - from);
}

constexpr std::int64_t now_ms = 1712530000000;  // the site has begun 5,000 s before

}  // namespace

TEST_CASE("a watchlist has the newest price, the prices of before and even points", "[web]")
{
    site_of_now s;
    s.publish(now_ms - 3'700'000, 69000);
    s.publish(now_ms - 1'200'000, 69100.5);
    s.publish(now_ms - 3'877, 69420.25);
    const auto r = s.get("/api/watchlist?symbols=btc-usd,eth-usd&points=4");
    CHECK(r.status == 200);
    CHECK(r.content_type == "application/json");
    CHECK(header_of(r, "Cache-Control") == "no-store");
    CHECK(
        r.body ==
        "{\"at\":1712530000.000,\"span\":3600,\"watchlist\":["
        "{\"symbol\":\"BTC-USD\",\"id\":\"1712529996123-0\",\"price\":69420.25,"
        "\"timestamp\":1712529996,\"source\":\"coingecko\",\"age_seconds\":3.877,\"stale\":false,"
        "\"held_since\":1712526300.000,\"past\":["
        "{\"seconds\":3600,\"timestamp\":1712526300.000,\"price\":69000},"
        "{\"seconds\":86400,\"timestamp\":null,\"price\":null}],"
        "\"points\":[[1712526300.000,69000],[1712526300.000,69000],[1712528800.000,69100.5],"
        "[1712529996.123,69420.25]]},"
        "{\"symbol\":\"ETH-USD\",\"id\":null,\"price\":null,\"timestamp\":null,\"source\":null,"
        "\"age_seconds\":null,\"stale\":true,\"held_since\":null,\"past\":["
        "{\"seconds\":3600,\"timestamp\":null,\"price\":null},"
        "{\"seconds\":86400,\"timestamp\":null,\"price\":null}],"
        "\"points\":[null,null,null,null]}]}\n");
}

TEST_CASE("a watchlist has the first symbol where none is named", "[web]")
{
    site_of_now s;
    s.publish(now_ms, 7);
    const auto body = boost::json::parse(s.get("/api/watchlist").body).as_object();
    const auto& list = body.at("watchlist").as_array();
    REQUIRE(list.size() == 1);
    CHECK(list[0].at("symbol") == "BTC-USD");
    CHECK(list[0].at("points").as_array().size() == 60);
    const auto all = boost::json::parse(s.get("/api/watchlist?symbols=*&points=0").body);
    REQUIRE(all.at("watchlist").as_array().size() == 2);
    CHECK(all.at("watchlist").at(1).at("points").as_array().empty());
}

TEST_CASE("a point of a watchlist is the last tick up to its time, and is never made up", "[web]")
{
    site_of_now s;
    // Even times are 10 s apart, and both ends of the span are among them.
    s.publish(now_ms - 90'000, 0.5);
    s.publish(now_ms - 20'001, 1);
    s.publish(now_ms - 20'000, 2);
    s.publish(now_ms - 19'999, 3);
    CHECK(
        points_in(s.get("/api/watchlist?span=30&points=4")) ==
        "[[1712529910.000,0.5],[1712529980.000,2],[1712529980.001,3],[1712529980.001,3]]");
    CHECK(
        points_in(s.get("/api/watchlist?span=30s&points=4")) ==
        points_in(s.get("/api/watchlist?span=30&points=4")));
    CHECK(s.get("/api/watchlist?span=1h").body == s.get("/api/watchlist?span=3600").body);
    CHECK(s.get("/api/watchlist?span=7d").status == 200);
    CHECK(points_in(s.get("/api/watchlist?span=30&points=1")) == "[[1712529980.001,3]]");
}

TEST_CASE("where less than the span is held, all points of a watchlist lie there", "[web]")
{
    site_of_now s{{"BTC-USD"}, 4};
    for (int i = 0; i < 20; ++i)
        s.publish(now_ms - 20'000 + i * 1'000, 100 + i);
    CHECK(
        points_in(s.get("/api/watchlist?span=10&points=5")) ==
        "[[1712529996.000,116],[1712529997.000,117],[1712529998.000,118],[1712529999.000,119],"
        "[1712529999.000,119]]");
    const auto body = boost::json::parse(s.get("/api/watchlist?points=0").body);
    CHECK(body.at("watchlist").at(0).at("held_since") == 1712529996.0);
}

TEST_CASE("positions that lead the clock are in a watchlist", "[web]")
{
    site_of_now s;
    s.publish(now_ms - 10'000, 1);
    s.publish(now_ms + 30'000, 2);
    CHECK(
        points_in(s.get("/api/watchlist?span=40&points=2")) ==
        "[[1712529990.000,1],[1712530030.000,2]]");
}

TEST_CASE("a bad parameter of a watchlist is refused by name", "[web]")
{
    const site_of_now s;
    CHECK(refusal(s, "/api/watchlist?symbols=BTC-USD,DOGE-USD").substr(0, 3) == "404");
    CHECK(refusal(s, "/api/watchlist?symbols=BTC-USD,,ETH-USD") == "400 symbols");
    for (const auto* value : {"", "-1", "121", "1.5", "x", "99999999999999999999"})
        CHECK(refusal(s, std::string{"/api/watchlist?points="} + value) == "400 points");
    for (const auto* value : {"", "0", "-1", "604801", "8d", "500ms", "-1h", "1.5h", "h"})
        CHECK(refusal(s, std::string{"/api/watchlist?span="} + value) == "400 span");
    CHECK(refusal(s, "/api/watchlist?points=1&points=2") == "400 points");
    CHECK(
        boost::json::parse(s.get("/api/watchlist?points=121").body).at("accepted") ==
        "a whole number from 0 to 120");
}

TEST_CASE("a watchlist has no more symbols than one answer may", "[web]")
{
    const site_of_now s{names_of(65)};
    CHECK(refusal(s, "/api/watchlist?symbols=*") == "400 symbols");
    std::string symbols = "C0-USD";
    for (int i = 1; i < 64; ++i)
        symbols += ",C" + std::to_string(i) + "-USD";
    CHECK(s.get("/api/watchlist?points=120&symbols=" + symbols).status == 200);
    CHECK(refusal(s, "/api/watchlist?symbols=" + symbols + ",C64-USD") == "400 symbols");
    CHECK(s.get("/api/watchlist?symbols=" + symbols + ",c0-usd").status == 200);
}
