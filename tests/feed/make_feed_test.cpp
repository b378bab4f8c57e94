#include "feed/harness.hpp"
#include "feed/providers/registry.hpp"
#include "net/stringify.hpp"
#include "net/url.hpp"
#include "support/catch.hpp"

#include <cmath>

using namespace tickertape;
using namespace tickertape::net;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

std::string refusal(const feed_settings& settings)
{
    harness h;
    try {
        make_feed(settings, h.context());
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

    CHECK(refusal({.providers = {{.name = "coinbase"}, {.name = name}}}) == expected);
    CHECK(refusal({.providers = {{.name = name}, {.name = "coingecko"}}}) == expected);
    CHECK(refusal({.providers = {{.name = name}, {.name = name}}}) == expected);
}

TEST_CASE("Settings no feed can have are refused in one line", "[feed]")
{
    CHECK(refusal({}) == "no provider is configured");
    CHECK(
        refusal({.providers = {{.name = "kraken?"}}}) ==
        "unknown provider 'kraken?': known are simulator, replay, pipe, coinbase, kraken, "
        "bitstamp, "
        "gemini, coingecko, binance, bitfinex, okx, coinmarketcap, cryptocompare");
    CHECK(
        refusal({.providers = {{.name = "coinbase"}, {.name = "coinbase"}}}) ==
        "provider 'coinbase' is configured twice");
    CHECK(
        refusal({.providers = {{.name = "coinbase", .url = "gopher://x"}}}) ==
        "bad URL 'gopher://x' for provider 'coinbase': a base URL begins with https:// or http://");
    CHECK(
        refusal({.providers = {{.name = "coingecko", .api_key = "a\r\nb"}}}) ==
        "the API key of provider 'coingecko' has spaces or other odd characters");
    CHECK(
        refusal({.providers = {{.name = "coinbase"}}, .ca_file = "/nonexistent.pem"}) ==
        "CA_FILE: no certificates can be read from '/nonexistent.pem'");
    CHECK(
        refusal({.providers = {{.name = "simulator"}}, .simulator = {.start_price = -1}}) ==
        "the simulator's start price is not a price");
    CHECK(
        refusal({.providers = {{.name = "simulator"}}, .simulator = {.step_max = 1}}) ==
        "the simulator's step must be above 0 and below 1");
}

TEST_CASE("Every provider of the registry has a good URL of its own", "[feed]")
{
    for (const auto& row : provider_rows()) {
        CHECK(parse_base_url(row.urls[0])->is_tls);
        CHECK(find_provider(row.name) == &row);
    }
}

TEST_CASE("The simulator publishes every symbol at once and then each period", "[feed]")
{
    harness h{{"BTC-USD", "ETH-USD"}};
    const auto simulated = make_feed(
        {.providers = {{.name = "simulator"}},
         .simulator = {.seed = 1, .period = 5ms, .start_price = 50000}},
        h.context());
    h.sink.on_publish = [&] {
        if (h.sink.seen.size() == 20)
            simulated->stop();
    };

    simulated->start();
    REQUIRE(h.run_to_the_end());

    REQUIRE(h.sink.seen.size() == 20);
    CHECK(h.sink.seen[0].value.text() == "50000");
    CHECK(h.sink.seen[1].value.text() == "3500");
    for (std::size_t i = 2; i < 20; ++i) {
        const double before = h.sink.seen[i - 2].value.value();
        CHECK(std::abs(h.sink.seen[i].value.value() - before) <= 0.02 * before);
        CHECK(h.sources.name(h.sink.seen[i].source) == "simulator");
    }
}
