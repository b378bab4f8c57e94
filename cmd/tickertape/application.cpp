#include "application.hpp"

#include "config/present.hpp"
#include "config/value.hpp"
#include "edge.hpp"
#include "environment.hpp"
#include "feed_choice.hpp"
#include "net/tls_trust.hpp"
#include "startup_words.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <thread>

namespace tickertape {

namespace asio = boost::asio;

namespace {

symbol_table checked_symbols(const std::vector<std::string>& names)
{
    auto table = symbol_table::from(names);
    if (!table)
        throw std::runtime_error{"SYMBOLS: " + table.error().message()};
    return std::move(*table);
}

unsigned lane_count(const config::settings& s)
{
    return s.threads > 0 ? s.threads : std::max(1u, std::thread::hardware_concurrency());
}

// Descriptors of ours that are no connections: listeners, the lanes' own, providers, files.
std::size_t own_descriptors(const config::settings& s)
{
    return 128 + 4 * std::size_t{lane_count(s)};
}

http::admission_limits limits_of_admission(const config::settings& s, std::size_t descriptors)
{
    auto limits = s.admission;
    http::set_connections(limits, descriptors, own_descriptors(s), s.max_connections);
    return limits;
}

std::vector<asio::io_context*> contexts_of(const hub::lane_set& h)
{
    std::vector<asio::io_context*> contexts;
    for (const auto& l : h.lanes())
        contexts.push_back(&l->context());
    return contexts;
}

// From when on this process knows every tick, where nothing was restored. One of a cluster is given
// what the log holds, which may be of any time.
wall_time known_since(const config::settings& s, wall_time started)
{
    return cluster::is_wanted(s) ? wall_time{} : edge::knows_since(s, started);
}

// How long a leader's feed may have no price before another instance is to lead. Of the other kinds
// nobody can say: a pipe is as quiet as whoever writes to it.
std::chrono::milliseconds quiet_max_of_feed(const config::settings& s)
{
    constexpr std::chrono::milliseconds least{30'000};
    if (kind_of_feed(s.providers) != archive::feed_kind::live)
        return std::chrono::milliseconds{0};
    return std::max(least, 3 * s.live.fetch.interval);
}

// What one room is told of the settings of another.
hub::lane_limits limits_of_lanes(const config::settings& s)
{
    auto limits = s.streams;
    limits.candles.busy = s.http.busy;
    return limits;
}

}  // namespace

application::application(const config::settings& s, const clock& time, const telemetry::logger& log)
    : settings_{s}, time_{time}, log_{log}, symbols_{checked_symbols(s.symbols)},
      started_{reading_of(time)}, tapes_{symbols_, s.store_size, known_since(s, started_.wall)},
      files_{s.static_dir ? web::static_files{*s.static_dir} : web::static_files{}},
      cors_{s.cors_origins}, market_{open_market()}, coins_{open_coins()}, network_{open_network()},
      fear_greed_{open_fear_greed()}, realised_{open_realised()}, currencies_{open_currencies()},
      news_{open_news()}, archive_{open_archive()}, ordered_{open_desk()}, kept_{open_kept()},
      descriptors_{raise_descriptor_limit()}, clients_{limits_of_admission(s, descriptors_)},
      proxies_{s.trusted_proxies},
      hub_{
          tapes_,
          sources_,
          time,
          lane_count(s),
          limits_of_lanes(s),
          archive_ ? &archive_->past() : nullptr,
          archive_ ? &archive_->changes() : nullptr,
          &topics_},
      router_{web::make_router(site())}, publisher_{tapes_,   time, started_,
                                                    context_, log,  metrics_},
      topic_publisher_{
          {provider_strand_, time, log, topics_, [this] { return hub::follows_topics(hub_); }},
          site()},
      cluster_{join_cluster()}, shared_coins_{share_coins()}, shared_{share_figures()},
      certificate_{s, time, log, metrics_},
      server_{
          {contexts_of(hub_), router_, cors_, clients_, proxies_, time, log, metrics_},
          s.listen_address,
          s.port,
          s.http,
          certificate_.current()},
      feed_{open_feed()}
{
    publisher_.writer().add(hub_);
    if (archive_)
        archive_->keep(publisher_.writer());
    if (backups::are_wanted(settings_.archive))
        backups_.emplace(
            settings_.archive, kind_of_feed(settings_.providers), time_, log_, metrics_);
    if (archive_ && !edge::is_wanted(settings_) && backfill_at_start::is_wanted(settings_))
        backfill_ = std::make_unique<backfill_at_start>(settings_, backfill_parts());
    publish_figures();
}

application::~application() = default;

// What is served. The parts that it names have been made.
web::site application::site()
{
    const auto& s = settings_;
    return {
        tapes_,
        sources_,
        reports_,
        metrics_,
        files_,
        s.streams.stale,
        draining_,
        [this](std::size_t lane, hub::subscription wanted) {
            hub_.lanes()[lane]->subscribe(std::move(wanted));
        },
        archive_ ? &archive_->history() : nullptr,
        [this] { return archive_ ? archive_->report() : web::archive_report{}; },
        cluster_report_of(s),
        s.relay.is_wanted() ? s.relay.skew_max + web::cluster_lag_max
                            : std::chrono::milliseconds{0},
        s.streams.heartbeat,
        market_ ? &market_->board() : nullptr,
        network_ ? &network_->board() : nullptr,
        news_ ? &news_->board() : nullptr,
        fear_greed_ ? &fear_greed_->board() : nullptr,
        kind_of_feed(s.providers) == archive::feed_kind::live,
        ordered_.get(),
        s.admin_token,
        coins_.get(),
        currencies_ ? &currencies_->board() : nullptr,
        realised_ ? &realised_->board() : nullptr};
}

// Null where this instance shares no log.
std::unique_ptr<cluster> application::join_cluster()
{
    if (!cluster::is_wanted(settings_))
        return nullptr;
    const std::string kind{archive::text_of(kind_of_feed(settings_.providers))};
    const auto price_text = [this](symbol_id id) {
        const web::site here{
            tapes_, sources_, reports_, metrics_, files_, settings_.streams.stale, draining_};
        return web::price_json(here, id, time_.boot_now());
    };
    relay_trust_.emplace(net::make_tls_context(settings_.live.ca_file));
    return std::make_unique<cluster>(
        settings_.relay, settings_.streams.stale.limit,
        open_shared_log(settings_.relay, kind, context_, *relay_trust_, log_),
        cluster::parts{
            publisher_.writer(), tapes_, sources_, time_, context_, log_, metrics_, kind,
            [this](bool stands_by) { take_role(!stands_by); }, price_text,
            quiet_max_of_feed(settings_)});
}

void application::take_role(bool leads)
{
    feed_->stand_by(!leads);
    if (archive_)
        archive_->lead(leads);
    if (backfill_)
        backfill_->lead(leads);
    if (shared_)
        shared_->lead(leads);
}

// Empty where this instance is alone.
std::function<web::cluster_report()> application::cluster_report_of(const config::settings& s)
{
    if (edge::is_wanted(s))
        return [this] {
            auto said = edge_->cluster();
            // Before the first tick it is where the past that is asked for begins.
            if (tapes_.committed() == tapes_.epoch())
                said.top = {};
            return said;
        };
    if (cluster::is_wanted(s))
        return [this] { return cluster_->report(); };
    return {};
}

tick_sink& application::sink()
{
    if (cluster_)
        return *cluster_;
    return publisher_;
}

std::unique_ptr<feed::price_feed> application::open_feed()
{
    const auto& s = settings_;
    const feed::feed_context context{provider_strand_, sink(),  symbols_, sources_, time_, log_,
                                     metrics_,         reports_};
    if (edge::is_wanted(s)) {
        auto served_on = std::make_unique<edge>(s, context, publisher_.writer());
        edge_ = served_on.get();
        return served_on;
    }
    const auto newest = [this](symbol_id id) {
        const auto last = tapes_.newest_tick(id);
        return last ? std::optional{last->value} : std::nullopt;
    };
    auto live = s.live;
    live.market_calls = is_market_wanted() ? s.market.calls_a_month : 0;
    return make_feed({live, s.simulator, s.replay, {}, last_prices(), newest}, context, gates_);
}

void application::publish_figures()
{
    hub::publish_metrics(hub_, metrics_);
    if (settings_.relay.is_wanted())
        web::publish_metrics(cluster_report_of(settings_), metrics_);
    for (const auto id : symbols_.all())
        metrics_.sampled(
            telemetry::metrics::kind::counter, "tickertape_ticks_total", "Ticks published.",
            {{"symbol", symbols_.name(id)}},
            [this, id] { return static_cast<double>(tapes_.of(id).end()); });
    metrics_.sampled(
        telemetry::metrics::kind::counter, "tickertape_log_lines_lost_total",
        "Log lines dropped because nobody took them fast enough.", {},
        [this] { return static_cast<double>(log_.lines_lost()); });
    metrics_.sampled(
        telemetry::metrics::kind::gauge, "tickertape_build_info",
        "Always 1; the version is a label.", {{"version", std::string{config::product_version()}}},
        [] { return 1.0; });
}

void application::run() noexcept
{
    await_signal();
    await_hangup();
    const auto port = server_.port();
    const auto& limits = clients_.limits();
    if (limits.connections + limits.reserve + own_descriptors(settings_) > descriptors_)
        log_.warn(
            "more connections are allowed than there are descriptors for",
            {{"max_connections", limits.connections}, {"descriptors", descriptors_}});
    log_.info(
        "serving", {{"url", url_of(settings_, port)},
                    {"symbols", config::join(settings_.symbols, ",")},
                    {"providers", config::join(settings_.providers, ",")},
                    {"remembers", words_of_reach(settings_)}});
    log_.info(
        "listening", {{"address", settings_.listen_address},
                      {"port", port},
                      {"tls", certificate_.current() != nullptr},
                      {"lanes", hub_.lanes().size()},
                      {"descriptors", descriptors_},
                      {"max_connections", limits.connections},
                      {"version", config::product_version()}});
    if (settings_.port == 0) {
        // The operator asked for any free port and has to learn which it is, at every log level.
        std::printf("port %u\n", static_cast<unsigned>(port));
        std::fflush(stdout);
    }
    hub_.start();
    server_.start();
    publisher_.start();
    if (cluster_)
        cluster_->start();
    feed_->start();
    if (backfill_)
        backfill_->start();
    if (ordered_)
        ordered_->start();
    topic_publisher_.start();
    kept_->start();
    if (shared_coins_)
        shared_coins_->start();
    if (shared_)
        shared_->start();
    if (market_)
        market_->start();
    if (coins_)
        coins_->start();
    if (network_)
        network_->start();
    if (fear_greed_)
        fear_greed_->start();
    if (realised_)
        realised_->start();
    if (currencies_)
        currencies_->start();
    if (news_)
        news_->start();
    context_.run();
    // Nothing waits on the lanes any more but subscribers that would not take their last bytes.
    hub_.stop();
    if (archive_)
        archive_->hasten();
    kept_->stop();
    if (archive_)
        archive_->stop();
    log_.info("stopped");
}

}  // namespace tickertape
