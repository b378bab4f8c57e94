#include "telemetry/metrics.hpp"

#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <vector>

namespace tickertape::telemetry {

class metrics::samples {
public:
    void
    add(kind k, const std::string& name, const std::string& help, const labels& with, reader read)
    {
        const std::lock_guard lock{mutex_};
        auto& f = families_[name];
        f.k = k;
        f.help = help;
        f.rows.push_back({with, std::move(read)});
    }

    void collect(std::vector<prometheus::MetricFamily>& out) const
    {
        const std::lock_guard lock{mutex_};
        for (const auto& [name, f] : families_) {
            prometheus::MetricFamily family;
            family.name = name;
            family.help = f.help;
            family.type = f.k == kind::counter ? prometheus::MetricType::Counter
                                               : prometheus::MetricType::Gauge;
            for (const auto& [with, read] : f.rows) {
                prometheus::ClientMetric metric;
                for (const auto& [key, value] : with)
                    metric.label.push_back({key, value});
                (f.k == kind::counter ? metric.counter.value : metric.gauge.value) = read();
                family.metric.push_back(std::move(metric));
            }
            out.push_back(std::move(family));
        }
    }

private:
    struct row {
        labels with;
        reader read;
    };
    struct figures {
        kind k = kind::gauge;
        std::string help;
        std::vector<row> rows;
    };

    mutable std::mutex mutex_;
    std::map<std::string, figures> families_;
};

metrics::metrics()
    : registry_{std::make_shared<prometheus::Registry>(
          prometheus::Registry::InsertBehavior::Merge)},
      samples_{std::make_unique<samples>()}
{
}

metrics::~metrics() = default;

prometheus::Counter&
metrics::counter(const std::string& name, const std::string& help, const labels& with)
{
    return prometheus::BuildCounter().Name(name).Help(help).Register(*registry_).Add(with);
}

prometheus::Gauge&
metrics::gauge(const std::string& name, const std::string& help, const labels& with)
{
    return prometheus::BuildGauge().Name(name).Help(help).Register(*registry_).Add(with);
}

prometheus::Histogram& metrics::histogram(
    const std::string& name, const std::string& help,
    const prometheus::Histogram::BucketBoundaries& bounds, const labels& with)
{
    return prometheus::BuildHistogram()
        .Name(name)
        .Help(help)
        .Register(*registry_)
        .Add(with, bounds);
}

void metrics::sampled(
    kind k, const std::string& name, const std::string& help, const labels& with, reader read)
{
    samples_->add(k, name, help, with, std::move(read));
}

std::string metrics::text() const
{
    auto families = registry_->Collect();
    samples_->collect(families);
    return prometheus::TextSerializer{}.Serialize(families);
}

}  // namespace tickertape::telemetry
