#include "provider/harness.hpp"

#include "core/errors.hpp"
#include "pricing/errors.hpp"
#include "pricing/quote_checks.hpp"
#include "provider/errors.hpp"
#include "json/errors.hpp"

using namespace tickertape;
using namespace tickertape::json;
using namespace tickertape::pricing;
using namespace tickertape::provider;
using namespace tickertape::testing;

namespace {

std::string with_error(const std::string& words)
{
    return R"({"error":[")" + words + R"("]})";
}

}  // namespace

TEST_CASE("An error of Kraken's is one at status 200 too", "[feed]")
{
    struct row {
        std::string body;
        boost::system::error_code code;
        std::string words;
    };
    const auto r = GENERATE(
        row{fixture("kraken.error.rate_limit.json"), provider_errc::rate_limited,
            "EGeneral:Too many requests"},
        row{with_error("EAPI:Rate limit exceeded"), provider_errc::rate_limited,
            "EAPI:Rate limit exceeded"},
        row{with_error("EService:Unavailable"), provider_errc::http_status, "EService:Unavailable"},
        row{with_error("EService:Busy"), provider_errc::http_status, "EService:Busy"},
        row{with_error("EGeneral:Internal error"), provider_errc::http_status,
            "EGeneral:Internal error"});
    CAPTURE(r.body);

    const auto answer = asked_provider{"kraken"}.read({"BTC-USD", "ETH-USD"}, r.body);

    REQUIRE(answer.size() == 2);
    for (const auto& each : answer) {
        CHECK(code_of(each) == r.code);
        CHECK(each->error().detail == r.words);
        CHECK(each->error().http_status == 0);
    }
}

TEST_CASE("One pair unknown to Kraken refuses a batch, and alone is unknown", "[feed]")
{
    const asked_provider kraken{"kraken"};
    const auto body = fixture("kraken.error.unknown_pair.json");

    CHECK(code_of(kraken.read_one("NOSUCH-USD", body)) == provider_errc::unknown_symbol);
    for (const auto& each : kraken.read({"BTC-USD", "NOSUCH-USD"}, body))
        CHECK(code_of(each) == provider_errc::batch_refused);
}

TEST_CASE("An address too long for Kraken is asked for in smaller batches", "[feed]")
{
    const asked_provider kraken{"kraken"};

    CHECK(
        code_of(kraken.read({"BTC-USD", "ETH-USD"}, "<html>414</html>", 414).at(1)) ==
        provider_errc::batch_refused);
    CHECK(
        code_of(kraken.read_one("BTC-USD", "<html>414</html>", 414)) == provider_errc::http_status);
}

TEST_CASE("A page of the wall before Kraken is an error with its words", "[feed]")
{
    const auto status = GENERATE(502, 503, 520);

    const auto answer = asked_provider{"kraken"}.read_one(
        "BTC-USD", "<html><title>Web server is down</title></html>", status, "text/html");

    CHECK(code_of(answer) == provider_errc::http_status);
    CHECK(answer.error().detail == "Web server is down");
    CHECK(answer.error().http_status == status);
}

TEST_CASE("An answer of Kraken's without a usable result is refused", "[feed]")
{
    const asked_provider kraken{"kraken"};
    const auto code = [&](const std::string& body) {
        return code_of(kraken.read_one("BTC-USD", body));
    };

    CHECK(code("{}") == json_errc::missing_field);
    CHECK(code("[]") == json_errc::missing_field);
    CHECK(code(R"({"error":[],"result":null})") == json_errc::wrong_type);
    CHECK(code(R"({"error":[],"result":[]})") == json_errc::wrong_type);
    // It refuses what it does not have, in words: that nothing is there says something else.
    CHECK(code(R"({"error":[],"result":{}})") == json_errc::missing_field);
    CHECK(code(R"({"error":[],"result":{"btc_usd":{"c":["5"]}}})") == json_errc::missing_field);
    CHECK(code(R"({"error":["EQuery:Bad asset class"]})") == provider_errc::http_status);
    CHECK(code(R"({"result":{"BTC/USD":{}}})") == json_errc::missing_field);
    CHECK(code(R"({"result":{"BTC/USD":{"c":[]}}})") == json_errc::missing_field);
    CHECK(code(R"({"result":{"BTC/USD":{"c":"1"}}})") == json_errc::missing_field);
    CHECK(code(R"({"result":{"BTC/USD":{"c":[null]}}})") == json_errc::missing_field);
    CHECK(code(R"({"result":{"BTC/USD":{"c":["-1"]}}})") == core_errc::implausible_price);
}

TEST_CASE("A warning of Kraken's beside a result is no error", "[feed]")
{
    const auto answer = asked_provider{"kraken"}.read_one(
        "BTC-USD", R"({"error":["WGeneral:Slow"],"result":{"BTC/USD":{"c":["1.5"]}}})");

    REQUIRE(answer);
    CHECK(answer->value.text() == "1.5");
}

TEST_CASE("A price of Kraken's is read whether it is text or a number", "[feed]")
{
    const asked_provider kraken{"kraken"};

    CHECK(price_of(kraken.read_one("BTC-USD", R"({"result":{"BTC/USD":{"c":["20.0"]}}})")) == "20");
    CHECK(price_of(kraken.read_one("BTC-USD", R"({"result":{"BTC/USD":{"c":[20]}}})")) == "20");
    CHECK(
        price_of(kraken.read_one("BTC-USD", R"({"result":{"BTC/USD":{"c":[1e-08]}}})")) == "1e-08");
}

TEST_CASE("Dead markets of Kraken's are refused, or have a book that refuses them", "[feed]")
{
    const quote_limits limits{};

    const auto answer = asked_provider{"kraken"}.read(
        {"AI16Z-USD", "AIR-USD", "FLY-USD", "K-USD", "LSETH-USD", "BTC-USD"},
        fixture("kraken.ticker.assetVersion1.trimmed.json"));

    for (std::size_t i = 0; i < 4; ++i)
        CHECK(code_of(answer.at(i)) == provider_errc::dead_market);
    REQUIRE(answer.at(4).value());
    CHECK(check_book(**answer.at(4), limits) == pricing_errc::absurd_spread);
    REQUIRE(answer.at(5).value());
    CHECK_FALSE(check_book(**answer.at(5), limits));
}

TEST_CASE(
    "A pair of Kraken's that nobody traded for a day is dead, whatever its last price", "[feed]")
{
    const auto with = [](const std::string& volumes) {
        return asked_provider{"kraken"}.read_one(
            "BTC-USD", R"({"result":{"BTC/USD":{"c":["5"],"v":)" + volumes + "}}}");
    };

    CHECK(code_of(with(R"(["0.0","0.0"])")) == provider_errc::dead_market);
    // Nothing since midnight is not yet a day.
    CHECK(with(R"(["0.0","0.1"])"));
}

TEST_CASE("What Kraken calls otherwise, or calls another coin so, is not asked for there", "[feed]")
{
    const asked_provider kraken{"kraken"};
    const auto stream = find_provider("kraken")->make_socket();
    const auto other = GENERATE("XBT", "XDG", "LUNA", "UST", "REP");
    CAPTURE(other);

    CHECK_FALSE(kraken.api->spelling(other, "USD"));
    CHECK_FALSE(kraken.api->spelling("ETH", other));
    CHECK_FALSE(stream->spelling(other, "USD"));
    CHECK(kraken.api->spelling("DOGE", "USD")->name == "DOGE/USD");
}

TEST_CASE("Pairs of Kraken's whose old names would collide are kept apart", "[feed]")
{
    const auto answer = asked_provider{"kraken"}.read(
        {"AIO-USD", "AIOZ-USD"}, fixture("kraken.ticker.assetVersion1.trimmed.json"));

    CHECK(price_of(answer.at(0)) == "0.11302");
    CHECK(price_of(answer.at(1)) == "0.054");
}

TEST_CASE("An answer of Kraken's under its old names is read, each name as what it means", "[feed]")
{
    const asked_provider kraken{"kraken"};

    CHECK(price_of(kraken.read_one("BTC-USD", fixture("kraken.ticker.XBTUSD.json"))) != "0");
    const auto answer = kraken.read(
        {"BTC-USD", "DOGE-USD", "AIO-USD", "AIOZ-USD", "USDT-USD", "ETH-BTC", "BTC-USDT"},
        R"({"error":[],"result":{"XXBTZUSD":{"c":["1"]},"XDGUSD":{"c":["2"]},"AIOUSD":{"c":["3"]},)"
        R"("AIOZUSD":{"c":["4"]},"USDTZUSD":{"c":["5"]},"XETHXXBT":{"c":["6"]},)"
        R"("XBTUSDT":{"c":["7"]}}})");
    for (std::size_t i = 0; i < answer.size(); ++i)
        CHECK(price_of(answer.at(i)) == std::to_string(i + 1));
}

TEST_CASE("Kraken's recorded pairs are quotes with a book and without a time", "[feed]")
{
    const auto answer = asked_provider{"kraken"}.read(
        {"DOGE-USD", "BTC-USD", "BTC-EUR"}, fixture("kraken.ticker.assetVersion1.trimmed.json"));

    CHECK(price_of(answer.at(0)) == "0.0765825");
    CHECK(price_of(answer.at(1)) == "60934.9");
    CHECK(price_of(answer.at(2)) == "53747.6");
    const auto& btc = **answer.at(1);
    CHECK(btc.symbol == symbol_id{1});
    CHECK(btc.book->bid == 60934.8);
    CHECK(btc.book->ask == 60934.9);
    CHECK_FALSE(btc.upstream_time);
}

TEST_CASE("Kraken is asked for readable names, and for all there are where we want many", "[feed]")
{
    const asked_provider kraken{"kraken"};

    CHECK(kraken.target({"BTC-USD"}) == "/Ticker?assetVersion=1&pair=BTC%2FUSD");
    CHECK(
        kraken.target({"BTC-USD", "DOGE-EUR"}) ==
        "/Ticker?assetVersion=1&pair=BTC%2FUSD,DOGE%2FEUR");
    CHECK(kraken.batch_size(1) == 1);
    CHECK(kraken.batch_size(1000) == 1000);
    std::vector<std::string> many;
    for (int i = 0; i < 20; ++i)
        many.push_back("S" + std::to_string(i) + "-USD");
    CHECK(kraken.target(many).find("&pair=S0%2FUSD,S1") != std::string::npos);
    many.push_back("S20-USD");
    CHECK(kraken.target(many) == "/Ticker?assetVersion=1");
}
