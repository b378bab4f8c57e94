// The volume of 24 hours in the base currency, of each provider's recorded answer.
#include "provider/harness.hpp"
#include "provider/quote_fields.hpp"
#include "provider/socket_talk.hpp"
#include "json/fields.hpp"
#include "json/reader.hpp"

#include <cmath>

using namespace tickertape;
using namespace tickertape::provider;
using namespace tickertape::testing;

namespace {

std::optional<double> volume_in(
    const std::string& provider, const std::vector<std::string>& symbols, const std::string& body)
{
    const auto all = asked_provider{provider}.read(symbols, body);
    REQUIRE(all.at(0));
    REQUIRE(*all.at(0));
    return (*all.at(0))->volume_24h;
}

std::optional<double> volume_heard(
    const std::string& provider, const std::vector<std::string>& symbols, const std::string& lines)
{
    stream_talk talk{find_provider(provider)->make_socket(), symbols};
    const auto& news = talk.hears_lines(lines);
    REQUIRE_FALSE(news.quotes.empty());
    return news.quotes.front().volume_24h;
}

std::string one_line(std::string text)
{
    std::erase(text, '\n');
    return text;
}

}  // namespace

TEST_CASE("Each exchange's volume is read in the base currency", "[feed]")
{
    CHECK(
        volume_in("coinbase", {"BTC-USD"}, fixture("coinbase.ticker.BTC-USD.json")) ==
        4916.94797396);
    CHECK(
        volume_in(
            "coinbase", {"NEAR-USD", "BTC-USD"}, fixture("coinbase.stats_all.trimmed.json")) ==
        2183324.5);
    // The second of the two, of 24 hours.
    CHECK(volume_in("kraken", {"BTC-USD"}, fixture("kraken.ticker.XBTUSD.json")) == 4412.73601799);
    CHECK(
        volume_in(
            "binance", {"BTC-USDT"}, "[" + fixture("binance.ticker_24hr.BTCUSDT.json") + "]") ==
        33136.69765);
    CHECK(
        volume_in("bitstamp", {"BTC-USD"}, fixture("bitstamp.ticker.btcusd.2013.json")) ==
        21982.44926674);
    CHECK(volume_in("bitfinex", {"BTC-USD"}, fixture("bitfinex.tickers.v2.json")) == 1982.88275223);
    CHECK(
        volume_in("okx", {"NEAR-USDT"}, fixture("okx.ticker.NEAR-USDT.json")) == 1398101.93602604);
    // 6,033,790 dollars at 78,531.37; it says 76.832869 itself.
    const auto gemini = volume_in("gemini", {"BTC-USD"}, fixture("gemini.pubticker.btcusd.json"));
    REQUIRE(gemini);
    CHECK(std::abs(*gemini - 76.83286898) < 0.01);
}

TEST_CASE("The volumes of an aggregator are of no market, and are not read", "[feed]")
{
    CHECK_FALSE(
        volume_in("coingecko", {"BTC-USD"}, R"({"bitcoin":{"usd":1,"usd_24h_vol":4998928970.9}})"));
    CHECK_FALSE(volume_in(
        "coinmarketcap", {"BTC-USD"},
        fixture("coinmarketcap.v1.quotes_latest.by_id.trimmed.json")));
}

TEST_CASE("Sockets that say a volume are read alike", "[feed]")
{
    CHECK(
        volume_heard("coinbase", {"BTC-USD"}, fixture("coinbase.ws.ticker.BTC-USD.jsonl")) ==
        3142.70640811);
    CHECK(
        volume_heard(
            "binance", {"BTC-USDT"},
            one_line(fixture("binance.ws.combined.ticker.testnet.json"))) == 2109.00156);
    CHECK(
        volume_heard("kraken", {"ALGO-USD", "BTC-USD"}, fixture("kraken.ws.v2.jsonl")) ==
        9095630.20903971);
    CHECK_FALSE(volume_heard("bitstamp", {"BTC-USD"}, fixture("bitstamp.ws.trades.jsonl")));
}

TEST_CASE("A volume that cannot be true is unknown, and the price stands", "[feed]")
{
    const auto value = GENERATE("-1", "\"-3.5\"", "1e19", "\"x\"", "null", "\"\"", "true", "[1]");
    CAPTURE(value);
    const auto parsed = json::reader{}.read(value).value();
    const auto q =
        quote_of({.symbol = symbol_id{0}, .value = price::from(5).value(), .volume = &parsed});
    REQUIRE(q);
    CHECK(q->value.value() == 5);
    CHECK_FALSE(q->volume_24h);
}
