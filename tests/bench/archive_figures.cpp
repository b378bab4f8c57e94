// What the archive costs: per tick appended, held and read. Prints a table for
// docs/decisions/0020-ticks-in-day-files.md. Give it a directory on the disk in question.
#include "archive/reader.hpp"
#include "archive/store.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <vector>

using namespace tickertape;
using namespace tickertape::archive;
using namespace std::chrono_literals;

namespace {

constexpr int symbols_size = 250;
constexpr int per_symbol = 8'640;
constexpr int day_ticks = symbols_size * per_symbol;
constexpr wall_time midnight = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21};

double seconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

symbol_table symbols()
{
    std::vector<std::string> names;
    for (int i = 0; i < symbols_size; ++i)
        names.push_back("COIN" + std::to_string(i) + "-USD");
    return *symbol_table::from(names);
}

// A day of 250 symbols every 10 s, with prices of some seven digits.
std::vector<tape::past_tick> make_day()
{
    std::vector<tape::past_tick> ticks;
    ticks.reserve(day_ticks);
    for (int round = 0; round < per_symbol; ++round)
        for (int i = 0; i < symbols_size; ++i) {
            const auto cents = 100 + i * 7919 + (round * 37 + i * 11) % 997;
            ticks.push_back(
                {position{position::at(midnight + round * 10s).ms(), static_cast<std::uint64_t>(i)},
                 static_cast<symbol_id>(i), *price::from(cents / 100.0),
                 i % 2 == 0 ? "coinbase" : "median(coinbase,kraken,bitstamp)",
                 i % 2 == 0 ? 0U : 3U});
        }
    return ticks;
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

std::uint64_t bytes_written()
{
    std::ifstream io{"/proc/self/io"};
    std::string name;
    std::uint64_t value = 0;
    while (io >> name >> value)
        if (name == "wchar:")
            return value;
    return 0;
}

void measure_append(
    const std::filesystem::path& directory, const symbol_table& table,
    const std::vector<tape::past_tick>& day, std::size_t batch, std::size_t count)
{
    std::filesystem::remove_all(directory);
    const auto s = need(store::open(directory, feed_kind::simulator, {midnight, table, {}}));
    std::vector<double> took;
    const auto written = bytes_written();
    const auto began = seconds();
    for (std::size_t at = 0; at + batch <= count; at += batch) {
        const auto one = seconds();
        need(s->append(std::span{day}.subspan(at, batch)));
        took.push_back(seconds() - one);
    }
    const auto all = seconds() - began;
    std::ranges::sort(took);
    std::printf(
        "append, batch %4zu: %.2f us/tick; a batch p50 %.0f us, p99 %.0f us, max %.1f ms;"
        " %.0f B written per tick\n",
        batch, all / static_cast<double>(count) * 1e6, took[took.size() / 2] * 1e6,
        took[took.size() * 99 / 100] * 1e6, took.back() * 1e3,
        static_cast<double>(bytes_written() - written) / static_cast<double>(count));
    std::vector<double> syncs;
    for (std::size_t i = 0; i < 50; ++i) {
        need(s->append(std::span{day}.subspan(count + i * 25, 25)));
        const auto one = seconds();
        need(s->sync());
        syncs.push_back(seconds() - one);
    }
    std::ranges::sort(syncs);
    std::printf(
        "sync after 25 ticks: p50 %.2f ms, max %.2f ms\n", syncs[25] * 1e3, syncs[49] * 1e3);
}

void measure_reads(const store& s, const symbol_table& table, const char* form)
{
    const auto r = s.make_reader();
    const auto read = [&](const char* what, std::vector<symbol_id> wanted, std::size_t ticks_max) {
        position after;
        std::size_t ticks = 0;
        std::size_t batches = 0;
        double longest = 0;
        const auto began = seconds();
        for (;;) {
            const auto one = seconds();
            const auto batch =
                need(r->read({wanted, after, position::from_packed(~std::uint64_t{0}), ticks_max}));
            longest = std::max(longest, seconds() - one);
            if (batch.to <= batch.from)
                break;
            ++batches;
            ticks += batch.ticks.size();
            after = batch.to;
        }
        const auto all = seconds() - began;
        std::printf(
            "%s, %s in batches of %zu: %zu ticks, %.0f ms, %.2f us/tick, %zu answers, longest"
            " %.1f ms\n",
            form, what, ticks_max, ticks, all * 1e3, all / static_cast<double>(ticks) * 1e6,
            batches, longest * 1e3);
    };
    const std::vector<symbol_id> all(table.all().begin(), table.all().end());
    read("one symbol", {symbol_id{17}}, 1024);
    read("all symbols", all, 1024);
    read("all symbols", all, 100'000);
    const auto began = seconds();
    const auto newest = need(s.make_reader()->newest(per_symbol));
    std::printf(
        "%s, newest %d of each of %d symbols: %zu ticks, %.0f ms\n", form, per_symbol, symbols_size,
        newest.ticks.size(), (seconds() - began) * 1e3);
}

void measure_check()
{
    std::uint32_t check = 0;
    const auto began = seconds();
    for (int i = 0; i < 10'000'000; ++i)
        check = row_check(
            position{1, check}, position{2, static_cast<std::uint64_t>(i)}, 60'000.25, check, 7);
    std::printf("check of a row: %.0f ns (%u)\n", (seconds() - began) * 100, check);
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::cerr << "usage: archive_figures DIRECTORY\n";
        return 2;
    }
    const auto directory = std::filesystem::path{argv[1]} / "archive-figures";
    const auto table = symbols();
    const auto day = make_day();
    measure_check();
    measure_append(directory, table, day, 1, 50'000);
    measure_append(directory, table, day, 25, 500'000);
    measure_append(directory, table, day, 1000, 1'000'000);
    std::filesystem::remove_all(directory);
    {
        const auto s = need(store::open(directory, feed_kind::simulator, {midnight, table, {}}));
        for (std::size_t at = 0; at < day.size(); at += 1000)
            need(s->append(std::span{day}.subspan(at, 1000)));
        need(s->end_cleanly(midnight + 24h));
    }
    auto began = seconds();
    auto s = need(store::open(directory, feed_kind::simulator, {midnight + 24h, table, {}}));
    std::printf(
        "start with an open day of %d ticks: %.0f ms\n", day_ticks, (seconds() - began) * 1e3);
    const auto bytes = [&](const char* form) {
        const auto use = need(s->size_on_disk());
        std::printf("%s: %.1f B/tick\n", form, static_cast<double>(use.ticks_bytes) / day_ticks);
    };
    bytes("open");
    measure_reads(*s, table, "open");
    began = seconds();
    need(s->seal_finished_days(midnight + 26h));
    std::printf("seal: %.1f s\n", seconds() - began);
    bytes("sealed");
    measure_reads(*s, table, "sealed");
    s.reset();
    std::filesystem::remove_all(directory);
    return 0;
}
