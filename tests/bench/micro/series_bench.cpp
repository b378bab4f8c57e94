// What candles and statistics cost: a tick into its candle, and the figures of a million points.

#include "series/averages.hpp"
#include "series/candle_builder.hpp"
#include "series/histogram.hpp"
#include "series/statistics.hpp"

#include <benchmark/benchmark.h>

#include <cmath>
#include <random>

using namespace tickertape;
using namespace tickertape::series;

namespace {

constexpr wall_time start{std::chrono::seconds{1'700'000'000}};

// A random walk with a tick a second.
const std::vector<point>& walk()
{
    static const std::vector<point> points = [] {
        std::mt19937_64 random{1};
        std::normal_distribution<double> step{0, 1e-4};
        std::vector<point> all;
        double log = std::log(69'420.25);
        for (int i = 0; i < 1'000'000; ++i)
            all.push_back(
                {start + std::chrono::seconds{i}, *price::from(std::exp(log += step(random)))});
        return all;
    }();
    return points;
}

void series_tick(benchmark::State& state)
{
    const auto& points = walk();
    candle_builder builder;
    std::uint64_t ms = 0;
    std::size_t i = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(builder.take(position{ms += 1'000, 0}, points[i].value));
        i = i + 1 == points.size() ? 0 : i + 1;
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(series_tick);

void series_describe(benchmark::State& state)
{
    for (auto _ : state)
        benchmark::DoNotOptimize(describe(walk()));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(walk().size()));
}
BENCHMARK(series_describe)->Unit(benchmark::kMillisecond);

void series_histogram(benchmark::State& state)
{
    for (auto _ : state)
        benchmark::DoNotOptimize(histogram_of(walk()));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(walk().size()));
}
BENCHMARK(series_histogram)->Unit(benchmark::kMillisecond);

// A thousand candles, with the periods that charts have.
void series_bands(benchmark::State& state)
{
    std::vector<candle> candles;
    for (std::size_t i = 0; i < 1'000; ++i) {
        const point& p = walk()[i];
        candles.push_back(
            {candle_time{std::chrono::minutes{i}}, p.value, p.value, p.value, p.value, 1});
    }
    const auto period = static_cast<std::size_t>(state.range(0));
    for (auto _ : state)
        benchmark::DoNotOptimize(bands(candles, period));
}
BENCHMARK(series_bands)->Arg(20)->Arg(200)->Unit(benchmark::kMicrosecond);

}  // namespace
