#include "simulated_archive.hpp"

#include "archive/candle_file.hpp"
#include "archive/files.hpp"
#include "archive/reader.hpp"
#include "archive/store.hpp"
#include "series/candle_builder.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>

#include <unistd.h>

using namespace tickertape;
using namespace std::chrono_literals;
using series::interval;

namespace {

namespace fs = std::filesystem;

constexpr wall_time now =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 10h + 17min + 42s + 123ms;

// A directory that is gone after the test, and the archive in it.
struct place {
    place()
    {
        std::string name = (fs::temp_directory_path() / "tickertape-past-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error{"no directory"};
        root = name;
        archive = root / "simulator";
    }
    ~place() { fs::remove_all(root); }
    place(const place&) = delete;
    place& operator=(const place&) = delete;

    fs::path root;
    fs::path archive;
};

const symbol_table& two_symbols()
{
    static const auto all = *symbol_table::from(std::vector<std::string>{"BTC-USD", "ETH-USD"});
    return all;
}

simulated_archive wanted(std::chrono::milliseconds history = 720h)
{
    simulated_archive w{.symbols = two_symbols(), .simulator = {}, .now = now, .seed = 7};
    w.simulator.history = history;
    w.candles_max = 40'000;
    w.ticks_max = 4'000;
    return w;
}

struct contents {
    std::vector<tape::past_tick> ticks;
    std::array<std::vector<series::candle>, series::intervals.size()> candles;
    series::candle_time closed_until;
};

contents read_all(const fs::path& directory, symbol_id symbol)
{
    contents all;
    auto store = archive::store::open(
        directory, archive::feed_kind::simulator,
        {.now = now, .symbols = two_symbols(), .boot = {}});
    REQUIRE(store.has_value());
    CHECK((*store)->found().how_it_ended == archive::ending::clean);
    REQUIRE((*store)->found().holes.size() == 1);
    CHECK((*store)->found().holes.front().from == position{});
    const auto batch = (*store)->make_reader()->read(
        {{symbol}, {}, position::from_packed(~std::uint64_t{0}), 100'000});
    REQUIRE(batch.has_value());
    all.ticks = batch->ticks;
    CHECK((*store)->end_cleanly(now).has_value());
    archive::candle_file file{directory / "candles.db", two_symbols(), false};
    all.closed_until = file.closed_until();
    CHECK(file.lost_ends().empty());
    for (const auto of : series::intervals) {
        const auto found = file.read({symbol, of, {}, series::candle_time::max()});
        CHECK(found.damaged.empty());
        for (const auto& c : found.candles) {
            CHECK(c.source.empty());
            all.candles[static_cast<std::size_t>(of)].push_back(c.value);
        }
    }
    return all;
}

}  // namespace

TEST_CASE("A simulated archive has candles of its span and ticks that go on from them", "[cmd]")
{
    const place p;
    const auto made = make_simulated_archive(p.archive, wanted());
    REQUIRE(made);
    CHECK(made->span >= 719h);
    CHECK(made->ticks <= 4'002);
    CHECK(made->candles <= 40'400);
    CHECK_FALSE(fs::exists(p.root / "simulator.tmp"));
    for (const auto symbol : two_symbols().all()) {
        const auto all = read_all(p.archive, symbol);
        // The last tick is one period before now, and has the price that the simulator begins with.
        REQUIRE_FALSE(all.ticks.empty());
        CHECK(all.ticks.back().at.time() == now - 3s);
        CHECK(all.ticks.back().value.value() == (symbol == symbol_id{0} ? 69'000 : 3'500));
        CHECK(all.ticks.front().at.time() >= all.closed_until);
        CHECK(all.ticks.front().at.time() < all.closed_until + 1min);
        CHECK(
            std::ranges::all_of(all.ticks, [](const auto& t) { return t.source == "simulator"; }));
        // Candles end where ticks begin, and go back for as long as was wanted.
        const auto& fives = all.candles[static_cast<std::size_t>(interval::m5)];
        REQUIRE_FALSE(fives.empty());
        CHECK(fives.back().opens + 5min == all.closed_until);
        CHECK(fives.front().opens <= now - 719h);
        CHECK(std::ranges::adjacent_find(fives, [](const auto& a, const auto& b) {
                  return b.opens != a.opens + 5min;
              }) == fives.end());
        // A candle of an hour is that of its minutes.
        const auto& minutes = all.candles[static_cast<std::size_t>(interval::m1)];
        const auto& hours = all.candles[static_cast<std::size_t>(interval::h1)];
        const auto of_minutes = series::rolled_up(minutes, interval::m1, interval::h1);
        REQUIRE(of_minutes.size() > 24);
        CHECK(std::ranges::includes(
            hours, of_minutes, {}, &series::candle::opens, &series::candle::opens));
        for (const auto& c : of_minutes)
            CHECK(std::ranges::count(hours, c) == 1);
    }
}

TEST_CASE("An archive that is there is left as it is", "[cmd]")
{
    const place p;
    REQUIRE(make_simulated_archive(p.archive, wanted(2h)));
    const auto before = read_all(p.archive, symbol_id{0});
    auto again = wanted(720h);
    again.seed = 8;
    again.now = now + 1h;
    CHECK_FALSE(make_simulated_archive(p.archive, again));
    const auto after = read_all(p.archive, symbol_id{0});
    CHECK(before.candles == after.candles);
    CHECK(before.ticks.size() == after.ticks.size());
}

TEST_CASE("What an attempt to simulate a past has left is removed by the next one", "[cmd]")
{
    const place p;
    const auto draft = p.root / "simulator.tmp";
    archive::make_directory(draft / "folder");
    std::ofstream{draft / "candles.db"} << "half a database";
    std::ofstream{draft / "ticks-2026-11-20.db"} << "half a day";
    // A life that ended before its first file has left these two.
    archive::make_directory(p.archive);
    std::ofstream{p.archive / "LOCK"} << "process 1\n";
    REQUIRE(make_simulated_archive(p.archive, wanted(2h)));
    CHECK_FALSE(fs::exists(draft));
    CHECK_FALSE(fs::exists(p.archive / "ticks-2026-11-20.db"));
    CHECK(read_all(p.archive, symbol_id{0}).ticks.size() > 1'000);
}

TEST_CASE("A past is not simulated where another process is at it", "[cmd]")
{
    const place p;
    const auto other = GENERATE(as<std::string>{}, "simulator", "simulator.tmp");
    archive::make_directory(p.root / other);
    const auto held = archive::lock_directory(p.root / other);
    CHECK_THROWS_AS(make_simulated_archive(p.archive, wanted(2h)), std::runtime_error);
    CHECK_FALSE(fs::exists(p.archive / "candles.db"));
}

TEST_CASE("of two starts at once one makes a simulated past, and it is whole", "[cmd]")
{
    for (int round = 0; round < 5; ++round) {
        const place at;
        std::atomic<int> made{0};
        std::latch together{2};
        const auto start = [&] {
            together.arrive_and_wait();
            try {
                if (make_simulated_archive(at.archive, wanted(24h)))
                    ++made;
            } catch (const std::runtime_error& e) {
                // The other one is at it.
                if (std::string{e.what()}.find("in use") == std::string::npos)
                    made = 99;
            }
        };
        std::thread other{start};
        start();
        other.join();
        CHECK(made == 1);
        const auto all = read_all(at.archive, symbol_id{1});
        CHECK(all.ticks.size() == 2'000);
    }
}
