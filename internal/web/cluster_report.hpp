// How the cluster is at one moment, as this instance knows it: for GET /api/cluster and /readyz.
#pragma once

#include "core/position.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::telemetry {
class metrics;
}

namespace tickertape::web {

struct cluster_report {
    enum class role : std::uint8_t {
        alone,     // there is no cluster
        leader,    // publishes
        follower,  // serves what the leader publishes
        edge,      // serves what another server streams
    };
    struct member {
        std::string instance;
        std::string role;  // as it last said; empty: unknown

        friend bool operator==(const member&, const member&) = default;
    };

    role as = role::alone;
    std::string feed{};               // "live", "simulator", "replay", "pipe"; empty: not known yet
    std::string instance{};           // the name of this one; empty: it has none
    std::string leader{};             // the name of the leader; empty: not known
    std::vector<member> instances{};  // all that live, this one included
    // For how long others may have had what this instance has not; none: not known, because it has
    // heard nothing yet. Zero where it is alone.
    std::optional<std::chrono::milliseconds> lag{};
    // The relay does not answer: nobody is known to be ahead, and no price is new.
    bool is_relay_away = false;
    // For how long the relay has answered without a break: what it took meanwhile has to be read
    // first.
    std::chrono::milliseconds relay_up_for{std::chrono::milliseconds::max()};
    position top{};               // the newest tick or heartbeat it knows; position{}: none
    std::uint64_t orphans = 0;    // ticks that only this instance has, since the start
    std::uint64_t conflicts = 0;  // ids that had two contents: must be 0
    std::uint64_t takeovers = 0;  // times that this instance became the leader
};

// An instance that is further behind is not ready, once its relay has answered for as long.
inline constexpr std::chrono::milliseconds cluster_lag_max{5'000};

// Publishes the figures of what `of` tells, which may be called on any thread.
void publish_metrics(const std::function<cluster_report()>& of, telemetry::metrics& to);

// "alone", "leader", "follower", "edge"
constexpr std::string_view text_of(cluster_report::role as) noexcept
{
    using enum cluster_report::role;
    switch (as) {
    case alone:
        return "alone";
    case leader:
        return "leader";
    case follower:
        return "follower";
    case edge:
        return "edge";
    }
    return "";
}

}  // namespace tickertape::web
