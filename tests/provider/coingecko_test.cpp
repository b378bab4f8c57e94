#include "core/errors.hpp"
#include "provider/coingecko_coins.hpp"
#include "provider/errors.hpp"
#include "provider/harness.hpp"
#include "json/errors.hpp"

using namespace tickertape;
using namespace tickertape::json;
using namespace tickertape::provider;
using namespace tickertape::testing;
using namespace std::chrono_literals;

TEST_CASE("CoinGecko's errors are refused with its own words", "[feed]")
{
    struct row {
        std::string file;
        int status;
        boost::system::error_code code;
        std::string words_begin;
    };
    const auto r = GENERATE(
        row{"coingecko.401.bad_key.json", 401, provider_errc::key_refused, "API Key Missing."},
        row{"coingecko.401.range_too_old.json", 401, provider_errc::http_status,
            "error_code 10012"},
        row{"coingecko.403.user_agent.json", 403, provider_errc::http_status,
            "Please add a descriptive User-Agent to your request."},
        row{"coingecko.422.missing_ids.json", 422, provider_errc::http_status,
            "Missing parameter ids"},
        row{"coingecko.422.missing_vs_currency.json", 422, provider_errc::http_status,
            "Missing parameter vs_currency"},
        row{"coingecko.429.json", 429, provider_errc::rate_limited,
            "You've exceeded the Rate Limit."},
        row{"mempool.429.html", 429, provider_errc::rate_limited, "429 Too Many Requests"},
        row{"coingecko.500.json", 500, provider_errc::http_status, "Internal Server Error"});
    CAPTURE(r.file);

    const auto answer =
        asked_provider{"coingecko"}.read({"BTC-USD", "ETH-USD"}, fixture(r.file), r.status);

    REQUIRE(answer.size() == 2);
    for (const auto& a : answer) {
        CHECK(code_of(a) == r.code);
        CHECK(a->error().detail.starts_with(r.words_begin));
        CHECK(a->error().detail.size() <= 200);
        CHECK(a->error().http_status == r.status);
    }
}

TEST_CASE("An error of CoinGecko's at status 200 is an error", "[feed]")
{
    const asked_provider coingecko{"coingecko"};

    CHECK(
        code_of(coingecko.read_one("BTC-USD", fixture("coingecko.401.bad_key.json"))) ==
        provider_errc::key_refused);
    CHECK(
        code_of(coingecko.read_one("BTC-USD", fixture("coingecko.401.range_too_old.json"))) ==
        provider_errc::http_status);
    CHECK(
        code_of(coingecko.read_one("BTC-USD", fixture("coingecko.429.json"))) ==
        provider_errc::rate_limited);
}

TEST_CASE("CoinGecko's price is refused unless it is a positive finite number", "[feed]")
{
    struct said {
        const char* text;
        boost::system::error_code code;
    };
    const auto [text, code] = GENERATE(
        said{"0", core_errc::implausible_price}, said{"-1.5", core_errc::implausible_price},
        said{"1e308", core_errc::implausible_price}, said{"1e-300", core_errc::implausible_price},
        said{"null", json_errc::missing_field}, said{"\"x\"", core_errc::implausible_price},
        said{"[]", json_errc::wrong_type}, said{"Infinity", json_errc::not_json},
        said{"NaN", json_errc::not_json});
    CAPTURE(text);

    CHECK(
        code_of(asked_provider{"coingecko"}.read_one(
            "BTC-USD", R"({"bitcoin":{"usd":)" + std::string{text} + "}}")) == code);
}

TEST_CASE("A coin or a currency CoinGecko silently left out is an unknown symbol", "[feed]")
{
    const asked_provider coingecko{"coingecko"};

    CHECK(code_of(coingecko.read_one("BTC-USD", "{}")) == provider_errc::unknown_symbol);
    CHECK(
        code_of(coingecko.read_one("BTC-USD", R"({"bitcoin":{}})")) ==
        provider_errc::unknown_symbol);
    CHECK(code_of(coingecko.read_one("BTC-USD", R"({"bitcoin":1})")) == json_errc::wrong_type);
    CHECK(code_of(coingecko.read_one("BTC-USD", "[]")) == json_errc::wrong_type);

    const auto answer =
        coingecko.read({"BTC-USD", "ETH-USD"}, fixture("coingecko.simple_price.space_in_ids.json"));
    CHECK(price_of(answer.at(0)) == "49357");
    CHECK(code_of(answer.at(1)) == provider_errc::unknown_symbol);
}

TEST_CASE("A price of CoinGecko's whose time is missing or null has none", "[feed]")
{
    for (const auto* fields : {R"({"usd":1})", R"({"usd":1,"last_updated_at":null})"}) {
        const auto answer = asked_provider{"coingecko"}.read_one(
            "BTC-USD", R"({"bitcoin":)" + std::string{fields} + "}");
        REQUIRE(answer);
        CHECK_FALSE(answer->upstream_time);
    }
}

TEST_CASE("A time CoinGecko sends must be one", "[feed]")
{
    const auto bad = GENERATE("-5", "0", "\"\"", "1e300", "99999999999999", "[]");
    CAPTURE(bad);

    const auto code = code_of(asked_provider{"coingecko"}.read_one(
        "BTC-USD", R"({"bitcoin":{"usd":1,"last_updated_at":)" + std::string{bad} + "}}"));

    CHECK((code == core_errc::implausible_time || code == json_errc::wrong_type));
}

TEST_CASE("CoinGecko's recorded prices are quotes in the order asked", "[feed]")
{
    const asked_provider coingecko{"coingecko"};
    const auto answer =
        coingecko.read({"BTC-USD", "BNB-USD", "AVAX-USD"}, fixture("coingecko.simple_price.json"));

    CHECK(price_of(answer.at(0)) == "88927");
    CHECK_FALSE((*answer.at(0))->upstream_time);
    CHECK(price_of(answer.at(1)) == "594.59");
    CHECK(price_of(answer.at(2)) == "21.14");
    CHECK((*answer.at(2))->symbol == symbol_id{2});

    CHECK(
        price_of(coingecko.read_one("BTC-ETH", fixture("coingecko.simple_price.vs_eth.json"))) ==
        "31.906046");
    CHECK(
        price_of(coingecko.read_one("ETH-BTC", fixture("coingecko.pro.simple_price.json"))) ==
        "0.03950436");
}

TEST_CASE("CoinGecko's recorded times are read as seconds", "[feed]")
{
    const auto answer = asked_provider{"coingecko"}.read(
        {"ADA-USD", "RVN-USD"}, fixture("coingecko.simple_price.last_updated_at.json"));

    CHECK(price_of(answer.at(0)) == "0.04154594");
    CHECK((*answer.at(0))->upstream_time == wall_time{1575040732s});
    CHECK(price_of(answer.at(1)) == "0.02333279");
}

TEST_CASE("CoinGecko is asked for many coins in one request, by id", "[feed]")
{
    const asked_provider coingecko{"coingecko"};

    CHECK(
        coingecko.target({"BTC-USD", "ETH-EUR", "ETH-USD"}) ==
        "/simple/price?ids=bitcoin,ethereum&vs_currencies=usd,eur&include_last_updated_at=true"
        "&precision=full");
    CHECK(coingecko.batch_size(250, "BTC-USD") == 250);
    CHECK(coingecko.batch_size(1000, "BTC-USD") == 250);
}

TEST_CASE("CoinGecko is not asked for what it surely lacks", "[feed]")
{
    const asked_provider coingecko{"coingecko"};

    CHECK_FALSE(coingecko.api->spelling("NOSUCH", "USD"));
    CHECK_FALSE(coingecko.api->spelling("BTC", "USDT"));
    CHECK_FALSE(coingecko.api->spelling("BTC", "USDC"));
    CHECK(coingecko.api->spelling("USDT", "USD"));
}

TEST_CASE("CoinGecko's key goes to the header of the host it belongs to", "[feed]")
{
    const auto* row = find_provider("coingecko");

    CHECK(row->key_header("api.coingecko.com", "k").name == "x-cg-demo-api-key");
    CHECK(row->key_header("pro-api.coingecko.com", "k").name == "x-cg-pro-api-key");
    CHECK(row->key_header("pro-api.coingecko.com", "k").value == "k");
}

TEST_CASE("Common bases have CoinGecko ids, the larger coin having a shared one", "[feed]")
{
    CHECK(coingecko_id("BTC") == "bitcoin");
    CHECK(coingecko_id("AAVE") == "aave");
    CHECK(coingecko_id("ZEC") == "zcash");
    CHECK(coingecko_id("LEO") == "leo-token");
    CHECK(coingecko_id("TON") == "the-open-network");
    CHECK_FALSE(coingecko_id("BT"));
    CHECK_FALSE(coingecko_id("ZZZ"));
    CHECK_FALSE(coingecko_id(""));
}
