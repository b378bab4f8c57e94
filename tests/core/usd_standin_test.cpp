#include "core/usd_standin.hpp"

#include "support/catch.hpp"

using namespace tickertape;

TEST_CASE("Only stablecoins we know can stand in for the dollar", "[core]")
{
    for (const auto* text : {"DAI", "USD", "", " ", "US DT", "USDT;USDC", "USDT,", "NONE"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_usd_standin(text));
    }
    CHECK(parse_usd_standin("USDT") == usd_standin::usdt);
    CHECK(parse_usd_standin("Usdt") == usd_standin::usdt);
    CHECK(parse_usd_standin("usdc") == usd_standin::usdc);
}

TEST_CASE("A price in a stablecoin says so", "[feed]")
{
    CHECK(labelled("binance", usd_standin::none) == "binance");
    CHECK(labelled("binance", usd_standin::usdt) == "binance(USDT)");
    CHECK(labelled("kraken", usd_standin::usdc) == "kraken(USDC)");
    CHECK(to_string(usd_standin::none) == "USD");
    CHECK(to_string(usd_standin::usdt) == "USDT");
    CHECK(to_string(usd_standin::usdc) == "USDC");
}
