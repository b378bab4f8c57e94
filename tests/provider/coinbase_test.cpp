#include "core/errors.hpp"
#include "core/timestamp.hpp"
#include "provider/errors.hpp"
#include "provider/harness.hpp"
#include "json/errors.hpp"

using namespace tickertape;
using namespace tickertape::json;
using namespace tickertape::provider;
using namespace tickertape::testing;

namespace {

const std::vector<std::string> five{"BTC-USD", "ETH-USD", "NEAR-USD", "SOL-USD", "ADA-USD"};

std::string day_of(const std::string& name, const std::string& figures)
{
    return "\"" + name + R"(":{"stats_24hour":{)" + figures + "}}";
}

std::string ticker_with(const std::string& price)
{
    return R"({"price":)" + price + R"(,"time":"2026-06-19T16:43:33.016274911Z"})";
}

std::string product(const std::string& name, const std::string& last, const std::string& volume)
{
    return "\"" + name + R"(":{"stats_24hour":{"last":)" + last + R"(,"volume":)" + volume + "}}";
}

}  // namespace

TEST_CASE("Coinbase's errors are refused with its own words", "[feed]")
{
    struct row {
        std::string file;
        int status;
        boost::system::error_code code;
        std::string words;
    };
    const auto r = GENERATE(
        row{"coinbase.400.user_agent.json", 400, provider_errc::http_status,
            "User-Agent header is required."},
        row{"coinbase.404.json", 404, provider_errc::unknown_symbol, "NotFound"},
        row{"coinbase.429.json", 429, provider_errc::rate_limited, "Public rate limit exceeded"},
        row{"mempool.429.html", 429, provider_errc::rate_limited,
            "429 Too Many Requests 429 Too Many Requests Sign Up for Mempool Enterprise to get "
            "increased API limits"},
        row{"mempool.429.html", 503, provider_errc::http_status,
            "429 Too Many Requests 429 Too Many Requests Sign Up for Mempool Enterprise to get "
            "increased API limits"});
    CAPTURE(r.file);

    const auto answer = asked_provider{"coinbase"}.read_one("BTC-USD", fixture(r.file), r.status);

    CHECK(code_of(answer) == r.code);
    CHECK(answer.error().detail == r.words);
    CHECK(answer.error().http_status == r.status);
}

TEST_CASE("A product that Coinbase delisted is unknown, the others are not touched", "[feed]")
{
    const asked_provider coinbase{"coinbase"};

    CHECK(
        code_of(coinbase.read_one("BTC-USD", fixture("coinbase.400.delisted.json"), 400)) ==
        provider_errc::unknown_symbol);
    // The same statuses from something before Coinbase, or for all products, say nothing of one.
    CHECK(
        code_of(coinbase.read_one("BTC-USD", fixture("mempool.429.html"), 404)) ==
        provider_errc::http_status);
    for (const auto* words : {"Forbidden", "Invalid product", "", "NotFound at this address"})
        CHECK(
            code_of(coinbase.read_one(
                "BTC-USD", R"({"message":")" + std::string{words} + R"("})", 404)) ==
            provider_errc::http_status);
    for (const auto& answer : coinbase.read(five, fixture("coinbase.404.json"), 404))
        CHECK(code_of(answer) == provider_errc::http_status);
}

TEST_CASE("A web page at status 200 is no answer of Coinbase's", "[feed]")
{
    const asked_provider coinbase{"coinbase"};

    CHECK(
        code_of(coinbase.read_one("BTC-USD", fixture("mempool.429.html"))) ==
        provider_errc::html_instead_of_json);
    CHECK(
        code_of(coinbase.read_one("BTC-USD", ticker_with("\"1\""), 200, "text/html")) ==
        provider_errc::html_instead_of_json);
}

TEST_CASE("Coinbase's price is refused unless it is a positive finite decimal", "[feed]")
{
    const auto bad = GENERATE(
        R"("0")", R"("0.00")", R"("-1")", R"("")", R"(" 1")", R"("1 ")", R"("1e308")", R"("1e400")",
        R"("inf")", R"("nan")", R"("1e-300")", R"("0x10")", R"("1,5")", "0", "-1", "1e308");
    CAPTURE(bad);

    CHECK(
        code_of(asked_provider{"coinbase"}.read_one("BTC-USD", ticker_with(bad))) ==
        core_errc::implausible_price);
}

TEST_CASE("A price of Coinbase's that is neither text nor number is refused", "[feed]")
{
    const auto bad = GENERATE("[]", "{}", "true");
    CAPTURE(bad);

    CHECK(
        code_of(asked_provider{"coinbase"}.read_one("BTC-USD", ticker_with(bad))) ==
        json_errc::wrong_type);
}

TEST_CASE("A ticker of Coinbase's without price or time is refused", "[feed]")
{
    const asked_provider coinbase{"coinbase"};
    const auto code = [&](const std::string& body) {
        return code_of(coinbase.read_one("BTC-USD", body));
    };

    CHECK(code("{}") == json_errc::missing_field);
    CHECK(code(ticker_with("null")) == json_errc::missing_field);
    CHECK(code(R"({"price":"1"})") == json_errc::missing_field);
    CHECK(code(R"({"price":"1","time":null})") == json_errc::missing_field);
    CHECK(code(R"({"price":"1","time":1})") == json_errc::wrong_type);
    CHECK(code(R"({"price":"1","time":"now"})") == core_errc::implausible_time);
    CHECK(code(R"({"price":"1","time":"1970-01-01T00:00:00Z"})") == core_errc::implausible_time);
    CHECK(code("[]") == json_errc::wrong_type);
    CHECK(code("") == json_errc::not_json);
    CHECK(code(R"({"price":"1")") == json_errc::not_json);
}

TEST_CASE("A book of Coinbase's that is no book is refused, and a missing one is none", "[feed]")
{
    const asked_provider coinbase{"coinbase"};
    const auto with_book = [&](const std::string& book) {
        return coinbase.read_one(
            "BTC-USD", R"({"price":"10","time":"2026-06-19T16:43:33Z")" + book + "}");
    };

    CHECK(code_of(with_book(R"(,"bid":"-1","ask":"11")")) == core_errc::implausible_price);
    CHECK(code_of(with_book(R"(,"bid":"9","ask":"x")")) == core_errc::implausible_price);
    CHECK(code_of(with_book(R"(,"bid":"9","ask":"1e999")")) == core_errc::implausible_price);
    CHECK(code_of(with_book(R"(,"bid":"inf","ask":"11")")) == core_errc::implausible_price);
    CHECK(code_of(with_book(R"(,"bid":[],"ask":"11")")) == json_errc::wrong_type);
    CHECK_FALSE(with_book("")->book);
    CHECK_FALSE(with_book(R"(,"bid":"9")")->book);
    // Nobody on one side is a book, of a market that is refused later.
    CHECK(with_book(R"(,"bid":null,"ask":"11")")->book->bid == 0);
    CHECK(with_book(R"(,"bid":"9","ask":"")")->book->ask == 0);
}

TEST_CASE("Among all of Coinbase's products, a bad one leaves the good ones be", "[feed]")
{
    const auto body = "{" + product("BTC-USD", "\"1.5\"", "\"3\"") + "," +
                      product("ETH-USD", "\"0\"", "\"3\"") + "," +
                      product("NEAR-USD", "null", "\"3\"") + R"(,"ADA-USD":[])" + "}";

    const auto answer = asked_provider{"coinbase"}.read(five, body);

    CHECK(price_of(answer.at(0)) == "1.5");
    CHECK(code_of(answer.at(1)) == core_errc::implausible_price);
    CHECK(code_of(answer.at(2)) == json_errc::missing_field);
    CHECK(code_of(answer.at(3)) == provider_errc::unknown_symbol);
    CHECK(code_of(answer.at(4)) == json_errc::missing_field);
}

TEST_CASE(
    "A price of Coinbase's that nobody traded at for a day is refused where nothing dates it",
    "[feed]")
{
    const auto answer = asked_provider{"coinbase"}.read(
        five, "{" + product("BTC-USD", "\"1.5\"", "\"0.00000000\"") + "," +
                  product("ETH-USD", "\"1.5\"", "0") + "}");

    CHECK(code_of(answer.at(0)) == provider_errc::dead_market);
    CHECK(code_of(answer.at(1)) == provider_errc::dead_market);
}

TEST_CASE(
    "Where nothing dates a price of Coinbase's, a day of one price is refused as a dead market",
    "[feed]")
{
    const auto body =
        "{" +
        day_of("BTC-USD", R"("open":"1.5","high":"1.5","low":"1.50","last":"1.5","volume":"3")") +
        "," + day_of("ETH-USD", R"("high":"1.6","low":"1.5","last":"1.5","volume":"3")") + "," +
        day_of("NEAR-USD", R"("high":null,"low":null,"last":"1.5","volume":"3")") + "," +
        day_of("SOL-USD", R"("high":"x","low":"x","last":"1.5","volume":"3")") + "}";

    const auto answer = asked_provider{"coinbase"}.read(five, body);

    CHECK(code_of(answer.at(0)) == provider_errc::dead_market);
    CHECK(answer.at(0)->error().detail == "one price in 24h");
    CHECK(price_of(answer.at(1)) == "1.5");
    // What it does not say is not held against it.
    CHECK(price_of(answer.at(2)) == "1.5");
    CHECK(price_of(answer.at(3)) == "1.5");
}

TEST_CASE("A product of Coinbase's with no volume is a dead market in its ticker too", "[feed]")
{
    CHECK(
        code_of(asked_provider{"coinbase"}.read_one(
            "BTC-USD", R"({"price":"1","time":"2026-06-19T16:43:33Z","volume":"0.00"})")) ==
        provider_errc::dead_market);
}

TEST_CASE("Coinbase's recorded ticker is a quote with its time and its book", "[feed]")
{
    const auto answer =
        asked_provider{"coinbase"}.read_one("BTC-USD", fixture("coinbase.ticker.BTC-USD.json"));

    REQUIRE(answer);
    CHECK(answer->symbol == symbol_id{0});
    CHECK(answer->value.text() == "63212.97");
    CHECK(format_rfc3339(*answer->upstream_time) == "2026-06-19T16:43:33.017Z");
    CHECK(answer->book->bid == 63212.97);
    CHECK(answer->book->ask == 63212.98);
}

TEST_CASE("Coinbase's recorded figures of the day are quotes without a time", "[feed]")
{
    const auto answer =
        asked_provider{"coinbase"}.read(five, fixture("coinbase.stats_all.trimmed.json"));

    CHECK(price_of(answer.at(2)) == "1.847");
    CHECK((*answer.at(2))->symbol == symbol_id{2});
    CHECK_FALSE((*answer.at(2))->upstream_time);
    CHECK(code_of(answer.at(0)) == provider_errc::unknown_symbol);
}

TEST_CASE("Coinbase is asked for ten products one by one, for fifty with one request", "[feed]")
{
    const asked_provider coinbase{"coinbase"};

    CHECK(coinbase.batch_size(1) == 1);
    CHECK(coinbase.batch_size(10) == 1);
    CHECK(coinbase.batch_size(11) == 11);
    CHECK(coinbase.batch_size(50) == 50);
    CHECK(coinbase.target({"BTC-USD"}) == "/products/BTC-USD/ticker");
    CHECK(coinbase.target(five) == "/products/stats");
}
