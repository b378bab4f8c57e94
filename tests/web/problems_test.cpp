#include "web/problems.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;

namespace {

symbol_table known(const std::vector<std::string>& names)
{
    return symbol_table::from(names).value();
}

}  // namespace

TEST_CASE("an unknown symbol comes with the known ones", "[web]")
{
    CHECK(
        to_response(unknown_symbol("doge", known({"BTC-USD", "ETH-USD"}))).body ==
        "{\"type\":\"urn:tickertape:problem:unknown-symbol\",\"title\":\"Not Found\","
        "\"status\":404,\"detail\":\"there is no symbol 'doge' here\",\"parameter\":\"symbol\","
        "\"accepted\":\"BTC-USD, ETH-USD\"}\n");
}

TEST_CASE("of very many known symbols a refusal lists the first", "[web]")
{
    std::vector<std::string> names;
    for (int i = 0; i < 1'000; ++i)
        names.push_back("S" + std::to_string(i) + "-USD");
    const auto told = unknown_symbol("doge", known(names)).accepted;
    CHECK(told.starts_with("S0-USD, S1-USD, "));
    CHECK(told.ends_with("-USD, ..."));
    CHECK(told.size() < 250);
}

TEST_CASE("a price that is not there yet is a 503", "[web]")
{
    CHECK(
        to_response(no_price_yet("BTC-USD")).body ==
        "{\"type\":\"urn:tickertape:problem:no-price\",\"title\":\"Service Unavailable\","
        "\"status\":503,\"detail\":\"there has been no price of BTC-USD since the start\"}\n");
}

TEST_CASE("a symbol that is spelt otherwise comes with the right spelling", "[web]")
{
    const auto table = known({"BTC-USD", "ETH-USD", "ETH-EUR"});
    for (const auto* name : {"btcusd", "BTC/USD", "btc_usd", "BTC:USD", "btc usd", "btc"}) {
        CAPTURE(name);
        CHECK(unknown_symbol(name, table).detail.ends_with(" here; did you mean BTC-USD?"));
    }
    CHECK(unknown_symbol("etheur", table).detail.ends_with("did you mean ETH-EUR?"));
    for (const auto* name : {"", "-", "doge", "usd", "btcusdt"}) {
        CAPTURE(name);
        CHECK(unknown_symbol(name, table).detail.ends_with("' here"));
    }
    CHECK_FALSE(nearest_symbol(std::string(10'000, 'B'), table));
}
