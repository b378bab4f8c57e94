#include "synthetic/simulator.hpp"

#include "asio/no_throw.hpp"
#include "core/fetch_grid.hpp"
#include "core/quote.hpp"
#include "feed/task_feed.hpp"
#include "synthetic/random_walk.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/steady_timer.hpp>

#include <stdexcept>
#include <utility>
#include <vector>

namespace tickertape::synthetic {
namespace {

class simulator final : public feed::task_feed {
public:
    simulator(
        const feed::feed_context& context, const simulator_settings& settings, last_prices before,
        newest_price newest)
        : feed::task_feed{context}, period_{settings.period},
          seed_{settings.seed ? *settings.seed : std::random_device{}()},
          newest_{std::move(newest)}, timer_{context.strand}
    {
        const auto& symbols = context.symbols;
        for (const auto symbol : symbols.all()) {
            auto walk = walk_of(symbols, symbol, settings, seed_);
            const bool is_given = settings.start_price && index_of(symbol) == 0;
            if (!is_given && index_of(symbol) < before.size())
                walk.now = before[index_of(symbol)];
            walks_.emplace_back(walk);
            goes_on_.push_back(walk.now == walks_.back().now() ? 1 : 0);
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
        fetch_grid grid{with_.time.steady_now(), period_};
        while (!stopping()) {
            if (standing_by()) {
                has_stood_by_ = true;
                timer_.expires_at(steady_time::max());
                co_await timer_.async_wait(no_throw);
                grid = fetch_grid{with_.time.steady_now(), period_};
                continue;
            }
            if (std::exchange(has_stood_by_, false))
                take_newest();
            for (const auto symbol : with_.symbols.all()) {
                auto& walk = walks_[index_of(symbol)];
                const bool is_begun = std::exchange(goes_on_[index_of(symbol)], true);
                with_.sink.publish({symbol, is_begun ? walk.next() : walk.now(), *source});
            }
            grid.advance(with_.time.steady_now());
            timer_.expires_at(grid.due());
            if (!stopping())
                co_await timer_.async_wait(no_throw);
        }
    }

    void on_standing_by() override { timer_.cancel(); }

    // What another instance has published meanwhile.
    void take_newest()
    {
        for (const auto symbol : with_.symbols.all()) {
            const auto price = newest_ ? newest_(symbol) : std::nullopt;
            if (!price)
                continue;
            walks_[index_of(symbol)].go_on_from(*price);
            goes_on_[index_of(symbol)] = true;
        }
    }

    std::chrono::milliseconds period_;
    std::uint64_t seed_;
    std::vector<random_walk> walks_;  // by symbol
    std::vector<char> goes_on_;       // by symbol: its next price is not the first of all
    newest_price newest_;
    asio::steady_timer timer_;
    bool has_stood_by_ = false;
};

}  // namespace

std::unique_ptr<feed::price_feed> make_simulator(
    const feed::feed_context& context, const simulator_settings& settings, last_prices before,
    newest_price newest)
{
    if (settings.start_price && !plausible_price(*settings.start_price))
        throw std::runtime_error{"the simulator's start price is not a price"};
    if (!(settings.step_max > 0 && settings.step_max < 1))
        throw std::runtime_error{"the simulator's step must be above 0 and below 1"};
    if (settings.period <= std::chrono::milliseconds::zero())
        throw std::runtime_error{"the simulator's period must be above 0"};
    return std::make_unique<simulator>(context, settings, before, std::move(newest));
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
