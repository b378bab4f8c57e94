// Every provider against every kind of answer: either a price, or a reason in the report and in the
// log. Nothing that is not understood may read as success.
#include "core/fetch_error.hpp"
#include "feed/harness.hpp"
#include "feed/rest_source.hpp"
#include "feed/said_log.hpp"
#include "net/http_client.hpp"
#include "net/tls_trust.hpp"
#include "net/url.hpp"
#include "provider/harness.hpp"
#include "support/effort.hpp"
#include "support/fake_http_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/json.hpp>

#include <cstdlib>
#include <fstream>

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::provider;
using namespace tickertape::net;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

struct answer_of_provider {
    int status = 200;
    std::string type = "application/json";
    std::string body;
};

// What came of asking.
struct verdict {
    std::size_t prices = 0;
    feed_report::provider report;
    std::string log;

    bool has_reason() const
    {
        return report.last_failure && !report.last_failure->words.empty() && !report.last_success &&
               log.find("WARN") != std::string::npos && log.find("cause=") != std::string::npos;
    }
    std::string words() const
    {
        if (prices > 0)
            return "a price";
        std::string text = report.lacks.empty() ? "" : "lacks it; ";
        return text + (report.last_failure ? report.last_failure->words : "NOTHING");
    }
};

struct counting_listener final : quote_listener {
    std::size_t quotes = 0;
    boost::system::error_code
    quoted(std::size_t, const quote&, usd_standin, pricing::quote_way) override
    {
        ++quotes;
        return {};
    }
    void failed(std::size_t, symbol_id, const fetch_error&, pricing::quote_way) override {}
    void dropped(std::size_t, symbol_id) override {}
    void ended(std::size_t) override {}
    void dated(std::size_t, const clock_comparison&) override {}
};

// Asks the provider for these symbols, once.
verdict
ask(const std::string& name, const std::vector<std::string>& symbols,
    const answer_of_provider& says)
{
    harness h{symbols};
    said_log said;
    const auto head = "HTTP/1.1 " + std::to_string(says.status) +
                      " x\r\nContent-Type: " + says.type +
                      "\r\nContent-Length: " + std::to_string(says.body.size()) + "\r\n\r\n";
    fake_http_server server{
        h.io, std::nullopt, [&](const auto&) { return reply{head + says.body}; }};
    auto trust = make_tls_context({});
    counting_listener listener;
    const feed_context context{
        boost::asio::make_strand(h.io),
        h.sink,
        h.symbols,
        h.sources,
        h.time,
        said.log(),
        h.counters,
        h.reports};
    provider::gate gate{{.per_minute = 60'000, .burst = 1000}, {}, h.time.steady_now()};
    rest_source_parts parts{
        .rank = 0,
        .name = name,
        .api = find_provider(name)->make_rest(),
        .clients = {},
        .key_headers = {{}},
        .gate = gate,
        .for_usd = {}};
    parts.clients.push_back(std::make_unique<http_client>(
        context.strand, *parse_base_url("http://127.0.0.1:" + server.port()), trust,
        http_limits{}));
    rest_source source{context, std::move(parts), listener, [] { return 0.0; }};
    const auto all = h.symbols.all();
    bool is_done = false;
    boost::asio::co_spawn(
        context.strand, source.fetch({all.begin(), all.end()}, h.time.steady_now() + 1h),
        [&](std::exception_ptr escaped) {
            is_done = !escaped;
            server.stop();
        });
    while (!is_done && h.io.run_one_for(5s) > 0) {
    }
    REQUIRE(is_done);
    verdict v;
    v.prices = listener.quotes;
    source.report(v.report);
    v.log = said.text();
    return v;
}

// An answer with one price in it, as it was recorded.
struct good_answer {
    std::string provider;
    std::vector<std::string> symbols;
    std::string body;
};

const std::vector<std::string> many{"BTC-USD",  "ETH-USD", "NEAR-USD", "LTC-USD",
                                    "SOL-USD",  "ADA-USD", "XRP-USD",  "DOT-USD",
                                    "LINK-USD", "BCH-USD", "UNI-USD",  "ETC-USD"};

std::vector<good_answer> good_answers()
{
    return {
        {"coinbase", {"BTC-USD"}, fixture("coinbase.ticker.BTC-USD.json")},
        {"coinbase", many, fixture("coinbase.stats_all.trimmed.json")},
        {"kraken", {"BTC-USD"}, fixture("kraken.ticker.XBTUSD.json")},
        {"kraken", {"BTC-USD", "ETH-USD"}, fixture("kraken.ticker.assetVersion1.trimmed.json")},
        {"bitstamp", {"BTC-USD"}, fixture("bitstamp.ticker.btcusd.2013.json")},
        {"bitstamp", many, fixture("bitstamp.ticker_all.trimmed.json")},
        {"gemini", {"BTC-USD"}, fixture("gemini.pubticker.btcusd.json")},
        {"coingecko", {"BTC-USD"}, R"({"bitcoin":{"usd":88927,"last_updated_at":1575040666}})"},
        {"coingecko", {"BTC-USD", "BNB-USD"}, fixture("coingecko.simple_price.json")},
        {"binance", {"BTC-USDT"}, "[" + fixture("binance.ticker_24hr.BTCUSDT.json") + "]"},
        {"bitfinex", {"BTC-USD"}, fixture("bitfinex.tickers.v2.json")},
        {"okx", {"NEAR-USDT"}, fixture("okx.ticker.NEAR-USDT.json")},
        {"okx", {"BTC-USDT", "ETH-USDT", "NEAR-USDT"}, fixture("okx.ticker.NEAR-USDT.json")},
        {"coinmarketcap",
         {"BTC-USD"},
         fixture("coinmarketcap.v1.quotes_latest.by_id.trimmed.json")},
        {"cryptocompare", {"BTC-USD"}, fixture("cryptocompare.pricemulti.json")},
    };
}

// The value with each member taken away, and with each renamed, at any depth.
void append_variants(
    const boost::json::value& root, boost::json::value& changed, boost::json::value& at,
    std::vector<std::string>& into)
{
    if (auto* object = at.if_object()) {
        std::vector<std::string> names;
        for (const auto& member : *object)
            names.emplace_back(member.key().data(), member.key().size());
        for (const auto& name : names) {
            const boost::json::object before = *object;
            auto taken = before.at(name);
            object->erase(name);
            into.push_back(boost::json::serialize(changed));
            (*object)["renamed_" + name] = taken;
            into.push_back(boost::json::serialize(changed));
            *object = before;
            append_variants(root, changed, object->at(name), into);
        }
    } else if (auto* array = at.if_array()) {
        for (std::size_t i = 0; i < array->size(); ++i) {
            const boost::json::array before = *array;
            array->erase(array->begin() + static_cast<std::ptrdiff_t>(i));
            into.push_back(boost::json::serialize(changed));
            *array = before;
            append_variants(root, changed, (*array)[i], into);
        }
    }
}

std::vector<std::string> variants_of(const std::string& body)
{
    const auto root = boost::json::parse(body);
    auto changed = root;
    std::vector<std::string> all;
    append_variants(root, changed, changed, all);
    return all;
}

struct named_answer {
    std::string name;
    answer_of_provider says;
};

// What anybody may answer.
std::vector<named_answer> strange_answers()
{
    return {
        {"451 JSON", {451, "application/json", R"({"message":"not available in your region"})"}},
        {"403 JSON", {403, "application/json", R"({"error":"Forbidden","code":403})"}},
        {"403 page", {403, "text/html", "<html><body>Access denied</body></html>"}},
        {"400 JSON", {400, "application/json", R"({"message":"Bad request"})"}},
        {"404 JSON", {404, "application/json", R"({"message":"Not Found","status":404})"}},
        {"404 page", {404, "text/html", "<html><body>Not found</body></html>"}},
        {"200 page", {200, "text/html", "<html><body>Just a moment...</body></html>"}},
        {"200 words", {200, "application/json", R"({"message":"down for maintenance"})"}},
        {"200 {}", {200, "application/json", "{}"}},
        {"200 []", {200, "application/json", "[]"}},
        {"200 null", {200, "application/json", "null"}},
        {"200 nothing", {200, "application/json", ""}},
        {"503 page", {503, "text/html", "<html><body>Unavailable</body></html>"}},
    };
}

struct recorded_error {
    std::string provider;
    std::string file;
    int status;
};

const std::vector<recorded_error> recorded_errors{
    {"coinbase", "coinbase.400.user_agent.json", 400},
    {"coinbase", "coinbase.400.delisted.json", 400},
    {"coinbase", "coinbase.404.json", 404},
    {"coinbase", "coinbase.429.json", 429},
    {"kraken", "kraken.error.unknown_pair.json", 200},
    {"kraken", "kraken.error.rate_limit.json", 200},
    {"kraken", "kraken.ticker.dead_market.json", 200},
    {"bitstamp", "bitstamp.404.unknown_pair.docs.json", 404},
    {"gemini", "gemini.error.invalid_symbol.json", 400},
    {"coingecko", "coingecko.401.bad_key.json", 401},
    {"coingecko", "coingecko.401.range_too_old.json", 401},
    {"coingecko", "coingecko.403.user_agent.json", 403},
    {"coingecko", "coingecko.422.missing_ids.json", 422},
    {"coingecko", "coingecko.422.missing_vs_currency.json", 422},
    {"coingecko", "coingecko.429.json", 429},
    {"coingecko", "coingecko.500.json", 500},
    {"binance", "binance.400.bad_symbol.json", 400},
    {"binance", "binance.418.json", 418},
    {"binance", "binance.429.json", 429},
    {"binance", "binance.451.json", 451},
    {"bitfinex", "bitfinex.error.rate_limit.json", 429},
    {"okx", "okx.error.unknown_instrument.json", 200},
    {"coinmarketcap", "coinmarketcap.400.bad_id.docs.json", 400},
    {"coinmarketcap", "coinmarketcap.401.json", 401},
    {"coinmarketcap", "coinmarketcap.429.json", 429},
    {"cryptocompare", "cryptocompare.200.rate_limit.json", 200},
    {"cryptocompare", "coindesk_data.401.json", 401},
};

// With TICKERTAPE_TABLE=file, what each does is written there, for those who read.
void note(const std::string& provider, const std::string& name, const verdict& v)
{
    if (const auto* path = std::getenv("TICKERTAPE_TABLE"))
        std::ofstream{path, std::ios::app} << provider << " | " << name << " | " << v.words()
                                           << '\n';
}

}  // namespace

TEST_CASE("A recorded good answer of every provider is a price", "[feed]")
{
    std::set<std::string> tried;
    for (const auto& good : good_answers()) {
        CAPTURE(good.provider, good.body);
        tried.insert(good.provider);
        const auto v = ask(good.provider, good.symbols, {.body = good.body});
        CHECK(v.prices > 0);
        CHECK(v.report.last_success);
        CHECK(v.log.find("WARN") == std::string::npos);
    }
    for (const auto& row : provider_rows())
        CHECK(tried.contains(std::string{row.name}));
}

TEST_CASE("A strange answer of any provider is a reason in the report and in the log", "[feed]")
{
    for (const auto& good : good_answers())
        for (const auto& [name, says] : strange_answers()) {
            CAPTURE(good.provider, good.symbols.size(), name);
            const auto v = ask(good.provider, good.symbols, says);
            CAPTURE(v.words(), v.log);
            CHECK(v.prices == 0);
            CHECK(v.has_reason());
            if (good.symbols.size() == 1)
                note(good.provider, name, v);
            // That the market is lacked is said only where an empty answer is how that is said.
            const bool is_omission =
                good.provider == "bitfinex" ? name == "200 []"
                : good.provider == "coingecko" || good.provider == "cryptocompare"
                    ? name == "200 {}"
                    : false;
            CHECK(v.report.lacks.empty() != is_omission);
        }
}

TEST_CASE("A recorded error of any provider is a reason in the report and in the log", "[feed]")
{
    for (const auto& row : recorded_errors) {
        CAPTURE(row.provider, row.file);
        const auto symbol =
            row.provider == "binance" || row.provider == "okx" ? "BTC-USDT" : "BTC-USD";
        const auto v =
            ask(row.provider, {symbol}, {.status = row.status, .body = fixture(row.file)});
        CAPTURE(v.words(), v.log);
        CHECK(v.prices == 0);
        CHECK(v.has_reason());
        note(row.provider, row.file, v);
    }
}

TEST_CASE("A good answer with one member gone or renamed is a price or a reason", "[feed]")
{
    for (const auto& good : good_answers()) {
        if (good.body.size() > 3000)
            continue;  // the same members over and over
        const auto bodies = variants_of(good.body);
        for (std::size_t i = 0; i < bodies.size(); i += rounds(1, 10)) {
            const auto& body = bodies[i];
            CAPTURE(good.provider, good.symbols.size(), body);
            const auto v = ask(good.provider, good.symbols, {.body = body});
            CAPTURE(v.words(), v.log);
            CHECK((v.prices > 0 || v.has_reason()));
        }
    }
}
