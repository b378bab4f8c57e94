#include "feed/providers/coingecko_answer.hpp"

#include "feed/fixtures.hpp"
#include "feed/providers/coingecko_coins.hpp"
#include "feed/stringify.hpp"
#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::testing;

namespace {

constexpr auto json_type = "application/json; charset=utf-8";

symbol_table symbols_of(const std::vector<std::string>& names)
{
    return symbol_table::from(names).value();
}

answers parsed(
    const std::vector<std::string>& names, const std::string& body, int status = 200,
    std::string_view type = json_type)
{
    const auto symbols = symbols_of(names);
    return parse_coingecko_prices(symbols.all(), symbols, status, type, body);
}

feed_errc code_of(const answers& a)
{
    return static_cast<feed_errc>(a.at(0).value().error().code.value());
}

}  // namespace

TEST_CASE("CoinGecko's errors are refused with its own words", "[feed]")
{
    struct row {
        std::string file;
        int status;
        feed_errc code;
        std::string words_begin;
    };
    const auto r = GENERATE(
        row{"coingecko.401.bad_key.json", 401, feed_errc::http_status, "API Key Missing."},
        row{"coingecko.401.range_too_old.json", 401, feed_errc::http_status, "error_code 10012"},
        row{"coingecko.403.user_agent.json", 403, feed_errc::http_status,
            "Please add a descriptive User-Agent to your request."},
        row{"coingecko.422.missing_ids.json", 422, feed_errc::http_status, "Missing parameter ids"},
        row{"coingecko.422.missing_vs_currency.json", 422, feed_errc::http_status,
            "Missing parameter vs_currency"},
        row{"coingecko.429.json", 429, feed_errc::rate_limited, "You've exceeded the Rate Limit."},
        row{"coingecko.500.json", 500, feed_errc::http_status, "Internal Server Error"});
    CAPTURE(r.file);

    const auto answer = parsed({"BTC-USD", "ETH-USD"}, fixture(r.file), r.status);

    REQUIRE(answer.size() == 2);
    for (const auto& a : answer) {
        REQUIRE_FALSE(a.value());
        CHECK(a->error().code == r.code);
        CHECK(a->error().detail.starts_with(r.words_begin));
        CHECK(a->error().detail.size() <= 200);
        CHECK(a->error().http_status == r.status);
    }
}

TEST_CASE("An error of CoinGecko's at status 200 is an error", "[feed]")
{
    CHECK(
        code_of(parsed({"BTC-USD"}, fixture("coingecko.401.bad_key.json"))) ==
        feed_errc::http_status);
}

TEST_CASE("CoinGecko's price is refused unless it is a positive finite number", "[feed]")
{
    const auto [text, code] = GENERATE(
        std::pair{"0", feed_errc::bad_price}, std::pair{"-1.5", feed_errc::bad_price},
        std::pair{"1e308", feed_errc::bad_price}, std::pair{"1e-300", feed_errc::bad_price},
        std::pair{"null", feed_errc::wrong_type}, std::pair{"\"1\"", feed_errc::wrong_type},
        std::pair{"[]", feed_errc::wrong_type}, std::pair{"Infinity", feed_errc::not_json},
        std::pair{"NaN", feed_errc::not_json});
    CAPTURE(text);

    CHECK(code_of(parsed({"BTC-USD"}, R"({"bitcoin":{"usd":)" + std::string{text} + "}}")) == code);
}

TEST_CASE("A coin or a currency CoinGecko left out is an unknown symbol", "[feed]")
{
    CHECK(code_of(parsed({"BTC-USD"}, "{}")) == feed_errc::unknown_symbol);
    CHECK(code_of(parsed({"BTC-USD"}, R"({"bitcoin":{}})")) == feed_errc::unknown_symbol);
    CHECK(code_of(parsed({"NOSUCH-USD"}, R"({"bitcoin":{"usd":1}})")) == feed_errc::unknown_symbol);

    const auto answer =
        parsed({"BTC-USD", "ETH-USD"}, fixture("coingecko.simple_price.space_in_ids.json"));
    CHECK(answer.at(0).value()->value.text() == "49357");
    CHECK(answer.at(1).value().error().code == feed_errc::unknown_symbol);
}

TEST_CASE("A time CoinGecko sends must be one", "[feed]")
{
    const auto bad = GENERATE("null", "-5", "0", "\"1575040666\"", "1e300", "99999999999999");
    CAPTURE(bad);

    CHECK(
        code_of(parsed(
            {"BTC-USD"}, R"({"bitcoin":{"usd":1,"last_updated_at":)" + std::string{bad} + "}}")) ==
        feed_errc::bad_time);
}

TEST_CASE("CoinGecko's recorded prices are quotes in the order asked", "[feed]")
{
    const auto answer =
        parsed({"BTC-USD", "BNB-USD", "AVAX-USD"}, fixture("coingecko.simple_price.json"));

    CHECK(answer.at(0).value()->value.text() == "88927");
    CHECK_FALSE(answer.at(0).value()->upstream_time);
    CHECK(answer.at(1).value()->value.text() == "594.59");
    CHECK(answer.at(2).value()->value.text() == "21.14");

    CHECK(
        parsed({"BTC-ETH"}, fixture("coingecko.simple_price.vs_eth.json"))
            .at(0)
            .value()
            ->value.text() == "31.906046");
    CHECK(
        parsed({"ETH-BTC"}, fixture("coingecko.pro.simple_price.json"))
            .at(0)
            .value()
            ->value.text() == "0.03950436");
}

TEST_CASE("CoinGecko's recorded times are read as seconds", "[feed]")
{
    const auto answer =
        parsed({"ADA-USD", "RVN-USD"}, fixture("coingecko.simple_price.last_updated_at.json"));

    CHECK(answer.at(0).value()->value.text() == "0.04154594");
    CHECK(answer.at(0).value()->upstream_time == wall_time{std::chrono::seconds{1575040732}});
    CHECK(answer.at(1).value()->value.text() == "0.02333279");
}

TEST_CASE("CoinGecko is asked for all symbols in one request, by id", "[feed]")
{
    const auto symbols = symbols_of({"BTC-USD", "ETH-EUR", "NOSUCH-USD", "ETH-USD"});

    CHECK(
        coingecko_target(symbols.all(), symbols) ==
        "/simple/price?ids=bitcoin,ethereum&vs_currencies=eur,usd&include_last_updated_at=true"
        "&precision=full");
    const auto unknown = symbols_of({"NOSUCH-USD"});
    CHECK(coingecko_target(unknown.all(), unknown).empty());
}

TEST_CASE("Common bases have CoinGecko ids", "[feed]")
{
    CHECK(coingecko_id("BTC") == "bitcoin");
    CHECK(coingecko_id("AAVE") == "aave");
    CHECK(coingecko_id("ZEC") == "zcash");
    CHECK_FALSE(coingecko_id("BT"));
    CHECK_FALSE(coingecko_id("ZZZ"));
}
