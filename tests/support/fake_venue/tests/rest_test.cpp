// The market and the REST answers, without a network.
#include "support/catch.hpp"
#include "support/fake_venue/control.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

#include <cmath>

using namespace fake_venue;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

const wall_time noon{std::chrono::sys_days{std::chrono::year{2026} / 6 / 19} + 12h};

http_request get(const std::string& target)
{
    auto request = parse_request(
        "GET " + target + " HTTP/1.1\r\nUser-Agent: test\r\nX-CMC_PRO_API_KEY: key\r\n\r\n");
    REQUIRE(request);
    return *request;
}

// A price is a number or the text of one, as the venue has it.
double number(const json::value& at)
{
    return at.is_string() ? std::stod(json::value_to<std::string>(at)) : at.to_number<double>();
}

struct rest_case {
    std::string venue;
    std::string target;
    std::string price;  // where in the answer
};

const std::vector<rest_case> rest_cases{
    {"coinbase", "/products/BTC-USD/ticker", "/price"},
    {"coinbase", "/products/stats", "/BTC-USD/stats_24hour/last"},
    {"kraken", "/0/public/Ticker?pair=ETHUSD,XBTUSD", "/result/XXBTZUSD/c/0"},
    {"kraken", "/0/public/Ticker?pair=BTC%2FUSD&assetVersion=1", "/result/BTC~1USD/c/0"},
    {"bitstamp", "/api/v2/ticker/btcusd/", "/last"},
    {"bitstamp", "/api/v2/ticker/", "/0/last"},
    {"gemini", "/v1/pubticker/btcusd", "/last"},
    {"coingecko", "/api/v3/simple/price?ids=bitcoin&vs_currencies=usd", "/bitcoin/usd"},
    {"binance", "/api/v3/ticker/24hr?symbol=BTCUSDT", "/lastPrice"},
    {"binance", "/api/v3/ticker/24hr?symbols=%5B%22ETHUSDT%22,%22BTCUSDT%22%5D", "/1/lastPrice"},
    {"bitfinex", "/v2/tickers?symbols=tBTCUSD,tETHUSD", "/0/7"},
    {"bitfinex", "/v2/ticker/tBTCUSD", "/6"},
    {"okx", "/api/v5/market/ticker?instId=BTC-USDT", "/data/0/last"},
    {"okx", "/api/v5/market/tickers?instType=SPOT", "/data/0/last"},
    {"coinmarketcap", "/v1/cryptocurrency/quotes/latest?id=1&convert=USD",
     "/data/1/quote/USD/price"},
    {"cryptocompare", "/data/pricemulti?fsyms=BTC&tsyms=USD", "/BTC/USD"},
};

}  // namespace

TEST_CASE("every venue answers the market's price in its own shape", "[fake_venue]")
{
    const market trade{{.symbols = {"BTC-USD", "ETH-USD"}}, 1, noon};
    for (const auto& [name, target, place] : rest_cases) {
        INFO(name << " " << target);
        const auto answer = make_venue(name, 0, trade)->rest(get(target));
        CHECK(answer.status == 200);
        const auto body = json::parse(answer.body);
        CHECK(std::abs(number(body.at_pointer(place)) - trade.quote(0, 0).last) < 1e-6);
    }
}

TEST_CASE("one bad symbol does to its batch what it does at that venue", "[fake_venue]")
{
    const market trade{{.symbols = {"BTC-USD", "ETH-USD"}}, 1, noon};
    const auto answer = [&](const std::string& name, const std::string& target) {
        const auto of = make_venue(name, 0, trade);
        of->misbehave(
            parse_fault({{"fault", "bad_symbol"}, {"symbol", "BTC-USD"}, {"venue", name}}, noon));
        return of->rest(get(target));
    };
    CHECK(
        answer("kraken", "/0/public/Ticker?pair=ETHUSD,XBTUSD").body ==
        R"({"error":["EQuery:Unknown asset pair"]})");
    const auto binance = answer("binance", "/api/v3/ticker/24hr?symbols=[\"ETHUSDT\",\"BTCUSDT\"]");
    CHECK(binance.status == 400);
    CHECK(binance.body == R"({"code":-1121,"msg":"Invalid symbol."})");
    CHECK(answer("coingecko", "/simple/price?ids=bitcoin,ethereum&vs_currencies=usd")
              .body.starts_with(R"({"ethereum":{"usd":)"));
    CHECK(answer("coinbase", "/products/BTC-USD/ticker").status == 404);
}

TEST_CASE("the honest range holds what was quoted, from what held at its begin", "[fake_venue]")
{
    constexpr std::size_t venues = 4;
    market trade{{.symbols = {"BTC-USD"}}, venues, noon};
    double low = 1e9;
    double high = 0;
    for (int step = 1; step <= 50; ++step) {
        trade.step(noon + step * 100ms);
        for (std::size_t v = 0; step >= 20 && v < venues; ++v) {
            low = std::min(low, trade.quote(v, 0).last);
            high = std::max(high, trade.quote(v, 0).last);
        }
    }
    // Between two steps holds what the first of them said.
    const auto range = trade.honest(0, noon + 2050ms, noon + 10s);
    REQUIRE(range);
    CHECK(range->low == low);
    CHECK(range->high == high);
    CHECK(high / low < 1.03);
    CHECK_FALSE(trade.honest(0, noon - 2s, noon - 1s));
}

TEST_CASE("prices are bent as the fault says and straight again after it", "[fake_venue]")
{
    const market trade{{.symbols = {"BTC-USD"}}, 1, noon};
    const auto of = make_venue("coinbase", 0, trade);
    const auto price = [&](json::object how) {
        of->misbehave(parse_fault(how, noon));
        return std::string{
            text_at(json::parse(of->rest(get("/products/BTC-USD/ticker")).body), "price")};
    };
    const auto honest = price({{"fault", "none"}});
    CHECK(price({{"fault", "zero_price"}}) == "0.00");
    CHECK(price({{"fault", "negative_price"}}) == "-" + honest);
    CHECK(price({{"fault", "price_1e308"}}) == "1e+308");
    const auto lie = std::stod(price({{"fault", "off_price"}, {"factor", 1.1}}));
    CHECK(std::abs(lie / std::stod(honest) - 1.1) < 1e-6);
    CHECK(price({{"fault", "none"}}) == honest);
    CHECK_THROWS(parse_fault({{"fault", "no such"}}, noon));
    CHECK_THROWS(parse_fault({{"fault", "drip"}, {"no_such", 1}}, noon));
}
