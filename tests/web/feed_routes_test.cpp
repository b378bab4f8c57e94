#include "small_site.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

// The clock of a small_site says 1712525480.
constexpr wall_time at_ms(std::int64_t ms)
{
    return wall_time{std::chrono::milliseconds{ms}};
}

constexpr symbol_id btc{0};
constexpr symbol_id eth{1};

feed_report::provider provider_named(const std::string& name)
{
    feed_report::provider p;
    p.name = name;
    p.breaker = "closed";
    return p;
}

const wall_time reported = at_ms(1712525479500);

feed_report::quote quote_of(std::size_t provider, double value, std::chrono::milliseconds ago)
{
    return {
        .provider = provider,
        .market = {},
        .value = price::from(value).value(),
        .age = ago,
        .received_ago = ago};
}

void post(small_site& to, feed_report report)
{
    to.reports.post(std::make_shared<const feed_report>(std::move(report)));
}

// Of the members of one symbol of a report, those the feed says.
std::string quotes_of(small_site& s, std::vector<feed_report::quote> quotes)
{
    feed_report report{.at = reported, .mode = "poll", .policy = "fallback"};
    report.providers = {provider_named("coinbase"), provider_named("binance")};
    report.symbols = {{.id = btc, .quotes = std::move(quotes)}};
    post(s, std::move(report));
    const auto body = s.get("/api/feed?symbol=btc-usd").body;
    const auto at = body.find("\"quotes\":");
    return at == std::string::npos ? body : body.substr(at);
}

}  // namespace

TEST_CASE("a symbol that is not served is a 404 of the feed, report or no report", "[web]")
{
    small_site s;
    const std::string refused =
        "{\"type\":\"urn:tickertape:problem:unknown-symbol\",\"title\":\"Not Found\","
        "\"status\":404,\"detail\":\"there is no symbol 'doge-usd' here\","
        "\"parameter\":\"symbol\",\"accepted\":\"BTC-USD, ETH-USD\"}\n";
    CHECK(s.get("/api/feed?symbol=doge-usd").body == refused);
    post(s, {.mode = "poll", .policy = "median"});
    CHECK(s.get("/api/feed?symbol=doge-usd").body == refused);
    CHECK(s.get("/api/feed?symbol=doge-usd").status == 404);
    CHECK(s.get("/api/feed?symbols=eth-usd,doge-usd").status == 404);
    CHECK(s.get("/api/feed?symbol=").status == 400);
}

TEST_CASE("before its first report the feed is starting, whatever the tapes hold", "[web]")
{
    small_site s;
    s.publish(1712525476123, 69420.25);
    const auto r = s.get("/api/feed");
    CHECK(r.status == 200);
    CHECK(r.content_type == "application/json");
    CHECK(header_of(r, "Cache-Control") == "no-store");
    CHECK(r.body == "{\"mode\":\"starting\",\"policy\":null,\"providers\":[],\"symbols\":[]}\n");
    CHECK(s.get("/api/feed?symbol=btc-usd").body == r.body);
}

TEST_CASE("a provider that was never reached has nothing but its name and its state", "[web]")
{
    small_site s{{"BTC-USD"}};
    feed_report report{.at = reported, .mode = "poll", .policy = "fallback"};
    report.providers = {provider_named("coinbase")};
    report.symbols = {{.id = btc, .problem = "nobody says anything"}};
    post(s, std::move(report));
    CHECK(
        s.get("/api/feed").body ==
        "{\"at\":1712525479.500,\"mode\":\"poll\",\"policy\":\"fallback\","
        "\"clock_ahead_seconds\":null,\"providers\":["
        "{\"name\":\"coinbase\",\"breaker\":\"closed\",\"last_success\":null,"
        "\"last_error\":null,\"latency_ms\":null,\"requests_left\":0.000,\"set_aside\":{},"
        "\"lacks\":[],\"clock_ahead_seconds\":null,\"stream\":null}],"
        "\"symbols\":[{\"symbol\":\"BTC-USD\",\"source\":null,\"price\":null,"
        "\"age_seconds\":null,\"stale\":true,\"problem\":\"nobody says anything\","
        "\"quotes\":[]}]}\n");
}

TEST_CASE("all there is to say of a provider is said", "[web]")
{
    small_site s{{"BTC-USD"}};
    auto p = provider_named("kraken");
    p.breaker = "half_open";
    p.last_success = at_ms(1712525470250);
    p.last_failure = {at_ms(1712525471000), "said \"no\""};
    p.took = {.p50 = 85'125us, .p90 = 120ms, .p99 = 1'200'001us};
    p.requests_left = 3.5;
    p.paused_for = 1500ms;
    p.clock_ahead = 190'250ms;
    p.set_aside = {{"outlier", 3}, {"stale_quote", 12}};
    p.lacks = {"XYZ-USD", "ABC-USD"};
    p.socket = feed_report::venue_socket{
        .state = "live",
        .since = at_ms(1712525400000),
        .last_message = at_ms(1712525479999),
        .messages = 12345,
        .connections = 2,
        .subscribed = 250,
        .notice = "maintenance at noon",
        .last_failure = feed_report::failure{at_ms(1712525399000), "gone"},
        .refused = {{"XYZ-USD", "no such pair"}}};
    feed_report report{.at = reported, .mode = "stream", .policy = "median"};
    report.clock_ahead = -500ms;
    report.providers = {p};
    post(s, report);
    CHECK(
        s.get("/api/feed").body ==
        "{\"at\":1712525479.500,\"mode\":\"stream\",\"policy\":\"median\","
        "\"clock_ahead_seconds\":-0.500,\"providers\":["
        "{\"name\":\"kraken\",\"breaker\":\"half_open\",\"last_success\":1712525470.250,"
        "\"last_error\":{\"at\":1712525471.000,\"words\":\"said \\\"no\\\"\"},"
        "\"latency_ms\":{\"p50\":85.125,\"p90\":120.000,\"p99\":1200.001},"
        "\"requests_left\":3.500,\"paused_for_seconds\":1.500,"
        "\"set_aside\":{\"outlier\":3,\"stale_quote\":12},\"lacks\":[\"XYZ-USD\",\"ABC-USD\"],"
        "\"clock_ahead_seconds\":190.250,"
        "\"stream\":{\"state\":\"live\",\"since\":1712525400.000,"
        "\"last_message\":1712525479.999,\"messages\":12345,\"connections\":2,"
        "\"subscribed\":250,\"notice\":\"maintenance at noon\","
        "\"last_error\":{\"at\":1712525399.000,\"words\":\"gone\"},"
        "\"refused\":{\"XYZ-USD\":\"no such pair\"}}}],"
        "\"symbols\":[{\"symbol\":\"BTC-USD\",\"source\":null,\"price\":null,"
        "\"age_seconds\":null,\"stale\":true,\"problem\":null,\"quotes\":[]}]}\n");
}

TEST_CASE("a pause is told while it lasts, and a stream without news has none", "[web]")
{
    small_site s{{"BTC-USD"}};
    auto p = provider_named("kraken");
    p.socket = feed_report::venue_socket{.state = "connecting", .since = {}, .last_message = {}};
    feed_report report{.at = reported, .mode = "stream", .policy = "median"};
    report.providers = {p};
    post(s, report);
    const auto body = s.get("/api/feed").body;
    CHECK(body.find("paused_for_seconds") == std::string::npos);
    CHECK(
        body.find("\"stream\":{\"state\":\"connecting\",\"since\":null,\"last_message\":null,"
                  "\"messages\":0,\"connections\":0,\"subscribed\":0,\"notice\":null,"
                  "\"last_error\":null,\"refused\":{}}") != std::string::npos);
    report.providers[0].paused_for = 1ms;
    post(s, report);
    CHECK(s.get("/api/feed").body.find("\"paused_for_seconds\":0.001,") != std::string::npos);
}

TEST_CASE("the price of a symbol is the one that is served, whatever the feed holds", "[web]")
{
    small_site s;
    const auto median = s.sources.intern("median(coinbase,kraken)", 2).value();
    s.publish(1712525300000, 3500, "ETH-USD");
    s.publish(1712525476123, 69420.25, "BTC-USD", median);
    feed_report report{.at = reported, .mode = "poll", .policy = "median"};
    report.symbols = {
        {.id = eth, .problem = "too few say anything"}, {.id = btc, .legs = {"A-USD", "B-USD"}}};
    post(s, std::move(report));
    const std::string btc_object =
        "{\"symbol\":\"BTC-USD\",\"source\":\"median(coinbase,kraken)\",\"sources\":2,"
        "\"price\":69420.25,\"age_seconds\":3.877,\"stale\":false,\"problem\":null,"
        "\"derived_from\":[\"A-USD\",\"B-USD\"],\"quotes\":[]}";
    const std::string eth_object =
        "{\"symbol\":\"ETH-USD\",\"source\":\"coingecko\",\"price\":3500,"
        "\"age_seconds\":180.000,\"stale\":true,\"problem\":\"too few say anything\","
        "\"quotes\":[]}";
    const std::string begin = "{\"at\":1712525479.500,\"mode\":\"poll\",\"policy\":\"median\","
                              "\"clock_ahead_seconds\":null,\"providers\":[],\"symbols\":[";
    CHECK(s.get("/api/feed").body == begin + btc_object + "," + eth_object + "]}\n");
    CHECK(s.get("/api/feed?symbol=Eth-usd").body == begin + eth_object + "]}\n");
    CHECK(s.get("/api/feed?symbol=btc-usd").body == begin + btc_object + "]}\n");
}

TEST_CASE("a symbol the feed says nothing of is listed with its price", "[web]")
{
    small_site s{{"BTC-USD"}};
    s.publish(1712525476123, 69420.25);
    post(s, {.at = reported, .mode = "simulator", .policy = {}});
    CHECK(
        s.get("/api/feed").body ==
        "{\"at\":1712525479.500,\"mode\":\"simulator\",\"policy\":null,"
        "\"clock_ahead_seconds\":null,\"providers\":[],"
        "\"symbols\":["
        "{\"symbol\":\"BTC-USD\",\"source\":\"coingecko\",\"price\":69420.25,"
        "\"age_seconds\":3.877,\"stale\":false,\"problem\":null,\"quotes\":[]}]}\n");
}

TEST_CASE("a quote says whose it is, how old, and why it is not used", "[web]")
{
    small_site s{{"BTC-USD"}};
    auto used = quote_of(0, 69420.25, 100ms);
    used.age = 2s;
    used.by_socket = true;
    used.is_used = true;
    auto aside = quote_of(1, 1e-8, 10s);
    aside.market = "BTC-USDT";
    aside.aside = "outlier";
    CHECK(
        quotes_of(s, {used, aside}) ==
        "\"quotes\":[{\"provider\":\"coinbase\",\"price\":69420.25,\"age_seconds\":2.000,"
        "\"received_seconds_ago\":0.100,\"via\":\"stream\",\"used\":true},"
        "{\"provider\":\"binance\",\"market\":\"BTC-USDT\",\"price\":1e-08,"
        "\"age_seconds\":10.000,\"received_seconds_ago\":10.000,\"via\":\"poll\","
        "\"used\":false,\"aside\":\"outlier\"}]}]}\n");
}

TEST_CASE("a report that does not get old is of the time it is asked for", "[web]")
{
    small_site s{{"BTC-USD"}};
    post(s, {.mode = "pipe", .policy = {}});
    CHECK(s.get("/api/feed").body.starts_with("{\"at\":1712525480.000,\"mode\":\"pipe\","));
    s.now += 3s;
    CHECK(s.get("/api/feed").body.starts_with("{\"at\":1712525483.000,\"mode\":\"pipe\","));
}

TEST_CASE("a feed of many symbols and providers is answered whole and in order", "[web]")
{
    std::vector<std::string> names;
    for (int i = 0; i < 250; ++i)
        names.push_back("S" + std::to_string(i) + "-USD");
    small_site s{names};
    feed_report report{.at = reported, .mode = "poll", .policy = "median"};
    for (int i = 0; i < 10; ++i)
        report.providers.push_back(provider_named("p" + std::to_string(i)));
    // Backwards: the answer goes by the order of the configuration.
    for (std::uint16_t i = 250; i-- > 0;) {
        feed_report::symbol one{.id = symbol_id{i}};
        for (std::size_t p = 0; p < 10; ++p)
            one.quotes.push_back(quote_of(p, 1.0 + i, 0ms));
        report.symbols.push_back(std::move(one));
    }
    post(s, std::move(report));
    const auto symbols = boost::json::parse(s.get("/api/feed").body).at("symbols").as_array();
    REQUIRE(symbols.size() == 250);
    for (std::size_t i = 0; i < 250; ++i) {
        REQUIRE(std::string_view{symbols[i].at("symbol").as_string()} == names[i]);
        REQUIRE(symbols[i].at("quotes").as_array().size() == 10);
        REQUIRE(symbols[i].at("quotes").at(9).at("provider").as_string() == "p9");
        REQUIRE(symbols[i].at("quotes").at(9).at("price").to_number<std::size_t>() == 1 + i);
    }
}

TEST_CASE("the symbols that are served are listed with their halves and their path", "[web]")
{
    const small_site s{{"BTC-USD", "1INCH-USDT"}};
    const auto r = s.get("/api/symbols");
    CHECK(r.status == 200);
    CHECK(r.content_type == "application/json");
    CHECK(
        r.body == "{\"symbols\":["
                  "{\"symbol\":\"BTC-USD\",\"base\":\"BTC\",\"quote\":\"USD\","
                  "\"path\":\"/api/prices/btc-usd\"},"
                  "{\"symbol\":\"1INCH-USDT\",\"base\":\"1INCH\",\"quote\":\"USDT\","
                  "\"path\":\"/api/prices/1inch-usdt\"}]}\n");
}
