// Logs and counts requests and TLS handshakes.
//
// Threads: any.
#pragma once

#include "core/clock.hpp"
#include "http/connection.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace tickertape::telemetry {
class logger;
class metrics;
}  // namespace tickertape::telemetry

namespace tickertape::http {

// The status of a request that was not answered because its client left meanwhile. No client is
// ever told it; nginx has the same number for the same thing.
inline constexpr unsigned client_has_left = 499;

class access_log {
public:
    // Both outlive this.
    access_log(const telemetry::logger& log, telemetry::metrics& figures) noexcept
        : log_{log}, figures_{figures}
    {
    }

    struct entry {
        std::string_view id;
        std::string_view client;  // its address
        std::string_view method;
        std::string_view target;
        std::string_view route;  // its name in metrics
        unsigned status;
        std::size_t bytes;  // of the body
        steady_time::duration took;
        bool is_refused = false;  // by admission or for want of room: one of many, perhaps
    };
    void record(const entry& e) const;
    // `failed`: why the TLS handshake of that client failed; none: it did not.
    void record_handshake(
        std::string_view client, const std::optional<connection::handshake_failure>& failed,
        bool is_resumed) const;

private:
    const telemetry::logger& log_;
    telemetry::metrics& figures_;
};

}  // namespace tickertape::http
