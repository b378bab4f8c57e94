// What is read of a coin's prices over time.
#include "market/coin_chart.hpp"

#include "bodies.hpp"
#include "provider/errors.hpp"
#include "support/catch.hpp"
#include "json/errors.hpp"

#include <vector>

using namespace tickertape;
using namespace tickertape::market;
using namespace tickertape::testing;

namespace {

const auto now = at("2026-10-05T12:00:00Z");

fetched<coin_chart> read(const std::string& body, int status = 200)
{
    return read_coin_chart(answer_of(body, status), now);
}

}  // namespace

TEST_CASE("recorded charts are read to the last point", "[market]")
{
    const auto days = read(recorded("coingecko.market_chart.bitcoin.365d_daily.2025-08.cut.json"));
    REQUIRE(days.has_value());
    CHECK(days->points.size() == 16);
    CHECK(days->points.front().at == at("2025-08-23T00:00:00Z"));
    CHECK(days->points.front().price == 116897.54178212964);
    const auto minutes = read(recorded("coingecko.market_chart.docs.json"));
    REQUIRE(minutes.has_value());
    CHECK(minutes->points.size() == 2);
}

TEST_CASE("points that are none are left out, and the others stay", "[market]")
{
    const auto said = read(
        R"({"prices":[[1755907200000,null],[1755907200000,0],[1755907200000,-1],[1755907200000,"x"],)"
        R"([null,5],[1755907200000],7,[1755907200000,10],[1755907200000,11],[1755820800000,12],)"
        R"([1755993600000,"13"],[4102444800000,14]]})");
    REQUIRE(said.has_value());
    REQUIRE(said->points.size() == 2);
    CHECK(said->points[0].price == 10);
    CHECK(said->points[1].price == 13);
}

TEST_CASE("a point of a chart that no coin ever cost is left out", "[market]")
{
    const auto said =
        read(R"({"prices":[[1755907200000,2],[1755910800000,1e300],[1755914400000,2.1],)"
             R"([1755918000000,900],[1755921600000,2.2],[1755925200000,0.001],)"
             R"([1755928800000,2.3],[1755932400000,900]]})");
    REQUIRE(said.has_value());
    std::vector<double> prices;
    for (const auto& point : said->points)
        prices.push_back(point.price);
    // The last one may be the first of many.
    CHECK(prices == std::vector<double>{2, 2.1, 2.2, 2.3, 900});
}

TEST_CASE("a chart without a point that can be read is an error", "[market]")
{
    CHECK(read(R"({"prices":[]})").error().code == json::json_errc::missing_field);
    CHECK(read(R"({"prices":[[1,null]]})").error().code == json::json_errc::missing_field);
    CHECK(read("{}").error().code == json::json_errc::wrong_type);
    CHECK(read("<html>").error().code == provider::provider_errc::html_instead_of_json);
}

TEST_CASE("the wall of 365 days is said, and does not blame the key or the source", "[market]")
{
    const auto said = read(recorded("coingecko.401.range_too_old.complete.json"), 401);
    REQUIRE_FALSE(said.has_value());
    CHECK(said.error().code == json::json_errc::missing_field);
    CHECK(said.error().http_status == 0);
    CHECK(said.error().detail.find("365 days") != std::string::npos);
    const auto key = read(R"({"status":{"error_code":10002,"error_message":"key"}})", 401);
    CHECK(key.error().http_status == 401);
}

TEST_CASE("no more is asked for than is given for nothing", "[market]")
{
    CHECK(
        coin_chart_request("bitcoin", chart_step::day).target ==
        "/coins/bitcoin/market_chart?vs_currency=usd&days=365&interval=daily");
    CHECK(
        coin_chart_request("bitcoin", chart_step::hour).target ==
        "/coins/bitcoin/market_chart?vs_currency=usd&days=7");
}
