#include "provider/harness.hpp"

#include "core/errors.hpp"
#include "provider/errors.hpp"
#include "json/errors.hpp"

using namespace tickertape;
using namespace tickertape::json;
using namespace tickertape::provider;
using namespace tickertape::testing;

TEST_CASE("CryptoCompare without a paid key says so", "[feed]")
{
    const asked_provider cryptocompare{"cryptocompare"};
    const auto body = fixture("coindesk_data.401.json");

    for (const int status : {401, 200}) {
        const auto answer = cryptocompare.read_one("BTC-USD", body, status);
        CHECK(code_of(answer) == provider_errc::key_refused);
        CHECK(answer.error().detail.starts_with("API key required"));
    }
    CHECK(code_of(cryptocompare.read_one("BTC-USD", "", 401)) == provider_errc::key_refused);
}

TEST_CASE("An error of CryptoCompare's is one at status 200 too", "[feed]")
{
    const asked_provider cryptocompare{"cryptocompare"};

    const auto busy =
        cryptocompare.read_one("BTC-USD", fixture("cryptocompare.200.rate_limit.json"));
    CHECK(code_of(busy) == provider_errc::rate_limited);
    CHECK(busy.error().detail.starts_with("You are over your rate limit"));

    const auto other = cryptocompare.read_one(
        "BTC-USD", R"({"Response":"Error","Message":"tsyms param is invalid.","Type":1})");
    CHECK(code_of(other) == provider_errc::http_status);
    CHECK(other.error().detail == "tsyms param is invalid.");
}

TEST_CASE("A market unknown to CryptoCompare is left out, or refuses the batch", "[feed]")
{
    const asked_provider cryptocompare{"cryptocompare"};
    const auto body =
        R"({"Response":"Error","Message":"market does not exist for this coin pair","Type":2})";

    CHECK(code_of(cryptocompare.read_one("BTC-USD", body)) == provider_errc::unknown_symbol);
    CHECK(
        code_of(cryptocompare.read({"BTC-USD", "ETH-USD"}, body).at(0)) ==
        provider_errc::batch_refused);
    CHECK(
        code_of(cryptocompare.read_one(
            "BTC-USD", R"({"Response":"Error","Message":"Path does not exist","Type":1})", 404)) ==
        provider_errc::http_status);
    CHECK(code_of(cryptocompare.read_one("BTC-USD", "{}")) == provider_errc::unknown_symbol);
    CHECK(
        code_of(cryptocompare.read_one("BTC-USD", R"({"BTC":{}})")) ==
        provider_errc::unknown_symbol);
    // What was not asked for is another answer than the one we know.
    CHECK(
        code_of(cryptocompare.read_one("BTC-USD", R"({"BTC":{"EUR":1}})")) ==
        json_errc::missing_field);
    CHECK(
        code_of(cryptocompare.read_one("BTC-USD", R"({"btc":{"usd":1}})")) ==
        json_errc::missing_field);
}

TEST_CASE("Among CryptoCompare's coins, a bad one leaves the good ones be", "[feed]")
{
    const auto answer = asked_provider{"cryptocompare"}.read(
        {"BTC-USD", "ETH-USD", "SOL-USD", "ADA-USD"},
        R"({"BTC":{"USD":0},"ETH":{"USD":null},"SOL":[],"ADA":{"USD":1.5}})");

    CHECK(code_of(answer.at(0)) == core_errc::implausible_price);
    CHECK(code_of(answer.at(1)) == json_errc::missing_field);
    CHECK(code_of(answer.at(2)) == json_errc::wrong_type);
    CHECK(price_of(answer.at(3)) == "1.5");
}

TEST_CASE("CryptoCompare's recorded prices are quotes without time and book", "[feed]")
{
    const auto answer = asked_provider{"cryptocompare"}.read(
        {"BTC-USD", "ETH-USD"}, fixture("cryptocompare.pricemulti.json"));

    CHECK(price_of(answer.at(0)) == "118380.4");
    CHECK(price_of(answer.at(1)) == "3778.84");
    CHECK_FALSE((*answer.at(0))->upstream_time);
    CHECK_FALSE((*answer.at(0))->book);
}

TEST_CASE("CryptoCompare is asked with its key in a header", "[feed]")
{
    const auto* row = find_provider("cryptocompare");

    CHECK(row->key_header("min-api.cryptocompare.com", "k").name == "authorization");
    CHECK(row->key_header("min-api.cryptocompare.com", "k").value == "Apikey k");
    CHECK(
        asked_provider{"cryptocompare"}.target({"BTC-USD", "ETH-USD", "BTC-EUR"}) ==
        "/data/pricemulti?fsyms=BTC,ETH&tsyms=USD,EUR");
}
