#include "core/errors.hpp"
#include "core/timestamp.hpp"
#include "provider/coinmarketcap_coins.hpp"
#include "provider/errors.hpp"
#include "provider/harness.hpp"
#include "json/errors.hpp"

using namespace tickertape;
using namespace tickertape::json;
using namespace tickertape::provider;
using namespace tickertape::testing;

namespace {

std::string status_with(const std::string& code)
{
    return R"({"status":{"error_code":)" + code + R"(,"error_message":"why"}})";
}

std::string coin_with(const std::string& symbol, const std::string& quotes)
{
    return R"({"status":{"error_code":0},"data":{"1":{"symbol":")" + symbol + R"(","quote":)" +
           quotes + "}}}";
}

}  // namespace

TEST_CASE("CoinMarketCap's refusals are told apart: the key, the rate, the rest", "[feed]")
{
    struct row {
        std::string body;
        int status;
        boost::system::error_code code;
        std::string words;
    };
    const auto r = GENERATE(
        row{fixture("coinmarketcap.401.json"), 401, provider_errc::key_refused, "API key missing."},
        row{fixture("coinmarketcap.401.json"), 200, provider_errc::key_refused, "API key missing."},
        row{status_with("1003"), 402, provider_errc::key_refused, "why"},
        row{status_with("1006"), 403, provider_errc::key_refused, "why"},
        row{fixture("coinmarketcap.429.json"), 429, provider_errc::rate_limited,
            "You've exceeded your API Key's HTTP request rate limit. Rate limits reset every "
            "minute."},
        row{status_with("\"1011\""), 200, provider_errc::rate_limited, "why"},
        row{status_with("\"500\""), 200, provider_errc::http_status, "why"},
        row{status_with("500"), 500, provider_errc::http_status, "why"});
    CAPTURE(r.body, r.status);

    for (const auto& each :
         asked_provider{"coinmarketcap"}.read({"BTC-USD", "ETH-USD"}, r.body, r.status)) {
        CHECK(code_of(each) == r.code);
        CHECK(each->error().detail == r.words);
    }
}

TEST_CASE("An id unknown to CoinMarketCap refuses a batch, and alone is unknown", "[feed]")
{
    const asked_provider cmc{"coinmarketcap"};
    const auto body =
        R"({"status":{"error_code":400,"error_message":"Invalid value for \"id\": \"7\""}})";

    CHECK(code_of(cmc.read_one("BTC-USD", body, 400)) == provider_errc::unknown_symbol);
    CHECK(
        code_of(cmc.read({"BTC-USD", "BTC-EUR"}, body, 400).at(0)) == provider_errc::batch_refused);
}

TEST_CASE("A refusal of CoinMarketCap's in other words is not taken for an unknown id", "[feed]")
{
    const asked_provider cmc{"coinmarketcap"};

    CHECK(code_of(cmc.read_one("BTC-USD", status_with("400"), 400)) == provider_errc::http_status);
    // A place it does not serve is no matter of the key.
    CHECK(
        code_of(cmc.read_one("BTC-USD", R"({"message":"Forbidden"})", 403)) ==
        provider_errc::http_status);
    CHECK(
        code_of(cmc.read_one("BTC-USD", R"({"data":{"1":{"quote":{"USD":{}}}}})")) ==
        json_errc::missing_field);
    CHECK(code_of(cmc.read_one("BTC-USD", R"({"data":{}})")) == json_errc::missing_field);
}

TEST_CASE("Another coin than the one meant is never taken for it", "[feed]")
{
    const auto quotes = R"({"USD":{"price":1.5,"last_updated":"2019-02-04T08:22:25.000Z"}})";
    const asked_provider cmc{"coinmarketcap"};

    CHECK(
        code_of(cmc.read_one("BTC-USD", coin_with("BTCX", quotes))) ==
        provider_errc::unknown_symbol);
    CHECK(price_of(cmc.read_one("BTC-USD", coin_with("BTC", quotes))) == "1.5");
}

TEST_CASE("A coin of CoinMarketCap's without price or time is refused", "[feed]")
{
    const asked_provider cmc{"coinmarketcap"};
    const auto code = [&](const std::string& quotes) {
        return code_of(cmc.read_one("BTC-USD", coin_with("BTC", quotes)));
    };

    CHECK(code("{}") == json_errc::missing_field);
    CHECK(code(R"({"USD":null})") == json_errc::missing_field);
    CHECK(code(R"({"USD":{"price":null}})") == json_errc::missing_field);
    CHECK(code(R"({"USD":{"price":0}})") == core_errc::implausible_price);
    CHECK(code(R"({"USD":{"price":1}})") == json_errc::missing_field);
    CHECK(code(R"({"USD":{"price":1,"last_updated":7}})") == json_errc::wrong_type);
    CHECK(code_of(cmc.read_one("BTC-USD", "{}")) == json_errc::missing_field);
    CHECK(code_of(cmc.read_one("BTC-USD", R"({"data":[]})")) == json_errc::wrong_type);
    CHECK(code_of(cmc.read_one("BTC-USD", R"({"data":{"1":[]}})")) == json_errc::wrong_type);
}

TEST_CASE("CoinMarketCap's recorded coins are quotes with their times", "[feed]")
{
    const auto answer = asked_provider{"coinmarketcap"}.read(
        {"LTC-USD", "BTC-USD", "ETH-USD", "BTC-EUR"},
        fixture("coinmarketcap.v1.quotes_latest.by_id.trimmed.json"));

    CHECK(price_of(answer.at(0)) == "33.8041552743");
    CHECK(price_of(answer.at(1)) == "3475.55287338");
    CHECK(format_rfc3339(*(*answer.at(1))->upstream_time) == "2019-02-04T08:22:25.000Z");
    CHECK(code_of(answer.at(2)) == json_errc::missing_field);
    CHECK(code_of(answer.at(3)) == json_errc::missing_field);
}

TEST_CASE("CoinMarketCap is asked by id, each coin and currency once", "[feed]")
{
    const asked_provider cmc{"coinmarketcap"};

    CHECK(
        cmc.target({"BTC-USD", "ETH-USD", "BTC-USD"}) ==
        "/v1/cryptocurrency/quotes/latest?id=1,1027&convert=USD");
    CHECK(cmc.batch_size(1000, "BTC-USD") == 100);
    CHECK_FALSE(cmc.api->spelling("NOSUCH", "USD"));
    CHECK(coinmarketcap_id("XRP") == 52);
    CHECK_FALSE(coinmarketcap_id(""));
}

TEST_CASE("CoinMarketCap is asked for one currency at a time", "[feed]")
{
    const asked_provider cmc{"coinmarketcap"};

    CHECK(cmc.api->batch_size(cmc.batch({"BTC-USD", "ETH-USD", "BTC-EUR", "LTC-USD"})) == 2);
    CHECK(cmc.api->batch_size(cmc.batch({"BTC-EUR", "ETH-USD"})) == 1);
    CHECK(cmc.api->batch_size(cmc.batch({"BTC-EUR", "ETH-EUR"})) == 2);
}

TEST_CASE("CoinMarketCap's key goes into its header", "[feed]")
{
    const auto* row = find_provider("coinmarketcap");

    CHECK(row->key == key_use::required);
    CHECK(row->key_header("pro-api.coinmarketcap.com", "k").name == "X-CMC_PRO_API_KEY");
    CHECK(row->key_header("pro-api.coinmarketcap.com", "k").value == "k");
}
