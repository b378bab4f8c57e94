#include "feed/providers/coinbase_answer.hpp"

#include "core/timestamp.hpp"
#include "feed/fixtures.hpp"
#include "feed/stringify.hpp"
#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::testing;

namespace {

constexpr symbol_id btc{0};
constexpr auto json_type = "application/json; charset=utf-8";

fetched<quote> parsed(const std::string& body, int status = 200)
{
    return parse_coinbase_ticker(btc, status, json_type, body);
}

std::string ticker_with(const std::string& price)
{
    return R"({"price":)" + price + R"(,"time":"2026-06-19T16:43:33.016274911Z"})";
}

}  // namespace

TEST_CASE("Coinbase's errors are refused with its own words", "[feed]")
{
    struct row {
        std::string file;
        int status;
        feed_errc code;
        std::string words;
    };
    const auto r = GENERATE(
        row{"coinbase.400.user_agent.json", 400, feed_errc::http_status,
            "User-Agent header is required."},
        row{"coinbase.404.json", 404, feed_errc::unknown_symbol, "NotFound"},
        row{"coinbase.429.json", 429, feed_errc::rate_limited, "Public rate limit exceeded"},
        row{"mempool.429.html", 429, feed_errc::rate_limited,
            "429 Too Many Requests 429 Too Many Requests Sign Up for Mempool Enterprise to get "
            "increased API limits"},
        row{"mempool.429.html", 503, feed_errc::http_status,
            "429 Too Many Requests 429 Too Many Requests Sign Up for Mempool Enterprise to get "
            "increased API limits"});
    CAPTURE(r.file);

    const auto answer = parsed(fixture(r.file), r.status);

    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == r.code);
    CHECK(answer.error().detail == r.words);
    CHECK(answer.error().http_status == r.status);
}

TEST_CASE("A web page at status 200 is no answer of Coinbase's", "[feed]")
{
    const auto answer = parsed(fixture("mempool.429.html"));

    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == feed_errc::html_instead_of_json);
}

TEST_CASE(
    "Coinbase's price is refused unless it is a positive finite decimal in a string", "[feed]")
{
    const auto bad = GENERATE(
        R"("0")", R"("0.00")", R"("-1")", R"("")", R"(" 1")", R"("1 ")", R"("1e308")", R"("1e400")",
        R"("inf")", R"("nan")", R"("1e-300")", R"("0x10")", R"("1,5")");
    CAPTURE(bad);

    const auto answer = parsed(ticker_with(bad));

    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == feed_errc::bad_price);
}

TEST_CASE("A field of Coinbase's with another type is refused", "[feed]")
{
    const auto bad = GENERATE("null", "63212.97", "[]", "{}", "true");
    CAPTURE(bad);

    CHECK(parsed(ticker_with(bad)).error().code == feed_errc::wrong_type);
}

TEST_CASE("A ticker without price or time is refused", "[feed]")
{
    CHECK(parsed("{}").error().code == feed_errc::missing_field);
    CHECK(parsed(R"({"price":"1"})").error().code == feed_errc::missing_field);
    CHECK(parsed(R"({"price":"1","time":1})").error().code == feed_errc::wrong_type);
    CHECK(parsed(R"({"price":"1","time":"now"})").error().code == feed_errc::bad_time);
    CHECK(parsed("[]").error().code == feed_errc::wrong_type);
    CHECK(parsed("").error().code == feed_errc::not_json);
    CHECK(parsed(R"({"price":"1")").error().code == feed_errc::not_json);
}

TEST_CASE("Coinbase's recorded ticker is a quote with its time", "[feed]")
{
    const auto answer = parsed(fixture("coinbase.ticker.BTC-USD.json"));

    REQUIRE(answer);
    CHECK(answer->symbol == btc);
    CHECK(answer->value.text() == "63212.97");
    CHECK(format_rfc3339(*answer->upstream_time) == "2026-06-19T16:43:33.017Z");
}
