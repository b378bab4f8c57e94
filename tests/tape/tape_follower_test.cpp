// A follower hears every tick once and in order, or that it is lost; whatever the writer does.
#include "support/catch.hpp"
#include "support/dated_tapes.hpp"
#include "tape/tape_follower.hpp"
#include "tape/tape_writer.hpp"

#include <array>
#include <map>
#include <random>
#include <set>
#include <thread>

using namespace tickertape;
using namespace tickertape::tape;
using namespace std::chrono_literals;

namespace {

// What a follower heard, with what must never happen.
struct heard final : tape_listener {
    std::vector<tick> ticks;
    std::vector<lost_ticks> lost;
    std::vector<position> eras;
    std::vector<hole> holes;
    position last;

    void on_tick(const tick& t) override
    {
        if (t.at <= last)
            FAIL("a tick out of order");
        last = t.at;
        ticks.push_back(t);
    }
    void on_lost(const lost_ticks& l) override { lost.push_back(l); }
    void on_hole(const hole& h) override
    {
        if (h.after < last)
            FAIL("a hole before a tick that was told");
        holes.push_back(h);
        last = h.end;
    }
    void on_new_era(position epoch) override
    {
        eras.push_back(epoch);
        last = epoch;
    }
};

struct followed {
    explicit followed(std::size_t capacity) : ticks{symbols, capacity, began} {}

    static constexpr wall_time began{1'000'000ms};
    const symbol_table symbols{*symbol_table::from(std::vector<std::string>{"BTC-USD", "ETH-USD"})};
    testing::dated_tapes ticks;

    tick add(std::size_t symbol, double value)
    {
        return ticks.publish(
            {static_cast<symbol_id>(symbol), *price::from(value), source_id{}},
            began + std::chrono::milliseconds{++ms});
    }
    int ms = 0;
};

}  // namespace

TEST_CASE("a follower hears that history begins behind it", "[tape]")
{
    const auto symbols = *symbol_table::from(std::vector<std::string>{"BTC-USD"});
    tapes ticks{symbols, 10, wall_time{}};
    source_table names;
    tape_writer writer{ticks, {}};
    writer.date_elsewhere();
    tape_follower older{ticks, symbols.all(), ticks.era(), {500, 7}};
    tape_follower there{ticks, symbols.all(), ticks.era(), {2'000, 0}};

    writer.begin_after({2'000, 0});
    REQUIRE(writer.append({{3'000, 1}, symbol_id{0}, *price::from(1), "test", 0}, names));

    heard by_older;
    CHECK_FALSE(older.read(by_older, 100));
    CHECK(by_older.lost == std::vector{lost_ticks{symbol_id{0}, {2'000, 0}}});
    CHECK(by_older.ticks.size() == 1);
    heard by_there;
    CHECK_FALSE(there.read(by_there, 100));
    CHECK(by_there.lost.empty());
    CHECK(by_there.ticks.size() == 1);
    CHECK(ticks.epoch() == position{2'000, 0});
    CHECK(ticks.holds(symbol_id{0}, {3'000, 1}));
    CHECK_FALSE(ticks.holds({3'000, 0}));
}

TEST_CASE("a follower hears what comes after its position, once", "[tape]")
{
    followed f{10};
    f.add(0, 1);
    tape_follower follower{f.ticks, f.symbols.all(), f.ticks.era(), f.add(1, 2).at};
    heard h;
    CHECK_FALSE(follower.read(h, 100));
    CHECK(h.ticks.empty());
    const auto third = f.add(0, 3);
    const auto fourth = f.add(1, 4);
    CHECK_FALSE(follower.read(h, 100));
    CHECK_FALSE(follower.read(h, 100));
    CHECK(h.ticks == std::vector{third, fourth});
    CHECK(h.lost.empty());
    CHECK(follower.at() == fourth.at);
}

TEST_CASE("a follower takes no more at once than it asked for, and only its symbols", "[tape]")
{
    followed f{10};
    tape_follower follower{f.ticks, std::array{symbol_id{0}}, f.ticks.era(), f.ticks.epoch()};
    for (int i = 1; i <= 6; ++i)
        f.add(static_cast<std::size_t>(i % 2), i);
    heard h;
    CHECK(follower.read(h, 2));
    CHECK(h.ticks.size() == 2);
    CHECK_FALSE(follower.read(h, 2));
    CHECK(h.ticks.size() == 3);
    CHECK(follower.at() == f.ticks.committed());
}

TEST_CASE("a follower that is overtaken is told what it lost, once", "[tape]")
{
    followed f{2};
    tape_follower follower{f.ticks, f.symbols.all(), f.ticks.era(), f.ticks.epoch()};
    std::vector<tick> all;
    for (int i = 1; i <= 4; ++i)
        all.push_back(f.add(0, i));
    const auto eth = f.add(1, 5);
    heard h;
    CHECK(follower.read(h, 1));
    CHECK_FALSE(follower.read(h, 100));
    CHECK(h.lost == std::vector{lost_ticks{symbol_id{0}, all[1].at}});
    CHECK(h.ticks == std::vector{all[2], all[3], eth});
}

TEST_CASE("a follower that begins before the tapes is told that it lacks what was before", "[tape]")
{
    followed f{10};
    tape_follower follower{f.ticks, f.symbols.all(), f.ticks.era(), position::at(f.began - 1h)};
    const auto first = f.add(1, 1);
    heard h;
    CHECK_FALSE(follower.read(h, 100));
    CHECK(
        h.lost ==
        std::vector{
            lost_ticks{symbol_id{0}, f.ticks.epoch()}, lost_ticks{symbol_id{1}, f.ticks.epoch()}});
    CHECK(h.ticks == std::vector{first});
    CHECK_FALSE(follower.read(h, 100));
    CHECK(h.lost.size() == 2);
}

TEST_CASE("a position of another era means nothing to a follower", "[tape]")
{
    followed f{10};
    const auto era = f.ticks.era();
    const auto last = f.add(0, 1).at;
    f.ticks.restart_at(followed::began - 1h);
    const auto next = [&] {
        f.ms = -3'600'000 + 1;
        return f.add(0, 2);
    }();
    for (const auto begun : {era, era + 1}) {
        CAPTURE(begun);
        tape_follower follower{f.ticks, f.symbols.all(), begun, last};
        heard h;
        CHECK_FALSE(follower.read(h, 100));
        CHECK(h.eras.size() == 1);
        CHECK(h.ticks == std::vector{next});
    }
}

TEST_CASE("a follower is told of a new era and goes on in it", "[tape]")
{
    followed f{10};
    tape_follower follower{f.ticks, f.symbols.all(), f.ticks.era(), f.ticks.epoch()};
    f.add(0, 1);
    heard h;
    follower.read(h, 100);
    f.add(0, 2);
    const tick kept{position::at(followed::began - 1h), symbol_id{0}, *price::from(2), source_id{}};
    f.ticks.restart_at(followed::began - 1h, std::array{kept});
    f.ms = -3'600'000 + 1;
    const auto next = f.add(1, 3);
    CHECK_FALSE(follower.read(h, 100));
    CHECK(h.eras == std::vector{kept.at});
    CHECK(h.ticks.size() == 2);
    CHECK(h.ticks.back() == next);
    CHECK_FALSE(follower.read(h, 100));
    CHECK(h.ticks.size() == 2);
}

TEST_CASE("a slow follower beside a writer hears every tick or that it is lost", "[tape]")
{
    constexpr int count = 20'000;
    for (const std::size_t capacity : {1, 4, 64}) {
        CAPTURE(capacity);
        followed f{capacity};
        std::vector<tick> written;
        written.reserve(count);
        std::thread writer{[&] {
            for (int i = 1; i <= count; ++i)
                written.push_back(f.add(static_cast<std::size_t>(i % 3 == 0), i));
        }};
        tape_follower follower{f.ticks, f.symbols.all(), f.ticks.era(), f.ticks.epoch()};
        heard h;
        while (follower.at() < position::at(followed::began + std::chrono::milliseconds{count}))
            follower.read(h, 7);
        writer.join();

        std::map<symbol_id, position> lost_until;
        for (const auto& l : h.lost)
            lost_until[l.symbol] = std::max(lost_until[l.symbol], l.to);
        std::set<position> got;
        for (const auto& t : h.ticks)
            got.insert(t.at);
        std::size_t silent = 0;
        for (const auto& t : written)
            if (!got.contains(t.at) && t.at > lost_until[t.symbol])
                ++silent;
        CHECK(silent == 0);
        CHECK(got.contains(written.back().at));
    }
}

TEST_CASE("every bell is rung for a tick, and where positions begin anew", "[tape]")
{
    struct counted final : bell {
        void ring() noexcept override { ++times; }
        int times = 0;
    };
    const symbol_table symbols{*symbol_table::from(std::vector<std::string>{"BTC-USD"})};
    clock_reading now{followed::began, boot_time{1s}};
    tapes ticks{symbols, 4, now.wall};
    tape_writer writer{ticks, now};
    counted first;
    counted second;
    writer.add(first);
    writer.add(second);
    writer.look(now);
    writer.write({symbol_id{0}, *price::from(1), source_id{}});
    CHECK(first.times == 1);
    CHECK(second.times == 1);
    for (const auto by : {24h * 365, -24h * 365}) {
        now.wall += by;
        for (int i = 0; i < 8; ++i) {
            now.wall += 1s;
            now.boot += 1s;
            writer.look(now);
        }
    }
    CHECK(ticks.era() == 2);
    CHECK(first.times == 2);
}
