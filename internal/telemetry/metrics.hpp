// What is counted, and its text for Prometheus. The instruments are prometheus-cpp's; a room that
// counts more often than an atomic addition of a double allows keeps counters of its own and lets
// them be read here when somebody asks.
//
// Threads: any.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/labels.h>
#include <prometheus/registry.h>

#include <functional>
#include <memory>
#include <string>

namespace tickertape::telemetry {

class metrics {
public:
    using labels = prometheus::Labels;

    metrics();
    ~metrics();
    metrics(const metrics&) = delete;
    metrics& operator=(const metrics&) = delete;

    // The instrument of that name and labels, made at the first call. It lives as long as this.
    prometheus::Counter&
    counter(const std::string& name, const std::string& help, const labels& with = {});
    prometheus::Gauge&
    gauge(const std::string& name, const std::string& help, const labels& with = {});
    // `bounds`: the upper bounds of the buckets, ascending.
    prometheus::Histogram& histogram(
        const std::string& name, const std::string& help,
        const prometheus::Histogram::BucketBoundaries& bounds, const labels& with = {});

    // A figure somebody else keeps: `read` is called, on the thread that asks, for every text().
    enum class kind { counter, gauge };
    using reader = std::function<double()>;
    void sampled(
        kind k, const std::string& name, const std::string& help, const labels& with, reader read);

    // Everything, in Prometheus' text format 0.0.4.
    std::string text() const;

private:
    class samples;

    std::shared_ptr<prometheus::Registry> registry_;
    std::unique_ptr<samples> samples_;
};

}  // namespace tickertape::telemetry
