#include "feed/socket_log.hpp"

#include "core/elapsed.hpp"
#include "feed/errors.hpp"
#include "pricing/quote_checks.hpp"
#include "provider/errors.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <utility>

namespace tickertape::feed {
namespace {

// Whether the subscription was refused; otherwise one message could not be read.
bool is_about_subscription(const fetch_error& why)
{
    return why.code == provider::provider_errc::unknown_symbol ||
           why.code == provider::provider_errc::subscription_refused;
}

// Adds to a counter what has come since the last call.
void count_up(
    telemetry::metrics& counters, const std::string& name, const std::string& help,
    const telemetry::metrics::labels& labels, std::uint64_t now, std::uint64_t& counted)
{
    counters.counter(name, help, labels)
        .Increment(static_cast<double>(now - std::exchange(counted, now)));
}

}  // namespace

socket_log::socket_log(const feed_context& context, std::string provider)
    : with_{context}, provider_{std::move(provider)}
{
}

void socket_log::live()
{
    said_down_.clear();
    with_.log.info("stream live", {{"provider", provider_}});
}

void socket_log::down(const fetch_error& why)
{
    last_failure_ = failure{now_of(with_.time), words_of(why)};
    with_.counters
        .counter(
            "tickertape_stream_failures_total", "Ends of a provider's stream, by what came of it.",
            {{"provider", provider_}, {"outcome", std::string{outcome_of(why.code)}}})
        .Increment();
    if (std::exchange(said_down_, why.code) == why.code)
        return;
    with_.log.warn("stream down", {{"provider", provider_}, {"cause", words_of(why)}});
}

void socket_log::refused(symbol_id symbol, const fetch_error& why)
{
    const auto words = words_of(why);
    const auto& name = with_.symbols.name(symbol);
    if (is_about_subscription(why)) {
        if (refused_.emplace(symbol, words).second)
            with_.log.warn(
                "stream refuses a symbol",
                {{"provider", provider_}, {"symbol", name}, {"cause", words}});
        return;
    }
    if (said_doubts_.size() >= doubts_max || !said_doubts_.insert(words).second)
        return;
    note(symbol, why, now_of(with_.time));
    with_.log.warn(
        "stream says no price", {{"provider", provider_}, {"symbol", name}, {"cause", words}});
}

void socket_log::disbelieved(const quote& q, const boost::system::error_code& why)
{
    const auto now = now_of(with_.time);
    if (!last_failure_ || now.steady - last_failure_->at.steady >= noted_every)
        note(q.symbol, pricing::refusal_of(q, why, now.wall), now);
}

void socket_log::unknown(std::string_view sample)
{
    if (!std::exchange(said_unknown_, true))
        with_.log.warn(
            "stream sends what is not known", {{"provider", provider_}, {"message", sample}});
}

void socket_log::notice(std::string_view words)
{
    if (std::exchange(said_notice_, std::string{words}) != words)
        with_.log.info("stream notice", {{"provider", provider_}, {"words", words}});
}

void socket_log::note(symbol_id symbol, fetch_error why, moment now)
{
    why.detail = with_.symbols.name(symbol) + (why.detail.empty() ? "" : ", ") + why.detail;
    last_failure_ = failure{now, words_of(why)};
}

void socket_log::report(feed_report::venue_socket& now, std::uint64_t unknown_messages)
{
    const telemetry::metrics::labels labels{{"provider", provider_}};
    auto& to = with_.counters;
    to.gauge("tickertape_stream_live", "Whether the provider's stream is live.", labels)
        .Set(now.subscribed > 0 ? 1 : 0);
    count_up(
        to, "tickertape_stream_messages_total", "Messages of the provider's stream.", labels,
        now.messages, counted_messages_);
    count_up(
        to, "tickertape_stream_connections_total", "Connections made to the provider's stream.",
        labels, now.connections, counted_connections_);
    count_up(
        to, "tickertape_stream_unknown_total", "Messages of a kind we do not know: ignored.",
        labels, unknown_messages, counted_unknown_);
    if (last_failure_)
        now.last_failure = {
            wall_time_of(last_failure_->at, now_of(with_.time)), last_failure_->words};
    for (const auto& [symbol, words] : refused_)
        now.refused.push_back({with_.symbols.name(symbol), words});
}

}  // namespace tickertape::feed
