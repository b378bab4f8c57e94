// The settings as the program uses them: typed, checked, with nothing left to look up.
//
// Defaults, limits and meanings stand in the table (table.cpp) and nowhere else; what a member
// holds before the table filled it means nothing. Take what load() gives, or the defaults of a
// table.
#pragma once

#include "core/ip.hpp"
#include "core/price.hpp"
#include "telemetry/log.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tickertape {

// How prices are got: asked for every FETCH_INTERVAL, or streamed to us by those who do that.
enum class fetch_mode { poll, stream };

// How several providers make one price.
enum class price_policy { fallback, median };

// What `tickertape healthcheck` asks the server that runs: whether it lives, or whether it should
// be sent requests.
enum class health_question { alive, ready };

// What becomes of a subscriber that is too far behind.
enum class slow_reader_policy { close, conflate };

// Who may read answers from a page of another origin.
struct cors_policy {
    bool any = false;                  // every origin
    std::vector<std::string> origins;  // otherwise these, as browsers write them

    friend bool operator==(const cors_policy&, const cors_policy&) = default;
};

// How a provider that is asked over the network is reached.
struct provider_access {
    // http:// or https://, no slash at the end. Empty: its own, of which it may have several.
    std::string url;
    std::string stream_url;  // ws:// or wss://, likewise; empty also where it does not stream
    std::optional<std::string> api_key;
    std::optional<double> requests_per_minute;  // none: what it allows

    friend bool operator==(const provider_access&, const provider_access&) = default;
};

struct settings {
    std::string listen_address;               // numeric, IPv4 or IPv6
    std::uint16_t port = 0;                   // 0: the system picks one
    unsigned threads = 0;                     // 0: one per core
    std::chrono::milliseconds drain_delay{};  // still serving, and saying that it will not be
    std::chrono::milliseconds drain_time{};   // after that

    std::vector<std::string> symbols;  // normalized, each once, at least one
    std::size_t store_size = 0;        // ticks kept per symbol
    std::chrono::milliseconds stale_after{};

    std::vector<std::string> providers;  // in order of preference, at least one
    fetch_mode mode = fetch_mode::poll;
    price_policy policy = price_policy::fallback;
    std::size_t quorum = 0;    // of median: how many must agree
    double max_deviation = 0;  // of median: per cent of the median
    double max_spread = 0;     // per cent of the middle between bid and ask
    std::chrono::milliseconds max_quote_age{};
    std::chrono::milliseconds breaker_rest{};    // the first of a provider that keeps failing
    std::chrono::milliseconds reconnect_wait{};  // the first of a broken stream, at most
    double ticks_per_second = 0;                 // of one symbol, when streamed
    std::vector<std::string> accept_as_usd;      // out of USDT and USDC, each once
    // "BTC-INR=BTC-USD*USD-INR", "ETH-BTC=ETH-USD/BTC-USD": normalized, all of `symbols`.
    std::vector<std::string> derive;
    std::chrono::milliseconds fetch_interval{};
    std::chrono::milliseconds fetch_deadline{};  // never longer than fetch_interval, or 2 s
    std::optional<std::string> ca_file;
    // One entry per provider there is, whether it is in use or not.
    std::map<std::string, provider_access, std::less<>> access;

    std::optional<std::uint64_t> simulator_seed;
    std::chrono::milliseconds simulator_period{};
    std::optional<price> simulator_start;  // of the first symbol; none: near its real one
    double simulator_step = 0;             // per cent
    std::optional<std::string> replay_file;
    double replay_speed = 0;  // 0: as fast as possible
    bool replay_loop = false;

    std::chrono::milliseconds heartbeat{};
    std::chrono::milliseconds retry{};
    std::size_t send_buffer = 0;  // bytes
    std::chrono::milliseconds max_lag{};
    slow_reader_policy slow_reader = slow_reader_policy::close;
    std::chrono::milliseconds peer_timeout{};
    std::chrono::milliseconds max_stream_age{};  // 0: none

    cors_policy cors_origins;
    std::optional<std::string> static_dir;  // none: the page compiled in
    std::chrono::milliseconds header_timeout{};
    std::chrono::milliseconds idle_timeout{};
    std::size_t max_header = 0;  // bytes
    std::size_t max_body = 0;    // bytes

    std::optional<std::string> tls_certificate;  // both, or neither: in the clear
    std::optional<std::string> tls_key;

    std::size_t max_connections = 0;            // 0: as many as there are descriptors for
    std::size_t max_connections_per_ip = 0;     // 0: no limit
    double max_requests_per_second_per_ip = 0;  // 0: no limit
    std::vector<ip_network> trusted_proxies;
    std::chrono::milliseconds busy_retry{};

    log_level level = log_level::info;
    log_format format = log_format::text;

    friend bool operator==(const settings&, const settings&) = default;
};

}  // namespace tickertape
