// What appending and reading cost in PostgreSQL, beside SQLite, through the same interface. Prints
// a table for docs/decisions/0026-an-archive-in-postgresql.md. Give it the address of an empty
// database, and a directory on the disk in question.
#include "archive/store.hpp"
#include "postgres/store.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <vector>

using namespace tickertape;
using namespace std::chrono_literals;

namespace {

constexpr int symbols_size = 250;
constexpr wall_time midnight = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21};

double seconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

template <class T>
T need(archive::result<T> r)
{
    if (r)
        return std::move(*r);
    std::cerr << r.error().text << '\n';
    std::exit(1);
}

void need(archive::result<void> r)
{
    if (!r) {
        std::cerr << r.error().text << '\n';
        std::exit(1);
    }
}

// The k-th tick of all, 20,000 a second.
tape::past_tick tick_of(std::uint64_t k)
{
    return {
        position{position::at(midnight).ms() + k / 20, k % 20},
        static_cast<symbol_id>(k % symbols_size),
        *price::from(100 + static_cast<double>(k * 7919 % 99'991) / 100), "coinbase"};
}

void measure(const char* name, archive::repository& to, const symbol_table& symbols)
{
    std::uint64_t next = 0;
    for (const auto& [batch, count] :
         {std::pair{std::size_t{1}, std::size_t{5'000}}, {25, 50'000}, {1'000, 500'000}}) {
        std::vector<double> took;
        std::vector<tape::past_tick> ticks;
        const auto began = seconds();
        for (std::size_t done = 0; done < count; done += batch) {
            ticks.clear();
            for (std::size_t i = 0; i < batch; ++i)
                ticks.push_back(tick_of(next++));
            const auto one = seconds();
            need(to.append(ticks));
            took.push_back(seconds() - one);
        }
        const auto all = seconds() - began;
        std::ranges::sort(took);
        std::printf(
            "%s, append, batch %zu: %.0f ticks/s; a batch p50 %.0f us, p99 %.0f us, most %.1f ms\n",
            name, batch, static_cast<double>(count) / all, took[took.size() / 2] * 1e6,
            took[took.size() * 99 / 100] * 1e6, took.back() * 1e3);
    }
    std::vector<double> syncs;
    for (int i = 0; i < 50; ++i) {
        need(to.append(std::vector{tick_of(next++)}));
        const auto one = seconds();
        need(to.sync());
        syncs.push_back(seconds() - one);
    }
    std::ranges::sort(syncs);
    std::printf("%s, sync: p50 %.2f ms, most %.2f ms\n", name, syncs[25] * 1e3, syncs[49] * 1e3);
    const auto read = [&](const char* what, std::vector<symbol_id> wanted) {
        const auto r = to.reader_of(symbols);
        std::size_t ticks = 0;
        const auto began = seconds();
        for (position after;;) {
            const auto batch =
                need(r->read({wanted, after, position::from_packed(~std::uint64_t{0}), 1'024}));
            if (batch.to <= batch.from)
                break;
            ticks += batch.ticks.size();
            after = batch.to;
        }
        std::printf(
            "%s, read %s: %zu ticks, %.2f us/tick\n", name, what, ticks,
            (seconds() - began) / static_cast<double>(ticks) * 1e6);
    };
    read("one symbol", {symbol_id{17}});
    read("all symbols", {symbols.all().begin(), symbols.all().end()});
    const auto began = seconds();
    const auto newest = need(to.reader_of(symbols)->newest(10'000, 2));
    std::printf(
        "%s, newest of each symbol: %zu ticks, %.0f ms\n", name, newest.ticks.size(),
        (seconds() - began) * 1e3);
    need(to.keep_up(midnight));
    std::printf(
        "%s, %.0f B a tick\n", name,
        static_cast<double>(to.now().tick_bytes.load(std::memory_order_relaxed)) /
            static_cast<double>(next));
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 3) {
        std::cerr << "usage: postgres_figures ADDRESS DIRECTORY\n";
        return 2;
    }
    std::vector<std::string> names;
    for (int i = 0; i < symbols_size; ++i)
        names.push_back("COIN" + std::to_string(i) + "-USD");
    const auto symbols = *symbol_table::from(names);
    const auto place = std::filesystem::path{argv[2]} / "postgres-figures";
    {
        const auto s = need(archive::store::open(
            place / "sqlite", archive::feed_kind::simulator, {midnight, symbols, {}}));
        measure("SQLite", *s, symbols);
    }
    {
        const auto s = need(postgres::store::open(
            archive::feed_kind::simulator, {midnight,
                                            symbols,
                                            argv[1],
                                            (place / "state").string(),
                                            archive::sync_policy::each_second,
                                            {}}));
        measure("PostgreSQL", *s, symbols);
    }
    std::filesystem::remove_all(place);
}
