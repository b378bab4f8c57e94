// A day, and a month, of everything that this program asks: no source is asked more often than it
// publishes, and prices come first. The program's own feeds run, on a clock that is moved.
#include "feed/world_of_sources.hpp"

#include "support/catch.hpp"

#include <algorithm>

using namespace tickertape;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::hours day{24};
constexpr std::chrono::hours month{31 * 24};

// So many requests in any stretch of time so long.
struct published_limit {
    std::string host;
    std::chrono::nanoseconds within;
    std::size_t most;
};

// What the sources publish, or are known to bear; of those that say nothing, what docs/market.md
// promises. docs/providers.md and docs/market.md say where each is from.
const std::vector<published_limit> published{
    {"api.exchange.coinbase.com", 1s, 15},
    {"api.exchange.coinbase.com", 1min, 600},
    {"api.kraken.com", 1min, 60},
    {"www.bitstamp.net", 10min, 10'000},
    {"api.gemini.com", 1min, 120},
    {"api.coingecko.com", 1min, 5},  // without a key: 5 to 15 by users' reports
    {"api.coingecko.com", month, 10'000},
    {"api.coinpaprika.com", 1s, 10},
    {"api.coinpaprika.com", month, 20'000},
    {"api.coinlore.net", 1s, 1},
    {"mempool.space", 1min, 28},
    {"api.blockchain.info", 10s, 1},
    {"api.blockchair.com", 1min, 30},
    {"api.blockchair.com", day, 1'440},
    {"api.alternative.me", 1min, 60},
    {"api.frankfurter.dev", 1min, 8},
    {"www.coindesk.com", 10min, 12},
    {"cointelegraph.com", 10min, 12},
    {"decrypt.co", 10min, 12},
    {"www.theblock.co", 10min, 12},
    {"bitcoinmagazine.com", 10min, 12},
    {"cryptoslate.com", 10min, 12},
    {"u.today", 10min, 12},
};

// The most requests in any stretch of that length. A stretch is open at its end: what comes exactly
// that much later is of the next.
std::size_t most_within(const std::vector<steady_time>& times, std::chrono::nanoseconds length)
{
    std::size_t most = 0;
    for (std::size_t first = 0, last = 0; last < times.size(); ++last) {
        while (times[last] - times[first] >= length)
            ++first;
        most = std::max(most, last - first + 1);
    }
    return most;
}

void check_limits(const world_of_sources& all)
{
    for (const auto& [host, times] : all.requests()) {
        const bool is_limited =
            std::ranges::find(published, host, &published_limit::host) != published.end();
        INFO(host);
        CHECK(is_limited);
    }
    for (const auto& limit : published) {
        const auto found = all.requests().find(limit.host);
        if (found == all.requests().end())
            continue;
        INFO(limit.host << ", within " << limit.within / 1s << " s");
        CHECK(most_within(found->second, limit.within) <= limit.most);
    }
}

std::vector<std::string> symbols(std::size_t count)
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i)
        names.push_back("C" + std::to_string(100 + i) + "-USD");
    return names;
}

const std::vector<std::string> usual_providers{"coinbase", "kraken", "bitstamp", "gemini"};

// Hours of refusals of each kind, one after the other.
std::optional<net::http_response> hours_of_trouble(std::chrono::nanoseconds since)
{
    const auto hour = since / 1h;
    if (hour >= 2 && hour < 6)
        return net::http_response{.status = 429, .content_type = "text/html", .body = "<html>"};
    if (hour >= 8 && hour < 11)
        return net::http_response{.status = 500, .content_type = "application/json", .body = "{}"};
    if (hour >= 12 && hour < 14)
        return net::http_response{
            .status = 429, .content_type = "application/json", .body = "{}", .retry_after = "60"};
    if (hour >= 15 && hour < 17)
        return net::http_response{
            .status = 200, .content_type = "text/html", .body = "<!DOCTYPE html><p>soon</p>"};
    return std::nullopt;
}

}  // namespace

TEST_CASE("a day of everything stays within what the sources publish", "[feed]")
{
    world_of_sources all{
        {.symbols = symbols(250), .providers = usual_providers, .coins_every = 20s}};
    all.run_for(day, 500ms);
    check_limits(all);
    CHECK(all.longest_without_price() <= 20s);
    // All of it was asked, and answered.
    CHECK(all.requests_to("api.coingecko.com", "/coins/markets") >= 240);
    CHECK(all.requests_to("api.coingecko.com", "/global") >= 20);
    CHECK(all.requests_to("api.coingecko.com", "/search/trending") >= 20);
    CHECK(all.requests_to("api.exchange.coinbase.com") >= 8'600);
    CHECK(all.requests_to("mempool.space") >= 6 * 140);
    CHECK(all.requests_to("api.alternative.me") == 4);
    CHECK(all.requests_to("api.frankfurter.dev") == 8);
    CHECK(all.requests_to("decrypt.co") >= 140);
    CHECK(all.table_source() == "coingecko");
    CHECK(all.requests_to("api.blockchain.info") == 0);
    CHECK(all.counted("tickertape_market_failures_total") == 0);
}

TEST_CASE("hours of refusals bring no source more than it publishes", "[feed]")
{
    world_of_sources all{
        {.symbols = symbols(40),
         .providers = usual_providers,
         .fault = hours_of_trouble,
         .coins_every = 20s}};
    all.run_for(day, 500ms);
    check_limits(all);
    // Who is refused is asked far more rarely, and prices are back soon after the last refusal.
    CHECK(all.requests_to("decrypt.co") <= 200);
    CHECK(all.longest_without_price() <= 4h + 15min);
    CHECK(all.counted("tickertape_market_failures_total") > 10);
    CHECK(all.table_source() == "coingecko");
}

TEST_CASE("while nobody looks little is asked, and prices as ever", "[feed]")
{
    world_of_sources all{
        {.symbols = symbols(3), .providers = usual_providers, .has_readers = false}};
    all.run_for(day, 500ms);
    check_limits(all);
    CHECK(all.longest_without_price() <= 20s);
    CHECK(all.requests_to("api.coingecko.com") <= 2 * 24 + 2);
    CHECK(all.requests_to("mempool.space") <= 6 * 25);
    CHECK(all.requests_to("api.alternative.me") <= 2);
    CHECK(all.requests_to("decrypt.co") <= 25);
}

TEST_CASE("a month of readers around the clock stays within the plan of CoinGecko", "[feed]")
{
    world_of_sources all{{.coins_every = 5min}};
    all.run_for(month, 30s);
    check_limits(all);
    CHECK(all.requests_to("api.coingecko.com") <= 8'000);
    CHECK(all.requests_to("api.coingecko.com", "/coins/markets") >= 5'000);
    CHECK(all.requests_to("api.coingecko.com", "/coins/coin") >= 1'000);
}

TEST_CASE("a month without CoinGecko stays within the plans of those that stand in", "[feed]")
{
    world_of_sources all{{.fault = [](auto) {
        return net::http_response{.status = 500, .content_type = "application/json", .body = "{}"};
    }}};
    all.run_for(month, 30s);
    check_limits(all);
    CHECK(all.requests_to("api.coingecko.com") <= 8'000);
    CHECK(all.requests_to("api.coinpaprika.com") <= 8'000);
}

TEST_CASE("prices of CoinGecko come before questions for its coins", "[feed]")
{
    world_of_sources all{
        {.symbols = {"BTC-USD", "ETH-USD"},
         .providers = {"coingecko"},
         .access = {{"coingecko", {.name = "coingecko", .per_minute = 2}}},
         .coins_every = 5s}};
    all.run_for(6h, 500ms);
    check_limits(all);
    // A price counts for two minutes (MAX_QUOTE_AGE).
    CHECK(all.longest_without_price() < 2min);
    // One every five minutes would be 72. A table waits 45 s at most, and then the next source has
    // it.
    CHECK(all.requests_to("api.coingecko.com", "/coins/markets") >= 60);
    CHECK(all.requests_to("api.coingecko.com", "/coins/coin") > 50);
}

TEST_CASE("prices and the market together keep to the month of CoinGecko", "[feed]")
{
    const auto* const key = GENERATE("", "key");
    CAPTURE(key);
    world_of_sources all{
        {.symbols = {"BTC-USD"},
         .providers = {"coingecko"},
         .access = {{"coingecko", {.name = "coingecko", .api_key = key}}},
         .coins_every = 10min}};
    all.run_for(month, 30s);
    CHECK(most_within(all.requests().at("api.coingecko.com"), month) <= 10'000);
    CHECK(all.requests_to("api.coingecko.com", "/simple/price") > 1'900);
    CHECK(all.requests_to("api.coingecko.com", "/coins/markets") > 5'000);
}
