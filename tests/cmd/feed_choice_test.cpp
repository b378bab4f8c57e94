#include "feed_choice.hpp"

#include "feed/harness.hpp"
#include "net/url.hpp"
#include "provider/registry.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

using namespace tickertape;
using namespace tickertape::provider;
using namespace tickertape::net;
using namespace tickertape::testing;

namespace {

std::string refusal(const feed_choice& choice)
{
    harness h;
    gates providers;
    try {
        make_feed(choice, h.context(), providers);
    } catch (const std::runtime_error& e) {
        return e.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("Made-up prices never stand in for those of an exchange", "[feed]")
{
    const auto name = GENERATE(as<std::string>{}, "simulator", "replay", "pipe");
    const auto expected = "provider '" + name +
                          "' stands alone: its prices must not stand in for those of an exchange";

    CHECK(refusal({.live = {.providers = {{.name = "coinbase"}, {.name = name}}}}) == expected);
    CHECK(refusal({.live = {.providers = {{.name = name}, {.name = "coingecko"}}}}) == expected);
    CHECK(refusal({.live = {.providers = {{.name = name}, {.name = name}}}}) == expected);
}

TEST_CASE("Settings no feed can have are refused in one line", "[feed]")
{
    CHECK(refusal({}) == "no provider is configured");
    CHECK(
        refusal({.live = {.providers = {{.name = "kraken?"}}}}) ==
        "unknown provider 'kraken?': known are simulator, replay, pipe, coinbase, kraken, "
        "bitstamp, "
        "gemini, coingecko, binance, bitfinex, okx, coinmarketcap, cryptocompare");
    CHECK(
        refusal({.live = {.providers = {{.name = "coinbase"}, {.name = "coinbase"}}}}) ==
        "provider 'coinbase' is configured twice");
    CHECK(
        refusal({.live = {.providers = {{.name = "coingecko", .api_key = "a\r\nb"}}}}) ==
        "the API key of provider 'coingecko' has spaces or other odd characters");
    CHECK(
        refusal({.live = {.providers = {{.name = "coinbase"}}, .ca_file = "/nonexistent.pem"}}) ==
        "CA_FILE: no certificates can be read from '/nonexistent.pem'");
    CHECK(
        refusal(
            {.live = {.providers = {{.name = "simulator"}}}, .simulator = {.start_price = -1}}) ==
        "the simulator's start price is not a price");
    CHECK(
        refusal({.live = {.providers = {{.name = "simulator"}}}, .simulator = {.step_max = 1}}) ==
        "the simulator's step must be above 0 and below 1");
}

TEST_CASE("Every provider of the registry has a good URL of its own", "[feed]")
{
    for (const auto& row : provider_rows()) {
        CHECK(parse_base_url(row.urls[0])->is_tls);
        CHECK(find_provider(row.name) == &row);
    }
}
