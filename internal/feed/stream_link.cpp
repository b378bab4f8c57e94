#include "feed/stream_link.hpp"

#include "feed/provider_gate.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace tickertape {
namespace {

struct chosen_market {
    market asked;
    usd_standin as = usd_standin::none;
};

// The dollar where the provider has one; otherwise the first stand-in allowed.
std::optional<chosen_market> choose(
    const stream_api& api, const symbol_table& symbols, symbol_id symbol,
    const std::vector<usd_standin>& for_usd)
{
    const auto base = symbols.base(symbol);
    if (auto direct = api.spelling(base, symbols.quote(symbol)))
        return chosen_market{{symbol, *std::move(direct)}};
    if (symbols.quote(symbol) != "USD")
        return std::nullopt;
    for (const auto as : for_usd)
        if (base != to_string(as))
            if (auto name = api.spelling(base, to_string(as)))
                return chosen_market{{symbol, *std::move(name)}, as};
    return std::nullopt;
}

std::vector<market> choose_all(
    const stream_link_parts& parts, const symbol_table& symbols, std::vector<usd_standin>& standins)
{
    const auto api = parts.make_api();
    std::vector<market> markets;
    standins.assign(symbols.size(), usd_standin::none);
    for (const auto id : symbols.all())
        if (auto chosen = choose(*api, symbols, id, parts.for_usd)) {
            standins[index_of(id)] = chosen->as;
            markets.push_back(std::move(chosen->asked));
        }
    return markets;
}

stream_limits limits_of(const stream_link_parts& parts)
{
    stream_limits limits;
    limits.again_first = parts.reconnect.first;
    limits.again_most = parts.reconnect.most;
    // Who is not welcome does not come back sooner than the most patient.
    limits.unwelcome = parts.reconnect.most;
    return limits;
}

}  // namespace

stream_link::stream_link(
    const feed_context& context, stream_link_parts parts, stream_sink& sink,
    std::function<double()> random)
    : with_{context}, parts_{std::move(parts)}, sink_{sink},
      said_refused_(context.symbols.size()), source_{
                                                 {.strand = context.strand,
                                                  .protocol = parts_.make_api,
                                                  .base = parts_.url,
                                                  .trust = parts_.trust,
                                                  .limits = limits_of(parts_),
                                                  .markets = choose_all(
                                                      parts_, context.symbols, standins_),
                                                  .time = context.time,
                                                  .random = std::move(random)},
                                                 *this}
{
    figures();
}

boost::asio::awaitable<void> stream_link::run()
{
    return source_.run();
}

feed_report::stream stream_link::report()
{
    figures();
    auto status = source_.status();
    status.last_failure = last_failure_;
    return status;
}

void stream_link::stream_quotes(std::span<const quote> quotes)
{
    for (const auto& q : quotes)
        sink_.streamed(parts_.place, q, standins_[index_of(q.symbol)]);
}

void stream_link::stream_live(std::span<const symbol_id> confirmed)
{
    const bool was_live = std::exchange(is_live_, !confirmed.empty());
    if (!is_live_ || was_live)
        return;
    said_down_ = false;
    with_.log.info("stream live", {{"provider", parts_.name}});
}

void stream_link::stream_refused(symbol_id symbol, const fetch_error& why)
{
    // What is refused at each connection is said once.
    if (said_refused_[index_of(symbol)])
        return;
    said_refused_[index_of(symbol)] = true;
    with_.log.warn(
        "stream refuses a symbol", {{"provider", parts_.name},
                                    {"symbol", with_.symbols.name(symbol)},
                                    {"cause", words_of(why)}});
}

void stream_link::stream_down(const fetch_error& why)
{
    is_live_ = false;
    last_failure_ = feed_report::failure{with_.time.wall_now(), words_of(why)};
    sink_.stream_ended(parts_.place);
    with_.counters
        .counter(
            "tickertape_stream_failures_total", "Ends of a provider's stream, by what came of it.",
            {{"provider", parts_.name}, {"outcome", std::string{outcome_of(why.code)}}})
        .Increment();
    if (std::exchange(said_down_, true))
        return;
    with_.log.warn("stream down", {{"provider", parts_.name}, {"cause", words_of(why)}});
}

void stream_link::stream_notice(std::string_view words)
{
    with_.log.info("stream notice", {{"provider", parts_.name}, {"words", words}});
}

void stream_link::figures()
{
    const metrics::labels labels{{"provider", parts_.name}};
    const auto& now = source_.status();
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
}

}  // namespace tickertape
