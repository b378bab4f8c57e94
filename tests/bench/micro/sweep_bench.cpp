// What one step of a sweep costs: to know what a subscriber lacks, and to send it.

#include "hub/held.hpp"
#include "hub/lane.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <sys/socket.h>
#include <unistd.h>

using namespace tickertape;
using namespace tickertape::hub;

namespace {

std::vector<std::string> names(std::size_t count)
{
    std::vector<std::string> all;
    for (std::size_t i = 0; i < count; ++i)
        all.push_back("S" + std::to_string(i) + "-USD");
    return all;
}

std::vector<symbol_id> first_symbols(std::size_t count)
{
    std::vector<symbol_id> all;
    for (std::size_t i = 0; i < count; ++i)
        all.push_back(symbol_id{static_cast<std::uint16_t>(i)});
    return all;
}

// Subscribers in step ask the same question: all but the first are answered from memory.
void plan_in_step(benchmark::State& state)
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    auto cursor = stream_cursor::after(h.ticks.committed());
    cursor.live = true;
    h.add(0, 2, 3'000);
    stream_planner planner{h.ticks, h.sources, h.board, h.topics, {}};
    const stream_terms terms{.symbols = first_symbols(1)};
    const auto& until = h.seen();
    for (auto _ : state) {
        const auto batch = planner.next(terms, cursor, until, at_ms(3'000));
        benchmark::DoNotOptimize(progress_of(cursor, batch, batch.bytes().size()).cursor.at);
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(plan_in_step);

// Each has its own set of `symbols` out of 250, of which one has a tick: nothing is shared.
void plan_of_many_symbols(benchmark::State& state)
{
    held h{names(250)};
    for (std::size_t i = 0; i < 250; ++i)
        h.add(i, 1, 2'000);
    auto cursor = stream_cursor::after(h.ticks.committed());
    cursor.live = true;
    h.add(0, 2, 3'000);
    stream_planner planner{h.ticks, h.sources, h.board, h.topics, {}};
    const stream_terms terms{.symbols = first_symbols(static_cast<std::size_t>(state.range(0)))};
    const auto& until = h.seen();
    for (auto _ : state) {
        planner.forget();
        const auto batch = planner.next(terms, cursor, until, at_ms(3'000));
        benchmark::DoNotOptimize(progress_of(cursor, batch, batch.bytes().size()).cursor.at);
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(plan_of_many_symbols)->Arg(1)->Arg(5)->Arg(20)->Arg(100);

// A hundred ticks that lie ready, as for a client that comes back.
void plan_replay(benchmark::State& state)
{
    held h{{"BTC-USD"}, 200};
    for (int i = 0; i < 100; ++i)
        h.add(0, i + 1, 2'000 + i);
    const auto cursor = stream_cursor::after(position{1'500, 0});
    stream_planner planner{h.ticks, h.sources, h.board, h.topics, {}};
    const stream_terms terms{.symbols = first_symbols(1)};
    const auto& until = h.seen();
    for (auto _ : state) {
        planner.forget();
        benchmark::DoNotOptimize(planner.next(terms, cursor, until, at_ms(3'000)).then.at);
    }
    state.SetItemsProcessed(state.iterations() * 100);
}
BENCHMARK(plan_replay);

// Ten ticks behind, of which the newest is wanted: what mode=latest costs where it has to skip.
void plan_latest(benchmark::State& state)
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    auto cursor = stream_cursor::after(h.ticks.committed());
    cursor.live = true;
    for (int i = 1; i <= 10; ++i)
        h.add(0, i, 3'000 + i);
    stream_planner planner{h.ticks, h.sources, h.board, h.topics, {}};
    const stream_terms terms{.symbols = first_symbols(1), .newest_only = true};
    const auto& until = h.seen();
    for (auto _ : state) {
        planner.forget();
        benchmark::DoNotOptimize(planner.next(terms, cursor, until, at_ms(4'000)).then.at);
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(plan_latest);

class stepped_clock final : public clock {
public:
    wall_time wall_now() const noexcept override { return at_ms(ms); }
    steady_time steady_now() const noexcept override
    {
        return steady_time{std::chrono::milliseconds{ms}};
    }
    std::int64_t ms = 10'000;
};

// Pairs of connected sockets: one end for the lane, the other is emptied by hand. Not of TCP, so
// that what the kernel does is small beside what is ours.
struct peers {
    explicit peers(std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i) {
            std::array<int, 2> pair{};
            if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.data()) != 0)
                return;
            ours.push_back(pair[0]);
            theirs.push_back(pair[1]);
        }
    }
    ~peers()
    {
        for (const int fd : theirs)
            ::close(fd);
    }
    peers(const peers&) = delete;
    peers& operator=(const peers&) = delete;

    void empty() const
    {
        static std::array<char, 65'536> waste;
        for (const int fd : theirs)
            while (::recv(fd, waste.data(), waste.size(), 0) > 0) {
            }
    }

    std::vector<int> ours;
    std::vector<int> theirs;
};

constexpr std::size_t crowd = 256;

// From the wake to the last send, per subscriber.
void lane_sweep(benchmark::State& state)
{
    held h{{"BTC-USD"}};
    stepped_clock time;
    const peers sockets{crowd};
    lane_limits limits;
    limits.pace.most = std::chrono::milliseconds{0};  // it is the sweep that is timed
    lane l{h.ticks, h.sources, time, limits};
    for (const int fd : sockets.ours) {
        subscription s;
        s.socket = stream_socket{fd};
        s.terms.symbols = first_symbols(1);
        s.cursor = stream_cursor::newest(h.ticks.committed());
        l.subscribe(std::move(s));
    }
    for (auto _ : state) {
        state.PauseTiming();
        sockets.empty();
        h.add(0, 69420.25, ++time.ms);
        const auto done = l.counters().ticks.value() + crowd;
        state.ResumeTiming();
        l.wake();
        while (l.counters().ticks.value() < done)
            l.context().poll();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(crowd));
    l.stop();
    l.context().run();
}
BENCHMARK(lane_sweep)->Unit(benchmark::kMicrosecond);

// The floor under it: the same bytes to the same sockets.
void bare_sends(benchmark::State& state)
{
    const peers sockets{crowd};
    const std::string frame(114, 'x');
    for (auto _ : state) {
        state.PauseTiming();
        sockets.empty();
        state.ResumeTiming();
        for (const int fd : sockets.ours)
            ::send(fd, frame.data(), frame.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(crowd));
    for (const int fd : sockets.ours)
        ::close(fd);
}
BENCHMARK(bare_sends)->Unit(benchmark::kMicrosecond);

}  // namespace
