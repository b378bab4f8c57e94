#include "feed/engine_figures.hpp"

#include "feed/errors.hpp"
#include "telemetry/metrics.hpp"

namespace tickertape::feed {

engine_figures::engine_figures(
    const feed_context& context, const std::vector<std::string>& providers)
    : counters_{context.counters}, providers_{providers}, aside_(providers.size()),
      held_back_{counters_.counter(
          "tickertape_prices_held_back_total",
          "Prices that came too fast for TICKS_PER_SECOND: published later, or replaced by a newer "
          "one.")}
{
    for (const auto& name : providers_)
        repeated_.push_back(&counters_.counter(
            "tickertape_quotes_repeated_total",
            "Quotes a provider gave again, or after a newer one: no news.", {{"provider", name}}));
    for (const auto id : context.symbols.all())
        used_.push_back(&counters_.gauge(
            "tickertape_quotes_used",
            "Quotes the symbol's price is made of; 0: it has none, or a derived one.",
            {{"symbol", context.symbols.name(id)}}));
}

void engine_figures::repeated(std::size_t provider)
{
    repeated_[provider]->Increment();
}

void engine_figures::set_aside(std::size_t provider, const boost::system::error_code& why)
{
    auto& counter = aside_[provider][reason_of(why)];
    if (counter == nullptr)
        counter = &counters_.counter(
            "tickertape_quotes_set_aside_total", "Quotes not used, by provider and reason.",
            {{"provider", providers_[provider]}, {"reason", std::string{reason_of(why)}}});
    counter->Increment();
}

void engine_figures::held_back()
{
    held_back_.Increment();
}

void engine_figures::quotes_used(symbol_id symbol, std::size_t count)
{
    used_[index_of(symbol)]->Set(static_cast<double>(count));
}

void engine_figures::report(feed_report& into) const
{
    for (std::size_t i = 0; i < aside_.size(); ++i)
        for (const auto& [reason, counter] : aside_[i])
            into.providers[i].set_aside.push_back(
                {std::string{reason}, static_cast<std::uint64_t>(counter->Value())});
}

}  // namespace tickertape::feed
