#include "config/table.hpp"

#include "config/row_list.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace tickertape::config {
namespace {

using namespace rules;
using namespace std::chrono_literals;

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
        "SIMULATOR_HISTORY", simulator_history(),
        "How long a past is simulated where the archive of the simulator has none; less where that "
        "would be too much for a quick start");
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
            "ADMIN_TOKEN", admin_token(),
            "What operators send as Authorization: Bearer to routes of theirs; empty: there are "
            "none")
        .secret = true;
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
    add_relay_rows(list);
    add_feed_rows(list, providers);
    add_market_rows(list);
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
