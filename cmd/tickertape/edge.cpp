#include "edge.hpp"

#include "core/random.hpp"
#include "feed_choice.hpp"
#include "net/tls_trust.hpp"
#include "relay/upstream_address.hpp"
#include "tape/errors.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <limits>

namespace tickertape {
namespace {

// Ticks that the archive has yet to take before the stream is read on: less than what it is passed
// by at.
constexpr std::size_t waiting_max = 4'096;

// Of an archive's kind, because ticks of different kinds never stand in one.
std::string kind_wanted(const config::settings& s)
{
    if (!s.archive.is_wanted())
        return {};
    return std::string{archive::text_of(kind_of_feed(s.providers))};
}

relay::upstream_limits limits_of(const config::settings& s)
{
    relay::upstream_limits limits;
    limits.heartbeat = s.streams.heartbeat;
    return limits;
}

}  // namespace

bool edge::is_wanted(const config::settings& s)
{
    return relay::parse_upstream(s.relay.address).has_value();
}

wall_time edge::knows_since(const config::settings& s, wall_time started)
{
    return is_wanted(s) ? started - first_past : started;
}

edge::edge(const config::settings& s, const feed::feed_context& context, tape::tape_writer& to)
    : feed::task_feed{context}, writer_{to}, kind_{kind_wanted(s)}, trust_{net::make_tls_context(
                                                                        s.live.ca_file)},
      upstream_{
          relay::parse_upstream(s.relay.address).value(), limits_of(s),
          relay::upstream::parts{
              .strand = context.strand,
              .trust = trust_,
              .taker = *this,
              .symbols = context.symbols,
              .time = context.time,
              .log = context.log,
              .random = make_random(),
              .has_room = [this] { return has_room(); }},
          to.placed(), kind_wanted(s)}
{
    writer_.date_elsewhere();
    auto report = std::make_shared<feed_report>();
    report->mode = "edge";
    context.reports.post(std::move(report));
    publish_figures();
}

boost::asio::awaitable<void> edge::run()
{
    co_await upstream_.run();
}

void edge::take(const tape::past_tick& t)
{
    const auto why = writer_.take(t, with_.sources);
    if (!why)
        return;
    refused_.add();
    with_.log.error(
        "a tick of the upstream cannot be taken", {{"id", t.at.text()}, {"why", why->message()}});
}

void edge::miss(position from, position to, gap_cause why)
{
    with_.log.warn("ticks are missing", {{"from", from.text()}, {"to", to.text()}});
    if (why == gap_cause::restarted && to < writer_.placed())
        writer_.begin_anew(to);
    else
        writer_.miss(from, to, why);
}

web::cluster_report edge::cluster() const
{
    const auto now = report();
    web::cluster_report said;
    said.as = web::cluster_report::role::edge;
    said.feed = now.kind.empty() ? kind_ : std::string{now.kind};
    said.lag = now.behind;
    said.is_relay_away = now.is_relay_away;
    said.top = now.top;
    return said;
}

// An archive that is slower than the stream would be passed by.
bool edge::has_room() const
{
    return writer_.uncommitted() < waiting_max;
}

void edge::publish_figures()
{
    using kind = telemetry::metrics::kind;
    auto& to = with_.counters;
    const auto counted = [&](const std::string& name, const std::string& help, auto value) {
        to.sampled(kind::counter, name, help, {}, [this, value] {
            return static_cast<double>(value(*this));
        });
    };
    const auto measured = [&](const std::string& name, const std::string& help, auto value) {
        to.sampled(kind::gauge, name, help, {}, [this, value] {
            return static_cast<double>(value(report()));
        });
    };
    using report_type = relay::upstream_report;
    measured(
        "tickertape_upstream_connected", "1 while the other server's stream is read.",
        [](const report_type& r) { return r.is_connected ? 1 : 0; });
    measured(
        "tickertape_upstream_lag_seconds", "Of the newest tick: from its time until it came.",
        [](const report_type& r) { return std::chrono::duration<double>{r.lag}.count(); });
    measured(
        "tickertape_upstream_behind_seconds",
        "For how long its history may have gone on without this instance; NaN: not known.",
        [](const report_type& r) {
            return r.behind ? std::chrono::duration<double>{*r.behind}.count()
                            : std::numeric_limits<double>::quiet_NaN();
        });
    counted(
        "tickertape_upstream_connections_total", "Streams that were opened.",
        [](const edge& e) { return e.upstream_.connections(); });
    counted(
        "tickertape_upstream_failures_total", "Attempts and streams that failed.",
        [](const edge& e) { return e.upstream_.failures(); });
    counted("tickertape_upstream_ticks_total", "Ticks taken.", [](const edge& e) {
        return e.upstream_.figures().ticks.value();
    });
    counted(
        "tickertape_upstream_repeated_total", "Ticks that came again, and were passed over.",
        [](const edge& e) { return e.upstream_.figures().repeated.value(); });
    counted(
        "tickertape_upstream_dropped_total", "Ticks within a gap of other symbols.",
        [](const edge& e) { return e.upstream_.figures().dropped.value(); });
    counted(
        "tickertape_upstream_damaged_total", "Ticks that could not be read: gaps.",
        [](const edge& e) { return e.upstream_.figures().damaged.value(); });
    counted("tickertape_upstream_gaps_total", "Gaps that were passed on.", [](const edge& e) {
        return e.upstream_.figures().gaps.value();
    });
    counted(
        "tickertape_upstream_lapped_total", "Times that we read too slowly.",
        [](const edge& e) { return e.upstream_.figures().lapped.value(); });
    counted(
        "tickertape_upstream_restarts_total", "Times that its positions started anew.",
        [](const edge& e) { return e.upstream_.figures().anew.value(); });
    counted(
        "tickertape_upstream_refused_total", "Ticks that the tapes did not take: gaps.",
        [](const edge& e) { return e.refused_.value(); });
}

}  // namespace tickertape
