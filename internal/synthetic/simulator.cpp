#include "synthetic/simulator.hpp"

#include "asio/no_throw.hpp"
#include "core/fetch_grid.hpp"
#include "core/quote.hpp"
#include "feed/task_feed.hpp"
#include "synthetic/random_walk.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/steady_timer.hpp>

#include <stdexcept>
#include <vector>

namespace tickertape::synthetic {
namespace {

class simulator final : public feed::task_feed {
public:
    simulator(
        const feed::feed_context& context, const simulator_settings& settings, last_prices before)
        : feed::task_feed{context}, period_{settings.period}, seed_{
                                                                  settings.seed
                                                                      ? *settings.seed
                                                                      : std::random_device{}()}
    {
        const auto& symbols = context.symbols;
        for (const auto symbol : symbols.all()) {
            auto walk = walk_of(symbols, symbol, settings, seed_);
            const bool is_given = settings.start_price && index_of(symbol) == 0;
            if (!is_given && index_of(symbol) < before.size())
                walk.now = before[index_of(symbol)];
            walks_.emplace_back(walk);
            goes_on_.push_back(walk.now == walks_.back().now());
        }
    }

private:
    asio::awaitable<void> run() override
    {
        const auto source = with_.sources.intern("simulator");
        if (!source) {
            with_.log.error("simulator cannot run", {{"cause", source.error().message()}});
            co_return;
        }
        with_.log.info("simulating prices", {{"seed", seed_}, {"period_ms", period_.count()}});
        asio::steady_timer timer{with_.strand};
        fetch_grid grid{with_.time.steady_now(), period_};
        for (bool is_first = true; !stopping(); is_first = false) {
            for (const auto symbol : with_.symbols.all()) {
                auto& walk = walks_[index_of(symbol)];
                const bool is_begun = !is_first || goes_on_[index_of(symbol)];
                with_.sink.publish({symbol, is_begun ? walk.next() : walk.now(), *source});
            }
            grid.advance(with_.time.steady_now());
            timer.expires_at(grid.due());
            if (!stopping())
                co_await timer.async_wait(no_throw);
        }
    }

    std::chrono::milliseconds period_;
    std::uint64_t seed_;
    std::vector<random_walk> walks_;  // by symbol
    std::vector<bool> goes_on_;       // by symbol: its first price is not the first of all
};

}  // namespace

std::unique_ptr<feed::price_feed> make_simulator(
    const feed::feed_context& context, const simulator_settings& settings, last_prices before)
{
    if (settings.start_price && !plausible_price(*settings.start_price))
        throw std::runtime_error{"the simulator's start price is not a price"};
    if (!(settings.step_max > 0 && settings.step_max < 1))
        throw std::runtime_error{"the simulator's step must be above 0 and below 1"};
    if (settings.period <= std::chrono::milliseconds::zero())
        throw std::runtime_error{"the simulator's period must be above 0"};
    return std::make_unique<simulator>(context, settings, before);
}

walk_settings walk_of(
    const symbol_table& symbols, symbol_id symbol, const simulator_settings& settings,
    std::uint64_t seed)
{
    const bool is_given = settings.start_price && index_of(symbol) == 0;
    return {// Far apart in the generator's eyes, so that symbols do not move together.
            .seed = seed + index_of(symbol) * 0x9e37'79b9'7f4a'7c15,
            .start = is_given ? *settings.start_price
                              : likely_price(symbols.base(symbol), symbols.quote(symbol)),
            .step_max = settings.step_max};
}

}  // namespace tickertape::synthetic
