#include "http/offload.hpp"

#include "telemetry/metrics.hpp"

namespace tickertape::http {

job_queue::job_queue(
    boost::asio::any_io_executor on, std::size_t jobs_max, const std::string& name,
    telemetry::metrics& figures)
    : on_{std::move(on)}, jobs_max_{jobs_max}
{
    using kind = telemetry::metrics::kind;
    figures.sampled(
        kind::gauge, "tickertape_jobs_waiting",
        "Jobs that wait for a thread of their queue, or run on it.", {{"queue", name}},
        [this] { return static_cast<double>(jobs()); });
    figures.sampled(
        kind::counter, "tickertape_jobs_refused_total",
        "Jobs that were not taken because their queue was full.", {{"queue", name}},
        [this] { return static_cast<double>(refused()); });
}

}  // namespace tickertape::http
