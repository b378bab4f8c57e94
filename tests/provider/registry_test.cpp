// What is true of every provider there is.
#include "core/errors.hpp"
#include "core/text.hpp"
#include "net/url.hpp"
#include "provider/answer.hpp"
#include "provider/errors.hpp"
#include "provider/harness.hpp"
#include "json/errors.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

using namespace tickertape;
using namespace tickertape::json;
using namespace tickertape::provider;
using namespace tickertape::net;
using namespace tickertape::testing;

namespace {

// A currency the provider has a market of BTC in.
std::string currency_of(const rest_api& api)
{
    return api.spelling("BTC", "USD") ? "USD" : "USDT";
}

std::vector<market> some_markets(const rest_api& api, std::size_t count)
{
    static const std::vector<std::string> bases{"BTC", "ETH", "LTC", "XRP", "SOL", "ADA"};
    std::vector<market> markets;
    for (std::size_t i = 0; i < count; ++i) {
        auto spelled = api.spelling(bases.at(i), currency_of(api));
        REQUIRE(spelled);
        markets.push_back({static_cast<symbol_id>(i), *spelled});
    }
    return markets;
}

bool is_plain(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::vector<std::string> hostile_bodies()
{
    return {
        "",
        " ",
        "garbage",
        std::string(3, '\0'),
        "\xff\xfe",
        "[]",
        "{}",
        "null",
        "true",
        "7",
        "\"BTC\"",
        "[[],[[]],{}]",
        "{\"data\":null,\"result\":null,\"error\":null,\"status\":null,\"Err\":null}",
        "{\"code\":{},\"status\":[],\"error\":{},\"Response\":[],\"message\":7}",
        "{\"error\":[null,7,[]],\"result\":{}}",
        "[\"error\"]",
        "[\"error\",{},[]]",
        std::string(100, '[') + std::string(100, ']'),
        "{\"price\":1" + std::string(5000, '0') + "}",
        "{\"message\":\"" + std::string(5000, 'x') + "\"}",
        "{\"msg\":\"a\\u0000b\\n<script>\\ud83d\\ude00\"}",
        "<html><body>" + std::string(5000, 'y') + "</body></html>",
        fixture("mempool.429.html"),
    };
}

}  // namespace

TEST_CASE("Whatever a provider sends, each market has one answer, and words are bounded", "[feed]")
{
    for (const auto& row : provider_rows()) {
        const auto api = row.make_rest();
        for (const std::size_t count : {std::size_t{1}, std::size_t{6}}) {
            const auto batch = some_markets(*api, count);
            for (const int status : {200, 204, 400, 401, 403, 404, 414, 418, 429, 451, 500, 520})
                for (const auto& body : hostile_bodies()) {
                    CAPTURE(row.name, count, status, body);
                    const auto all = api->read(batch, http_response{status, "", body});
                    REQUIRE(all.size() == count);
                    for (const auto& answer : all) {
                        REQUIRE(answer);
                        REQUIRE_FALSE(*answer);
                        const auto& error = answer->error();
                        const auto& said_by = error.code.category();
                        CHECK(
                            (said_by == provider_category() || said_by == json_category() ||
                             said_by == core_category()));
                        CHECK(error.detail.size() <= words_bytes_max);
                        CHECK(std::ranges::all_of(
                            error.detail, [](char c) { return c >= ' ' && c < 0x7f; }));
                        CHECK((error.http_status == 0 || error.http_status == status));
                    }
                }
        }
    }
}

TEST_CASE("No provider's answer at another status than 200 is a price", "[feed]")
{
    struct row {
        std::string provider;
        std::string symbol;
        std::string body;
    };
    const auto r = GENERATE(
        row{"coinbase", "BTC-USD", fixture("coinbase.ticker.BTC-USD.json")},
        row{"kraken", "BTC-USD", fixture("kraken.ticker.assetVersion1.trimmed.json")},
        row{"bitstamp", "BTC-USD", fixture("bitstamp.ticker.btcusd.2013.json")},
        row{"gemini", "BTC-USD", fixture("gemini.pubticker.btcusd.json")},
        row{"coingecko", "BTC-USD", fixture("coingecko.simple_price.json")},
        row{"binance", "BTC-USDT", "[" + fixture("binance.ticker_24hr.BTCUSDT.json") + "]"},
        row{"bitfinex", "BTC-USD", fixture("bitfinex.tickers.v2.json")},
        row{"okx", "NEAR-USDT", fixture("okx.ticker.NEAR-USDT.json")},
        row{"coinmarketcap", "BTC-USD",
            fixture("coinmarketcap.v1.quotes_latest.by_id.trimmed.json")},
        row{"cryptocompare", "BTC-USD", fixture("cryptocompare.pricemulti.json")});
    CAPTURE(r.provider);
    const asked_provider provider{r.provider};

    CHECK(provider.read_one(r.symbol, r.body));
    for (const int status : {203, 400, 404, 429, 500})
        CHECK_FALSE(provider.read_one(r.symbol, r.body, status));
}

TEST_CASE("Every provider refuses a too frequent caller as one", "[feed]")
{
    for (const auto& row : provider_rows()) {
        CAPTURE(row.name);
        const auto api = row.make_rest();
        const auto batch = some_markets(*api, 2);
        for (const auto* body : {"", "{}", "<html>slow down</html>", "slow down"})
            for (const auto& answer : api->read(batch, http_response{429, "", body}))
                CHECK(code_of(answer) == provider_errc::rate_limited);
    }
}

TEST_CASE("Every provider knows BTC and ETH, and asks for them in a plain target", "[feed]")
{
    for (const auto& row : provider_rows()) {
        CAPTURE(row.name);
        const auto api = row.make_rest();
        const auto markets = some_markets(*api, 6);
        const std::vector<market> many(1024, markets.front());
        for (std::size_t wanted = 1; wanted <= many.size(); ++wanted) {
            const auto size = api->batch_size(std::span{many}.first(wanted));
            CHECK((size >= 1 && size <= wanted));
        }
        for (std::size_t count = 1; count <= markets.size(); ++count) {
            const auto request = api->request(std::span{markets}.first(count));
            CHECK(request.target.starts_with('/'));
            CHECK(is_plain(request.target));
        }
    }
}

TEST_CASE(
    "The largest batch of a provider is asked for with an address of bounded length", "[feed]")
{
    for (const auto& row : provider_rows()) {
        CAPTURE(row.name);
        const auto api = row.make_rest();
        const std::vector<market> many(1024, some_markets(*api, 1).front());
        const auto batch = std::span{many}.first(api->batch_size(many));
        CHECK(api->request(batch).target.size() <= 8000);
    }
}

TEST_CASE("Every provider's own addresses are HTTPS", "[feed]")
{
    for (const auto& row : provider_rows()) {
        CAPTURE(row.name);
        CHECK_FALSE(row.urls[0].empty());
        for (const auto url : row.urls) {
            if (url.empty())
                continue;
            const auto base = parse_base_url(url);
            REQUIRE(base);
            CHECK(base->is_tls);
        }
    }
}

TEST_CASE(
    "Every provider has a name of its own, a limit, and a header where it takes a key", "[feed]")
{
    std::set<std::string_view> names;
    for (const auto& row : provider_rows()) {
        CAPTURE(row.name);
        CHECK(names.insert(row.name).second);
        CHECK_FALSE(row.title.empty());
        CHECK(find_provider(row.name) == &row);
        CHECK((row.key == key_use::none) == (row.key_header == nullptr));
        for (const auto& limit : {row.limit, row.limit_with_key}) {
            CHECK(limit.per_minute > 0);
            CHECK(limit.burst >= 1);
        }
        CHECK(row.socket_url.empty() == (row.make_socket == nullptr));
    }
    CHECK(find_provider("") == nullptr);
    CHECK(find_provider("Coinbase") == nullptr);
    CHECK(find_provider("bitcoinaverage") == nullptr);
}

TEST_CASE("The documented providers and their rates are those there are", "[feed]")
{
    std::ifstream file{TICKERTAPE_ROOT "/docs/providers.md"};
    const std::string page{std::istreambuf_iterator<char>{file}, {}};
    const auto rate = [](const rate_limit& limit) {
        std::ostringstream text;
        text << limit.per_minute << " (" << limit.burst << ")";
        return text.str();
    };

    auto last = std::string::npos;
    for (const auto& row : provider_rows()) {
        CAPTURE(row.name);
        const auto begin = page.find("\n| `" + std::string{row.name} + "` |");
        REQUIRE(begin != std::string::npos);
        CHECK((last == std::string::npos || begin > last));
        last = begin;
        const auto line = page.substr(begin, page.find('\n', begin + 1) - begin);
        CHECK(line.find("| " + rate(row.limit)) != std::string::npos);
        CHECK(line.find(rate(row.limit_with_key)) != std::string::npos);
    }
}
