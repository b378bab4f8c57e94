// What it costs to put a tick into the bytes of an event stream: once per tick and lane.

#include "sse/event.hpp"
#include "sse/framing.hpp"

#include <benchmark/benchmark.h>

using namespace tickertape;

namespace {

void frame_tick(benchmark::State& state, double value)
{
    const auto p = *price::from(value);
    std::uint64_t ms = 1'712'525'476'123;
    std::string block;
    std::string frame;
    for (auto _ : state) {
        block.clear();
        frame.clear();
        sse::append_tick(block, position{++ms, 0}, p, "BTC-USD", "coingecko");
        sse::append_framed(frame, sse::framing::chunked, block);
        benchmark::DoNotOptimize(frame.data());
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(frame.size()));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(frame_tick, usual_price, 69420.25);
BENCHMARK_CAPTURE(frame_tick, longest_price, 1.7976931348623157e-300);

void frame_gap(benchmark::State& state)
{
    std::string block;
    for (auto _ : state) {
        block.clear();
        sse::append_gap(block, {position{1'000, 0}, position{2'000, 0}, sse::gap_reason::lapped});
        benchmark::DoNotOptimize(block.data());
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(frame_gap);

}  // namespace
