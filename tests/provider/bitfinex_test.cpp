#include "provider/harness.hpp"

#include "core/errors.hpp"
#include "provider/errors.hpp"
#include "json/errors.hpp"

using namespace tickertape;
using namespace tickertape::json;
using namespace tickertape::provider;
using namespace tickertape::testing;

TEST_CASE("A refusal of Bitfinex's is one at any status", "[feed]")
{
    const asked_provider bitfinex{"bitfinex"};
    const auto code = [&](const std::string& body, int status) {
        return code_of(bitfinex.read({"BTC-USD", "ETH-USD"}, body, status).at(1));
    };
    const auto busy = fixture("bitfinex.error.rate_limit.json");

    CHECK(code(busy, 429) == provider_errc::rate_limited);
    CHECK(code(busy, 200) == provider_errc::rate_limited);
    CHECK(code(R"(["error",11010,"ratelimit: error"])", 500) == provider_errc::rate_limited);
    CHECK(code(R"(["error",20060,"maintenance"])", 503) == provider_errc::http_status);
    CHECK(code(R"(["error",10020,"time_interval: invalid"])", 500) == provider_errc::http_status);
    CHECK(
        bitfinex.read_one("BTC-USD", R"(["error",20060,"maintenance"])", 503).error().detail ==
        "maintenance");
}

TEST_CASE("One symbol unknown to Bitfinex refuses a batch or is left out of it", "[feed]")
{
    const asked_provider bitfinex{"bitfinex"};
    const auto error = R"(["error",10020,"symbol: invalid"])";

    CHECK(code_of(bitfinex.read_one("NOSUCH-USD", error, 500)) == provider_errc::unknown_symbol);
    CHECK(
        code_of(bitfinex.read({"BTC-USD", "NOSUCH-USD"}, error, 500).at(0)) ==
        provider_errc::batch_refused);
    CHECK(code_of(bitfinex.read_one("NOSUCH-USD", "[]")) == provider_errc::unknown_symbol);
}

TEST_CASE("Among Bitfinex's rows, a bad one leaves the good ones be", "[feed]")
{
    const auto answer = asked_provider{"bitfinex"}.read(
        {"BTC-USD", "ETH-USD", "SOL-USD", "ADA-USD", "XRP-USD"},
        R"([null, [], ["tBTCUSD",1,1,2,1,0,0,null,5], ["tETHUSD",1,1,2], )"
        R"(["tSOLUSD",1,1,2,1,0,0,1.5,5], ["tADAUSD",1,1,2,1,0,0,1.5,0], )"
        R"(["tXRPUSD",1,1,2,1,0,0,-1,5]])");

    CHECK(code_of(answer.at(0)) == json_errc::missing_field);
    CHECK(code_of(answer.at(1)) == json_errc::missing_field);
    CHECK(price_of(answer.at(2)) == "1.5");
    CHECK(code_of(answer.at(3)) == provider_errc::dead_market);
    CHECK(code_of(answer.at(4)) == core_errc::implausible_price);
}

TEST_CASE("Bitfinex's numbers are read however they are written", "[feed]")
{
    const asked_provider bitfinex{"bitfinex"};
    const auto priced = [&](const std::string& last) {
        return price_of(
            bitfinex.read_one("BTC-USD", R"([["tBTCUSD",1,1,2,1,0,0,)" + last + ",5]]"));
    };

    CHECK(priced("79026") == "79026");
    CHECK(priced("20.0") == "20");
    CHECK(priced("1e-08") == "1e-08");
    CHECK(priced("\"1.5\"") == "1.5");
}

TEST_CASE("Bitfinex's recorded row is a quote, and its funding row is not", "[feed]")
{
    const asked_provider bitfinex{"bitfinex"};

    const auto answer = bitfinex.read_one("BTC-USD", fixture("bitfinex.tickers.v2.json"));
    REQUIRE(answer);
    CHECK(answer->value.text() == "7381.2");
    CHECK(answer->book->bid == 7381.6);
    CHECK(answer->book->ask == 7381.7);
    CHECK_FALSE(answer->upstream_time);
    CHECK(
        code_of(bitfinex.read_one("LEO-USD", fixture("bitfinex.tickers.v2.json"))) ==
        provider_errc::unknown_symbol);
}

TEST_CASE("A row of Bitfinex's that grew at its end is read as before", "[feed]")
{
    // The recorded answer for one symbol has a newer element at its end, and no symbol before it.
    auto row = fixture("bitfinex.ticker.tBTCUSD.json");
    row.replace(row.find('['), 1, R"([["tBTCUSD",)");

    const auto answer = asked_provider{"bitfinex"}.read_one("BTC-USD", row + "]");

    CHECK(price_of(answer) == "79026");
    CHECK(answer->book->bid == 78995);
}

TEST_CASE("A name that is another coin's at Bitfinex is not asked for there", "[feed]")
{
    const asked_provider bitfinex{"bitfinex"};
    const auto other = GENERATE("UST", "UDC", "AMP", "XCH", "DOG", "LUNA2");
    CAPTURE(other);

    CHECK_FALSE(bitfinex.api->spelling(other, "USD"));
    CHECK_FALSE(bitfinex.api->spelling("BTC", other));
}

TEST_CASE("No two names become one at Bitfinex", "[feed]")
{
    const asked_provider bitfinex{"bitfinex"};

    // Its LUNA is what others call LUNC.
    CHECK(bitfinex.target({"LUNA-USD", "LUNC-USD"}) == "/tickers?symbols=tLUNA2%3AUSD,tLUNA%3AUSD");
    CHECK(
        bitfinex.target({"USTC-USD", "AMPL-USD", "ATOM-USDC"}) ==
        "/tickers?symbols=tTERRAUST%3AUSD,tAMPUSD,tATOUDC");
}

TEST_CASE("Bitfinex's own names are used for its markets", "[feed]")
{
    const asked_provider bitfinex{"bitfinex"};

    CHECK(
        bitfinex.target({"BTC-USD", "DOGE-USD", "BTC-USDT", "USDC-USD"}) ==
        "/tickers?symbols=tBTCUSD,tDOGE%3AUSD,tBTCUST,tUDCUSD");
    CHECK(bitfinex.batch_size(1000) == 100);
}
