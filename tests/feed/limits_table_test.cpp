// The table "Limits of the feed" of docs/architecture.md has the figures of the code.
#include "core/source.hpp"
#include "core/symbol.hpp"
#include "core/text.hpp"
#include "feed/provider_clocks.hpp"
#include "feed/provider_log.hpp"
#include "feed/rest_source.hpp"
#include "feed/settings.hpp"
#include "feed/socket_connection.hpp"
#include "feed/socket_log.hpp"
#include "net/limits.hpp"
#include "net/resolver.hpp"
#include "net/retry_after.hpp"
#include "provider/gate.hpp"
#include "provider/latency_window.hpp"
#include "provider/market_catalog.hpp"
#include "provider/sockets.hpp"
#include "support/limits_table.hpp"
#include "json/reader.hpp"

using namespace tickertape;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

std::string percent(double part)
{
    return std::to_string(static_cast<int>(part * 100 + 0.5)) + " %";
}

}  // namespace

TEST_CASE("The documented limits of the feed are those of the code", "[feed]")
{
    const feed::live_settings settings;
    const feed::venue_socket_limits socket;
    const net::websocket_limits wire;
    const net::http_limits http;
    const provider::breaker_limits breaker;
    const pricing::quote_limits quotes;
    const auto coinbase = provider::make_coinbase_socket()->rules();
    const auto kraken = provider::make_kraken_socket()->rules();
    const auto binance = provider::make_binance_socket()->rules();
    const auto bitstamp = provider::make_bitstamp_socket()->rules();
    using provider::gate;
    using provider::market_catalog;
    const auto pace = [](const provider::socket_rules& of) {
        return count(static_cast<std::size_t>(of.messages_per_second));
    };
    const auto times = [](auto most, auto first) {
        return count(static_cast<std::size_t>(most / first));
    };
    const auto reconnects = times(settings.reconnect.most, settings.reconnect.first);

    const std::map<std::string, figures> coded{
        {"`rate_limit` of a provider", {}},
        {"`Retry-After` (`retry_after_max`)", {time(net::retry_after_max)}},
        {"`gate::penalty`",
         {"429", time(gate::penalty.first / 2), time(gate::penalty.first),
          time(gate::penalty.most)}},
        {"`gate::ban_min`", {"418", time(gate::ban_min)}},
        {"`breaker_limits`",
         {count(breaker.failures_max), time(breaker.open_first),
          times(breaker.open_most, breaker.open_first)}},
        {"`rest_source::attempts_max`, `retry`",
         {count(feed::rest_source::attempts_max), time(feed::rest_source::retry.first),
          time(2 * feed::rest_source::retry.first)}},
        // The two seconds are a matter of config/load.cpp, and of its tests.
        {"round", {time(settings.fetch.deadline), "2 s"}},
        {"`http_limits`",
         {time(http.resolve), time(http.connect), time(http.handshake), time(http.response)}},
        {"`http_limits`, sizes",
         {size(http.header_bytes_max), size(http.body_bytes_max), count(json::reader::depth_max)}},
        {"`batch_size()`", {}},
        {"`market_catalog::again_first`, `again_most`",
         {time(market_catalog::again_first), time(market_catalog::again_most),
          time(market_catalog::again_most_quoted)}},
        {"`quote_limits`", {time(quotes.ahead_max), percent(quotes.outside_max)}},
        {"`provider_clocks::off_min`",
         {time(feed::provider_clocks::off_min), time(feed::provider_clocks::reading_max)}},
        {"`policy_settings`", {percent(pricing::weight_share_max)}},
        {"`publish_pace`", {count(static_cast<std::size_t>(settings.ticks_per_second))}},
        {"`websocket_limits`", {time(wire.upgrade), time(wire.write), time(wire.goodbye)}},
        {"`websocket_limits`, sizes",
         {size(provider::socket_rules{}.message_bytes_max), size(wire.answer_bytes_max)}},
        {"`socket_rules::silence_max`",
         {time(coinbase.silence_max), time(bitstamp.silence_max), time(binance.silence_max)}},
        {"`socket_rules::messages_per_second`", {pace(kraken), pace(binance), pace(coinbase)}},
        {"`socket_rules::lifetime`",
         {time(binance.lifetime.value()), time(bitstamp.lifetime.value())}},
        {"`venue_socket_limits::to_send_max`", {count(socket.to_send_max)}},
        {"`venue_socket_limits::confirm`", {time(socket.confirm)}},
        {"`venue_socket_limits`, reconnects",
         {time(settings.reconnect.first), reconnects, time(socket.settled), reconnects, "403",
          "418", "429", "451"}},
        {"`venue_socket_limits::overlap`", {time(socket.overlap)}},
        {"`socket_log::doubts_max`, `provider_log::doubts_max`",
         {count(feed::socket_log::doubts_max), time(feed::provider_log::calm)}},
        {"`net::resolver::endpoints_max`", {count(net::resolver::endpoints_max)}},
        {"`pricing::providers_max`", {count(pricing::providers_max)}},
        {"`symbol_table::symbols_max`", {count(symbol_table::symbols_max)}},
        {"`source_table::sources_max`", {count(source_table::sources_max)}},
        {"`latency_window::held_max`", {count(provider::latency_window::held_max)}},
        {"`words_bytes_max`: words of a provider", {count(words_bytes_max)}}};

    check_limits(limits_rows("architecture.md", "### Limits of the feed"), coded);
    // What the table says of several at once.
    CHECK(kraken.silence_max == coinbase.silence_max);
    CHECK(pace(bitstamp) == pace(coinbase));
    CHECK(feed::socket_log::doubts_max == feed::provider_log::doubts_max);
    CHECK_FALSE(coinbase.lifetime);
    CHECK_FALSE(kraken.lifetime);
}
