// What candles cost the recorder: per tick, and per minute that is closed. Prints a table for
// docs/decisions/0022-candles-that-outlive-their-ticks.md. Give it a directory on the disk in
// question.
#include "archive/candle_file.hpp"
#include "archive/candle_keeper.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <vector>

using namespace tickertape;
using namespace tickertape::archive;
using namespace std::chrono_literals;

namespace {

constexpr int symbols_size = 250;
constexpr int batch_size = 500;
constexpr int per_second = 20'000;
constexpr int minutes = 30;
constexpr wall_time midnight = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21};

struct fixed_clock final : tickertape::clock {
    wall_time wall_now() const noexcept override { return midnight; }
    steady_time steady_now() const noexcept override { return {}; }
};

double microseconds_of(auto run)
{
    const auto start = std::chrono::steady_clock::now();
    run();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
        .count();
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::cerr << "usage: candle_figures DIRECTORY\n";
        return EXIT_FAILURE;
    }
    const auto file = std::filesystem::path{argv[1]} / "candles.db";
    std::vector<std::string> names;
    for (int i = 0; i < symbols_size; ++i)
        names.push_back("COIN" + std::to_string(i) + "-USD");
    const auto symbols = *symbol_table::from(names);
    const fixed_clock time;
    candle_keeper keeper{
        {candle_file::place_of(file), symbols,
         [](const tape::past_query& q) -> archive::result<tape::past_batch> {
             return tape::past_batch{q.after, q.after, {}};
         },
         std::make_shared<inventory>(), [] { return position{}; }, time,
         [](const std::string& why) { std::cerr << why << '\n'; }},
        {}};
    keeper.catch_up(10);
    std::vector<tape::past_tick> batch;
    std::vector<double> closing;
    double within = 0;
    std::uint64_t ticks = 0;
    constexpr auto total = std::int64_t{per_second} * 60 * minutes;
    for (std::int64_t k = 0; k < total;) {
        batch.clear();
        for (int i = 0; i < batch_size; ++i, ++k)
            batch.push_back(
                {position{
                     position::at(midnight).ms() + static_cast<std::uint64_t>(k / 20),
                     static_cast<std::uint64_t>(k % 20)},
                 static_cast<symbol_id>(k % symbols_size),
                 *price::from(100 + static_cast<double>(k * 7919 % 997) / 100), "coinbase"});
        const auto before = keeper.now().transactions.value();
        const auto took = microseconds_of([&] { keeper.on_ticks(batch); });
        if (keeper.now().transactions.value() != before) {
            closing.push_back(took);
        } else {
            within += took;
            ticks += batch.size();
        }
    }
    keeper.on_end();
    std::ranges::sort(closing);
    const auto candles = static_cast<double>(keeper.now().candles.value());
    std::printf(
        "per tick, %d a batch: %.1f ns\n", batch_size, within * 1e3 / static_cast<double>(ticks));
    std::printf(
        "a minute of %d symbols: median %.1f ms, most %.1f ms\n", symbols_size,
        closing[closing.size() / 2] / 1e3, closing.back() / 1e3);
    std::printf(
        "a candle: %.1f bytes of %.0f\n",
        static_cast<double>(std::filesystem::file_size(file)) / candles, candles);
    return EXIT_SUCCESS;
}
