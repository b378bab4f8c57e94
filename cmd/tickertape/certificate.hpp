// The certificate the server shows, from its files: checked at the start, watched for its end, read
// again when somebody says so.
//
// Threads: the main thread; its figures are read on any.
#pragma once

#include "config/settings.hpp"
#include "core/clock.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "tls/tls_context.hpp"

#include <atomic>
#include <memory>

namespace tickertape {

class certificate {
public:
    // Where no certificate is set there is none. Throws std::runtime_error with one line where
    // there is one that cannot be used. All outlive this.
    certificate(
        const config::settings& s, const clock& time, const telemetry::logger& log,
        telemetry::metrics& figures);

    // Null: none.
    const std::shared_ptr<const tls::tls_context>& current() const noexcept { return current_; }

    // Reads the files again. Returns whether there is something new in current(); where the files
    // cannot be used, or there are none, the log says so and everything stays as it is.
    bool reload();

private:
    void take(std::shared_ptr<const tls::tls_context> next);

    const tls::tls_context::files files_;
    const bool is_set_;
    const clock& time_;
    const telemetry::logger& log_;
    telemetry::metrics& figures_;
    std::shared_ptr<const tls::tls_context> current_;
    std::atomic<std::int64_t> valid_until_s_{0};
};

}  // namespace tickertape
