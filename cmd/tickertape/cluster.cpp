#include "cluster.hpp"

#include "edge.hpp"

#include <boost/asio/ip/host_name.hpp>

#include <algorithm>
#include <unistd.h>
#include <utility>

namespace tickertape {
namespace {

relay::instance::limits limits_of(
    const relay::settings& s, std::chrono::milliseconds price_lifetime,
    std::chrono::milliseconds feed_quiet_max)
{
    relay::instance::limits limits;
    limits.lease.lifetime = s.lease;
    limits.lease.skew_max = s.skew_max;
    limits.slot = s.slot;
    limits.latest_for = price_lifetime;
    limits.feed_quiet_max = feed_quiet_max;
    return limits;
}

}  // namespace

cluster::cluster(
    const relay::settings& s, std::chrono::milliseconds price_lifetime,
    std::unique_ptr<relay::shared_log> log, parts of)
    : of_{std::move(of)}, log_{std::move(log)},
      put_last_(of_.ticks.symbols().size()), putting_{put_last_},
      instance_{
          {*log_, *this, of_.ticks.symbols(), of_.time, of_.log, of_.main.get_executor(),
           [this] { return std::make_unique<relay::timer_alarm>(of_.main.get_executor()); },
           [this] { return random_(); },
           [this](const tape::past_tick& t) {
               return t.at <= of_.ticks.of(t.symbol).evicted() || of_.ticks.holds(t.symbol, t.at);
           },
           [this](position p) { return of_.ticks.holds(p); },
           [this](bool wanted) { of_.stand_by(!wanted); }, [this] { return changed_prices(); },
           [this] { put_last_ = putting_; }},
          limits_of(s, price_lifetime, of_.feed_quiet_max),
          s.instance.empty() ? default_instance_name() : s.instance,
          of_.ticks.placed()},
      again_{of_.main}
{
    of_.writer.date_elsewhere();
    publish_figures();
}

bool cluster::is_wanted(const config::settings& s)
{
    return s.relay.is_wanted() && !edge::is_wanted(s);
}

void cluster::publish(const observation& seen) noexcept
{
    instance_.observe(
        {of_.ticks.symbols().name(seen.symbol), seen.value,
         std::string{of_.sources.name(seen.source)}, of_.sources.combined(seen.source)});
}

void cluster::begin(position unknown_until)
{
    of_.writer.begin_after(unknown_until);
}

void cluster::take(const tape::past_tick& t)
{
    of_.writer.look(reading_of(of_.time));
    const auto why = of_.writer.take(t, of_.sources);
    if (!why)
        return;
    refused_.add();
    of_.log.error(
        "a tick of the relay cannot be taken", {{"id", t.at.text()}, {"why", why->message()}});
}

void cluster::miss(position from, position to, gap_cause why)
{
    of_.log.warn("ticks of the relay are missing", {{"from", from.text()}, {"to", to.text()}});
    of_.writer.miss(from, to, why);
}

std::vector<std::pair<std::string, std::string>> cluster::changed_prices()
{
    std::vector<std::pair<std::string, std::string>> changed;
    putting_ = put_last_;
    for (const auto id : of_.ticks.symbols().all()) {
        const auto newest = of_.ticks.newest(id);
        auto& last = putting_[index_of(id)];
        if (newest == last || newest == position{})
            continue;
        last = newest;
        changed.emplace_back(of_.ticks.symbols().name(id), of_.price_text(id));
    }
    return changed;
}

void cluster::start()
{
    of_.stand_by(true);
    instance_.start();
    look_again();
}

void cluster::stop()
{
    is_stopping_ = true;
    again_.cancel();
    instance_.stop();
}

void cluster::look_again()
{
    if (is_stopping_)
        return;
    auto now = instance_.state();
    of_.writer.pass(now.top);
    {
        const std::lock_guard held{mutex_};
        seen_ = std::move(now);
    }
    again_.expires_after(std::chrono::seconds{1});
    again_.async_wait([this](boost::system::error_code stopped) {
        if (!stopped)
            look_again();
    });
}

relay::instance_state cluster::state() const
{
    const std::lock_guard held{mutex_};
    return seen_;
}

web::cluster_report cluster::report() const
{
    using role = web::cluster_report::role;
    auto now = state();
    web::cluster_report said;
    said.as = now.is_leader ? role::leader : role::follower;
    said.feed = of_.kind;
    said.instance = std::move(now.instance);
    said.leader = std::move(now.leader);
    for (auto& name : now.instances) {
        std::string as;  // not known
        if (name == said.leader)
            as = text_of(role::leader);
        else if (!said.leader.empty() || name == said.instance)
            as = text_of(role::follower);
        said.instances.push_back({std::move(name), std::move(as)});
    }
    // Of this moment: the report itself may be a second old, or older where the main thread hangs.
    const auto asked = of_.time.steady_now();
    said.lag = now.lag_at(asked);
    said.is_relay_away = !now.is_reached;
    if (now.is_reached)
        said.relay_up_for =
            std::chrono::floor<std::chrono::milliseconds>(asked - now.reached_since);
    said.top = now.top;
    said.orphans = now.read.orphans;
    said.conflicts = now.read.conflicts;
    said.takeovers = now.takeovers;
    return said;
}

void cluster::publish_figures()
{
    using kind = telemetry::metrics::kind;
    const auto add = [this](kind k, const char* name, const char* help, auto read) {
        of_.figures.sampled(
            k, name, help, {}, [this, read] { return static_cast<double>(read(state())); });
    };
    using state_type = relay::instance_state;
    add(kind::gauge, "tickertape_relay_up", "1 where the last call of the relay had an answer.",
        [](const state_type& s) { return s.is_reached ? 1 : 0; });
    add(kind::gauge, "tickertape_relay_waiting", "Observations that the relay has not taken yet.",
        [](const state_type& s) { return s.waiting; });
    add(kind::gauge, "tickertape_relay_last_entry_timestamp_seconds",
        "The time of the newest entry that was read.",
        [](const state_type& s) { return static_cast<double>(s.top.ms()) / 1'000; });
    add(kind::gauge, "tickertape_relay_clock_skew_seconds",
        "How far the clock of this instance is ahead of the relay's.", [](const state_type& s) {
            return static_cast<double>(s.skew.value_or(std::chrono::milliseconds{0}).count()) /
                   1'000;
        });
    add(kind::counter, "tickertape_relay_dropped_total",
        "Observations that the relay never took; nobody has seen them.",
        [](const state_type& s) { return s.dropped; });
    add(kind::counter, "tickertape_relay_moved_total",
        "Appends that were refused because another entry was the newest.",
        [](const state_type& s) { return s.moved; });
    add(kind::counter, "tickertape_relay_fenced_total",
        "Appends that were refused because another instance leads.",
        [](const state_type& s) { return s.fenced; });
    add(kind::counter, "tickertape_relay_healed_total",
        "Entries that were put back because the relay had lost them.",
        [](const state_type& s) { return s.healed; });
    add(kind::counter, "tickertape_relay_foreign_total",
        "Entries of the relay that are none of ours: passed over.",
        [](const state_type& s) { return s.foreign; });
    add(kind::counter, "tickertape_relay_gaps_total", "Ranges of ticks that could not be had.",
        [](const state_type& s) { return s.read.gaps; });
    of_.figures.sampled(
        kind::counter, "tickertape_relay_refused_total", "Ticks that the tapes did not take: gaps.",
        {}, [this] { return static_cast<double>(refused_.value()); });
    add(kind::counter, "tickertape_relay_failures_total", "Calls of the relay that failed.",
        [](const state_type& s) { return s.failures; });
}

std::string default_instance_name()
{
    boost::system::error_code unknown;
    auto name = boost::asio::ip::host_name(unknown);
    if (unknown || name.empty())
        name = "tickertape";
    return name + '-' + std::to_string(::getpid());
}

}  // namespace tickertape
