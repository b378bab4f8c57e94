#include "feed/provider_log.hpp"

#include "core/elapsed.hpp"
#include "core/fetch_error.hpp"
#include "feed/failures.hpp"
#include "provider/errors.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <utility>

namespace tickertape::feed {

using std::chrono::milliseconds;

provider_log::provider_log(const feed_context& context, std::string provider)
    : with_{context}, provider_{std::move(provider)}
{
}

void provider_log::changed(
    provider::gate_change change, const fetch_error* why, const provider::gate& gate)
{
    const auto now = now_of(with_.time);
    switch (change) {
    case provider::gate_change::none:
        return;
    case provider::gate_change::recovered:
        with_.log.info(
            "provider recovered", {{"provider", provider_},
                                   {"failures", gate.last_streak().failures},
                                   {"after_ms", elapsed(gate.last_streak().since, now).count()}});
        said_pause_ = {};
        return;
    case provider::gate_change::failing:
        with_.log.warn("provider fails", {{"provider", provider_}, {"cause", words_of(*why)}});
        return;
    case provider::gate_change::paused:
    case provider::gate_change::opened:
        // A provider that goes on failing is paused again and again: logged only as pauses grow.
        if (gate.paused_for(now.steady) < said_pause_ * 3 / 2)
            return;
        said_pause_ = gate.paused_for(now.steady);
        with_.log.warn(
            change == provider::gate_change::paused ? "provider asks for a pause"
                                                    : "provider paused after failures",
            {{"provider", provider_},
             {"cause", words_of(*why)},
             {"pause_ms", gate.paused_for(now.steady).count()}});
        return;
    }
}

bool provider_log::doubts(const std::string& symbol, const fetch_error& why)
{
    const auto now = with_.time.steady_now();
    if (now - std::exchange(last_doubt_, now) >= calm)
        said_doubts_.clear();
    const auto words = words_of(why);
    if (said_doubts_.size() >= doubts_max || !said_doubts_.insert(words).second)
        return false;
    with_.log.warn(
        "provider says no price", {{"provider", provider_}, {"symbol", symbol}, {"cause", words}});
    return true;
}

void provider_log::figures(const provider::gate& gate)
{
    const auto now = now_of(with_.time);
    const telemetry::metrics::labels labels{{"provider", provider_}};
    auto& to = with_.counters;
    to.gauge(
          "tickertape_breaker_state",
          "The provider's circuit breaker: 0 closed, 1 open, 2 half open.", labels)
        .Set(static_cast<double>(gate.breaker()));
    to.gauge(
          "tickertape_requests_left", "Requests the provider's limit leaves at this time.", labels)
        .Set(gate.requests_left(now.steady));
    to.gauge(
          "tickertape_provider_rest_seconds",
          "How long the provider is not asked yet: it asked for a pause, or its breaker is open.",
          labels)
        .Set(std::chrono::duration<double>(gate.paused_for(now.steady)).count());
    if (const auto success = gate.last_success())
        to.gauge(
              "tickertape_provider_success_timestamp_seconds",
              "When the provider last answered, Unix seconds.", labels)
            .Set(
                static_cast<double>(wall_time_of(*success, now).time_since_epoch().count()) / 1000);
}

void provider_log::lacks(const std::vector<std::string>& symbols)
{
    if (symbols.empty())
        return;
    failures missing;
    for (const auto& symbol : symbols)
        missing.add(symbol, {provider::provider_errc::unknown_symbol});
    with_.log.info(
        "provider lacks symbols",
        {{"provider", provider_}, {"symbol", missing.grouped().front().symbols}});
}

void provider_log::lacks_all(const fetch_error& why)
{
    if (!std::exchange(said_lacks_all_, true))
        with_.log.warn(
            "provider has nothing it was asked for",
            {{"provider", provider_}, {"cause", words_of(why)}});
}

}  // namespace tickertape::feed
