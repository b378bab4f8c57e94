#include "config/table.hpp"

#include "config/feed_rules.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace tickertape::config {
namespace {

using namespace rules;
using namespace std::chrono_literals;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;
constexpr std::uint64_t gib = 1024 * std::uint64_t{mib};

struct row_list {
    std::vector<setting> rows;
    std::string_view group;

    // Its default is what the struct has that it is kept in.
    setting& add(std::string name, rule values, std::string meaning)
    {
        auto fallback = values.show(settings{});
        rows.push_back(
            {group, std::move(name), std::move(fallback), std::move(values), std::move(meaning)});
        return rows.back();
    }
};

void add_server_rows(row_list& rows)
{
    rows.group = "Server";
    rows.add("LISTEN_ADDRESS", address(&settings::listen_address), "The address to listen on");
    rows.add(
        "PORT", count(&settings::port, 0, 65535),
        "The TCP port to listen on; 0 picks a free one and prints it");
    rows.add(
        "THREADS", count(&settings::threads, 0, 256, "threads"),
        "Threads that serve subscribers; 0 is one per core");
    rows.add(
        "DRAIN_DELAY", duration(&settings::drain_delay, 0ms, 5min),
        "How long everybody is still served after SIGTERM while /readyz says 503, for a load "
        "balancer to notice");
    rows.add(
        "DRAIN_TIME", duration(&settings::drain_time, 0ms, 5min),
        "The longest time from SIGTERM and DRAIN_DELAY to the exit, in which subscribers are sent "
        "elsewhere");
}

void add_symbols_rows(row_list& rows)
{
    rows.group = "Symbols";
    rows.add(
        "SYMBOLS", symbols(),
        "What to serve; the first is what a stream carries that asks for none");
    rows.add(
        "STORE_SIZE", count(&settings::store_size, 2, 10'000'000, "ticks"),
        "Ticks kept in memory per symbol, 32 bytes each; the default is a day at one every 10 s");
    rows.add(
        "STALE_AFTER",
        duration(
            [](auto& s) -> auto& { return s.streams.stale.limit; }, 100ms, 24h),
        "The age at which a price counts as stale");
}

void add_archive_rows(row_list& rows)
{
    using archive::sync_policy;
    rows.group = "Archive";
    rows.add(
        "ARCHIVE", archive_place(),
        "Where ticks are kept for good; a directory is made if it is not there");
    rows.add(
        "ARCHIVE_SYNC",
        choice(
            [](auto& s) -> auto& { return s.archive.sync; },
            {{"1s", sync_policy::each_second},
             {"always", sync_policy::always},
             {"never", sync_policy::never}}),
        "When ticks are forced to the disk: a loss of power costs what was not");
    rows.add(
        "ARCHIVE_PATIENCE",
        duration(
            [](auto& s) -> auto& { return s.archive.patience; }, 1ms, 10s),
        "The longest a tick waits for the disk before it is shown without it");
    constexpr std::chrono::days long_time{36'500};
    rows.add(
        "RETENTION_TICKS",
        kept_time(
            [](auto& s) -> auto& { return s.archive.ticks_kept; }, std::chrono::days{1}, long_time),
        "How long ticks are kept: days that are over for longer are removed, their candles stay");
    rows.add(
        "RETENTION_1M",
        kept_time(
            [](auto& s) -> auto& { return s.archive.minutes_kept; }, std::chrono::days{2},
            long_time),
        "How long candles of a minute are kept; the longer ones stay for ever");
    rows.add(
        "RETENTION_SIZE",
        size_limit(
            [](auto& s) -> auto& { return s.archive.bytes_most; }, 64 * mib, 1024 * 1024 * gib),
        "The most the archive may take on the disk: beyond it the oldest ticks go, then the oldest"
        " candles of a minute");
    rows.add(
        "BACKUP_DIR",
        path(
            [](auto& s) -> auto& { return s.archive.backup_directory; },
            "empty, or the path of a directory"),
        "Where backups of the archive are made; empty: none are");
    rows.add(
        "BACKUP_INTERVAL",
        duration(
            [](auto& s) -> auto& { return s.archive.backup_interval; }, 0ms, 8'760h),
        "How often the server makes a backup; 0: only tickertape archive backup does");
    rows.add(
        "BACKUP_KEEP",
        count(
            [](auto& s) -> auto& { return s.archive.backup_keep; }, 1, 1'000, "backups"),
        "Backups that are kept, the newest ones; of the 4 weeks before them one each is kept too");
}

// Those asked where nothing else is said.
std::string default_providers(std::span<const provider::row> known)
{
    std::vector<std::string> names;
    for (const auto& p : known)
        if (p.is_default)
            names.emplace_back(p.name);
    return join(names, ",");
}

std::string default_rate(const provider::row& p)
{
    auto rate = format_decimal(p.limit.per_minute);
    if (p.key != provider::key_use::none && p.limit_with_key.per_minute != p.limit.per_minute)
        rate += ", with a key " + format_decimal(p.limit_with_key.per_minute);
    return rate;
}

void add_provider_rows(row_list& rows, const provider::row& p)
{
    const std::string name{p.name};
    const std::string title{p.title};
    const auto prefix = upper_case(p.name);
    rows.add(
            prefix + "_URL", provider_url(name),
            "Where " + title + " is asked, instead of all its own addresses")
        .when_empty = p.urls.front();
    if (!p.socket_url.empty())
        rows.add(prefix + "_STREAM_URL", provider_socket_url(name), "Where " + title + " streams")
            .when_empty = p.socket_url;
    if (p.key != provider::key_use::none) {
        const bool needed = p.key == provider::key_use::required;
        rows.add(
                prefix + "_API_KEY", provider_api_key(name),
                "The key sent to " + title +
                    (needed ? ", which answers nobody without one" : "; none is sent when empty"))
            .secret = true;
    }
    rows.add(
            prefix + "_RATE", provider_rate(name),
            "How often " + title + " is asked at most, streams aside")
        .when_empty = default_rate(p);
}

void add_feed_rows(row_list& rows, std::span<const provider::row> providers)
{
    rows.group = "Feed";
    rows.add(
            "PROVIDERS", provider_names(providers),
            "Where prices come from, in order of preference")
        .fallback = default_providers(providers);
    rows.add(
        "FEED",
        choice(
            [](auto& s) -> auto& { return s.live.mode; },
            {{"poll", feed::feed_mode::poll}, {"stream", feed::feed_mode::stream}}),
        "How prices come; poll: asked for every FETCH_INTERVAL; stream: over WebSockets where a "
        "provider has one, asked for elsewhere and while a socket is down");
    rows.add(
        "PRICE_POLICY",
        choice(
            [](auto& s) -> auto& { return s.live.policy.kind; },
            {{"fallback", pricing::policy_kind::fallback},
             {"median", pricing::policy_kind::median}}),
        "How several providers make one price; fallback: the first that answers with a good one; "
        "median: the middle of those that agree");
    rows.add(
        "QUORUM",
        count(
            [](auto& s) -> auto& { return s.live.policy.quorum; }, 1, pricing::providers_max,
            "providers"),
        "How many providers must agree on a median; with fewer there is no price");
    rows.add(
        "MAX_DEVIATION",
        followed_by(
            percent(
                [](auto& s) -> auto& { return s.live.policy.deviation_max; }, 0.1, 50),
            [](settings& s) {
                auto& p = s.live.policy;
                p.deviation_min =
                    std::min(pricing::policy_settings{}.deviation_min, p.deviation_max);
            }),
        "The furthest from the median that a provider's price counts");
    rows.add(
        "MAX_SPREAD",
        percent(
            [](auto& s) -> auto& { return s.live.quotes.spread_max; }, 0.01, 100),
        "The furthest apart that bid and ask of a market may be for its price to count");
    rows.add(
        "MAX_QUOTE_AGE",
        followed_by(
            duration(
                [](auto& s) -> auto& { return s.live.quotes.age_max; }, 1s, 24h),
            [](settings& s) { s.live.policy.age_max = s.live.quotes.age_max; }),
        "The age beyond which a provider's price does not count");
    rows.add(
        "FETCH_INTERVAL",
        duration(
            [](auto& s) -> auto& { return s.live.fetch.interval; }, 100ms, 1h),
        "The time from one fetch to the next");
    rows.add(
        "FETCH_DEADLINE",
        duration(
            [](auto& s) -> auto& { return s.live.fetch.deadline; }, 50ms, 1h),
        "The longest a fetch may take; FETCH_INTERVAL where that is shorter, but at least 2s");
    rows.add(
        "BREAKER_REST",
        followed_by(
            duration(
                [](auto& s) -> auto& { return s.live.breaker.open_first; }, 50ms, 10min),
            [](settings& s) { s.live.breaker.open_most = 24 * s.live.breaker.open_first; }),
        "How long a provider that keeps failing is not asked; doubled each time it goes on "
        "failing, up to 24 times this");
    rows.add(
        "RECONNECT_WAIT",
        followed_by(
            duration(
                [](auto& s) -> auto& { return s.live.reconnect.first; }, 50ms, 1min),
            [](settings& s) { s.live.reconnect.most = 60 * s.live.reconnect.first; }),
        "The longest first wait before a broken stream is connected again; doubled each time, up "
        "to 60 times this");
    rows.add(
        "TICKS_PER_SECOND",
        decimal([](auto& s) -> auto& { return s.live.ticks_per_second; }, 0.1, 1000, {}),
        "Ticks of one symbol in a second at most, with FEED=stream; the newest wins");
    rows.add(
        "ACCEPT_AS_USD", stablecoins(),
        "Stablecoins whose markets are taken for markets in USD; source says so");
    rows.add(
        "DERIVE", cross_rates(), "Prices made of two others, each one of SYMBOLS; source says so");
    rows.add(
        "CA_FILE",
        path(
            [](auto& s) -> auto& { return s.live.ca_file; }, "empty, or the path of a PEM file"),
        "Certificates to trust instead of the system's when a provider is asked");
    for (const auto& p : providers)
        add_provider_rows(rows, p);
}

void add_simulator_rows(row_list& rows)
{
    rows.group = "Simulator and replay";
    rows.add(
        "SIMULATOR_SEED", simulator_seed(),
        "The same seed walks the same way; another one at each start when empty");
    rows.add(
        "SIMULATOR_PERIOD",
        duration(
            [](auto& s) -> auto& { return s.simulator.period; }, 1ms, 1h),
        "The time from one simulated price to the next");
    rows.add(
        "SIMULATOR_START", simulator_start(),
        "The first price of the first symbol; 0 is one near what it costs");
    rows.add(
        "SIMULATOR_STEP",
        percent(
            [](auto& s) -> auto& { return s.simulator.step_max; }, 0.001, 50),
        "The largest change from one simulated price to the next, up or down");
    rows.add(
        "REPLAY_FILE",
        path(
            [](auto& s) -> auto& { return s.replay.path; },
            "empty, or the path of a CSV or JSON-lines file"),
        "The recording that PROVIDERS=replay plays");
    rows.add(
        "REPLAY_SPEED",
        decimal_or_none(
            [](auto& s) -> auto& { return s.replay.speed; }, 0.001, 1e6, "times its own pace"),
        "How fast the recording is played; 0 is as fast as possible");
    rows.add(
        "REPLAY_LOOP", boolean([](auto& s) -> auto& { return s.replay.loop; }),
        "Whether the recording begins again at its end");
}

void add_stream_rows(row_list& rows)
{
    rows.group = "Stream";
    rows.add(
        "HEARTBEAT",
        duration(
            [](auto& s) -> auto& { return s.streams.heartbeat; }, 100ms, 5min),
        "The silence after which a subscriber is sent a heartbeat");
    rows.add(
        "RETRY",
        duration(
            [](auto& s) -> auto& { return s.streams.retry; }, 100ms, 10min),
        "The mean wait before a cut subscriber reconnects; each is told its own, 50 % around it");
    rows.add(
        "SEND_BUFFER",
        bytes(
            [](auto& s) -> auto& { return s.streams.socket.send_buffer_bytes; }, 4 * kib, 4 * mib),
        "What the kernel may hold for one subscriber");
    rows.add(
        "MAX_LAG",
        duration(
            [](auto& s) -> auto& { return s.streams.lag; }, 100ms, 24h),
        "How old the oldest tick may be that a subscriber has not taken, once it had caught up; "
        "until then, the time in which it must come nearer");
    rows.add(
        "SLOW_READER",
        choice(
            [](auto& s) -> auto& { return s.streams.beyond_lag; },
            {{"close", hub::slow_reader::close}, {"conflate", hub::slow_reader::conflate}}),
        "What becomes of a subscriber beyond MAX_LAG: its stream ends, or a gap brings it up to "
        "date");
    rows.add(
        "PEER_TIMEOUT",
        followed_by(
            duration(
                [](auto& s) -> auto& { return s.streams.stalled; }, 1s, 1h),
            [](settings& s) { s.streams.socket.unacknowledged = s.streams.stalled; }),
        "How long a subscriber may take nothing of what it was sent before it is closed");
    rows.add(
        "MAX_STREAM_AGE",
        duration(
            [](auto& s) -> auto& { return s.streams.age; }, 0s, 480h),
        "The age at which a stream is sent elsewhere, less up to a quarter so that ends are "
        "spread; "
        "0s is never");
}

void add_http_rows(row_list& rows)
{
    rows.group = "HTTP";
    rows.add(
        "CORS_ORIGINS", origins(&settings::cors_origins),
        "The pages of other origins that may read answers");
    rows.add(
        "STATIC_DIR", path(&settings::static_dir, "empty, or the path of a directory"),
        "Serves the page from this directory; empty is the page compiled in");
    rows.add(
        "HEADER_TIMEOUT",
        duration(
            [](auto& s) -> auto& { return s.http.request; }, 100ms, 5min),
        "The longest a request may take to arrive");
    rows.add(
        "IDLE_TIMEOUT",
        duration(
            [](auto& s) -> auto& { return s.http.idle; }, 100ms, 1h),
        "The longest a connection may stay open between two requests");
    rows.add(
        "MAX_HEADER",
        bytes(
            [](auto& s) -> auto& { return s.http.header_bytes; }, 1 * kib, 32 * kib),
        "The largest request header");
    rows.add(
        "MAX_BODY",
        bytes(
            [](auto& s) -> auto& { return s.http.body_bytes; }, 0, 16 * mib),
        "The largest request body");
}

void add_tls_rows(row_list& rows)
{
    rows.group = "TLS";
    rows.add(
        "TLS_CERTIFICATE", path(&settings::tls_certificate, "empty, or the path of a PEM file"),
        "The certificate to show, and behind it those between it and a root; with it the port "
        "speaks HTTPS only. Read again on SIGHUP");
    rows.add(
        "TLS_KEY", path(&settings::tls_key, "empty, or the path of a PEM file"),
        "The private key of TLS_CERTIFICATE, not encrypted");
}

void add_limit_rows(row_list& rows)
{
    rows.group = "Limits";
    rows.add(
        "MAX_CONNECTIONS", count(&settings::max_connections, 0, 10'000'000, "connections"),
        "Connections at a time, streams included; 0 is as many as the file descriptors allow, up "
        "to 100000");
    rows.add(
        "MAX_CONNECTIONS_PER_IP",
        count(
            [](auto& s) -> auto& { return s.admission.connections_per_client; }, 0, 10'000'000,
            "connections"),
        "Connections of one client at a time, an IPv4 address or an IPv6 /64; 0 is no limit");
    rows.add(
        "MAX_REQUESTS_PER_SECOND_PER_IP",
        decimal_or_none(
            [](auto& s) -> auto& { return s.admission.requests_per_second_per_client; }, 0.1, 1e6,
            "requests a second"),
        "Requests of one client, with two seconds' worth at once; 0 is no limit");
    rows.add(
        "TRUSTED_PROXIES", networks(&settings::trusted_proxies),
        "Whose X-Forwarded-For is believed when it says who the client is");
    rows.add(
        "BUSY_RETRY",
        duration(
            [](auto& s) -> auto& { return s.http.busy; }, 1s, 1h),
        "The mean wait before a client that was turned away comes back; each is told its own, 50 % "
        "around it");
}

void add_logs_rows(row_list& rows)
{
    rows.group = "Logs";
    rows.add(
        "LOG_LEVEL",
        choice(
            &settings::level,
            {{"debug", telemetry::log_level::debug},
             {"info", telemetry::log_level::info},
             {"warn", telemetry::log_level::warn},
             {"error", telemetry::log_level::error}},
            {{"warning", telemetry::log_level::warn}}),
        "The least important line that is written");
    rows.add(
        "LOG_FORMAT",
        choice(
            &settings::format,
            {{"text", telemetry::log_format::text}, {"json", telemetry::log_format::json}}),
        "How a line is written");
}

}  // namespace

std::string setting::flag() const
{
    std::string out;
    for (const char c : name)
        out += c == '_' ? '-' : lower(c);
    return out;
}

setting_table::setting_table(std::span<const provider::row> providers)
{
    row_list list;
    add_server_rows(list);
    add_symbols_rows(list);
    add_archive_rows(list);
    add_feed_rows(list, providers);
    add_simulator_rows(list);
    add_stream_rows(list);
    add_http_rows(list);
    add_tls_rows(list);
    add_limit_rows(list);
    add_logs_rows(list);
    rows_ = std::move(list.rows);
}

settings setting_table::defaults() const
{
    settings s;
    for (const auto& row : rows_) {
        [[maybe_unused]] const auto refused = row.values.assign(s, row.fallback);
        assert(!refused);
    }
    return s;
}

}  // namespace tickertape::config
