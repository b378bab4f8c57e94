#include "feed/socket_link.hpp"

#include "core/elapsed.hpp"
#include "core/fetch_error.hpp"
#include "feed/errors.hpp"
#include "pricing/quote_checks.hpp"
#include "provider/errors.hpp"

#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::feed {
namespace {

socket_limits limits_of(const socket_link_parts& parts)
{
    socket_limits limits;
    limits.again_first = parts.reconnect.first;
    limits.again_most = parts.reconnect.most;
    // Who is not welcome does not come back sooner than the most patient.
    limits.unwelcome = parts.reconnect.most;
    return limits;
}

socket_source::setup
setup_of(const feed_context& with, const socket_link_parts& parts, std::function<double()> random)
{
    return {
        .strand = with.strand,
        .protocol = parts.make_api,
        .base = parts.url,
        .trust = parts.trust,
        .limits = limits_of(parts),
        .markets = parts.chosen.markets,
        .time = with.time,
        .random = std::move(random)};
}

// Whether the subscription was refused; otherwise one message could not be read.
bool is_about_subscription(const fetch_error& why)
{
    return why.code == provider::provider_errc::unknown_symbol ||
           why.code == provider::provider_errc::subscription_refused;
}

}  // namespace

socket_markets_chosen choose_markets(
    const provider::socket_api& api, const symbol_table& symbols,
    std::span<const usd_standin> for_usd)
{
    socket_markets_chosen chosen;
    chosen.standins.assign(symbols.size(), usd_standin::none);
    for (const auto id : symbols.all()) {
        auto spellings = provider::spellings_of(api, symbols, id, for_usd);
        if (spellings.empty())
            continue;
        auto& [name, as] = spellings.front();
        chosen.markets.push_back({id, std::move(name)});
        chosen.standins[index_of(id)] = as;
    }
    return chosen;
}

socket_link::socket_link(
    const feed_context& context, socket_link_parts parts, stream_sink& sink,
    std::function<double()> random)
    : with_{context}, parts_{std::move(parts)}, sink_{sink},
      source_{setup_of(with_, parts_, std::move(random)), *this}
{
    figures();
}

boost::asio::awaitable<void> socket_link::run()
{
    return source_.run();
}

feed_report::stream socket_link::report()
{
    figures();
    auto status = source_.status();
    if (last_failure_)
        status.last_failure = {
            wall_time_of(last_failure_->at, now_of(with_.time)), last_failure_->words};
    for (const auto& [symbol, words] : refused_)
        status.refused.push_back({with_.symbols.name(symbol), words});
    return status;
}

void socket_link::stream_quotes(std::span<const quote> quotes)
{
    for (const auto& q : quotes) {
        const auto refused =
            sink_.streamed(parts_.place, q, parts_.chosen.standins[index_of(q.symbol)]);
        if (!refused)
            continue;
        const auto now = now_of(with_.time);
        if (!last_failure_ || now.steady - last_failure_->at.steady >= noted_every)
            note(q.symbol, pricing::refusal_of(q, refused, now.wall), now);
    }
}

void socket_link::note(symbol_id symbol, fetch_error why, moment now)
{
    why.detail = with_.symbols.name(symbol) + (why.detail.empty() ? "" : ", ") + why.detail;
    last_failure_ = failure{now, words_of(why)};
}

void socket_link::stream_dated(const net::answer_date& said)
{
    if (const auto reading = net::read_clock(said, now_of(with_.time)))
        sink_.stream_dated(parts_.place, *reading);
}

void socket_link::stream_live(std::span<const symbol_id> confirmed)
{
    for (const auto symbol : confirmed_)
        if (!std::ranges::binary_search(confirmed, symbol))
            sink_.stream_dropped(parts_.place, symbol);
    confirmed_.assign(confirmed.begin(), confirmed.end());
    const bool was_live = std::exchange(is_live_, !confirmed.empty());
    if (!is_live_ || was_live)
        return;
    said_down_.clear();
    with_.log.info("stream live", {{"provider", parts_.name}});
}

void socket_link::stream_refused(symbol_id symbol, const fetch_error& why)
{
    sink_.stream_spoiled(parts_.place, symbol, why);
    if (!is_about_subscription(why)) {
        const auto words = words_of(why);
        if (said_doubts_.size() >= doubts_max || !said_doubts_.insert(words).second)
            return;
        note(symbol, why, now_of(with_.time));
        with_.log.warn(
            "stream says no price",
            {{"provider", parts_.name}, {"symbol", with_.symbols.name(symbol)}, {"cause", words}});
        return;
    }
    // What is refused at each connection is said once.
    if (!refused_.emplace(symbol, words_of(why)).second)
        return;
    with_.log.warn(
        "stream refuses a symbol", {{"provider", parts_.name},
                                    {"symbol", with_.symbols.name(symbol)},
                                    {"cause", words_of(why)}});
}

void socket_link::stream_down(const fetch_error& why)
{
    is_live_ = false;
    confirmed_.clear();
    last_failure_ = failure{now_of(with_.time), words_of(why)};
    sink_.stream_ended(parts_.place);
    with_.counters
        .counter(
            "tickertape_stream_failures_total", "Ends of a provider's stream, by what came of it.",
            {{"provider", parts_.name}, {"outcome", std::string{outcome_of(why.code)}}})
        .Increment();
    // Trying again and failing for the same reason is no news.
    if (std::exchange(said_down_, why.code) == why.code)
        return;
    with_.log.warn("stream down", {{"provider", parts_.name}, {"cause", words_of(why)}});
}

// Providers announce that new kinds will come, so that one is no fault; once says enough.
void socket_link::stream_unknown(std::string_view sample)
{
    if (!std::exchange(is_unknown_said_, true))
        with_.log.warn(
            "stream sends what is not known", {{"provider", parts_.name}, {"message", sample}});
}

void socket_link::stream_notice(std::string_view words)
{
    if (std::exchange(said_notice_, std::string{words}) == words)
        return;
    with_.log.info("stream notice", {{"provider", parts_.name}, {"words", words}});
}

void socket_link::figures()
{
    const metrics::labels labels{{"provider", parts_.name}};
    const auto now = source_.status();
    with_.counters.gauge("tickertape_stream_live", "Whether the provider's stream is live.", labels)
        .Set(is_live_ ? 1 : 0);
    with_.counters
        .counter("tickertape_stream_messages_total", "Messages of the provider's stream.", labels)
        .Increment(
            static_cast<double>(now.messages - std::exchange(counted_messages_, now.messages)));
    with_.counters
        .counter(
            "tickertape_stream_connections_total", "Connections made to the provider's stream.",
            labels)
        .Increment(static_cast<double>(
            now.connections - std::exchange(counted_connections_, now.connections)));
    const auto unknown = source_.unknown_messages();
    with_.counters
        .counter(
            "tickertape_stream_unknown_total", "Messages of a kind we do not know: ignored.",
            labels)
        .Increment(static_cast<double>(unknown - std::exchange(counted_unknown_, unknown)));
}

}  // namespace tickertape::feed
