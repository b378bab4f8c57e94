// The settings as the program uses them: typed, checked, with nothing left to look up.
//
// Defaults, limits and meanings stand in the table (table.cpp) and nowhere else; what a member
// holds before the table filled it means nothing. Take default_settings() or what load() gives.
#pragma once

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

enum class price_policy { fallback };

// Who may read answers from a page of another origin.
struct cors_policy {
    bool any = false;                  // every origin
    std::vector<std::string> origins;  // otherwise these, as browsers write them

    friend bool operator==(const cors_policy&, const cors_policy&) = default;
};

// How a provider that is asked over the network is reached.
struct provider_access {
    std::string url;  // http:// or https://, no slash at the end
    std::optional<std::string> api_key;

    friend bool operator==(const provider_access&, const provider_access&) = default;
};

struct settings {
    std::string listen_address;  // numeric, IPv4 or IPv6
    std::uint16_t port = 0;      // 0: the system picks one
    unsigned threads = 0;        // 0: one per core
    std::chrono::milliseconds drain_time{};

    std::vector<std::string> symbols;  // normalized, each once, at least one
    std::size_t store_size = 0;        // ticks kept per symbol
    std::chrono::milliseconds stale_after{};

    std::vector<std::string> providers;  // in order of preference, at least one
    price_policy policy = price_policy::fallback;
    std::chrono::milliseconds fetch_interval{};
    std::chrono::milliseconds fetch_deadline{};  // never longer than fetch_interval
    std::optional<std::string> ca_file;
    // One entry per provider of network_providers, whether it is in use or not.
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

    cors_policy cors_origins;
    std::optional<std::string> static_dir;  // none: the page compiled in
    std::chrono::milliseconds header_timeout{};
    std::chrono::milliseconds idle_timeout{};
    std::size_t max_header = 0;  // bytes
    std::size_t max_body = 0;    // bytes

    log_level level = log_level::info;
    log_format format = log_format::text;

    friend bool operator==(const settings&, const settings&) = default;
};

}  // namespace tickertape
