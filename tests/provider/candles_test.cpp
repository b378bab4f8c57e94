// Candles of before: what each provider is asked, and what recorded and malformed answers mean.
#include "core/timestamp.hpp"
#include "provider/errors.hpp"
#include "provider/harness.hpp"
#include "json/errors.hpp"

using namespace tickertape;
using namespace tickertape::json;
using namespace tickertape::provider;
using namespace tickertape::testing;
using series::interval;

namespace {

struct asked_candles {
    explicit asked_candles(std::string_view name, const std::string& symbol = "BTC-USD")
        : api{find_provider(name)->make_candles()}, of{asked_provider{name}.batch({symbol}).front()}
    {
    }

    std::string target(interval length, std::int64_t from, std::int64_t until) const
    {
        return api->request(of, length, range(from, until)).target;
    }

    fetched<candle_page> read(
        interval length, std::int64_t from, std::int64_t until, const std::string& body,
        int status = 200) const
    {
        return api->read(
            of, length, range(from, until),
            net::http_response{.status = status, .content_type = {}, .body = body});
    }

    static candle_range range(std::int64_t from, std::int64_t until)
    {
        return {
            series::candle_time{std::chrono::seconds{from}},
            series::candle_time{std::chrono::seconds{until}}};
    }

    std::unique_ptr<candle_api> api;
    market of;
};

std::string words(const series::candle& c)
{
    return std::to_string(c.opens.time_since_epoch().count()) + ' ' + c.open.text() + ' ' +
           c.high.text() + ' ' + c.low.text() + ' ' + c.close.text();
}

constexpr std::int64_t day = 86'400;
constexpr std::int64_t new_year = 1'609'459'200;  // 2021
constexpr std::int64_t long_ago = 1'000'000'200;
constexpr std::int64_t far = 4'000'000'200;

}  // namespace

TEST_CASE("each provider is asked for exactly the buckets of a range", "[provider]")
{
    const auto d = [](const char* name, const std::string& symbol = "BTC-USD") {
        return asked_candles{name, symbol}.target(interval::d1, new_year, new_year + 2 * day);
    };
    CHECK(
        d("coinbase") == "/products/BTC-USD/candles?granularity=86400"
                         "&start=2021-01-01T00%3A00%3A00.000Z&end=2021-01-02T00%3A00%3A00.000Z");
    CHECK(
        d("binance", "BTC-USDT") ==
        "/api/v3/klines?symbol=BTCUSDT&interval=1d&startTime=1609459200000"
        "&endTime=1609631999999&limit=1000");
    CHECK(d("kraken") == "/OHLC?assetVersion=1&pair=BTC%2FUSD&interval=1440&since=1609459199");
    CHECK(d("bitstamp") == "/ohlc/btcusd/?step=86400&limit=2&start=1609459200");
    CHECK(
        asked_candles{"kraken"}.target(interval::m1, new_year, new_year + 60) ==
        "/OHLC?assetVersion=1&pair=BTC%2FUSD&interval=1&since=1609459199");
    CHECK(find_provider("gemini")->make_candles == nullptr);
}

TEST_CASE("Coinbase's candles are low before high, and newest first", "[provider]")
{
    const auto page = asked_candles{"coinbase"}.read(
        interval::m1, 1'517'443'200, 1'517'443'800,
        fixture("coinbase.candles.BTC-USD.60.2018-02-01.json"));
    REQUIRE(page);
    REQUIRE(page->candles.size() == 10);
    CHECK(page->refused == 0);
    CHECK(words(page->candles.front()) == "1517443200 10099.99 10099.99 10099.98 10099.98");
    CHECK(words(page->candles.back()) == "1517443740 10106.01 10120.21 10106 10120.21");
    CHECK(page->candles.back().ticks == 0);
}

TEST_CASE("what lies outside the range that was asked for is left out", "[provider]")
{
    const auto page = asked_candles{"kraken"}.read(
        interval::h1, 1'790'352'000, 1'790'359'200,
        fixture("kraken.ohlc.BTC_USD.1h.2026-09-25.json"));
    REQUIRE(page);
    REQUIRE(page->candles.size() == 2);  // neither the one before nor the one that is forming
    CHECK(words(page->candles.front()) == "1790352000 83777.6 84097 83706 83732.6");
    CHECK(words(page->candles.back()) == "1790355600 83732.7 83969.8 83612.9 83765.4");
    CHECK(page->refused == 0);
}

TEST_CASE("a bucket without a trade has no candle, though Kraken repeats a price", "[provider]")
{
    const auto page = asked_candles{"kraken", "BTC-USDT"}.read(
        interval::m1, long_ago, far, fixture("kraken.ohlc.XBTUSDT.1m.trimmed.json"));
    REQUIRE(page);
    CHECK(page->refused == 0);
    REQUIRE_FALSE(page->candles.empty());
    CHECK(page->candles.size() < 6);
    CHECK(words(page->candles.front()) == "1762777140 106038.3 106038.3 106038.3 106038.3");
}

TEST_CASE("candles of Binance and Bitstamp are texts, with times of their own kind", "[provider]")
{
    const auto binance = asked_candles{"binance", "BTC-USDT"}.read(
        interval::d1, new_year, new_year + 2 * day, fixture("binance.klines.BTCUSDT.1d.json"));
    REQUIRE(binance);
    REQUIRE(binance->candles.size() == 2);
    CHECK(words(binance->candles.front()) == "1609459200 28923.63 29600 28624.57 29331.69");
    CHECK(words(binance->candles.back()) == "1609545600 29331.7 33300 28946.53 32178.33");

    const auto body = fixture("bitstamp.ohlc.usdtusd.json");
    const auto bitstamp =
        asked_candles{"bitstamp", "USDT-USD"}.read(interval::m1, long_ago, far, body);
    REQUIRE(bitstamp);
    REQUIRE(bitstamp->candles.size() == 7);  // in three of the ten minutes nothing was traded
    CHECK(bitstamp->refused == 0);
    CHECK(words(bitstamp->candles[1]) == "1700480700 1.00064 1.00064 1.00063 1.00063");

    const auto other = asked_candles{"bitstamp"}.read(interval::m1, long_ago, far, body);
    REQUIRE_FALSE(other);
    CHECK(other.error().code == provider_errc::unknown_symbol);
}

TEST_CASE("candles with figures that cannot be are refused and counted", "[provider]")
{
    const std::string good = "[1609459200,9,12,10,11,1.5]";
    const auto bad = GENERATE(
        as<std::string>{}, "[1609545600,12,9,10,11,1]",  // a high below the low
        "[1609545600,9,12,13,11,1]",                     // an open above the high
        "[1609545600,9,12,10,8,1]",                      // a close below the low
        "[1609545600,0,12,10,11,1]", "[1609545600,-9,12,10,11,1]",
        "[1609545600,\"NaN\",12,10,11,1]", "[1609545600,9,\"inf\",10,11,1]",
        "[1609545600,9,12,10,\"eleven\",1]", "[1609545600,9,12,10,11,-1]",
        "[1609545600,9,12,10,11,\"NaN\"]",
        "[1609545601,9,12,10,11,1]",   // no day opens then
        "[1609459200,9,13,10,11,1]");  // the same day a second time
    CAPTURE(bad);
    const auto page = asked_candles{"coinbase"}.read(
        interval::d1, new_year, new_year + 2 * day, "[" + good + "," + bad + "]");
    REQUIRE(page);
    CHECK(page->refused == 1);
    REQUIRE(page->candles.size() == 1);
    CHECK(words(page->candles.front()) == "1609459200 10 12 9 11");
}

TEST_CASE("an answer that does not have the shape of candles is refused as a whole", "[provider]")
{
    struct row {
        std::string name;
        std::string body;
        boost::system::error_code code;
    };
    const auto r = GENERATE(
        row{"coinbase", "{}", json_errc::wrong_type}, row{"coinbase", "[[", json_errc::not_json},
        row{"coinbase", "[1]", json_errc::missing_field},
        row{"coinbase", "[[1609459200,9,12,10,11]]", json_errc::missing_field},
        row{"coinbase", "[[1609459200,9,12,10,null,1]]", json_errc::missing_field},
        row{"coinbase", "[[1609459200,9,12,10,[],1]]", json_errc::wrong_type},
        row{"coinbase", "<html>", provider_errc::html_instead_of_json},
        row{"kraken", R"({"error":[],"result":{"last":1}})", json_errc::missing_field},
        row{"kraken", R"({"error":[],"result":{"ETH/USD":[]}})", json_errc::missing_field},
        row{"kraken", R"({"error":[],"result":{"BTC/USD":{}}})", json_errc::wrong_type},
        row{"kraken", R"({"error":["EGeneral:Too many requests"]})", provider_errc::rate_limited},
        row{"kraken", R"({"error":["EQuery:Unknown asset pair"]})", provider_errc::unknown_symbol},
        row{"bitstamp", R"({"data":{"ohlc":[[]]}})", json_errc::missing_field},
        row{"bitstamp", R"({"data":[]})", json_errc::missing_field},
        row{"bitstamp", R"({"status":"error","code":"400.002"})", provider_errc::rate_limited});
    CAPTURE(r.name, r.body);
    const auto page =
        asked_candles{r.name}.read(interval::d1, new_year, new_year + 2 * day, r.body);
    REQUIRE_FALSE(page);
    CHECK(page.error().code == r.code);
}

TEST_CASE("a market that a provider lacks has no candles there", "[provider]")
{
    const auto lacks = [](const char* name, const std::string& symbol, const char* file,
                          int status) {
        const auto page = asked_candles{name, symbol}.read(
            interval::d1, new_year, new_year + day, fixture(file), status);
        return !page && page.error().code == provider_errc::unknown_symbol;
    };
    CHECK(lacks("coinbase", "BTC-USD", "coinbase.404.json", 404));
    CHECK(lacks("coinbase", "BTC-USD", "coinbase.400.delisted.json", 400));
    CHECK(lacks("binance", "BTC-USDT", "binance.400.bad_symbol.json", 400));
    CHECK(lacks("bitstamp", "BTC-USD", "bitstamp.404.unknown_pair.docs.json", 404));
    const auto limited = asked_candles{"coinbase"}.read(
        interval::d1, new_year, new_year + day, fixture("coinbase.429.json"), 429);
    REQUIRE_FALSE(limited);
    CHECK(limited.error().code == provider_errc::rate_limited);
}
