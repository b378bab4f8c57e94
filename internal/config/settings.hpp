// The settings as the program uses them: typed, checked, with nothing left to look up.
//
// What concerns one room alone is the struct of that room, and its default stands there; the table
// (table.cpp) has the limits and meanings. Take what load() gives, or the defaults of a table.
#pragma once

#include "archive/settings.hpp"
#include "core/ip.hpp"
#include "feed/settings.hpp"
#include "http/limits.hpp"
#include "hub/lane_limits.hpp"
#include "market/settings.hpp"
#include "news/settings.hpp"
#include "pricing/cross_rate.hpp"
#include "relay/settings.hpp"
#include "synthetic/settings.hpp"
#include "telemetry/log.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tickertape::config {

// What `tickertape healthcheck` asks the server that runs: whether it lives, or whether it should
// be sent requests.
enum class health_question { alive, ready };

struct settings {
    settings();

    std::string listen_address = "0.0.0.0";       // numeric, IPv4 or IPv6
    std::uint16_t port = 8082;                    // 0: the system picks one
    unsigned threads = 0;                         // 0: one per core
    std::chrono::milliseconds drain_delay{0};     // still serving, and saying that it will not be
    std::chrono::milliseconds drain_time{5'000};  // after that

    std::vector<std::string> symbols{"BTC-USD"};  // normalized, each once, at least one
    std::size_t store_size = 8'640;               // ticks kept per symbol

    archive::settings archive;
    relay::settings relay;

    std::vector<std::string> providers;  // in order of preference, at least one
    // One entry per provider there is, and per source of the market's table, whether it is in use
    // or not.
    std::map<std::string, feed::provider_settings, std::less<>> access;
    std::vector<pricing::cross_rate_names> derive;
    // `providers` of it are those named above, and `cross_rates` of it `derive`, once load() has
    // seen that everything fits together.
    feed::live_settings live;
    market::settings market;
    news::settings news;
    synthetic::simulator_settings simulator;
    synthetic::replay_settings replay;

    hub::lane_limits streams;

    // Of the pages that may read answers, as browsers write them; "*" alone: all.
    std::vector<std::string> cors_origins{"*"};
    std::optional<std::string> static_dir;  // none: the page compiled in
    http::server_limits http;

    std::optional<std::string> tls_certificate;  // both, or neither: in the clear
    std::optional<std::string> tls_key;

    std::string admin_token{};  // empty: there are no routes for operators

    std::size_t max_connections = 0;  // 0: as many as there are descriptors for
    // `connections` and `reserve` of it follow from that and the descriptors.
    http::admission_limits admission;
    std::vector<ip_network> trusted_proxies;

    telemetry::log_level level = telemetry::log_level::info;
    telemetry::log_format format = telemetry::log_format::text;
};

}  // namespace tickertape::config
