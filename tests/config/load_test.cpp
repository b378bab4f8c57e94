#include "given.hpp"

#include "support/catch.hpp"

#include "config/dotenv.hpp"
#include "config/table.hpp"

using namespace tickertape;
using namespace std::chrono_literals;

TEST_CASE("a bad value is refused in one line that says where it came from", "[config]")
{
    CHECK(
        given{.flags = {"--port=80820"}}.error() ==
        "tickertape: PORT: '80820' (--port) is above 65535; accepted: 0 to 65535\n");
    CHECK(
        given{.environment = {{"STORE_SIZE", "ten"}}}.error() ==
        "tickertape: STORE_SIZE: 'ten' (environment) is not a whole number; accepted: 2 to "
        "10000000 ticks\n");
    CHECK(
        given{.files = {{".env", "# ours\nFETCH_INTERVAL=10\n"}}}.error() ==
        "tickertape: FETCH_INTERVAL: '10' (.env line 2) has no unit (ms, s, m or h); accepted: "
        "100ms to 1h\n");
    CHECK(
        given{.environment = {{"LOG_LEVEL", "verbose"}}}.error() ==
        "tickertape: LOG_LEVEL: 'verbose' (environment) is not one of them; accepted: debug, info, "
        "warn, error\n");
    CHECK(
        given{.environment = {{"PRICE_POLICY", "median"}}}.error() ==
        "tickertape: PRICE_POLICY: 'median' (environment) is not one of them; accepted: "
        "fallback\n");
}

TEST_CASE("an empty value is a bad one where something is needed", "[config]")
{
    CHECK(
        given{.environment = {{"PORT", ""}}}.error() ==
        "tickertape: PORT: '' (environment) is empty; accepted: 0 to 65535\n");
    CHECK(given{.environment = {{"COINGECKO_API_KEY", ""}}}.error().empty());
}

TEST_CASE("a secret is not shown when it is refused", "[config]")
{
    CHECK(
        given{.files = {{".env", "COINGECKO_API_KEY=\"hunter 2\""}}}.error() ==
        "tickertape: COINGECKO_API_KEY: ******** (.env line 1) holds a blank or a character that "
        "is not visible ASCII; accepted: empty, or up to 512 visible ASCII characters\n");
    CHECK(
        given{.environment = {{"COINBASE_URL", "https://me:hunter2@example.com"}}}.error() ==
        "tickertape: COINBASE_URL: ******** (environment) holds a user name or a password; "
        "accepted: http:// or https:// with a host, perhaps a port and a path\n");
}

TEST_CASE("a key cannot bring a header of its own", "[config]")
{
    CHECK_FALSE(given{.environment = {{"COINGECKO_API_KEY", "k\r\nX: y"}}}.error().empty());
    CHECK_FALSE(
        given{.environment = {{"COINGECKO_API_KEY", std::string(513, 'k')}}}.error().empty());
}

TEST_CASE("a value cannot forge a line of the error", "[config]")
{
    CHECK(
        given{.environment = {{"PORT", "1\nall is well"}}}.error() ==
        "tickertape: PORT: '1\\x0aall is well' (environment) is not a whole number; accepted: 0 to "
        "65535\n");
}

TEST_CASE("prices made up or played back never stand in for real ones", "[config]")
{
    CHECK(
        given{.environment = {{"PROVIDERS", "coinbase,simulator"}}}.error() ==
        "tickertape: PROVIDERS: 'coinbase,simulator' (environment) mixes 'simulator' with others: "
        "prices made up or played back never stand in for real ones; accepted: a list out of "
        "coinbase, coingecko; or one of simulator, replay, pipe alone\n");
    CHECK_FALSE(given{.flags = {"--providers=pipe,replay"}}.error().empty());
    CHECK(
        given{.flags = {"--providers=pipe"}}.values().providers ==
        std::vector<std::string>{"pipe"});
}

TEST_CASE("a provider that does not exist, or comes twice, is refused", "[config]")
{
    CHECK_FALSE(given{.flags = {"--providers=kraken0"}}.error().empty());
    CHECK_FALSE(given{.flags = {"--providers=coinbase,coinbase"}}.error().empty());
    CHECK_FALSE(given{.flags = {"--providers="}}.error().empty());
    CHECK_FALSE(given{.flags = {"--providers=Coinbase"}}.error().empty());
}

TEST_CASE("a pace too slow to wait for is refused, none at all is not", "[config]")
{
    CHECK(
        given{.flags = {"--replay-speed=0.0001"}}.error() ==
        "tickertape: REPLAY_SPEED: '0.0001' (--replay-speed) is below 0.001; accepted: 0, or 0.001 "
        "to 1000000\n");
    CHECK(given{.flags = {"--replay-speed=0"}}.values().replay_speed == 0);
    CHECK(given{.flags = {"--replay-speed=0.5"}}.values().replay_speed == 0.5);
}

TEST_CASE("a replay without a recording is refused", "[config]")
{
    CHECK(
        given{.flags = {"--providers=replay"}}.error() ==
        "tickertape: REPLAY_FILE is missing: PROVIDERS=replay needs the recording to play\n");
    CHECK(
        given{.flags = {"--providers=replay", "--replay-file=a.csv"}}.values().replay_file ==
        "a.csv");
}

TEST_CASE("more ticks than one server keeps are refused", "[config]")
{
    std::string symbols = "S0-USD";
    for (int i = 1; i < 250; ++i)
        symbols += ",S" + std::to_string(i) + "-USD";
    CHECK(
        given{.flags = {"--store-size=1000000"}, .environment = {{"SYMBOLS", symbols}}}.error() ==
        "tickertape: STORE_SIZE=1000000 for 250 SYMBOLS is more than the 134217728 ticks one "
        "server "
        "keeps (4 GiB)\n");
    CHECK(
        given{.flags = {"--store-size=8640"}, .environment = {{"SYMBOLS", symbols}}}
            .values()
            .symbols.size() == 250);
}

TEST_CASE("a symbol that is none is refused, and so are too many", "[config]")
{
    CHECK(
        given{.flags = {"--symbols=bitcoin"}}.error() ==
        "tickertape: SYMBOLS: 'bitcoin' (--symbols) is not a symbol; accepted: 1 to 1024 symbols "
        "such as BTC-USD, between commas\n");
    CHECK(
        given{.flags = {"--symbols=BTC-USD,ETH"}}.error() ==
        "tickertape: SYMBOLS: 'BTC-USD,ETH' (--symbols) is refused at item 2, which is not a "
        "symbol; "
        "accepted: 1 to 1024 symbols such as BTC-USD, between commas\n");
    std::string symbols = "S0-USD";
    for (int i = 1; i < 1025; ++i)
        symbols += ",S" + std::to_string(i) + "-USD";
    CHECK(
        given{.environment = {{"SYMBOLS", symbols}}}.error().find("has more than 1024 items") !=
        std::string::npos);
}

TEST_CASE("an item of a list cannot forge a line of the error", "[config]")
{
    for (const auto* name : {"SYMBOLS", "CORS_ORIGINS"}) {
        const auto error = given{.environment = {{name, "a\nb,c\x1b[2J"}}}.error();
        CAPTURE(error);
        CHECK(std::count(error.begin(), error.end(), '\n') == 1);
        CHECK(error.find('\x1b') == std::string::npos);
    }
}

TEST_CASE("a .env file that cannot be read is refused, one that is not there is not", "[config]")
{
    CHECK(given{}.error().empty());
    CHECK(
        given{.unreadable = ".env"}.error() ==
        "tickertape: cannot read '.env': Permission denied\n");
    CHECK(
        given{.flags = {"--env-file", "other.env"}}.error() ==
        "tickertape: cannot read 'other.env': No such file or directory\n");
    CHECK(
        given{.files = {{".env", "PORT\n"}}}.error() ==
        "tickertape: .env line 1: expected NAME=value\n");
    CHECK(
        given{.files = {{".env", std::string(dotenv_bytes_max + 1, '#')}}}.error() ==
        "tickertape: .env: longer than 65536 bytes\n");
}

TEST_CASE("a flag wins over the environment, that over .env, that over the default", "[config]")
{
    given from{
        .flags = {"--port=1"}, .environment = {{"PORT", "2"}}, .files = {{".env", "PORT=3"}}};
    CHECK(from.values().port == 1);
    from.flags = {};
    CHECK(from.values().port == 2);
    from.environment = {};
    CHECK(from.values().port == 3);
    from.files = {};
    CHECK(from.values().port == 8082);
}

TEST_CASE("a value that lost is not looked at", "[config]")
{
    const given from{
        .flags = {"--port=1"}, .environment = {{"PORT", "x"}}, .files = {{".env", "PORT=y"}}};
    CHECK(from.values().port == 1);
}

TEST_CASE("a named file takes the place of .env", "[config]")
{
    const given from{
        .flags = {"--env-file=other.env"},
        .files = {{".env", "PORT=1"}, {"other.env", "PORT=2\nTHREADS=x"}}};
    CHECK(
        from.error() ==
        "tickertape: THREADS: 'x' (other.env line 2) is not a whole number; accepted: 0 to 256 "
        "threads\n");
}

TEST_CASE("a slip in .env is warned of, other programs' names are not", "[config]")
{
    const given from{
        .files = {
            {".env", "STORESIZE=5\nDATABASE_URL=x\nport=1\nNODE_ENV=y\nCOINGEKO_API_KEY=z\n"}}};
    CHECK(
        from.warnings() ==
        std::vector<std::string>{
            ".env line 1: no setting is called 'STORESIZE'; did you mean STORE_SIZE?",
            ".env line 3: no setting is called 'port'; did you mean PORT?",
            ".env line 5: no setting is called 'COINGEKO_API_KEY'; did you mean "
            "COINGECKO_API_KEY?"});
}

TEST_CASE("a setting that .env has twice counts as it stands last, with a warning", "[config]")
{
    const given from{.files = {{".env", "PORT=1\nPORT=2\n"}}};
    CHECK(from.values().port == 2);
    CHECK(
        from.warnings() ==
        std::vector<std::string>{".env line 1: PORT is set again in line 2, which counts"});
}

TEST_CASE("a secret on the command line is warned of", "[config]")
{
    CHECK(
        given{.flags = {"--coingecko-api-key=k"}}.warnings() ==
        std::vector<std::string>{
            "COINGECKO_API_KEY was given as a flag, which every user of this machine can read"});
    CHECK(given{.environment = {{"COINGECKO_API_KEY", "k"}}}.warnings().empty());
}

TEST_CASE("prices that turn stale between two fetches are warned of", "[config]")
{
    const given from{.flags = {"--stale-after=5s"}};
    CHECK(
        from.warnings() ==
        std::vector<std::string>{"STALE_AFTER=5s is not longer than FETCH_INTERVAL=10s: prices "
                                 "turn stale between two fetches"});
    const given simulated{.flags = {"--stale-after=5s", "--providers=simulator"}};
    CHECK(simulated.warnings().empty());
}

TEST_CASE("a fetch never takes longer than the time to the next one", "[config]")
{
    CHECK(given{}.values().fetch_deadline == 8s);
    CHECK(given{.flags = {"--fetch-interval=1s"}}.values().fetch_deadline == 1s);
    CHECK(
        given{.flags = {"--fetch-interval=1s", "--fetch-deadline=500ms"}}.values().fetch_deadline ==
        500ms);
}

TEST_CASE("without anything given, the settings are the defaults", "[config]")
{
    const auto s = given{}.values();
    CHECK(s == default_settings());
    CHECK(s.listen_address == "0.0.0.0");
    CHECK(s.port == 8082);
    CHECK(s.threads == 0);
    CHECK(s.drain_time == 5s);
    CHECK(s.symbols == std::vector<std::string>{"BTC-USD"});
    CHECK(s.store_size == 8640);
    CHECK(s.stale_after == 120s);
    CHECK(s.providers == std::vector<std::string>{"coinbase", "coingecko"});
    CHECK(s.policy == price_policy::fallback);
    CHECK(s.fetch_interval == 10s);
    CHECK(s.ca_file == std::nullopt);
    CHECK(s.access.at("coinbase").url == "https://api.exchange.coinbase.com");
    CHECK(s.access.at("coinbase").api_key == std::nullopt);
    CHECK(s.access.at("coingecko").url == "https://api.coingecko.com/api/v3");
    CHECK(s.simulator_seed == std::nullopt);
    CHECK(s.simulator_period == 3s);
    CHECK(s.simulator_start == std::nullopt);
    CHECK(s.simulator_step == 2.0);
    CHECK(s.replay_speed == 1.0);
    CHECK_FALSE(s.replay_loop);
    CHECK(s.heartbeat == 15s);
    CHECK(s.retry == 2s);
    CHECK(s.send_buffer == 16 * 1024);
    CHECK(s.cors_origins.any);
    CHECK(s.static_dir == std::nullopt);
    CHECK(s.header_timeout == 10s);
    CHECK(s.idle_timeout == 60s);
    CHECK(s.max_header == 8 * 1024);
    CHECK(s.max_body == 64 * 1024);
    CHECK(s.level == log_level::info);
    CHECK(s.format == log_format::text);
}

TEST_CASE("values are kept in the form the program uses", "[config]")
{
    const auto s =
        given{
            .flags =
                {"--symbols= btc-usd,ETH-usd , btc-USD", "--simulator-seed=42",
                 "--simulator-start=69420.25", "--replay-loop=yes",
                 "--cors-origins=https://Example.com:443,http://localhost:3000"}}
            .values();
    CHECK(s.symbols == std::vector<std::string>{"BTC-USD", "ETH-USD"});
    CHECK(s.simulator_seed == 42U);
    CHECK(s.simulator_start.value().value() == 69420.25);
    CHECK(s.replay_loop);
    CHECK_FALSE(s.cors_origins.any);
    CHECK(
        s.cors_origins.origins ==
        std::vector<std::string>{"https://example.com", "http://localhost:3000"});
    CHECK(given{.flags = {"--cors-origins=none"}}.values().cors_origins == cors_policy{});
}
