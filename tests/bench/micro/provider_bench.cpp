// What it costs to read what a provider says: a recorded answer, a recorded message.

#include "provider/fixtures.hpp"
#include "provider/registry.hpp"

#include <benchmark/benchmark.h>

#include <sstream>

using namespace tickertape;
using namespace tickertape::provider;
using namespace tickertape::net;
using tickertape::testing::fixture;

namespace {

std::vector<market> markets_of(const market_speller& api, const std::vector<std::string>& symbols)
{
    std::vector<market> all;
    for (const auto& symbol : symbols) {
        const auto dash = symbol.find('-');
        if (auto name = api.spelling(symbol.substr(0, dash), symbol.substr(dash + 1)))
            all.push_back({symbol_id{static_cast<std::uint16_t>(all.size())}, *std::move(name)});
    }
    return all;
}

struct rest_case {
    const char* provider;
    std::vector<std::string> symbols;
    const char* file;
    const char* before = "";  // where the recording is one row of what is answered
    const char* after = "";
};

void rest_answer(benchmark::State& state, const rest_case& c)
{
    const auto api = find_provider(c.provider)->make_rest();
    const auto batch = markets_of(*api, c.symbols);
    const http_response answer{
        .status = 200,
        .content_type = "application/json",
        .body = c.before + fixture(c.file) + c.after};
    for (const auto& one : api->read(batch, answer))
        if (!one || !*one)
            state.SkipWithError("it is not read as a quote");
    for (auto _ : state)
        benchmark::DoNotOptimize(api->read(batch, answer));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(answer.body.size()));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch.size()));
}

BENCHMARK_CAPTURE(
    rest_answer, coinbase, rest_case{"coinbase", {"BTC-USD"}, "coinbase.ticker.BTC-USD.json"});
BENCHMARK_CAPTURE(
    rest_answer, kraken,
    rest_case{
        "kraken", {"DOGE-USD", "BTC-USD", "BTC-EUR"}, "kraken.ticker.assetVersion1.trimmed.json"});
BENCHMARK_CAPTURE(
    rest_answer, bitstamp, rest_case{"bitstamp", {"BTC-USD"}, "bitstamp.ticker.btcusd.2013.json"});
BENCHMARK_CAPTURE(
    rest_answer, gemini, rest_case{"gemini", {"BTC-USD"}, "gemini.pubticker.btcusd.json"});
BENCHMARK_CAPTURE(
    rest_answer, coingecko,
    rest_case{"coingecko", {"BTC-USD", "BNB-USD", "AVAX-USD"}, "coingecko.simple_price.json"});
BENCHMARK_CAPTURE(
    rest_answer, binance,
    rest_case{"binance", {"BTC-USDT"}, "binance.ticker_24hr.BTCUSDT.json", "[", "]"});
BENCHMARK_CAPTURE(
    rest_answer, bitfinex, rest_case{"bitfinex", {"BTC-USD"}, "bitfinex.tickers.v2.json"});
BENCHMARK_CAPTURE(rest_answer, okx, rest_case{"okx", {"NEAR-USDT"}, "okx.ticker.NEAR-USDT.json"});
BENCHMARK_CAPTURE(
    rest_answer, coinmarketcap,
    rest_case{
        "coinmarketcap",
        {"LTC-USD", "BTC-USD"},
        "coinmarketcap.v1.quotes_latest.by_id.trimmed.json"});
BENCHMARK_CAPTURE(
    rest_answer, cryptocompare,
    rest_case{"cryptocompare", {"BTC-USD", "ETH-USD"}, "cryptocompare.pricemulti.json"});

struct stream_case {
    const char* provider;
    const char* symbol;
    const char* file;
    bool is_one_message = false;  // over several lines
};

// The first message of the recording that is a price of the symbol.
std::string price_message(const stream_case& c, socket_api& api)
{
    const auto all = fixture(c.file);
    socket_news news;
    api.opened(markets_of(api, {c.symbol}), news);
    std::istringstream lines{all};
    for (std::string line; c.is_one_message || std::getline(lines, line);) {
        const auto& message = c.is_one_message ? all : line;
        news.clear();
        api.read(message, news);
        if (!news.quotes.empty())
            return message;
        if (c.is_one_message)
            break;
    }
    return {};
}

void stream_message(benchmark::State& state, const stream_case& c)
{
    const auto api = find_provider(c.provider)->make_socket();
    const auto message = price_message(c, *api);
    if (message.empty())
        state.SkipWithError("no message is read as a quote");
    socket_news news;
    for (auto _ : state) {
        news.clear();
        api->read(message, news);
        benchmark::DoNotOptimize(news.quotes.data());
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(message.size()));
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(
    stream_message, coinbase, stream_case{"coinbase", "BAND-GBP", "coinbase.ws.capture.jsonl"});
BENCHMARK_CAPTURE(stream_message, kraken, stream_case{"kraken", "ALGO-USD", "kraken.ws.v2.jsonl"});
BENCHMARK_CAPTURE(
    stream_message, binance,
    stream_case{"binance", "BTC-USDT", "binance.ws.combined.ticker.testnet.json", true});
BENCHMARK_CAPTURE(
    stream_message, bitstamp, stream_case{"bitstamp", "ETH-USD", "bitstamp.ws.capture.jsonl"});

}  // namespace
