#include "given.hpp"

#include "support/catch.hpp"

#include "config/dotenv.hpp"

using namespace tickertape;
using namespace tickertape::config;
using namespace tickertape::hub;
using namespace tickertape::telemetry;
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
        "tickertape: FETCH_INTERVAL: '10' (.env line 2) has no unit (ms, s, m, h, d or w); "
        "accepted: "
        "100ms to 1h\n");
    CHECK(
        given{.environment = {{"LOG_LEVEL", "verbose"}}}.error() ==
        "tickertape: LOG_LEVEL: 'verbose' (environment) is not one of them; accepted: debug, info, "
        "warn, error\n");
    CHECK(
        given{.environment = {{"PRICE_POLICY", "mean"}}}.error() ==
        "tickertape: PRICE_POLICY: 'mean' (environment) is not one of them; accepted: fallback, "
        "median, weighted\n");
}

TEST_CASE("a word is taken in any case", "[config]")
{
    const auto with = [](const char* name, const char* value) {
        return given{.environment = {{name, value}}}.values();
    };
    CHECK(with("LOG_LEVEL", "INFO").level == log_level::info);
    CHECK(with("LOG_LEVEL", "Warn").level == log_level::warn);
    CHECK(with("LOG_LEVEL", "WARNING").level == log_level::warn);
    CHECK(with("LOG_LEVEL", "warning").level == log_level::warn);
    CHECK(with("LOG_FORMAT", "JSON").format == log_format::json);
    CHECK(with("FEED", "Stream").live.mode == feed::feed_mode::stream);
    CHECK(with("PRICE_POLICY", "MEDIAN").live.policy.kind == pricing::policy_kind::median);
    CHECK(with("PRICE_POLICY", "weighted").live.policy.kind == pricing::policy_kind::weighted);
    CHECK(with("SLOW_READER", "Conflate").streams.beyond_lag == slow_reader::conflate);
    CHECK(with("REPLAY_LOOP", "YES").replay.loop);
    CHECK(with("CORS_ORIGINS", "None").cors_origins.empty());
    CHECK(
        with("PROVIDERS", "Coingecko, COINBASE").providers ==
        std::vector<std::string>{"coingecko", "coinbase"});
    CHECK(with("PROVIDERS", "Simulator").providers == std::vector<std::string>{"simulator"});
}

TEST_CASE("a word is shown as it is documented", "[config]")
{
    const auto text = given{
        .flags = {"--check-config", "--log-level=WARNING"},
        .environment = {
            {"PROVIDERS",
             "CoinBase"}}}.printed();
    CAPTURE(text);
    CHECK(text.find("LOG_LEVEL=warn  # --log-level\n") != std::string::npos);
    CHECK(text.find("PROVIDERS=coinbase  # environment\n") != std::string::npos);
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
        "accepted: empty, or http:// or https:// with a host, perhaps a port and a path\n");
    CHECK(
        given{.environment = {{"ARCHIVE", "postgresql:///db?password=hunter 2"}}}.error() ==
        "tickertape: ARCHIVE: ******** (environment) has a blank or a control character, which is "
        "to be written as %20; accepted: sqlite: and the path of a directory, the postgresql:// "
        "address of a database, or none\n");
}

TEST_CASE("an archive is a directory, a database or none", "[config]")
{
    const auto files = given{.environment = {{"ARCHIVE", "sqlite:/var/ticks"}}}.values();
    CHECK(files.archive.directory == "/var/ticks");
    CHECK(files.archive.database.empty());
    const std::string url = "postgresql://me:hunter2@host/db?sslmode=require";
    const auto database = given{.environment = {{"ARCHIVE", url}}}.values();
    CHECK(database.archive.directory.empty());
    CHECK(database.archive.database == url);
    CHECK(database.archive.is_wanted());
    for (const auto& text : shown(database))
        CHECK(text.find("hunter2") == std::string::npos);
    CHECK_FALSE(given{.environment = {{"ARCHIVE", "none"}}}.values().archive.is_wanted());
    CHECK_FALSE(given{.environment = {{"ARCHIVE", "mysql://host/db"}}}.error().empty());
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
        "coinbase, coingecko, coinmarketcap; or one of simulator, replay, pipe alone\n");
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
    CHECK_FALSE(given{.flags = {"--providers=coinbase,Coinbase"}}.error().empty());
}

TEST_CASE("a provider exists where the program says so, with the settings it brings", "[config]")
{
    static constexpr std::array others{provider::row{
        .name = "gemini", .title = "Gemini", .urls = {"https://example.com"}, .is_default = true}};
    const given from{.providers = others};
    CHECK(from.values().providers == std::vector<std::string>{"gemini"});
    CHECK(from.values().access.contains("gemini"));
    CHECK_FALSE(from.values().access.contains("coinbase"));
    CHECK(
        given{.flags = {"--providers=coinbase"}, .providers = others}.error() ==
        "tickertape: PROVIDERS: 'coinbase' (--providers) names a provider that does not exist; "
        "accepted: a list out of gemini; or one of simulator, replay, pipe alone\n");
    CHECK(
        given{.flags = {"--coinbase-url=https://example.com"}, .providers = others}.error() ==
        "tickertape: unknown flag '--coinbase-url'; --help lists all flags\n");
}

TEST_CASE("more providers than one price is made of are refused", "[config]")
{
    std::vector<std::string> names;
    std::vector<provider::row> many;
    for (std::size_t i = 0; i <= pricing::providers_max; ++i)
        names.push_back("p" + std::to_string(i));
    for (const auto& name : names)
        many.push_back({.name = name, .title = name, .urls = {"https://example.com"}});
    auto all = names.front();
    for (std::size_t i = 1; i < pricing::providers_max; ++i)
        all += "," + names[i];
    CHECK(
        given{.environment = {{"PROVIDERS", all}}, .providers = many}.values().providers.size() ==
        16);
    CHECK(
        given{.environment = {{"PROVIDERS", all + ",p16"}}, .providers = many}.error().find(
            "has more than 16 items") != std::string::npos);
}

TEST_CASE("a stablecoin nobody knows is not taken for a dollar", "[config]")
{
    CHECK(
        given{.flags = {"--accept-as-usd=DAI"}}.error() ==
        "tickertape: ACCEPT_AS_USD: 'DAI' (--accept-as-usd) is neither of them; accepted: empty, "
        "or USDT, USDC or both between commas\n");
    CHECK(
        given{.flags = {"--accept-as-usd=USDT,USD"}}.error() ==
        "tickertape: ACCEPT_AS_USD: 'USDT,USD' (--accept-as-usd) is refused at item 2, which is "
        "neither of them; accepted: empty, or USDT, USDC or both between commas\n");
    CHECK_FALSE(given{.flags = {"--accept-as-usd=USDT,"}}.error().empty());
    CHECK(
        given{.flags = {"--accept-as-usd=usdc, USDT"}}.values().live.accept_as_usd ==
        std::vector{usd_standin::usdc, usd_standin::usdt});
    CHECK(
        given{.flags = {"--accept-as-usd=USDT,usdt"}}.values().live.accept_as_usd ==
        std::vector{usd_standin::usdt});
    CHECK(given{.flags = {"--accept-as-usd= "}}.values().live.accept_as_usd.empty());
}

TEST_CASE("a cross rate that is none is refused by its own words", "[config]")
{
    CHECK(
        given{.flags = {"--derive=BTC-INR=BTC-USD*USD-INR,BTC-EUR=BTC-USD+USD-EUR"}}.error() ==
        "tickertape: DERIVE: 'BTC-INR=BTC-USD*USD-INR,BTC-EUR=BTC-USD+USD-EUR' (--derive) holds "
        "'BTC-EUR=BTC-USD+USD-EUR', which is no product or quotient of two symbols; accepted: "
        "empty, or items such as BTC-INR=BTC-USD*USD-INR or ETH-BTC=ETH-USD/BTC-USD, between "
        "commas\n");
    for (const auto* item :
         {"BTC-INR", "BTC-INR=", "BTC-INR=BTC-USD", "BTC-INR=BTC-USD*", "BTC-INR=*BTC-USD",
          "=BTC-USD*USD-INR", "BTC-INR=BTC-USD*USD-INR*USD-INR", "BTC-INR=BTC-USD*/USD-INR",
          "BTC-INR==BTC-USD*USD-INR", "BTC*USD=BTC-USD", "BTC-INR=BTC*INR",
          "A-B/C-D=BTC-USD*USD-INR", "BTC-INR=1*BTC-USD", "BTC-INR=BTC-USD*USD-INR,"}) {
        CAPTURE(item);
        const given from{.environment = {{"DERIVE", item}, {"SYMBOLS", "BTC-USD,USD-INR,BTC-INR"}}};
        CHECK(from.error().starts_with("tickertape: DERIVE: "));
        CHECK_FALSE(from.error().find("accepted: empty, or items such as") == std::string::npos);
    }
    const auto forged = given{.environment = {{"DERIVE", "a\nb"}}}.error();
    CHECK(std::count(forged.begin(), forged.end(), '\n') == 1);
}

TEST_CASE("where no provider is asked, no price is derived", "[config]")
{
    const auto* name = GENERATE("simulator", "pipe", "replay");
    given from{
        .environment = {
            {"SYMBOLS", "BTC-USD,USD-INR,BTC-INR"},
            {"PROVIDERS", name},
            {"REPLAY_FILE", "prices.csv"},
            {"DERIVE", "BTC-INR=BTC-USD*USD-INR"}}};
    CHECK(
        from.error() == "tickertape: DERIVE: PROVIDERS=" + std::string{name} +
                            " derives no prices, and those symbols would never have one; leave "
                            "DERIVE out, or have prices of exchanges\n");
    from.environment.erase("DERIVE");
    CHECK(from.error().empty());
}

TEST_CASE("files that cannot be used stop the start, and --check-config", "[config]")
{
    given from{.wrong_with_files = "TLS_KEY: 'key.pem' cannot be read"};
    CHECK(from.error() == "tickertape: TLS_KEY: 'key.pem' cannot be read\n");
    from.flags = {"--check-config"};
    CHECK(from.error() == "tickertape: TLS_KEY: 'key.pem' cannot be read\n");
    // The key of the server that it asks may be none of its business.
    from.flags = {"healthcheck"};
    CHECK(from.error().empty());
}

TEST_CASE("a price is derived from and into what is served only", "[config]")
{
    const given from{
        .flags = {"--derive=btc-inr = btc-usd * usd-inr,ETH-BTC=ETH-USD/BTC-USD"},
        .environment = {{"SYMBOLS", "BTC-USD,USD-INR,BTC-INR,ETH-USD"}}};
    CHECK(
        from.error() ==
        "tickertape: DERIVE: \"ETH-BTC=ETH-USD/BTC-USD\" needs \"ETH-BTC\", which is not one of "
        "SYMBOLS; every symbol named is\n");
    auto all = from;
    all.environment["SYMBOLS"] += ",eth-btc";
    const auto values = all.values();
    REQUIRE(values.derive.size() == 2);
    CHECK(values.derive[0].text() == "BTC-INR=BTC-USD*USD-INR");
    CHECK(values.derive[1].text() == "ETH-BTC=ETH-USD/BTC-USD");
    CHECK(
        values.live.cross_rates == std::vector<pricing::cross_rate>{
                                       {symbol_id{2}, symbol_id{0}, symbol_id{1}, false},
                                       {symbol_id{4}, symbol_id{3}, symbol_id{0}, true}});
    CHECK_FALSE(given{.flags = {"--derive=BTC-USD=BTC-EUR*EUR-USD"}}.error().empty());
    CHECK(given{.flags = {"--derive="}}.values().derive.empty());
}

TEST_CASE("a quorum that the providers cannot have is refused where there is one", "[config]")
{
    const given from{.flags = {"--price-policy=median", "--quorum=3"}};
    CHECK(
        from.error() ==
        "tickertape: QUORUM=3 is more than the 2 in PROVIDERS: with PRICE_POLICY=median there "
        "would never be a price\n");
    CHECK(
        given{.flags = {"--price-policy=median"}}.values().live.policy.kind ==
        pricing::policy_kind::median);
    CHECK(given{.flags = {"--quorum=3"}}.values().live.policy.quorum == 3);
    CHECK(given{.flags = {"--price-policy=median", "--providers=simulator"}}.error().empty());
    CHECK_FALSE(given{.flags = {"--quorum=0"}}.error().empty());
    CHECK_FALSE(given{.flags = {"--quorum=17"}}.error().empty());
}

TEST_CASE("a provider that answers nobody without a key is not asked without one", "[config]")
{
    const given from{.flags = {"--providers=coinbase,coinmarketcap"}};
    CHECK(
        from.error() ==
        "tickertape: COINMARKETCAP_API_KEY is missing: PROVIDERS names coinmarketcap, which "
        "answers nobody without a key\n");
    auto with_key = from;
    with_key.environment = {{"COINMARKETCAP_API_KEY", "k"}};
    CHECK(with_key.values().providers.size() == 2);
}

TEST_CASE("limits of what counts as a price are refused outside their own", "[config]")
{
    const auto refused = [](const char* flag) { return !given{.flags = {flag}}.error().empty(); };
    for (const auto* flag :
         {"--max-deviation=0.09", "--max-deviation=50.1", "--max-deviation=2%",
          "--max-spread=0.009", "--max-spread=100.1", "--max-quote-age=999ms",
          "--max-quote-age=25h", "--ticks-per-second=0", "--ticks-per-second=0.09",
          "--ticks-per-second=1000.1", "--ticks-per-second=nan", "--feed=socket",
          "--feed=", "--coinbase-rate=0", "--coinbase-rate=0.09", "--coinbase-rate=6001",
          "--coinbase-rate=-1", "--coinbase-rate=x"}) {
        CAPTURE(flag);
        CHECK(refused(flag));
    }
    for (const auto* flag :
         {"--max-deviation=0.1", "--max-deviation=50", "--max-spread=0.01", "--max-spread=100",
          "--max-quote-age=24h", "--ticks-per-second=0.1", "--ticks-per-second=1000",
          "--feed=stream", "--coinbase-rate=0.1", "--coinbase-rate=6000", "--coinbase-rate="}) {
        CAPTURE(flag);
        CHECK_FALSE(refused(flag));
    }
    CHECK(given{.flags = {"--max-quote-age=1s", "--fetch-interval=500ms"}}.error().empty());
}

TEST_CASE("a stream is reached by ws:// or wss:// alone, at providers that have one", "[config]")
{
    CHECK(
        given{.flags = {"--coinbase-stream-url=https://example.com"}}.error() ==
        "tickertape: COINBASE_STREAM_URL: 'https://example.com' (--coinbase-stream-url) does not "
        "begin with ws:// or wss://; accepted: empty, or ws:// or wss:// with a host, perhaps a "
        "port and a path\n");
    CHECK_FALSE(given{.flags = {"--coinbase-url=wss://example.com"}}.error().empty());
    CHECK(
        given{.flags = {"--coingecko-stream-url=wss://example.com"}}.error() ==
        "tickertape: unknown flag '--coingecko-stream-url'; --help lists all flags\n");
    CHECK_FALSE(given{.flags = {"--coinbase-api-key=k"}}.error().empty());
}

TEST_CASE("how a provider is reached is kept beside its name", "[config]")
{
    const auto s =
        given{
            .flags =
                {"--coinbase-url=http://127.0.0.1:8080/",
                 "--coinbase-stream-url=ws://127.0.0.1:8081/x", "--coingecko-rate=0.5",
                 "--coingecko-api-key=k"}}
            .values();
    CHECK(
        s.access.at("coinbase") ==
        feed::provider_settings{
            .name = {},
            .url = net::parse_base_url("http://127.0.0.1:8080").value(),
            .socket_url = net::parse_websocket_url("ws://127.0.0.1:8081/x").value()});
    CHECK(
        s.access.at("coingecko") ==
        feed::provider_settings{.name = {}, .api_key = "k", .per_minute = 0.5});
    CHECK(s.access.at("coinmarketcap") == feed::provider_settings{});
}

TEST_CASE("a pace too slow to wait for is refused, none at all is not", "[config]")
{
    CHECK(
        given{.flags = {"--replay-speed=0.0001"}}.error() ==
        "tickertape: REPLAY_SPEED: '0.0001' (--replay-speed) is below 0.001; accepted: 0, or 0.001 "
        "to 1000000\n");
    CHECK(given{.flags = {"--replay-speed=0"}}.values().replay.speed == 0);
    CHECK(given{.flags = {"--replay-speed=0.5"}}.values().replay.speed == 0.5);
}

TEST_CASE("a replay without a recording is refused", "[config]")
{
    CHECK(
        given{.flags = {"--providers=replay"}}.error() ==
        "tickertape: REPLAY_FILE is missing: PROVIDERS=replay needs the recording to play\n");
    CHECK(
        given{.flags = {"--providers=replay", "--replay-file=a.csv"}}.values().replay.path ==
        "a.csv");
}

TEST_CASE("a certificate without its key is refused, and a key without its certificate", "[config]")
{
    CHECK(
        given{.flags = {"--tls-certificate=a.pem"}}.error() ==
        "tickertape: TLS_KEY is missing: TLS_CERTIFICATE is nothing without it\n");
    CHECK(
        given{.flags = {"--tls-key=a.key"}}.error() ==
        "tickertape: TLS_CERTIFICATE is missing: TLS_KEY is nothing without it\n");
    const auto both = given{.flags = {"--tls-certificate=a.pem", "--tls-key=a.key"}}.values();
    CHECK(both.tls_certificate == "a.pem");
    CHECK(both.tls_key == "a.key");
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
    CHECK(given{.flags = {"--archive=postgresql://me:k@host/db"}}.warnings().size() == 1);
    CHECK(given{.flags = {"--archive=postgresql://me@host/db"}}.warnings().empty());
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
    const given streamed{.flags = {"--stale-after=5s", "--feed=stream"}};
    CHECK(streamed.warnings().empty());
}

TEST_CASE("fetches so rare that no price would last until the next stop the start", "[config]")
{
    CHECK(
        given{.flags = {"--fetch-interval=5m"}}.error() ==
        "tickertape: FETCH_INTERVAL=5m is not shorter than MAX_QUOTE_AGE=2m: there would be no "
        "price between two fetches\n");
    CHECK_FALSE(given{.flags = {"--max-quote-age=5s"}}.error().empty());
    CHECK(given{.flags = {"--fetch-interval=5m", "--max-quote-age=10m"}}.error().empty());
    CHECK(given{.flags = {"--fetch-interval=5m", "--providers=simulator"}}.error().empty());
    // A provider that streams is asked only while its socket is down.
    const given streamed{.flags = {"--fetch-interval=5m", "--feed=stream", "--providers=coinbase"}};
    CHECK(streamed.error().empty());
}

TEST_CASE("a provider of a pace slower than its prices last is refused or warned of", "[config]")
{
    const auto words =
        std::string{"coingecko is asked once in 5m (COINGECKO_RATE), which is not shorter than "
                    "MAX_QUOTE_AGE=2m"};
    const given alone{.flags = {"--coingecko-rate=0.2", "--providers=coingecko"}};
    CHECK(
        alone.error() == "tickertape: " + words +
                             ": there would be no price between two requests; set MAX_QUOTE_AGE to "
                             "10m or the rate to what your plan allows\n");
    const given beside{.flags = {"--coingecko-rate=0.2", "--providers=coinbase,coingecko"}};
    CHECK(beside.error().empty());
    CHECK(
        beside.warnings() ==
        std::vector<std::string>{
            words + ": its price counts for part of the time only; MAX_QUOTE_AGE=10m or a higher "
                    "rate would change that"});
    // A median of two needs both.
    const given both{
        .flags = {
            "--coingecko-rate=0.2", "--providers=coinbase,coingecko", "--price-policy=median"}};
    CHECK_FALSE(both.error().empty());
}

TEST_CASE(
    "what a provider gives in a month bounds its pace, unless the operator has more", "[config]")
{
    auto rows = test_providers;
    rows[1].calls_a_month = 10'000;
    const given alone{.flags = {"--providers=coingecko"}, .providers = rows};
    CHECK(
        alone.error().find("(it gives 10000 requests a month for nothing, of which the market has "
                           "MARKET_CALLS; COINGECKO_RATE if you have more)") != std::string::npos);
    CHECK(alone.error().find("coingecko is asked once in 1395s") != std::string::npos);
    const given beside{.flags = {"--providers=coinbase,coingecko"}, .providers = rows};
    CHECK(beside.error().empty());
    CHECK(beside.warnings().size() == 1);
    const given rate{.flags = {"--providers=coingecko", "--coingecko-rate=2"}, .providers = rows};
    CHECK(rate.error().empty());
    CHECK(rate.warnings().empty());
    const given paid{
        .flags = {"--providers=coingecko", "--coingecko-url=https://pro-api.coingecko.com/api/v3"},
        .environment = {{"COINGECKO_API_KEY", "k"}},
        .providers = rows};
    CHECK(paid.error().empty());
    CHECK(paid.warnings().empty());
}

TEST_CASE("a stream that nobody sends is warned of", "[config]")
{
    const given from{.flags = {"--feed=stream", "--providers=coingecko"}};
    CHECK(
        from.warnings() == std::vector<std::string>{"FEED=stream: nobody in PROVIDERS streams; all "
                                                    "are asked every FETCH_INTERVAL"});
    CHECK(from.values().live.mode == feed::feed_mode::stream);
    CHECK(given{.flags = {"--feed=stream"}}.warnings().empty());
    CHECK(given{.flags = {"--feed=stream", "--providers=simulator"}}.warnings().empty());
}

TEST_CASE("a fetch takes no longer than the time to the next one, or two seconds", "[config]")
{
    CHECK(given{}.values().live.fetch.deadline == 8s);
    CHECK(given{.flags = {"--fetch-interval=3s"}}.values().live.fetch.deadline == 3s);
    CHECK(given{.flags = {"--fetch-interval=1s"}}.values().live.fetch.deadline == 2s);
    CHECK(
        given{.flags = {"--fetch-interval=1s", "--fetch-deadline=500ms"}}
            .values()
            .live.fetch.deadline == 500ms);
}

TEST_CASE("without anything given, the settings are the defaults", "[config]")
{
    const auto s = given{}.values();
    CHECK(shown(s) == shown(test_table().defaults()));
    CHECK(s.listen_address == "0.0.0.0");
    CHECK(s.port == 8082);
    CHECK(s.threads == 0);
    CHECK(s.drain_delay == 0s);
    CHECK(s.drain_time == 5s);
    CHECK(s.symbols == std::vector<std::string>{"BTC-USD"});
    CHECK(s.store_size == 8640);
    CHECK(s.streams.stale.limit == 120s);
    CHECK(s.providers == std::vector<std::string>{"coinbase", "coingecko"});
    CHECK(s.live.policy.kind == pricing::policy_kind::fallback);
    CHECK(s.live.fetch.interval == 10s);
    CHECK(s.live.ca_file.empty());
    CHECK(s.access.size() == 11);  // with the sources of the market that are no providers
    CHECK(s.access.at("coinbase") == feed::provider_settings{});
    CHECK(s.access.at("coingecko") == feed::provider_settings{});
    CHECK(s.live.mode == feed::feed_mode::poll);
    CHECK(s.live.policy.quorum == 2);
    CHECK(s.live.policy.deviation_max == 0.02);
    CHECK(s.live.quotes.spread_max == 0.1);
    CHECK(s.live.quotes.age_max == 120s);
    CHECK(s.live.ticks_per_second == 5.0);
    CHECK(s.live.accept_as_usd.empty());
    CHECK(s.derive.empty());
    CHECK(s.simulator.seed == std::nullopt);
    CHECK(s.simulator.period == 3s);
    CHECK(s.simulator.start_price == std::nullopt);
    CHECK(s.simulator.step_max == 0.0005);
    CHECK(s.simulator.history == 0ms);
    CHECK(s.replay.speed == 1.0);
    CHECK_FALSE(s.replay.loop);
    CHECK(s.streams.heartbeat == 15s);
    CHECK(s.streams.retry == 2s);
    CHECK(s.streams.socket.send_buffer_bytes == 16 * 1024);
    CHECK(s.cors_origins == std::vector<std::string>{"*"});
    CHECK(s.static_dir == std::nullopt);
    CHECK(s.http.request == 10s);
    CHECK(s.http.idle == 60s);
    CHECK(s.http.header_bytes == 8 * 1024);
    CHECK(s.http.body_bytes == 64 * 1024);
    CHECK(s.max_connections == 0);
    CHECK(s.admission.connections_per_client == 0);
    CHECK(s.admission.requests_per_second_per_client == 0);
    CHECK(s.trusted_proxies.empty());
    CHECK(s.http.busy == 30s);
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
    CHECK(s.simulator.seed == 42U);
    CHECK(s.simulator.start_price == 69420.25);
    CHECK(s.replay.loop);
    CHECK(
        s.cors_origins == std::vector<std::string>{"https://example.com", "http://localhost:3000"});
    CHECK(given{.flags = {"--cors-origins=none"}}.values().cors_origins.empty());
}

TEST_CASE("proxies are trusted by address or network, and by nothing else", "[config]")
{
    const auto s =
        given{.flags = {"--trusted-proxies=127.0.0.1, ::1,10.1.2.3/8 ,fd00::/8"}}.values();
    std::vector<std::string> shown;
    for (const auto& n : s.trusted_proxies)
        shown.push_back(n.text());
    CHECK(shown == std::vector<std::string>{"127.0.0.1", "::1", "10.0.0.0/8", "fd00::/8"});
    CHECK(
        given{.flags = {"--trusted-proxies=10.0.0.1,nginx"}}.error() ==
        "tickertape: TRUSTED_PROXIES: '10.0.0.1,nginx' (--trusted-proxies) is refused at item 2, "
        "which is neither an address nor a network; accepted: empty, or up to 256 addresses and "
        "networks such as 10.0.0.0/8 or fd00::/8, between commas\n");
    CHECK_FALSE(given{.flags = {"--trusted-proxies=10.0.0.0/33"}}.error().empty());
    CHECK_FALSE(given{.flags = {"--trusted-proxies=*"}}.error().empty());
    CHECK_FALSE(given{.flags = {"--trusted-proxies=10.0.0.1,"}}.error().empty());
}

TEST_CASE("a limit of requests is none, or one that lets something through", "[config]")
{
    const auto rate = [](const std::string& text) {
        return given{.environment = {{"MAX_REQUESTS_PER_SECOND_PER_IP", text}}};
    };
    CHECK(rate("0").values().admission.requests_per_second_per_client == 0);
    CHECK(rate("0.5").values().admission.requests_per_second_per_client == 0.5);
    CHECK(
        rate("0.01").error() ==
        "tickertape: MAX_REQUESTS_PER_SECOND_PER_IP: '0.01' (environment) is below 0.1; accepted: "
        "0, or 0.1 to 1000000\n");
    CHECK_FALSE(rate("-1").error().empty());
}

TEST_CASE("a variable that is nearly one of ours is said, others are not", "[config]")
{
    const given from{
        .environment = {
            {"PROVIDER", "simulator"},
            {"symbol", "BTC-USD"},
            {"PATH", "/bin"},
            {"HOME", "/"},
            {"PORT", "1"},
            {"LANG", "C"},
            {"PWD", "/"},
            {"TERM", "xterm"},
            {"USER", "me"}}};
    CHECK(
        from.warnings() ==
        std::vector<std::string>{
            "environment: no setting is called 'PROVIDER'; did you mean PROVIDERS?",
            "environment: no setting is called 'symbol'; did you mean SYMBOLS?"});
}

TEST_CASE("feeds of news are named, or the usual ones, or none", "[config]")
{
    using list = std::vector<std::string>;
    CHECK_FALSE(given{}.values().news.feeds.has_value());
    CHECK_FALSE(given{.flags = {"--news-feeds=Default"}}.values().news.feeds.has_value());
    CHECK(given{.flags = {"--news-feeds=off"}}.values().news.feeds == list{});
    CHECK(given{.flags = {"--news-feeds="}}.values().news.feeds == list{});
    CHECK(
        given{.flags = {"--news-feeds=https://x.test/feed/?a=1 , http://y.test"}}
            .values()
            .news.feeds == list{"https://x.test/feed/?a=1", "http://y.test"});
    CHECK(given{}.values().news.interval == 10min);
    for (const auto* bad :
         {"x.test/feed", "ftp://x.test/", "https://u:p@x.test/", "https://x.test/,",
          "https://x.test/a,https://x.test/a", "https://x.test/a b"}) {
        CAPTURE(bad);
        const auto flag = std::string{"--news-feeds="} + bad;
        const auto error = given{.flags = {flag.c_str()}}.error();
        CHECK(error.find("NEWS_FEEDS") != std::string::npos);
        CHECK(error.find("up to 20 addresses") != std::string::npos);
    }
    std::string many = "--news-feeds=https://x.test/0";
    for (int i = 1; i <= 20; ++i)
        many += ",https://x.test/" + std::to_string(i);
    CHECK(given{.flags = {many.c_str()}}.error().find("NEWS_FEEDS") != std::string::npos);
    CHECK(
        given{.flags = {"--news-interval=999ms"}}.error().find("accepted: 1s to 24h") !=
        std::string::npos);
}

TEST_CASE("whether there is a table of the market is said, or follows from the feed", "[config]")
{
    CHECK_FALSE(given{}.values().market.is_on.has_value());
    CHECK(given{.flags = {"--market=on"}}.values().market.is_on == true);
    CHECK(given{.flags = {"--market=OFF"}}.values().market.is_on == false);
    CHECK(given{}.values().market.interval == 5min);
    CHECK(given{.flags = {"--market-interval=1s"}}.values().market.interval == 1s);
    CHECK(
        given{.flags = {"--market=yes"}}.error() ==
        "tickertape: MARKET: 'yes' (--market) is neither; accepted: empty, on or off\n");
    CHECK(
        given{.flags = {"--market-interval=999ms"}}.error().find("accepted: 1s to 24h") !=
        std::string::npos);
    CHECK(
        given{.flags = {"--coinlore-url=ftp://x"}}.error().find("COINLORE_URL") !=
        std::string::npos);
}
