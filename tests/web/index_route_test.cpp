#include "small_site.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;

namespace {

std::string detail_at(const small_site& s, std::string_view target)
{
    const auto r = s.get(target);
    CHECK(r.status == 404);
    CHECK(s.outcome(s.asked(target)).route == "none");
    return std::string{boost::json::parse(r.body).at("detail").as_string()};
}

}  // namespace

TEST_CASE("/api lists the routes and what they are for", "[web]")
{
    const small_site s;
    const auto r = s.get("/api");
    CHECK(r.status == 200);
    CHECK(r.content_type == "application/json");
    CHECK(s.get("/api/").body == r.body);
    const auto read = boost::json::parse(r.body);
    std::vector<std::string> paths;
    for (const auto& listed : read.at("routes").as_array()) {
        CHECK_FALSE(listed.at("about").as_string().empty());
        paths.emplace_back(listed.at("path").as_string());
    }
    CHECK(
        paths == std::vector<std::string>{
                     "/prices/stream",
                     "/prices/candles/stream",
                     "/api/symbols",
                     "/api/prices",
                     "/api/prices/{symbol}",
                     "/api/prices/{symbol}/history",
                     "/crypto-price",
                     "/api/prices/{symbol}/candles",
                     "/api/prices/{symbol}/stats",
                     "/api/compare",
                     "/api/watchlist",
                     "/api/cryptos",
                     "/api/cryptos/{id}",
                     "/api/cryptos/{id}/history",
                     "/api/trending",
                     "/api/currencies",
                     "/api/bitcoin/kpis",
                     "/api/bitcoin/history",
                     "/api/bitcoin/network",
                     "/api/news",
                     "/api/feed",
                     "/api/archive",
                     "/api/cluster",
                     "/udf/config",
                     "/udf/symbols",
                     "/udf/search",
                     "/udf/time",
                     "/udf/history",
                     "/healthz",
                     "/readyz",
                     "/metrics",
                     "/",
                     "/market",
                     "/bitcoin",
                     "/news",
                     "/compare",
                     "/coin/{id}",
                     "/settings",
                     "/embed",
                     "/api/admin/backfill"});
}

TEST_CASE("a path without a route says where the routes are", "[web]")
{
    const small_site s;
    for (const auto* target : {"/docs", "/openapi.json", "/x", "/api/x", "/prices/x", "//"}) {
        CAPTURE(target);
        CHECK(detail_at(s, target) == "there is nothing at this path; GET /api lists the routes");
    }
    CHECK(
        detail_at(s, "/stream?since=0") ==
        "there is nothing at this path; did you mean /prices/stream?; GET /api lists the routes");
    CHECK(
        detail_at(s, "/prices").find("did you mean /prices/stream or /api/prices?") !=
        std::string::npos);
    CHECK(
        detail_at(s, "/prices/").find("did you mean /prices/stream or /api/prices?") !=
        std::string::npos);
}

TEST_CASE("a symbol with a slash in it is understood", "[web]")
{
    const small_site s;
    CHECK(
        detail_at(s, "/api/prices/BTC/USD") ==
        "there is no symbol 'BTC/USD' here; did you mean BTC-USD?");
    CHECK(detail_at(s, "/api/prices/btc-usd/x").starts_with("there is nothing at this path"));
}
