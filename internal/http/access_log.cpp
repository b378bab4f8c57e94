#include "http/access_log.hpp"

#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <chrono>
#include <string>

namespace tickertape::http {

void access_log::record(const entry& e) const
{
    figures_
        .counter(
            "tickertape_requests_total",
            "Requests, by route and status; 499: the client left before it was answered.",
            {{"route", std::string{e.route}}, {"status", std::to_string(e.status)}})
        .Increment();
    const std::chrono::duration<double, std::milli> took = e.took;
    const telemetry::log_fields fields{
        {"request_id", e.id},
        {"remote", e.client},
        {"method", e.method.substr(0, 16)},
        {"target", e.target.substr(0, 256)},
        {"status", e.status},
        {"bytes", e.bytes},
        {"ms", took.count()}};
    if (e.is_refused)
        log_.debug("turned away", fields);
    else
        log_.info("request", fields);
}

void access_log::record_handshake(
    std::string_view client, const std::optional<connection::handshake_failure>& failed,
    bool is_resumed) const
{
    if (!failed) {
        figures_
            .counter(
                "tickertape_tls_handshakes_total", "TLS handshakes done.",
                {{"kind", is_resumed ? "resumed" : "full"}})
            .Increment();
        return;
    }
    figures_
        .counter(
            "tickertape_tls_handshake_failures_total", "TLS handshakes that came to nothing.",
            {{"reason", std::string{tls::name_of(failed->why)}}})
        .Increment();
    log_.debug(
        "TLS handshake failed",
        {{"remote", client}, {"reason", tls::name_of(failed->why)}, {"cause", failed->cause}});
}

}  // namespace tickertape::http
