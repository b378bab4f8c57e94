#include "config/present.hpp"

#include "given.hpp"
#include "support/catch.hpp"

#include <sstream>

using namespace tickertape;
using namespace tickertape::config;

namespace {

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a checked configuration never shows a secret", "[config]")
{
    const given from{
        .flags = {"--check-config"}, .environment = {{"COINGECKO_API_KEY", "hunter2"}}};
    CHECK_FALSE(holds(from.printed(), "hunter2"));
    CHECK(holds(from.printed(), "COINGECKO_API_KEY=********  # environment\n"));
    CHECK(holds(given{.flags = {"--check-config"}}.printed(), "COINGECKO_API_KEY=  # default\n"));
}

TEST_CASE(
    "a configuration that is refused when it is checked is refused as at the start", "[config]")
{
    CHECK(
        given{.flags = {"--check-config", "--port=x"}}.error() ==
        "tickertape: PORT: 'x' (--port) is not a whole number; accepted: 0 to 65535\n");
}

TEST_CASE("a checked configuration says where each value came from", "[config]")
{
    const given from{
        .flags = {"--check-config", "--port=1", "--fetch-interval", "2s"},
        .environment = {{"SYMBOLS", "btc-usd,eth-usd"}},
        .files = {{".env", "\nHEARTBEAT=1000ms\nNODE=2\nPORTS=3\n"}}};
    const auto text = from.printed();
    CAPTURE(text);
    CHECK(holds(text, "PORT=1  # --port\n"));
    CHECK(holds(text, "SYMBOLS=BTC-USD,ETH-USD  # environment\n"));
    CHECK(holds(text, "HEARTBEAT=1s  # .env line 2\n"));
    CHECK(holds(text, "STORE_SIZE=8640  # default\n"));
    CHECK(holds(text, "FETCH_DEADLINE=2s  # default, limited to FETCH_INTERVAL\n"));
    CHECK(text.starts_with(
        "# warning: .env line 4: no setting is called 'PORTS'; did you mean PORT?\n"));
}

TEST_CASE(
    "what an empty value stands for is shown beside it, and the value stays empty", "[config]")
{
    const auto text =
        given{
            .flags = {"--check-config"},
            .environment = {{"COINBASE_URL", ""}, {"COINBASE_RATE", "30"}}}
            .printed();
    CAPTURE(text);
    CHECK(holds(text, "COINBASE_URL=  # environment: https://api.exchange.coinbase.com\n"));
    CHECK(holds(text, "COINBASE_STREAM_URL=  # default: wss://ws-feed.exchange.coinbase.com\n"));
    CHECK(holds(text, "COINBASE_RATE=30  # environment\n"));
    CHECK(holds(text, "COINGECKO_RATE=  # default: 6.5, with a key 30\n"));
    CHECK(holds(text, "COINMARKETCAP_RATE=  # default: 30\n"));
    const auto help = given{.flags = {"--help"}}.printed();
    CHECK(holds(help, "Default: 600."));
    CHECK(holds(
        settings_markdown(test_table()),
        "| `COINBASE_URL` | `https://api.exchange.coinbase.com` |"));
}

TEST_CASE("what a check prints is a .env file of the same configuration", "[config]")
{
    const given from{
        .flags = {"--check-config"},
        .environment = {
            {"STATIC_DIR", "/srv/a \"b\" # $c\\d"},
            {"REPLAY_FILE", "it's"},
            {"CA_FILE", " "},
            {"SIMULATOR_STEP", "0.125"},
            {"SIMULATOR_START", "1e5"},
            {"CORS_ORIGINS", "http://localhost:3000"},
            {"SYMBOLS", "btc-usd, eth-usd, eth-btc"},
            {"DERIVE", "eth-btc = eth-usd / btc-usd"},
            {"ACCEPT_AS_USD", "usdc, usdt"},
            {"FEED", "stream"},
            {"PRICE_POLICY", "median"},
            {"COINBASE_STREAM_URL", "ws://localhost:9443/ws"},
            {"COINGECKO_RATE", "2.125"},
            {"LOG_FORMAT", "json"}}};
    auto silent = from;
    silent.flags = {};
    const given again{.files = {{".env", from.printed()}}};
    CHECK(shown(again.values()) == shown(silent.values()));
}

TEST_CASE("the help names every setting with its default, within its width", "[config]")
{
    const auto text = given{.flags = {"--help"}}.printed();
    for (const auto& row : test_table().rows()) {
        CAPTURE(row.name);
        CHECK(holds(text, "\n  --" + row.flag() + " "));
    }
    for (const auto* flag : {"--env-file PATH", "--ready", "--check-config", "--help", "--version"})
        CHECK(holds(text, std::string{"\n  "} + flag));
    CHECK(holds(
        text,
        "  --port                The TCP port to listen on; 0 picks a free one and prints it. "
        "Accepted: 0\n"
        "                        to 65535. Default: 8082.\n"));
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        CHECK(line.size() <= help_columns);
        CHECK((line.empty() || line.back() != ' '));
    }
}

TEST_CASE("help and version come before anything that may be wrong elsewhere", "[config]")
{
    CHECK_FALSE(given{.flags = {"--help"}, .environment = {{"PORT", "x"}}}.printed().empty());
    CHECK_FALSE(given{.flags = {"-h"}, .unreadable = ".env"}.printed().empty());
    const auto version = given{.flags = {"--version"}, .environment = {{"PORT", "x"}}}.printed();
    CHECK(version == "tickertape " + std::string{product_version()} + "\n");
}

TEST_CASE("what is shown of a text from outside is one line of bounded length", "[config]")
{
    CHECK(printable("a\nb\x7f") == R"('a\x0ab\x7f')");
    CHECK(printable(std::string(81, 'x')) == "'" + std::string(80, 'x') + "...'");
    CHECK(printable(std::string(80, 'x')) == "'" + std::string(80, 'x') + "'");
    // The cut does not go through a character.
    CHECK(
        printable(std::string(79, 'x') + "\xc3\xbc\xc3\xbc") ==
        "'" + std::string(79, 'x') + "...'");
}
