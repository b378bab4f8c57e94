#include "provider/harness.hpp"

#include "core/errors.hpp"
#include "pricing/quote_checks.hpp"
#include "provider/errors.hpp"
#include "json/errors.hpp"

using namespace tickertape;
using namespace tickertape::json;
using namespace tickertape::pricing;
using namespace tickertape::provider;
using namespace tickertape::testing;

TEST_CASE("A symbol that Gemini does not support is unknown", "[feed]")
{
    const auto status = GENERATE(200, 400, 404);

    const auto answer = asked_provider{"gemini"}.read_one(
        "GUSD-USD", fixture("gemini.error.invalid_symbol.json"), status);

    CHECK(code_of(answer) == provider_errc::unknown_symbol);
    CHECK(answer.error().detail == "Received unsupported symbol 'GUSDUSD'");
}

TEST_CASE("An error of Gemini's has its words, at status 200 too", "[feed]")
{
    const asked_provider gemini{"gemini"};
    const auto error = [](const std::string& reason) {
        return R"({"result":"error","reason":")" + reason + R"(","message":"why"})";
    };

    CHECK(code_of(gemini.read_one("BTC-USD", error("RateLimited"))) == provider_errc::rate_limited);
    CHECK(code_of(gemini.read_one("BTC-USD", error("Any"), 429)) == provider_errc::rate_limited);
    const auto other = gemini.read_one("BTC-USD", error("Maintenance"), 503);
    CHECK(code_of(other) == provider_errc::http_status);
    CHECK(other.error().detail == "why");
    CHECK(other.error().http_status == 503);
    CHECK(code_of(gemini.read_one("BTC-USD", error("System"))) == provider_errc::http_status);
}

TEST_CASE("A ticker of Gemini's without its price is refused", "[feed]")
{
    const asked_provider gemini{"gemini"};
    const auto code = [&](const std::string& body) {
        return code_of(gemini.read_one("BTC-USD", body));
    };

    CHECK(code("{}") == json_errc::missing_field);
    CHECK(code("[]") == json_errc::wrong_type);
    CHECK(code(R"({"volume":{"timestamp":1788856560000}})") == json_errc::missing_field);
    CHECK(
        code(R"({"last":"0","volume":{"timestamp":1788856560000}})") ==
        core_errc::implausible_price);
    CHECK(
        code(R"({"last":"1","volume":{"USD":"0","timestamp":1788856560000}})") ==
        provider_errc::dead_market);
}

TEST_CASE("A price of Gemini's stands without the end of the volume's window", "[feed]")
{
    const auto volume = GENERATE(
        R"(,"volume":{"BTC":"1","USD":"2"})", R"(,"volume":{"timestamp":"x"})", R"(,"volume":{})",
        R"(,"volume":null)", "");
    CAPTURE(volume);

    const auto answer = asked_provider{"gemini"}.read_one(
        "BTC-USD", R"({"bid":"1","ask":"2","last":"1.5")" + std::string{volume} + "}");

    CHECK(price_of(answer) == "1.5");
}

TEST_CASE("The end of Gemini's volume window does not date its price", "[feed]")
{
    const auto answer =
        asked_provider{"gemini"}.read_one("BTC-USD", fixture("gemini.pubticker.btcusd.json"));

    REQUIRE(answer);
    CHECK(answer->value.text() == "78531.37");
    CHECK_FALSE(answer->upstream_time);
    CHECK(answer->book->bid == 78506.7);
    CHECK(answer->book->ask == 78506.71);
    // The last trade is outside the book, by less than would refuse it.
    CHECK_FALSE(check_book(*answer, quote_limits{}));
}

TEST_CASE("Gemini is asked for one symbol at a time", "[feed]")
{
    const asked_provider gemini{"gemini"};

    CHECK(gemini.batch_size(100) == 1);
    CHECK(gemini.target({"BTC-USD"}) == "/pubticker/btcusd");
}
