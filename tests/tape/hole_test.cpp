// Holes: places in the order of all ticks where ticks of other instances are missing.
#include "support/catch.hpp"
#include "tape/tape_follower.hpp"
#include "tape/tape_writer.hpp"

#include <thread>

using namespace tickertape;
using namespace tickertape::tape;
using namespace std::chrono_literals;

namespace {

constexpr wall_time started{1'000ms};

position at(std::uint64_t ms, std::uint64_t counter = 0)
{
    return {ms, counter};
}

hole usual(std::uint64_t after_ms, std::uint64_t to_ms)
{
    return {at(after_ms), at(to_ms), at(after_ms), at(to_ms), gap_cause::evicted};
}

struct told final : tape_listener {
    std::vector<std::string> lines;
    void on_tick(const tick& t) override { lines.push_back(t.at.text()); }
    void on_lost(const lost_ticks& l) override { lines.push_back("lost to " + l.to.text()); }
    void on_hole(const hole& h) override
    {
        lines.push_back(h.from.text() + " to " + h.to.text() + " missing");
    }
    void on_new_era(position epoch) override { lines.push_back("era " + epoch.text()); }
};

struct rung final : bell {
    void ring() noexcept override { ++times; }
    int times = 0;
};

struct edge {
    edge() { writer.date_elsewhere(); }

    result<void> take(std::uint64_t ms, std::size_t symbol = 0, std::uint64_t counter = 0)
    {
        return writer.append(
            {at(ms, counter), static_cast<symbol_id>(symbol), *price::from(1.0), "test"}, sources);
    }
    std::vector<std::string>
    told_after(position p, tape_follower::reads which = tape_follower::reads::committed)
    {
        told t;
        tape_follower follower{ticks, symbols.all(), ticks.era(), p, which};
        while (follower.read(t, 2)) {
        }
        return t.lines;
    }

    const symbol_table symbols{*symbol_table::from(std::vector<std::string>{"BTC-USD", "ETH-USD"})};
    source_table sources;
    tapes ticks{symbols, 10, started};
    tape_writer writer{ticks, {started, boot_time{50s}}};
};

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a reader comes to each hole that it has not passed, in their order", "[tape]")
{
    hole_log log;
    CHECK_FALSE(log.first_after({}, at(100)));
    log.add(usual(10, 20));
    log.add(usual(30, 40));
    CHECK(log.first_after({}, at(100)) == usual(10, 20));
    CHECK(log.first_after(at(10), at(100)) == usual(10, 20));
    CHECK(log.first_after(at(19), at(100)) == usual(10, 20));
    CHECK(log.first_after(at(20), at(100)) == usual(30, 40));
    CHECK_FALSE(log.first_after(at(20), at(39)));
    CHECK_FALSE(log.first_after(at(40), at(100)));
    CHECK(log.count() == 2);
}

TEST_CASE("holes that are no longer kept are told as one, to the end of the newest", "[tape]")
{
    hole_log log;
    for (std::uint64_t i = 0; i < hole_log::kept_max + 3; ++i)
        log.add(usual(100 * i + 10, 100 * i + 20));
    const hole all{at(210), at(220), at(10), at(220), gap_cause::evicted};
    CHECK(log.first_after(at(5), at(100'000)) == all);
    CHECK(log.first_after(at(215), at(100'000)) == all);
    CHECK(log.first_after(at(220), at(100'000)) == usual(310, 320));
    CHECK(log.first_after(at(6'510), at(100'000)) == usual(6'510, 6'520));
}

TEST_CASE("holes of before are nothing to those who read anew", "[tape]")
{
    hole_log log;
    for (std::uint64_t i = 0; i < hole_log::kept_max + 3; ++i)
        log.add(usual(100 * i + 10, 100 * i + 20));
    log.clear();
    CHECK_FALSE(log.first_after({}, at(100'000)));
    log.add(usual(10, 20));
    CHECK(log.first_after({}, at(100'000)) == usual(10, 20));
    CHECK_FALSE(log.first_after(at(20), at(100'000)));
}

TEST_CASE("a reader of holes never sees a torn one, and none that it has passed", "[tape]")
{
    hole_log log;
    constexpr std::uint64_t holes = 20'000;
    std::thread writer{[&] {
        for (std::uint64_t i = 1; i <= holes; ++i)
            log.add(usual(10 * i, 10 * i + 5));
    }};
    position p;
    std::string fault;
    while (fault.empty() && p < at(10 * holes + 5)) {
        const auto next = log.first_after(p, at(20 * holes));
        if (!next)
            continue;
        const bool is_one = next->to.ms() == next->from.ms() + 5 && next->after == next->from;
        const bool is_forgotten = next->from == at(10) && next->to.ms() == next->after.ms() + 5;
        if (next->end <= p || next->end != next->to || next->to.ms() % 10 != 5 ||
            !(is_one || is_forgotten))
            fault = next->from.text() + " to " + next->to.text() + " at " + p.text();
        // Each hole is told, or lies in one that tells of all that is no longer kept.
        if (!is_forgotten && p != position{} && next->after.ms() != p.ms() + 5)
            fault = "passed over the one before " + next->after.text();
        p = next->end;
    }
    writer.join();
    CHECK(fault.empty());
}

TEST_CASE("a hole is told behind the ticks before it, and before those that follow", "[tape]")
{
    edge e;
    REQUIRE(e.take(2'000));
    REQUIRE(e.take(2'001, 1));
    e.writer.miss(at(2'001), at(3'000), gap_cause::evicted);
    CHECK(e.ticks.committed() == at(3'000));
    CHECK(e.take(3'000).error() == tape_errc::out_of_order);
    REQUIRE(e.take(3'001));
    const lines all{"2000-0", "2001-0", "2001-0 to 3000-0 missing", "3001-0"};
    CHECK(e.told_after(at(1'500)) == all);
    CHECK(e.told_after(at(2'001)) == lines{all.begin() + 2, all.end()});
    CHECK(e.told_after(at(2'500)) == lines{"2500-0 to 3000-0 missing", "3001-0"});
    CHECK(e.told_after(at(3'000)) == lines{"3001-0"});
}

TEST_CASE("a hole that reaches over what was shown is told from its beginning", "[tape]")
{
    edge e;
    REQUIRE(e.take(2'000));
    REQUIRE(e.take(2'010));
    e.writer.miss(at(2'005), at(2'020), gap_cause::evicted);
    CHECK(e.told_after(at(2'000)) == lines{"2010-0", "2005-0 to 2020-0 missing"});
    CHECK(e.told_after(at(2'010)) == lines{"2005-0 to 2020-0 missing"});
    CHECK(e.told_after(at(2'015)) == lines{"2015-0 to 2020-0 missing"});
}

TEST_CASE("what is missing may lie before what was shown, and is told behind that", "[tape]")
{
    edge e;
    REQUIRE(e.take(2'000));
    REQUIRE(e.take(2'010));
    e.writer.miss(at(2'000), at(2'005), gap_cause::restarted);
    CHECK(e.ticks.committed() == at(2'010, 1));
    REQUIRE(e.take(2'011));
    CHECK(
        e.told_after(at(1'500)) == lines{"2000-0", "2010-0", "2000-0 to 2005-0 missing", "2011-0"});
    CHECK(e.told_after(at(2'010)) == lines{"2000-0 to 2005-0 missing", "2011-0"});
    CHECK(e.told_after(at(2'010, 1)) == lines{"2011-0"});
}

TEST_CASE("a tick at the place of a hole is told as missing, and never lost in silence", "[tape]")
{
    edge e;
    REQUIRE(e.take(2'010));
    e.writer.miss(at(2'000), at(2'005), gap_cause::restarted);
    REQUIRE(e.take(2'010, 1, 1));
    REQUIRE(e.take(2'020));
    CHECK(e.told_after(at(2'010, 1)) == lines{"2010-0 to 2010-1 missing", "2020-0"});
    CHECK(
        e.told_after(at(2'010)) ==
        lines{"2000-0 to 2005-0 missing", "2010-0 to 2010-1 missing", "2020-0"});
}

TEST_CASE("nothing is missing where a hole ends before it begins", "[tape]")
{
    edge e;
    REQUIRE(e.take(2'000));
    e.writer.miss(at(2'000), at(2'000), gap_cause::evicted);
    CHECK(e.ticks.holes() == 0);
    CHECK(e.ticks.committed() == at(2'000));
}

TEST_CASE("where there is a keeper, a hole is shown when the keeper has it", "[tape]")
{
    edge e;
    rung keeper;
    rung reader;
    e.writer.add(reader);
    e.writer.keep(&keeper);
    REQUIRE(e.take(2'000));
    e.writer.miss(at(2'000), at(3'000), gap_cause::evicted);
    CHECK(keeper.times == 2);
    CHECK(e.writer.uncommitted() == 2);
    CHECK(e.told_after(at(1'500)).empty());
    CHECK(
        e.told_after(at(1'500), tape_follower::reads::placed) ==
        lines{"2000-0", "2000-0 to 3000-0 missing"});
    e.writer.commit(at(2'000));
    CHECK(e.told_after(at(1'500)) == lines{"2000-0"});
    e.writer.commit(at(3'000));
    CHECK(e.told_after(at(1'500)) == lines{"2000-0", "2000-0 to 3000-0 missing"});
    CHECK(reader.times == 2);
    CHECK(e.writer.uncommitted() == 0);
}

TEST_CASE("where others date the ticks, time is settled as far as they say", "[tape]")
{
    edge e;
    clock_reading now{started + 10s, boot_time{60s}};
    e.writer.look(now);
    CHECK(e.ticks.settled() == started);
    REQUIRE(e.take(2'000));
    CHECK(e.ticks.settled() == at(2'000).time());
    e.writer.pass(at(4'000).previous());
    CHECK(e.ticks.settled() == at(4'000).time());
    e.writer.pass(at(3'000));
    CHECK(e.ticks.settled() == at(4'000).time());
}

TEST_CASE(
    "where positions given elsewhere start anew, every reader is told, and none has a price",
    "[tape]")
{
    edge e;
    REQUIRE(e.take(2'000));
    REQUIRE(e.take(90'000));
    e.writer.miss(at(90'000), at(95'000), gap_cause::evicted);
    tape_follower follower{e.ticks, e.symbols.all(), e.ticks.era(), at(90'000)};

    e.writer.begin_anew(at(5'000));
    REQUIRE(e.take(5'001));

    told t;
    while (follower.read(t, 2)) {
    }
    CHECK(t.lines == lines{"era 5000-0", "5001-0"});
    CHECK(e.ticks.epoch() == at(5'000));
    CHECK_FALSE(e.ticks.newest_tick(symbol_id{1}).has_value());
    CHECK(e.take(5'000).error() == tape_errc::out_of_order);
}

TEST_CASE("an archive is rung where positions given elsewhere start anew", "[tape]")
{
    edge e;
    rung keeper;
    e.writer.keep(&keeper);
    REQUIRE(e.take(90'000));

    e.writer.begin_anew(at(5'000));

    CHECK(keeper.times == 2);
    CHECK(e.ticks.committed() == at(5'000));
    CHECK(e.writer.uncommitted() == 0);
    e.writer.keep(nullptr);
}
