// What recorded answers of the sources mean, and what bodies that are none do.
#include "bodies.hpp"
#include "core/errors.hpp"
#include "market/coins_known.hpp"
#include "market/table_api.hpp"
#include "provider/errors.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"
#include "json/errors.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

using namespace tickertape;
using namespace tickertape::market;
using namespace tickertape::testing;

namespace {

const wall_time now = at("2026-09-12T18:00:00Z");

table read(const table_api& from, const std::string& body, wall_time when = now)
{
    auto said = from.read_table(answer_of(body), when);
    REQUIRE(said);
    return *std::move(said);
}

boost::system::error_code refused(const table_api& from, const net::http_response& answer)
{
    const auto said = from.read_table(answer, now);
    REQUIRE_FALSE(said);
    return said.error().code;
}

const coin& row_of(const table& in, std::string_view id)
{
    const auto found = std::ranges::find(in.coins, id, &coin::id);
    REQUIRE(found != in.coins.end());
    return *found;
}

// A row of CoinGecko's, as far as it has to be one.
std::string row(const std::string& id, const std::string& more = {})
{
    return R"({"id":")" + id + R"(","symbol":"abc","name":"A coin","current_price":2)" + more + "}";
}

}  // namespace

TEST_CASE("a table of CoinGecko has the figures of the recorded answer", "[market]")
{
    const auto api = make_coingecko_table();
    const auto said = read(*api, recorded("coingecko.coins_markets.9coins.2026-09-12.json"));
    CHECK(said.source == "coingecko");
    CHECK(said.coins.size() == 9);
    CHECK(said.dropped == 0);
    CHECK(said.updated_at == at("2026-09-12T17:56:10Z"));

    const auto& eth = said.coins.front();
    CHECK(eth.id == "ethereum");
    CHECK(eth.symbol == "ETH");
    CHECK(eth.name == "Ethereum");
    CHECK(eth.value.value() == 2525.34);
    CHECK(eth.market_cap == 308201876780.0);
    CHECK(eth.volume_24h == 10605519742.0);
    CHECK(eth.change_1h_percent == -0.1);
    CHECK(eth.change_24h_percent == -1.65422);
    CHECK(eth.change_7d_percent == 2.9);
    CHECK(eth.high_24h == 2566.64);
    CHECK(eth.low_24h == 2508.19);
    CHECK(eth.circulating_supply == 122041373.10305338);
    CHECK(eth.total_supply == 122041373.1030533);
    CHECK_FALSE(eth.max_supply);
    CHECK(eth.ath == 4946.05);
    CHECK(eth.ath_at == at("2025-08-24T11:21:03Z"));
    CHECK(eth.updated_at == at("2026-09-12T17:56:10Z"));
    CHECK_FALSE(eth.is_inactive);
    CHECK(eth.sparkline.empty());
    for (const auto& one : said.coins) {
        CAPTURE(one.id);
        CHECK(one.withheld.empty());
    }
}

TEST_CASE("rows keep the order of the answer, whatever ranks it gives", "[market]")
{
    const auto api = make_coingecko_table();
    const auto said = read(
        *api, "[" + row("one", R"(,"market_cap_rank":9)") + "," +
                  row("two", R"(,"market_cap_rank":null)") + "," +
                  row("three", R"(,"market_cap_rank":9)") + "]");
    REQUIRE(said.coins.size() == 3);
    CHECK(said.coins[0].id == "one");
    CHECK(said.coins[1].id == "two");
    CHECK(said.coins[2].id == "three");
}

TEST_CASE("figures that come as 1.0 and 1e-05 are what they say", "[market]")
{
    const auto api = make_coingecko_table();
    const auto said = read(
        *api, recorded("coingecko.coins_markets.top10.2026-02-27.json"),
        at("2026-02-27T22:51:00Z"));
    CHECK(said.coins.size() == 10);
    CHECK(row_of(said, "bitcoin").circulating_supply == 19995671.0);
    CHECK(row_of(said, "bitcoin").ath_at == at("2025-10-06T18:57:42.558Z"));
    // More coins than in total, by a hair: what the source says, and not ours to correct.
    CHECK(row_of(said, "binancecoin").circulating_supply == 136358814.39);
    // There is no change of an hour in this answer.
    CHECK_FALSE(row_of(said, "bitcoin").change_1h_percent);
    for (const auto& one : said.coins) {
        CAPTURE(one.id);
        CHECK(one.withheld.empty());
    }
}

TEST_CASE("a week of prices is text, rounded to six digits, with gaps as null", "[market]")
{
    const auto api = make_coingecko_table();
    const auto said = read(
        *api, recorded("coingecko.coins_markets.bitcoin.sparkline.2026-08-22.json"),
        at("2026-08-22T13:15:00Z"));
    const auto& points = said.coins.front().sparkline;
    CHECK(points.starts_with("[62968.4,62985.4,62984.5,"));
    CHECK(boost::json::parse(points).as_array().size() == 168);

    const auto of = [&](const std::string& prices) {
        return read(*api, "[" + row("x", R"(,"sparkline_in_7d":{"price":)" + prices + "}") + "]")
            .coins.front()
            .sparkline;
    };
    CHECK(of("[1,null,8.69e-05]") == "[1,null,8.69e-05]");
    CHECK(of("[]").empty());
    CHECK(of("null").empty());
    CHECK(of("[null,null]").empty());
    CHECK(of("[1,-2]").empty());
    CHECK(of(R"([1,"x"])").empty());
    std::string many = "[0";
    for (int i = 1; i <= 200; ++i)
        many += "," + std::to_string(i);
    CHECK(of(many + "]").starts_with("[33,34,"));  // the newest 168
}

TEST_CASE("a table of CoinPaprika has no supply, and none is invented", "[market]")
{
    const auto api = make_coinpaprika_table();
    const auto said = read(
        *api, "[" + recorded("coinpaprika.tickers.btc-bitcoin.2026-10-05.json") + "]",
        at("2026-10-05T09:37:27Z"));
    CHECK(said.source == "coinpaprika");
    const auto& btc = said.coins.front();
    CHECK(btc.id == "btc-bitcoin");
    CHECK(btc.value.value() == 85836.8634397365);
    CHECK(btc.market_cap == 1724781212941.0);
    CHECK(btc.change_7d_percent == 3.609999895095825);
    CHECK_FALSE(btc.circulating_supply);
    CHECK(btc.total_supply == 20093703.0);
    CHECK(btc.ath == 126173.1777846797);
    CHECK(btc.ath_at == at("2025-10-06T19:00:40Z"));
    CHECK_FALSE(btc.high_24h);
    CHECK(btc.withheld.empty());
}

TEST_CASE("a supply of 0 is unknown, and -0 is 0", "[market]")
{
    const auto api = make_coinpaprika_table();
    const auto said = read(
        *api, recorded("coinpaprika.tickers.3coins.2023-09-14.json"), at("2023-09-14T12:42:00Z"));
    REQUIRE(said.coins.size() == 3);
    CHECK_FALSE(said.coins[1].max_supply);
    CHECK(said.coins[1].circulating_supply == 120222579.0);
    CHECK(said.coins[2].change_24h_percent == 0.01);
}

TEST_CASE("a table of CoinLore is read from text", "[market]")
{
    const auto api = make_coinlore_table();
    const auto rows = recorded("coinlore.ticker.90.2026-10-05.json");
    for (const auto& body : {rows, R"({"data":)" + rows + R"(,"info":{"coins_num":1}})"}) {
        const auto said = read(*api, body, at("2026-10-05T09:40:00Z"));
        const auto& btc = said.coins.front();
        CHECK(btc.id == "90");
        CHECK(btc.value.value() == 85894.82);
        CHECK(btc.volume_24h == 22872303928.937515);
        CHECK(btc.circulating_supply == 19970852.0);
        CHECK(btc.max_supply == 21000000.0);
        CHECK_FALSE(btc.updated_at);
        CHECK_FALSE(said.updated_at);
    }
}

TEST_CASE("a row that cannot be read is dropped, and the others stay", "[market]")
{
    const auto api = make_coingecko_table();
    const auto bad = GENERATE(
        as<std::string>{}, "null", "[]", R"("x")", "{}", R"({"id":"x"})",
        R"({"id":"x","symbol":"x","name":"x","current_price":null})",
        R"({"id":"x","symbol":"x","name":"x","current_price":0})",
        R"({"id":"x","symbol":"x","name":"x","current_price":-1})",
        R"({"id":"x","symbol":"x","name":"x","current_price":"NaN"})",
        R"({"id":"x","symbol":"x","name":"x","current_price":1,"market_cap":{"usd":1}})",
        R"({"id":"x","symbol":"x","name":"x","current_price":1,"total_volume":"many"})",
        R"({"id":"","symbol":"x","name":"x","current_price":1})",
        R"({"id":7,"symbol":"x","name":"x","current_price":1})",
        R"({"id":"a\nb","symbol":"x","name":"x","current_price":1})",
        R"({"id":"a\u202eb","symbol":"x","name":"x","current_price":1})",
        R"({"id":"x","symbol":"x","name":"\u202e","current_price":1})");
    CAPTURE(bad);
    const auto said = read(*api, "[" + row("one") + "," + bad + "," + row("two") + "]");
    REQUIRE(said.coins.size() == 2);
    CHECK(said.coins[1].id == "two");
    CHECK(said.dropped == 1);
    CHECK(said.dropped_at == std::vector<std::size_t>{2});
}

TEST_CASE("a name is shown without characters that turn it around", "[market]")
{
    const auto api = make_coingecko_table();
    const auto said = read(
        *api, R"([{"id":"x","symbol":"\u202ebtc","name":"Bit\u2066coin\n","current_price":1}])");
    CHECK(said.coins[0].symbol == "BTC");
    CHECK(said.coins[0].name == "Bitcoin");
}

TEST_CASE("a name of any length does not become ours", "[market]")
{
    const auto api = make_coingecko_table();
    const auto said = read(
        *api, "[" + row(std::string(name_bytes_max, 'a')) + "," +
                  row(std::string(name_bytes_max + 1, 'b')) + "]");
    CHECK(said.coins.size() == 1);
    CHECK(said.dropped == 1);
}

TEST_CASE(
    "coins of the same symbol are all there, and a second row of an id is dropped", "[market]")
{
    const auto api = make_coingecko_table();
    const auto said =
        read(*api, "[" + row("bitcoin") + "," + row("fake-bitcoin") + "," + row("bitcoin") + "]");
    REQUIRE(said.coins.size() == 2);
    CHECK(said.coins[0].symbol == said.coins[1].symbol);
    CHECK(said.dropped == 1);
}

TEST_CASE("a table has no more coins than there is room for", "[market]")
{
    const auto api = make_coingecko_table();
    std::string body = "[" + row("c0");
    for (std::size_t i = 1; i < coins_max + 10; ++i)
        body += "," + row("c" + std::to_string(i));
    CHECK(read(*api, body + "]").coins.size() == coins_max);
}

TEST_CASE("there is no market without coins", "[market]")
{
    const auto api = make_coingecko_table();
    CHECK(refused(*api, answer_of("[]")) == json::json_errc::missing_field);
    CHECK(refused(*api, answer_of("[{},{}]")) == json::json_errc::missing_field);
    CHECK(refused(*api, answer_of("{}")) == json::json_errc::wrong_type);
    CHECK(refused(*api, answer_of("[1,2")) == json::json_errc::not_json);
    CHECK(
        refused(*make_coinlore_table(), answer_of(R"({"data":null})")) ==
        json::json_errc::wrong_type);
}

TEST_CASE("an error is an error at any status", "[market]")
{
    using provider::provider_errc;
    const auto api = make_coingecko_table();
    const std::string limited =
        R"({"status":{"error_code":429,"error_message":"You've exceeded the Rate Limit."}})";
    CHECK(refused(*api, answer_of(limited, 429)) == provider_errc::rate_limited);
    CHECK(refused(*api, answer_of(limited, 200)) == provider_errc::rate_limited);
    CHECK(
        refused(*api, answer_of(R"({"error":{"status":{"error_code":10012}}})")) ==
        provider_errc::http_status);
    CHECK(refused(*api, answer_of(R"({"error":"id not found"})")) == provider_errc::http_status);
    CHECK(refused(*api, answer_of("[]", 503)) == provider_errc::http_status);
    CHECK(
        refused(*api, answer_of("<html><body>Just a moment</body></html>", 200, "text/html")) ==
        provider_errc::html_instead_of_json);
}

TEST_CASE("the market as a whole has the figures of the recorded answers", "[market]")
{
    const auto gecko = make_coingecko_totals()->read_totals(
        answer_of(recorded("coingecko.global.2026-08-18.json")));
    REQUIRE(gecko);
    CHECK(gecko->market_cap == 2275830186050.3335);
    CHECK(gecko->volume_24h == 53434106174.19845);
    CHECK(gecko->market_cap_change_24h_percent == 0.649170534081057);
    CHECK(gecko->bitcoin_dominance_percent == 56.539635153478464);
    CHECK(gecko->updated_at == wall_time{std::chrono::seconds{1787040390}});

    const auto paprika = make_coinpaprika_totals()->read_totals(
        answer_of(recorded("coinpaprika.global.2021-10-22.json")));
    REQUIRE(paprika);
    CHECK(paprika->market_cap == 2559344984924.0);
    CHECK(paprika->bitcoin_dominance_percent == 44.68);

    for (const auto* body : {"{}", R"({"data":{}})", "[]", R"({"data":null})"}) {
        CHECK_FALSE(make_coingecko_totals()->read_totals(answer_of(body)));
        CHECK_FALSE(make_coinpaprika_totals()->read_totals(answer_of(body)));
    }
}

TEST_CASE("a coin of ours is found by an id and never by a symbol", "[market]")
{
    CHECK(id_of(coingecko, "BTC") == "bitcoin");
    CHECK(id_of(coinpaprika, "BTC") == "btc-bitcoin");
    CHECK(id_of(coinlore, "BTC") == "90");
    CHECK_FALSE(id_of(coinlore, "ETH"));
    CHECK_FALSE(id_of(coinpaprika, "SOL"));
    CHECK_FALSE(id_of("nobody", "NOCOIN"));
}

TEST_CASE("what is asked for is a page of the largest coins in dollars", "[market]")
{
    CHECK(
        make_coingecko_table()->table_request().target ==
        "/coins/markets?vs_currency=usd&order=market_cap_desc&per_page=250&page=1"
        "&sparkline=true&price_change_percentage=1h,24h,7d");
    CHECK(make_coinpaprika_table()->table_request().target == "/tickers?limit=250");
    CHECK(make_coinlore_table()->table_request().target == "/tickers/?start=0&limit=100");
    CHECK(make_coingecko_totals()->totals_request().target == "/global");
}

// The answers of two years with each member of each row removed, nulled and replaced in turn: rows
// are read or dropped, and never more than one is lost.
TEST_CASE("no member of a row spoils another row", "[market]")
{
    const auto api = make_coingecko_table();
    for (const auto* name :
         {"coingecko.coins_markets.top10.2026-02-27.json",
          "coingecko.coins_markets.9coins.2026-09-12.json"}) {
        const auto whole = boost::json::parse(recorded(name)).as_array();
        for (const auto& member : whole.front().as_object())
            for (const auto& other :
                 {boost::json::value{}, boost::json::value{"x"}, boost::json::value{-1},
                  boost::json::value{1e300}, boost::json::value(boost::json::object{})}) {
                auto changed = whole;
                changed.front().as_object()[member.key()] = other;
                CAPTURE(name, std::string{member.key()}, boost::json::serialize(other));
                const auto said = api->read_table(answer_of(boost::json::serialize(changed)), now);
                REQUIRE(said);
                CHECK(said->coins.size() + said->dropped == whole.size());
                CHECK(said->dropped <= 1);
            }
    }
}
