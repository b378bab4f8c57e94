// What it costs to append a tick, to read one, and to find one's place.

#include "hub/held.hpp"

#include <benchmark/benchmark.h>

using namespace tickertape;
using namespace tickertape::tape;

namespace {

constexpr std::size_t held_ticks = 8'640;  // the default: a day at one every 10 s

symbol_tape::entry entry_at(std::uint64_t ms)
{
    return {.at = position{ms, 0}, .value = *price::from(69420.25), .source = {}};
}

void fill(symbol_tape& t)
{
    for (std::uint64_t ms = 1; ms <= held_ticks; ++ms)
        t.publish(entry_at(ms));
}

void tape_publish(benchmark::State& state)
{
    symbol_tape t{held_ticks};
    std::uint64_t ms = 0;
    for (auto _ : state)
        t.publish(entry_at(++ms));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(tape_publish);

void tape_read(benchmark::State& state)
{
    symbol_tape t{held_ticks};
    fill(t);
    symbol_tape::index i = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(t.read(i));
        i = (i + 1) % held_ticks;
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(tape_read);

void tape_first_after(benchmark::State& state)
{
    symbol_tape t{held_ticks};
    fill(t);
    std::uint64_t ms = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(t.first_after(position{ms, 0}));
        ms = (ms + 977) % held_ticks;
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(tape_first_after);

// With its position, and committed: all that the feed does for a tick but waking the lanes.
void tapes_publish(benchmark::State& state)
{
    held h{{"BTC-USD"}, held_ticks};
    const auto source = *h.sources.intern("test");
    const auto value = *price::from(69420.25);
    std::int64_t ms = 1'000;
    for (auto _ : state)
        h.ticks.publish({symbol_id{0}, value, source}, at_ms(++ms));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(tapes_publish);

}  // namespace
