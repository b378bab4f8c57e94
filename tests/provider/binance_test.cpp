#include "provider/harness.hpp"

#include "core/errors.hpp"
#include "provider/errors.hpp"
#include "json/errors.hpp"

using namespace tickertape;
using namespace tickertape::json;
using namespace tickertape::provider;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

std::string row_with(const std::string& symbol, const std::string& last)
{
    return R"({"symbol":")" + symbol + R"(","lastPrice":)" + last +
           R"(,"closeTime":1639734042763,"volume":"1"})";
}

}  // namespace

TEST_CASE("One symbol unknown to Binance refuses a batch, and alone is unknown", "[feed]")
{
    const asked_provider binance{"binance"};
    const auto body = fixture("binance.400.bad_symbol.json");

    CHECK(code_of(binance.read_one("NOSUCH-USDT", body, 400)) == provider_errc::unknown_symbol);
    for (const auto& each : binance.read({"BTC-USDT", "NOSUCH-USDT"}, body, 400)) {
        CHECK(code_of(each) == provider_errc::batch_refused);
        CHECK(each->error().detail == "Invalid symbol.");
    }
    // A name longer than any of its symbols is refused in other words.
    CHECK(
        code_of(binance.read_one(
            "NOSUCH-USDT", R"({"code":-1100,"msg":"Illegal characters found in parameter"})",
            400)) == provider_errc::unknown_symbol);
}

TEST_CASE("A refusal of Binance's is told by its status and its words", "[feed]")
{
    struct row {
        std::string body;
        int status;
        boost::system::error_code code;
        std::string words_begin;
    };
    const auto r = GENERATE(
        row{fixture("binance.418.json"), 418, provider_errc::rate_limited, "Way too much request"},
        row{fixture("binance.429.json"), 429, provider_errc::rate_limited, "Too many requests"},
        row{fixture("binance.429.json"), 200, provider_errc::rate_limited, "Too many requests"},
        row{fixture("binance.451.json"), 451, provider_errc::http_status,
            "Service unavailable from a"},
        row{"<html><h1>403 ERROR</h1></html>", 403, provider_errc::http_status, "403 ERROR"},
        row{R"({"code":-1008,"msg":"Server is busy"})", 503, provider_errc::http_status,
            "Server is"},
        row{R"({"code":-1008,"msg":"Server is busy"})", 200, provider_errc::http_status,
            "Server is"});
    CAPTURE(r.body, r.status);

    for (const auto& each :
         asked_provider{"binance"}.read({"BTC-USDT", "ETH-USDT"}, r.body, r.status)) {
        CHECK(code_of(each) == r.code);
        CHECK(each->error().detail.starts_with(r.words_begin));
        CHECK(each->error().http_status == (r.status == 200 ? 0 : r.status));
    }
}

TEST_CASE("A price in USDT or USDC is never asked for as one in USD", "[feed]")
{
    const asked_provider binance{"binance"};

    CHECK_FALSE(binance.api->spelling("BTC", "USD"));
    CHECK(binance.api->spelling("BTC", "USDT")->name == "BTCUSDT");
    CHECK(binance.api->spelling("BTC", "USDC")->name == "BTCUSDC");
    // An answer for the one is not taken for the other.
    const auto answer =
        binance.read({"BTC-USDC", "BTC-USDT"}, "[" + row_with("BTCUSDT", "\"47174.97\"") + "]");
    CHECK(code_of(answer.at(0)) == json_errc::missing_field);
    CHECK(price_of(answer.at(1)) == "47174.97");
}

TEST_CASE("Among Binance's symbols, a bad one leaves the good ones be", "[feed]")
{
    const auto answer = asked_provider{"binance"}.read(
        {"BTC-USDT", "ETH-USDT", "SOL-USDT", "ADA-USDT"},
        "[null," + row_with("BTCUSDT", "\"0.00000000\"") + "," + row_with("SOLUSDT", "null") + "," +
            row_with("ADAUSDT", "\"0.5\"") +
            R"(,{"symbol":"ETHUSDT","lastPrice":"5","closeTime":0}])");

    CHECK(code_of(answer.at(0)) == core_errc::implausible_price);
    CHECK(code_of(answer.at(1)) == core_errc::implausible_time);
    CHECK(code_of(answer.at(2)) == json_errc::missing_field);
    CHECK(price_of(answer.at(3)) == "0.5");
}

TEST_CASE("A market of Binance's nobody traded in for a day is dead", "[feed]")
{
    CHECK(
        code_of(asked_provider{"binance"}.read_one(
            "BTC-USDT", R"([{"symbol":"BTCUSDT","lastPrice":"5","closeTime":1639734042763,
                         "volume":"0.00000000"}])")) == provider_errc::dead_market);
}

TEST_CASE("Binance's recorded ticker is a quote with its time in milliseconds", "[feed]")
{
    const auto answer = asked_provider{"binance"}.read_one(
        "BTC-USDT", "[" + fixture("binance.ticker_24hr.BTCUSDT.json") + "]");

    REQUIRE(answer);
    CHECK(answer->value.text() == "47174.97");
    CHECK(answer->upstream_time == wall_time{1639734042763ms});
    CHECK(answer->book->bid == 47174.96);
    CHECK(answer->book->ask == 47174.97);
    CHECK(
        code_of(asked_provider{"binance"}.read_one(
            "BTC-USDT", fixture("binance.ticker_24hr.BTCUSDT.json"))) == json_errc::wrong_type);
}

TEST_CASE("Binance is asked for as many symbols as weigh little", "[feed]")
{
    const asked_provider binance{"binance"};

    CHECK(
        binance.target({"BTC-USDT", "ETH-BTC"}) ==
        "/api/v3/ticker/24hr?symbols=%5B%22BTCUSDT%22%2C%22ETHBTC%22%5D");
    CHECK(binance.batch_size(20) == 20);
    CHECK(binance.batch_size(21) == 20);
}
