// Makes providers of settings.
#include "core/random.hpp"
#include "feed/candle_source.hpp"
#include "feed/live_feed.hpp"
#include "feed/provider_access.hpp"
#include "net/http_client.hpp"
#include "net/tls_trust.hpp"
#include "net/url.hpp"
#include "provider/answers.hpp"
#include "provider/registry.hpp"

#include <cassert>

namespace tickertape::feed {
namespace {

namespace ssl = boost::asio::ssl;

rest_source_parts make_rest(
    const provider_settings& settings, const provider::row& row, const live_settings& all,
    const feed_context& context, provider::gates& gates, ssl::context& trust,
    const net::make_asker& make_client, std::size_t rank)
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
    if (const auto plan = plan_of_prices(settings, row, all.market_calls))
        parts.budget.emplace(*plan, context.time.steady_now());
    for (const auto& base : urls_of(settings, row)) {
        parts.clients.push_back(
            make_client
                ? make_client(base, all.http)
                : std::make_unique<net::http_client>(context.strand, base, trust, all.http));
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

std::unique_ptr<price_feed> make_live_feed(
    const live_settings& settings, const feed_context& context, provider::gates& gates,
    const net::make_asker& make_client)
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
            {make_rest(p, row, settings, context, gates, *parts.trust, make_client, rank),
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

}  // namespace tickertape::feed
