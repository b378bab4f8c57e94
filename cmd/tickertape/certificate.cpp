#include "certificate.hpp"

#include <exception>

namespace tickertape {
namespace {

// When a certificate of ninety days should long have been followed by another.
constexpr std::chrono::days expires_soon{14};

}  // namespace

certificate::certificate(
    const config::settings& s, const clock& time, const telemetry::logger& log,
    telemetry::metrics& figures)
    : files_{s.tls_certificate.value_or(""), s.tls_key.value_or("")},
      is_set_{s.tls_certificate.has_value()}, time_{time}, log_{log}, figures_{figures}
{
    if (!is_set_)
        return;
    take(std::make_shared<tls::tls_context>(files_));
    figures_.sampled(
        telemetry::metrics::kind::gauge, "tickertape_tls_certificate_expires_seconds",
        "Time until the certificate expires; below 0: since it has.", {}, [this] {
            const std::chrono::duration<double> now = time_.wall_now().time_since_epoch();
            // relaxed: a number of its own.
            const auto until = valid_until_s_.load(std::memory_order_relaxed);
            return static_cast<double>(until) - now.count();
        });
}

void certificate::take(std::shared_ptr<const tls::tls_context> next)
{
    current_ = std::move(next);
    const auto until = current_->valid_until();
    // relaxed: a number of its own.
    valid_until_s_.store(until.time_since_epoch().count(), std::memory_order_relaxed);
    const auto now = time_.wall_now();
    if (until <= now)
        log_.warn("the certificate has expired", {{"file", files_.certificate}});
    else if (current_->valid_from() > now)
        log_.warn("the certificate is not valid yet", {{"file", files_.certificate}});
    else if (until - now < expires_soon)
        log_.warn(
            "the certificate expires soon",
            {{"file", files_.certificate},
             {"days", std::chrono::floor<std::chrono::days>(until - now).count()}});
}

bool certificate::reload()
{
    if (!is_set_) {
        log_.info("nothing to reload", {{"signal", "SIGHUP"}});
        return false;
    }
    const auto count = [this](const char* outcome) {
        figures_
            .counter(
                "tickertape_tls_reloads_total", "Times the certificate was read again.",
                {{"outcome", outcome}})
            .Increment();
    };
    try {
        take(std::make_shared<tls::tls_context>(files_));
    } catch (const std::exception& e) {
        count("refused");
        log_.error("the certificate stays as it is", {{"cause", e.what()}});
        return false;
    }
    count("taken");
    const auto left = current_->valid_until() - time_.wall_now();
    log_.info(
        "the certificate has been read again",
        {{"file", files_.certificate},
         {"days", std::chrono::floor<std::chrono::days>(left).count()}});
    return true;
}

}  // namespace tickertape
