// Ticks that are placed before they are committed: their keeper reads them, and nobody else.
#include "support/catch.hpp"
#include "tape/tape_follower.hpp"
#include "tape/tape_writer.hpp"

using namespace tickertape;
using namespace tickertape::tape;
using namespace std::chrono_literals;

namespace {

constexpr wall_time started{1'700'000'000'000ms};

struct counted final : bell {
    void ring() noexcept override { ++times; }
    int times = 0;
};

struct heard final : tape_listener {
    std::vector<position> ticks;
    int eras = 0;
    int holes = 0;
    void on_tick(const tick& t) override { ticks.push_back(t.at); }
    void on_lost(const lost_ticks&) override {}
    void on_hole(const hole&) override { ++holes; }
    void on_new_era(position) override { ++eras; }
};

struct kept {
    explicit kept(std::size_t capacity = 10) : ticks{symbols, capacity, started}
    {
        writer.add(reader);
        writer.keep(&keeper);
    }
    tick write(std::size_t symbol, double value)
    {
        now.wall += 1s;
        now.boot += 1s;
        writer.look(now);
        return writer.write({static_cast<symbol_id>(symbol), *price::from(value), source_id{}});
    }

    const symbol_table symbols{*symbol_table::from(std::vector<std::string>{"BTC-USD", "ETH-USD"})};
    const symbol_id btc{symbols.all()[0]};
    tapes ticks;
    clock_reading now{started, boot_time{50s}};
    counted reader;
    counted keeper;
    tape_writer writer{ticks, now};
};

}  // namespace

TEST_CASE("time is settled up to the last look, unless something is not committed", "[tape]")
{
    kept k;
    CHECK(k.ticks.settled() == started);  // nobody has looked yet
    const auto first = k.write(0, 1);
    CHECK(k.ticks.settled() == started);
    k.writer.commit(first.at);
    CHECK(k.ticks.settled() == first.at.time());
    k.now.wall += 3s;
    k.now.boot += 3s;
    k.writer.look(k.now);
    CHECK(k.ticks.settled() == k.now.wall);
    const auto second = k.write(1, 2);
    CHECK(k.ticks.settled() == first.at.time());
    k.writer.commit(second.at);
    CHECK(k.ticks.settled() == second.at.time());
}

TEST_CASE("what is placed is seen by its keeper, and by others when it is committed", "[tape]")
{
    kept k;
    tape_follower keeper{
        k.ticks, k.symbols.all(), k.ticks.era(), k.ticks.epoch(), tape_follower::reads::placed};
    tape_follower other{k.ticks, k.symbols.all(), k.ticks.era(), k.ticks.epoch()};
    const auto first = k.write(0, 1);
    const auto second = k.write(0, 2);
    CHECK(k.keeper.times == 2);
    CHECK(k.reader.times == 0);
    CHECK(k.ticks.placed() == second.at);
    CHECK(k.ticks.committed() == k.ticks.epoch());
    CHECK(k.ticks.uncommitted() == 2);
    CHECK(k.ticks.newest_tick(k.btc).error() == tape_errc::not_yet);
    CHECK(k.ticks.newest(k.btc) == position{});
    CHECK_FALSE(k.ticks.observed(k.btc).has_value());
    heard by_keeper;
    heard by_other;
    keeper.read(by_keeper, 10);
    other.read(by_other, 10);
    CHECK(by_keeper.ticks == std::vector{first.at, second.at});
    CHECK(by_other.ticks.empty());

    k.writer.commit(first.at);
    CHECK(k.reader.times == 1);
    CHECK(k.ticks.committed() == first.at);
    CHECK(k.ticks.newest_tick(k.btc)->at == first.at);
    CHECK(k.ticks.end(k.btc) == 1);
    CHECK(*k.ticks.observed(k.btc) == k.now.boot - 1s);
    other.read(by_other, 10);
    CHECK(by_other.ticks == std::vector{first.at});

    // What is committed already says nothing new.
    k.writer.commit(first.at);
    CHECK(k.reader.times == 1);
    k.writer.commit(second.at);
    CHECK(k.ticks.uncommitted() == 0);
    other.read(by_other, 10);
    CHECK(by_other.ticks == std::vector{first.at, second.at});
}

TEST_CASE("without its keeper a tick is committed at once again, and those that waited", "[tape]")
{
    kept k;
    const auto first = k.write(0, 1);
    k.writer.keep(nullptr);
    CHECK(k.ticks.committed() == first.at);
    const auto second = k.write(1, 2);
    CHECK(k.ticks.committed() == second.at);
    CHECK(k.keeper.times == 1);
    CHECK(k.reader.times == 2);
}

TEST_CASE("the newest committed tick is not found where newer ones have taken its place", "[tape]")
{
    kept k{2};
    const auto first = k.write(0, 1);
    k.writer.commit(first.at);
    k.write(0, 2);
    CHECK(k.ticks.newest_tick(k.btc)->at == first.at);
    const auto third = k.write(0, 3);
    CHECK(k.ticks.newest_tick(k.btc).error() == tape_errc::lapped);
    k.writer.commit(third.at);
    CHECK(k.ticks.newest_tick(k.btc)->at == third.at);
}

TEST_CASE("a new era commits what waited in the one before, and tells the keeper", "[tape]")
{
    kept k;
    k.write(0, 1);
    k.now.wall += 24h * 365;
    for (int i = 0; i < 10; ++i)
        k.write(0, 2);
    k.writer.commit(k.ticks.placed());
    tape_follower keeper{
        k.ticks, k.symbols.all(), k.ticks.era(), k.ticks.placed(), tape_follower::reads::placed};
    k.write(0, 3);
    k.now.wall -= 24h * 365;
    const auto rung = k.keeper.times;
    for (int i = 0; i < 10; ++i)
        k.write(1, 4);
    CHECK(k.ticks.era() == 2);
    CHECK(k.keeper.times == rung + 11);
    heard by_keeper;
    keeper.read(by_keeper, 100);
    CHECK(by_keeper.eras == 1);
    CHECK(k.ticks.newest_tick(k.btc)->value == *price::from(3));
    CHECK(by_keeper.ticks.back() == k.ticks.placed());
    CHECK(k.ticks.committed() < k.ticks.placed());
}
