#include "core/usd_standin.hpp"

#include "support/catch.hpp"

using namespace tickertape;

namespace {

using standins = std::vector<usd_standin>;

standins parsed(std::string_view text)
{
    const auto all = parse_usd_standins(text);
    REQUIRE(all.has_value());
    return *all;
}

std::string reason(std::string_view text)
{
    const auto all = parse_usd_standins(text);
    return all ? "" : all.error().reason;
}

}  // namespace

TEST_CASE("Only stablecoins we know can stand in for the dollar", "[feed]")
{
    CHECK(reason("DAI") == "\"DAI\" cannot stand in for the dollar; USDT and USDC can");
    CHECK(reason("USDT,USD") == "\"USD\" cannot stand in for the dollar; USDT and USDC can");
    CHECK(reason("USDT,,USDC") == "\"\" cannot stand in for the dollar; USDT and USDC can");
    CHECK(reason("USDT,") == "\"\" cannot stand in for the dollar; USDT and USDC can");
    CHECK_FALSE(reason("USDT;USDC").empty());
    CHECK_FALSE(reason("US DT").empty());
    CHECK_FALSE(reason("NONE").empty());
}

TEST_CASE("A refused stand-in is named in clean words of bounded length", "[feed]")
{
    const auto why = reason(std::string(100'000, 'x') + "\n\x01");
    CHECK(why.size() < 1000);
    CHECK(why.find('\n') == std::string::npos);
    CHECK(reason("\x01\x02").find('\x01') == std::string::npos);
}

TEST_CASE("Stand-ins are read in any case, in the order given, each once", "[feed]")
{
    CHECK(parsed("").empty());
    CHECK(parsed(" \t").empty());
    CHECK(parsed("USDT") == standins{usd_standin::usdt});
    CHECK(parsed(" usdc , Usdt,USDC") == standins{usd_standin::usdc, usd_standin::usdt});
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
