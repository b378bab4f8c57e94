#include "telemetry/metrics.hpp"
#include "web/cluster_report.hpp"

#include <limits>

namespace tickertape::web {

void publish_metrics(const std::function<cluster_report()>& of, telemetry::metrics& to)
{
    using kind = telemetry::metrics::kind;
    const auto sampled = [&](kind k, const std::string& name, const std::string& help, auto pick) {
        to.sampled(k, name, help, {}, [of, pick] { return static_cast<double>(pick(of())); });
    };
    sampled(
        kind::gauge, "tickertape_cluster_leader", "Whether this instance leads.",
        [](const cluster_report& r) { return r.as == cluster_report::role::leader ? 1 : 0; });
    sampled(
        kind::gauge, "tickertape_cluster_instances", "Instances that live, this one included.",
        [](const cluster_report& r) { return r.instances.size(); });
    sampled(
        kind::gauge, "tickertape_cluster_lag_seconds",
        "How far this instance is behind the newest tick of all; NaN: it hears nothing.",
        [](const cluster_report& r) {
            return r.lag ? std::chrono::duration<double>(*r.lag).count()
                         : std::numeric_limits<double>::quiet_NaN();
        });
    sampled(
        kind::gauge, "tickertape_cluster_top_timestamp_seconds",
        "The time of the newest position it knows.",
        [](const cluster_report& r) { return static_cast<double>(r.top.ms()) / 1'000; });
    sampled(
        kind::counter, "tickertape_cluster_orphans_total", "Ticks that only this instance has.",
        [](const cluster_report& r) { return r.orphans; });
    sampled(
        kind::counter, "tickertape_cluster_conflicts_total",
        "Ids that had two contents. Must be 0.",
        [](const cluster_report& r) { return r.conflicts; });
    sampled(
        kind::counter, "tickertape_cluster_takeovers_total",
        "Times that this instance became the leader.",
        [](const cluster_report& r) { return r.takeovers; });
}

}  // namespace tickertape::web
