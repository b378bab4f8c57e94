// Makes providers of settings.
#include "feed/candle_source.hpp"
#include "feed/coin_feed.hpp"
#include "feed/currency_feed.hpp"
#include "feed/fear_greed_feed.hpp"
#include "feed/live_feed.hpp"
#include "feed/market_feed.hpp"
#include "feed/network_feed.hpp"
#include "market/coins_known.hpp"
#include "net/tls_trust.hpp"
#include "net/url.hpp"
#include "provider/answers.hpp"
#include "provider/registry.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <random>
#include <stdexcept>

namespace tickertape::feed {
namespace {

namespace ssl = boost::asio::ssl;

// A key goes into a header as it is.
bool is_header_safe(const std::string& key)
{
    return std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7f; });
}

// `url` is of a row of the registry; a test checks that all of these are valid.
net::base_url own_url(const result<net::base_url>& url)
{
    assert(url);
    return *url;
}

void check_key(const provider_settings& settings, const provider::row& row)
{
    if (!is_header_safe(settings.api_key))
        throw std::runtime_error{
            "the API key of provider '" + settings.name + "' has spaces or other odd characters"};
    if (row.key == provider::key_use::required && settings.api_key.empty())
        throw std::runtime_error{"provider '" + settings.name + "' answers only with an API key"};
}

// Where the provider is asked, in the order it is tried.
std::vector<net::base_url> urls_of(const provider_settings& settings, const provider::row& row)
{
    std::vector<net::base_url> urls;
    if (settings.url)
        urls.push_back(*settings.url);
    else
        for (const auto text : row.urls)
            if (!text.empty())
                urls.push_back(own_url(net::parse_base_url(text)));
    return urls;
}

// Shared by the copies of the function, or each would give the same numbers.
std::function<double()> make_random()
{
    return [engine = std::make_shared<std::mt19937_64>(std::random_device{}())] {
        return std::uniform_real_distribution<double>{}(*engine);
    };
}

rest_source_parts make_rest(
    const provider_settings& settings, const provider::row& row, const live_settings& all,
    const feed_context& context, provider::gates& gates, ssl::context& trust, std::size_t rank)
{
    rest_source_parts parts{
        .rank = rank,
        .name = settings.name,
        .api = row.make_rest(),
        .clients = {},
        .key_headers = {},
        .gate = gates.of(
            row, {settings.api_key, settings.per_minute}, all.breaker, context.time.steady_now()),
        .for_usd = all.accept_as_usd};
    for (const auto& base : urls_of(settings, row)) {
        parts.clients.push_back(
            std::make_unique<net::http_client>(context.strand, base, trust, all.http));
        std::vector<net::http_header> keys;
        if (!settings.api_key.empty() && row.key_header != nullptr)
            keys.push_back(row.key_header(base.host, settings.api_key));
        parts.key_headers.push_back(std::move(keys));
    }
    return parts;
}

venue_socket_limits limits_of(const backoff_limits& reconnect)
{
    // After a refusal such as 403 or 429 the wait is at least the longest one.
    return {
        .again_first = reconnect.first, .again_most = reconnect.most, .unwelcome = reconnect.most};
}

std::optional<venue_socket_parts> make_socket(
    const provider_settings& settings, const provider::row& row, const live_settings& all,
    const feed_context& context, ssl::context& trust, std::size_t rank)
{
    if (all.mode != feed_mode::stream || row.make_socket == nullptr)
        return std::nullopt;
    venue_socket_parts parts{
        .rank = rank,
        .name = settings.name,
        .make_api = row.make_socket,
        .url = settings.socket_url ? *settings.socket_url
                                   : own_url(net::parse_websocket_url(row.socket_url)),
        .trust = trust,
        .limits = limits_of(all.reconnect),
        .chosen = provider::choose_markets(*row.make_socket(), context.symbols, all.accept_as_usd)};
    if (parts.chosen.markets.empty())
        return std::nullopt;
    return parts;
}

}  // namespace

std::unique_ptr<price_feed>
make_live_feed(const live_settings& settings, const feed_context& context, provider::gates& gates)
{
    live_parts parts{
        .trust = std::make_unique<ssl::context>(net::make_tls_context(settings.ca_file)),
        .providers = {},
        .random = make_random()};
    for (const auto& p : settings.providers) {
        const auto& row = *provider::find_provider(p.name);
        const auto rank = parts.providers.size();
        check_key(p, row);
        parts.providers.push_back(
            {make_rest(p, row, settings, context, gates, *parts.trust, rank),
             make_socket(p, row, settings, context, *parts.trust, rank)});
    }
    return make_live_feed(settings, context, std::move(parts));
}

std::unique_ptr<candle_source> make_candle_source(
    const std::string& name, const provider_settings& settings, const live_settings& all,
    const feed_context::strand_type& strand, const clock& time, provider::gates& gates,
    ssl::context& trust, candle_source::limits bounds)
{
    const auto& row = *provider::find_provider(name);
    assert(row.make_candles != nullptr);
    candle_source::parts parts{
        .name = name,
        .api = row.make_candles(),
        .speller = row.make_rest(),
        .clients = {},
        .gate =
            gates.of(row, {settings.api_key, settings.per_minute}, all.breaker, time.steady_now()),
        .for_usd = all.accept_as_usd};
    for (const auto& base : urls_of(settings, row))
        parts.clients.push_back(std::make_unique<net::http_client>(strand, base, trust, all.http));
    return std::make_unique<candle_source>(strand, time, std::move(parts), bounds, make_random());
}

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
        .limit = {.per_minute = 30, .burst = 3},
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
    limits.wait_max = std::chrono::milliseconds{20'000};
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
    parts.clients.push_back(std::make_unique<net::http_client>(strand, url, trust, http));
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
    return std::make_unique<coin_feed>(
        of, coin_limits{},
        make_coingecko_client(
            wanted, of.strand, of.time, budget.share(share_of_coins(wanted.market), now),
            limits_of_coins(), coin_bytes_max, gates, trust));
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
        parts.clients.push_back(std::make_unique<net::http_client>(of.strand, url, trust, http));
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
constexpr rate_limit blockchain_limit{.per_minute = 6, .burst = 2};
// 1,440 requests a day without a key: a tenth is left over.
constexpr std::string_view blockchair_url = "https://api.blockchair.com";
constexpr rate_limit blockchair_limit{.per_minute = 0.9, .burst = 2};
// Far below anything that it could mind: it is asked four times a day.
constexpr std::string_view fear_greed_url = "https://api.alternative.me";
constexpr rate_limit fear_greed_limit{.per_minute = 6, .burst = 2};
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
    parts.clients.push_back(std::make_unique<net::http_client>(
        strand, own ? *own : own_url(net::parse_base_url(url)), trust, http));
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

std::unique_ptr<fear_greed_feed> make_fear_greed_feed(
    const market_choice& wanted, const fear_greed_feed::parts& of, provider::gates& gates,
    ssl::context& trust)
{
    market::cadence rhythm;
    rhythm.watched = intervals_of_fear_greed * wanted.market.interval;
    rhythm.unwatched = std::max<std::chrono::milliseconds>(fear_greed_unwatched, rhythm.watched);
    rhythm.after_failure = fear_greed_after_failure;
    return std::make_unique<fear_greed_feed>(
        of, rhythm,
        make_client(
            market::alternative_me, fear_greed_url, fear_greed_limit, fear_greed_bytes_max, wanted,
            of.strand, of.time, gates, trust));
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
