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
    simulator(const feed::feed_context& context, const simulator_settings& settings)
        : feed::task_feed{context}, period_{settings.period}, seed_{
                                                                  settings.seed
                                                                      ? *settings.seed
                                                                      : std::random_device{}()}
    {
        const auto& symbols = context.symbols;
        for (const auto symbol : symbols.all()) {
            const bool is_given = settings.start_price && index_of(symbol) == 0;
            walks_.emplace_back(walk_settings{
                // Far apart in the generator's eyes, so that symbols do not move together.
                .seed = seed_ + index_of(symbol) * 0x9e37'79b9'7f4a'7c15,
                .start = is_given ? *settings.start_price
                                  : likely_price(symbols.base(symbol), symbols.quote(symbol)),
                .step_max = settings.step_max});
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
                with_.sink.publish({symbol, is_first ? walk.now() : walk.next(), *source});
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
};

}  // namespace

std::unique_ptr<feed::price_feed>
make_simulator(const feed::feed_context& context, const simulator_settings& settings)
{
    if (settings.start_price && !plausible_price(*settings.start_price))
        throw std::runtime_error{"the simulator's start price is not a price"};
    if (!(settings.step_max > 0 && settings.step_max < 1))
        throw std::runtime_error{"the simulator's step must be above 0 and below 1"};
    if (settings.period <= std::chrono::milliseconds::zero())
        throw std::runtime_error{"the simulator's period must be above 0"};
    return std::make_unique<simulator>(context, settings);
}

}  // namespace tickertape::synthetic
