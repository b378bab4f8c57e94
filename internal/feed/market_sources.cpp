// Makes the feeds of the market, of Bitcoin's figures and of currencies: whom they ask, where, and
// how often at most.
#include "core/random.hpp"
#include "feed/coin_feed.hpp"
#include "feed/currency_feed.hpp"
#include "feed/fear_greed_feed.hpp"
#include "feed/market_feed.hpp"
#include "feed/network_feed.hpp"
#include "feed/provider_access.hpp"
#include "feed/realised_feed.hpp"
#include "market/coins_known.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"
#include "provider/registry.hpp"

#include <algorithm>
#include <array>

namespace tickertape::feed {
namespace {

namespace ssl = boost::asio::ssl;

std::unique_ptr<net::http_asker> client_at(
    const market_choice& wanted, const feed_context::strand_type& strand, const net::base_url& url,
    ssl::context& trust, const net::http_limits& http)
{
    if (wanted.make_client)
        return wanted.make_client(url, http);
    return std::make_unique<net::http_client>(strand, url, trust, http);
}

}  // namespace

namespace {

// A source of the market's table that is no provider of prices: where it answers, and how often it
// may be asked.
struct table_source {
    std::string_view name;
    std::string_view url;
    rate_limit limit;
    std::unique_ptr<market::table_api> (*make_table)();
    std::unique_ptr<market::totals_api> (*make_totals)();  // null: it says nothing of the whole
};

// The limits stay clear of what is published: 10 requests a second of CoinPaprika, one of CoinLore.
constexpr std::array stand_ins{
    table_source{
        .name = market::coinpaprika,
        .url = "https://api.coinpaprika.com/v1",
        .limit = {.per_minute = 30, .burst = 3},
        .make_table = market::make_coinpaprika_table,
        .make_totals = market::make_coinpaprika_totals},
    table_source{
        .name = market::coinlore,
        .url = "https://api.coinlore.net/api",
        .limit = {.per_minute = 30, .burst = 1},
        .make_table = market::make_coinlore_table,
        .make_totals = nullptr},
};

}  // namespace

gated_client::limits limits_of_tables()
{
    gated_client::limits limits;
    limits.attempts_max = 2;
    limits.retry = {std::chrono::milliseconds{500}, std::chrono::milliseconds{2'000}};
    limits.deadline = table_response + std::chrono::milliseconds{5'000};
    limits.wait_max = std::chrono::milliseconds{45'000};
    limits.pause_max = std::chrono::milliseconds{0};
    return limits;
}

gated_client::limits limits_of_coins()
{
    auto limits = limits_of_tables();
    // Questions stay in line: who asked is answered long before, and the answer is there next time.
    limits.wait_max = std::chrono::milliseconds{180'000};
    limits.deadline = std::chrono::milliseconds{8'000};
    limits.gives_way = true;
    return limits;
}

call_budget coingecko_budget(const market::settings& wanted, steady_time now)
{
    return call_budget{market::monthly(wanted.calls_a_month), now};
}

namespace {

// Through CoinGecko's gate, which its prices share, with the key if there is one.
std::unique_ptr<gated_client> make_coingecko_client(
    const market_choice& wanted, const feed_context::strand_type& strand, const clock& time,
    call_budget budget, gated_client::limits bounds, std::size_t bytes_max, provider::gates& gates,
    ssl::context& trust)
{
    auto http = wanted.live.http;
    http.body_bytes_max = bytes_max;
    http.response = table_response;
    const auto& row = *provider::find_provider(market::coingecko);
    const auto& access = wanted.access.at(std::string{row.name});
    check_key(access, row);
    const auto url = urls_of(access, row).front();
    gated_client::parts parts{
        .clients = {},
        .gate = gates.of(
            row, {access.api_key, access.per_minute}, wanted.live.breaker, time.steady_now())};
    if (!access.api_key.empty())
        parts.key_headers = {{row.key_header(url.host, access.api_key)}};
    parts.clients.push_back(client_at(wanted, strand, url, trust, http));
    parts.budget.emplace(std::move(budget));
    return std::make_unique<gated_client>(strand, time, std::move(parts), bounds, make_random());
}

// What is left to questions for single coins, and their part of the budget.
rate_limit share_of_coins(const market::settings& wanted) noexcept
{
    return market::monthly(wanted.calls_a_month / coin_share);
}

}  // namespace

std::unique_ptr<coin_feed> make_coin_feed(
    const market_choice& wanted, const coin_feed::parts& of, const call_budget& budget,
    provider::gates& gates, ssl::context& trust)
{
    const auto now = of.time.steady_now();
    const coin_limits bounds;
    const auto part = budget.share(share_of_coins(wanted.market), now);
    std::vector<std::unique_ptr<gated_client>> sources;
    for (std::size_t i = 0; i < bounds.at_once_max; ++i)
        sources.push_back(make_coingecko_client(
            wanted, of.strand, of.time, part, limits_of_coins(), coin_bytes_max, gates, trust));
    return std::make_unique<coin_feed>(of, bounds, std::move(sources));
}

std::unique_ptr<market_feed> make_market_feed(
    const market_choice& wanted, const market_feed::parts& of, const call_budget& budget,
    provider::gates& gates, ssl::context& trust)
{
    auto http = wanted.live.http;
    http.body_bytes_max = table_bytes_max;
    http.response = table_response;
    const auto now = of.time.steady_now();
    const auto client_of = [&](gated_client::parts parts, const net::base_url& url) {
        parts.clients.push_back(client_at(wanted, of.strand, url, trust, http));
        parts.budget.emplace(market::monthly(wanted.market.calls_a_month), now);
        return std::make_unique<gated_client>(
            of.strand, of.time, std::move(parts), limits_of_tables(), make_random());
    };

    std::vector<market_feed::source> sources;
    auto own_part = budget;
    own_part.leave(share_of_coins(wanted.market).burst);
    sources.push_back(
        {market::coingecko, market::make_coingecko_table(), market::make_coingecko_totals(),
         make_coingecko_client(
             wanted, of.strand, of.time, std::move(own_part), limits_of_tables(), table_bytes_max,
             gates, trust)});
    for (const auto& each : stand_ins) {
        const auto& own = wanted.access.at(std::string{each.name}).url;
        gated_client::parts parts{
            .clients = {}, .gate = gates.of(each.name, each.limit, wanted.live.breaker, now)};
        sources.push_back(
            {each.name, each.make_table(), each.make_totals ? each.make_totals() : nullptr,
             client_of(std::move(parts), own ? *own : own_url(net::parse_base_url(each.url)))});
    }
    market::cadence rhythm;
    rhythm.watched = wanted.market.interval;
    return std::make_unique<market_feed>(of, rhythm, std::move(sources));
}

namespace {

// Neither publishes a limit; both answer 429, and mempool.space bans who goes on. A round is six
// requests to mempool.space; blockchain.info is said to want 10 s between two.
constexpr std::string_view mempool_url = "https://mempool.space/api";
constexpr std::string_view blockchain_url = "https://api.blockchain.info";
constexpr rate_limit mempool_limit{.per_minute = 20, .burst = 8};
constexpr rate_limit blockchain_limit{.per_minute = 6, .burst = 1};
// 1,440 requests a day without a key: a tenth is left over.
constexpr std::string_view blockchair_url = "https://api.blockchair.com";
constexpr rate_limit blockchair_limit{.per_minute = 0.9, .burst = 2};
// Far below anything that it could mind: it is asked four times a day.
constexpr std::string_view fear_greed_url = "https://api.alternative.me";
constexpr rate_limit fear_greed_limit{.per_minute = 6, .burst = 2};
// Ten requests in six seconds are published; it is asked four times a day.
constexpr std::string_view coin_metrics_url = "https://community-api.coinmetrics.io/v4";
constexpr rate_limit coin_metrics_limit{.per_minute = 6, .burst = 2};
// The same. It is asked eight times a day, and publishes no limit.
constexpr std::string_view frankfurter_url = "https://api.frankfurter.dev/v1";
constexpr rate_limit frankfurter_limit{.per_minute = 6, .burst = 2};

// Of a source of figures beside the table: its address by the settings or `url`.
std::unique_ptr<gated_client> make_client(
    std::string_view name, std::string_view url, rate_limit limit, std::size_t bytes_max,
    const market_choice& wanted, const feed_context::strand_type& strand, const clock& time,
    provider::gates& gates, ssl::context& trust)
{
    auto http = wanted.live.http;
    http.body_bytes_max = bytes_max;
    http.response = table_response;
    const auto& own = wanted.access.at(std::string{name}).url;
    gated_client::parts parts{
        .clients = {}, .gate = gates.of(name, limit, wanted.live.breaker, time.steady_now())};
    parts.clients.push_back(
        client_at(wanted, strand, own ? *own : own_url(net::parse_base_url(url)), trust, http));
    return std::make_unique<gated_client>(
        strand, time, std::move(parts), limits_of_tables(), make_random());
}

}  // namespace

std::unique_ptr<network_feed> make_network_feed(
    const market_choice& wanted, const network_feed::parts& of, provider::gates& gates,
    ssl::context& trust)
{
    const auto client_of = [&](std::string_view name, std::string_view url, rate_limit limit) {
        return make_client(
            name, url, limit, network_bytes_max, wanted, of.strand, of.time, gates, trust);
    };
    market::cadence rhythm;
    rhythm.watched = intervals_of_network * wanted.market.interval;
    network_feed::sources sources{
        .mempool = client_of(market::mempool, mempool_url, mempool_limit),
        .blockchain = client_of(market::blockchain, blockchain_url, blockchain_limit),
        .blockchair = client_of(market::blockchair, blockchair_url, blockchair_limit)};
    return std::make_unique<network_feed>(of, rhythm, std::move(sources));
}

namespace {

market::cadence daily_rhythm(const market::settings& wanted)
{
    market::cadence rhythm;
    rhythm.watched = intervals_of_daily * wanted.interval;
    rhythm.unwatched = std::max<std::chrono::milliseconds>(daily_unwatched, rhythm.watched);
    rhythm.after_failure = daily_after_failure;
    return rhythm;
}

template <class Feed>
std::unique_ptr<Feed> make_daily_feed(
    std::string_view name, std::string_view url, rate_limit limit, const market_choice& wanted,
    const typename Feed::parts& of, provider::gates& gates, ssl::context& trust)
{
    return std::make_unique<Feed>(
        of, daily_rhythm(wanted.market),
        make_client(name, url, limit, daily_bytes_max, wanted, of.strand, of.time, gates, trust));
}

}  // namespace

std::unique_ptr<fear_greed_feed> make_fear_greed_feed(
    const market_choice& wanted, const fear_greed_feed::parts& of, provider::gates& gates,
    ssl::context& trust)
{
    return make_daily_feed<fear_greed_feed>(
        market::alternative_me, fear_greed_url, fear_greed_limit, wanted, of, gates, trust);
}

std::unique_ptr<realised_feed> make_realised_feed(
    const market_choice& wanted, const realised_feed::parts& of, provider::gates& gates,
    ssl::context& trust)
{
    return make_daily_feed<realised_feed>(
        market::coin_metrics, coin_metrics_url, coin_metrics_limit, wanted, of, gates, trust);
}

std::unique_ptr<currency_feed> make_currency_feed(
    const market_choice& wanted, const currency_feed::parts& of, provider::gates& gates,
    ssl::context& trust)
{
    market::cadence rhythm;
    rhythm.watched = intervals_of_currencies * wanted.market.interval;
    rhythm.unwatched = std::max<std::chrono::milliseconds>(currencies_unwatched, rhythm.watched);
    rhythm.after_failure = currencies_after_failure;
    return std::make_unique<currency_feed>(
        of, rhythm,
        make_client(
            market::frankfurter, frankfurter_url, frankfurter_limit, currencies_bytes_max, wanted,
            of.strand, of.time, gates, trust));
}

}  // namespace tickertape::feed
