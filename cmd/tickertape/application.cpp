#include "application.hpp"

#include "config/present.hpp"
#include "config/value.hpp"
#include "core/timestamp.hpp"
#include "environment.hpp"
#include "feed_choice.hpp"
#include "simulated_archive.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>
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

// Where a person on this machine finds the page.
std::string url_of(const config::settings& s, std::uint16_t port)
{
    const bool is_any = s.listen_address == "0.0.0.0" || s.listen_address == "::";
    const bool is_v6 = s.listen_address.find(':') != std::string::npos;
    const auto host = is_any  ? std::string{"localhost"}
                      : is_v6 ? "[" + s.listen_address + "]"
                              : s.listen_address;
    return (s.tls_certificate ? "https://" : "http://") + host + ":" + std::to_string(port) + "/";
}

// The least time from one tick of a symbol to the next, and the setting that says so; none: the
// input of a replay or a pipe decides.
std::optional<std::pair<std::chrono::duration<double>, std::string>>
pace_of(const config::settings& s)
{
    const auto& first = s.providers.front();
    if (first == "simulator")
        return std::pair{
            std::chrono::duration<double>{s.simulator.period},
            "SIMULATOR_PERIOD=" + config::format_duration(s.simulator.period)};
    if (std::ranges::find(synthetic::feed_names, first) != synthetic::feed_names.end())
        return std::nullopt;
    if (s.live.mode == feed::feed_mode::stream)
        return std::pair{
            std::chrono::duration<double>{1 / s.live.ticks_per_second},
            "TICKS_PER_SECOND=" + config::format_decimal(s.live.ticks_per_second)};
    return std::pair{
        std::chrono::duration<double>{s.live.fetch.interval},
        "FETCH_INTERVAL=" + config::format_duration(s.live.fetch.interval)};
}

// How far back a stream can begin.
std::string words_of_reach(const config::settings& s)
{
    auto words = std::to_string(s.store_size) + " ticks of each symbol";
    if (const auto pace = pace_of(s))
        words += ", " +
                 words_of_span(std::chrono::duration_cast<std::chrono::milliseconds>(
                     pace->first * static_cast<double>(s.store_size))) +
                 " or more (" + pace->second + ")";
    return words;
}

std::vector<asio::io_context*> contexts_of(const hub::lane_set& h)
{
    std::vector<asio::io_context*> contexts;
    for (const auto& l : h.lanes())
        contexts.push_back(&l->context());
    return contexts;
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
      started_{reading_of(time)}, tapes_{symbols_, s.store_size, started_.wall},
      files_{s.static_dir ? web::static_files{*s.static_dir} : web::static_files{}},
      cors_{s.cors_origins}, archive_{open_archive()}, descriptors_{raise_descriptor_limit()},
      clients_{limits_of_admission(s, descriptors_)}, proxies_{s.trusted_proxies},
      hub_{tapes_,        sources_,           time,
           lane_count(s), limits_of_lanes(s), archive_ ? &archive_->past() : nullptr},
      router_{web::make_router(
          {tapes_, sources_, reports_, metrics_, files_, s.streams.stale, draining_,
           [this](std::size_t lane, hub::subscription wanted) {
               hub_.lanes()[lane]->subscribe(std::move(wanted));
           },
           archive_ ? &archive_->history() : nullptr,
           [this] { return archive_ ? archive_->report() : web::archive_report{}; }})},
      publisher_{tapes_, time, started_, context_, log, metrics_},
      certificate_{s, time, log, metrics_},
      server_{
          {contexts_of(hub_), router_, cors_, clients_, proxies_, time, log, metrics_},
          s.listen_address,
          s.port,
          s.http,
          certificate_.current()},
      feed_{make_feed(
          {s.live, s.simulator, s.replay, {}, last_prices()},
          {provider_strand_, publisher_, symbols_, sources_, time, log, metrics_, reports_},
          gates_)}
{
    publisher_.writer().add(hub_);
    if (archive_)
        archive_->keep(publisher_.writer());
    if (backups::are_wanted(settings_.archive))
        backups_.emplace(
            settings_.archive, kind_of_feed(settings_.providers), time_, log_, metrics_);
    if (archive_ && backfill_at_start::is_wanted(settings_))
        backfill_ = std::make_unique<backfill_at_start>(
            settings_, backfill_at_start::parts{
                           symbols_, *archive_, provider_strand_, gates_, time_, log_, metrics_});
    publish_figures();
}

application::~application() = default;

// A first look at the simulator's prices shows full charts. Without a past it begins all the same.
void application::simulate_past()
{
    const auto& wanted = settings_.simulator;
    if (settings_.archive.directory.empty()) {
        log_.warn(
            "no past was simulated", {{"why", "SIMULATOR_HISTORY needs an archive in files"}});
        return;
    }
    const auto directory = std::filesystem::path{settings_.archive.directory} /
                           std::string{archive::text_of(archive::feed_kind::simulator)};
    // Another walk than the one that goes on from there.
    const auto before = time_.steady_now();
    const auto seed = ~wanted.seed.value_or(std::random_device{}());
    try {
        const auto made = make_simulated_archive(
            directory, {.symbols = symbols_,
                        .simulator = wanted,
                        .now = started_.wall,
                        .seed = seed,
                        .minutes_kept = settings_.archive.minutes_kept});
        if (!made)
            return;
        const std::chrono::duration<double, std::milli> took = time_.steady_now() - before;
        log_.info(
            "a past was simulated", {{"wanted", words_of_span(wanted.history)},
                                     {"reaches_back", words_of_span(made->span)},
                                     {"ticks", made->ticks},
                                     {"candles", made->candles},
                                     {"took_ms", std::round(took.count())}});
    } catch (const std::exception& refused) {
        log_.warn("no past was simulated", {{"why", refused.what()}});
    }
}

std::unique_ptr<archiving> application::open_archive()
{
    if (!settings_.archive.is_wanted())
        return nullptr;
    const auto kind = kind_of_feed(settings_.providers);
    if (kind == archive::feed_kind::simulator && settings_.simulator.history.count() != 0)
        simulate_past();
    return std::make_unique<archiving>(
        settings_.archive, kind,
        archiving::parts{tapes_, sources_, time_, context_, log_, metrics_});
}

std::vector<std::optional<price>> application::last_prices() const
{
    std::vector<std::optional<price>> last;
    for (const auto id : symbols_.all()) {
        const auto newest = tapes_.newest_tick(id);
        last.push_back(newest ? std::optional{newest->value} : std::nullopt);
    }
    return last;
}

void application::publish_figures()
{
    hub::publish_metrics(hub_, metrics_);
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
    feed_->start();
    if (backfill_)
        backfill_->start();
    context_.run();
    // Nothing waits on the lanes any more but subscribers that would not take their last bytes.
    hub_.stop();
    if (archive_)
        archive_->stop();
    log_.info("stopped");
}

void application::await_signal()
{
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([this](boost::system::error_code failed, int signal) {
        if (failed)
            return;
        announce_drain(signal);
        signals_.async_wait([](boost::system::error_code cancelled, int second) {
            if (!cancelled)
                std::_Exit(128 + second);
        });
    });
}

// Closing the terminal of a server does not end it.
void application::await_hangup()
{
    hangups_.async_wait([this](boost::system::error_code failed, int) {
        // A signal that came just before the end is handed over after it.
        if (failed || left_to_drain_ <= 0)
            return;
        if (certificate_.reload())
            server_.use(certificate_.current());
        await_hangup();
    });
}

// From now on /readyz says 503. A load balancer sees that when it asks next, and sends clients here
// until then: they are served as usual.
void application::announce_drain(int signal)
{
    log_.info(
        "draining", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"},
                     {"delay_ms", settings_.drain_delay.count()},
                     {"at_most_ms", settings_.drain_time.count()}});
    draining_.store(
        true, std::memory_order_relaxed);  // relaxed: it says nothing about other memory
    if (settings_.drain_delay.count() == 0) {
        begin_drain();
        return;
    }
    patience_.expires_after(settings_.drain_delay);
    patience_.async_wait([this](boost::system::error_code) {
        log_.info("no more connections are accepted");
        begin_drain();
    });
}

void application::begin_drain()
{
    if (backfill_)
        backfill_->stop();
    const auto drained = [this] { asio::post(context_, [this] { one_drained(); }); };
    server_.stop(drained);
    // The last to be sent away have the rest of the time for their last words.
    hub_.drain(settings_.drain_time * 3 / 4, drained);
    patience_.expires_after(settings_.drain_time);
    patience_.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled)
            end_of_patience();
    });
}

void application::one_drained()
{
    if (--left_to_drain_ > 0)
        return;
    feed_->stop();  // only now: until the last has gone, there is somebody to tell
    publisher_.stop();
    patience_.cancel();
    hangups_.cancel();
    signals_.cancel();
    signals_.clear();  // from now on a signal does what it does to any program
}

void application::end_of_patience()
{
    std::size_t left = 0;
    for (const auto& l : hub_.lanes())
        left += l->counters().subscribers.value();
    log_.warn("drain time is over", {{"subscribers_left", left}});
    server_.abandon();
    hub_.abandon();
}

}  // namespace tickertape
