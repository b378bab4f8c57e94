// What the recorder does when its store fails, forgets or is slow. The store is a list in memory.
#include "archive/recorder.hpp"
#include "support/catch.hpp"
#include "tape/tape_writer.hpp"

#include <array>
#include <thread>

using namespace tickertape;
using namespace tickertape::archive;
using namespace std::chrono_literals;

namespace {

struct set_clock final : tickertape::clock {
    wall_time wall{1'700'000'000'000ms};
    steady_time steady{};
    wall_time wall_now() const noexcept override { return wall; }
    steady_time steady_now() const noexcept override { return steady; }
};

class list_store final : public tick_store {
public:
    std::vector<tape::past_tick> ticks;
    std::vector<hole> holes;
    std::vector<position> eras;
    std::size_t appends = 0;
    bool fails = false;
    bool sync_fails = false;
    bool ended = false;

    archive::result<void> append(std::span<const tape::past_tick> added) override
    {
        ++appends;
        if (fails)
            return failure{archive_errc::disk_full, "no room"};
        for (const auto& t : added) {
            if (t.at <= last_)
                FAIL("a tick out of order");
            last_ = t.at;
            ticks.push_back(t);
        }
        return {};
    }
    position last() const noexcept override { return last_; }
    archive::result<void> sync() override
    {
        if (sync_fails) {
            // What was not forced to the disk is given up.
            std::erase_if(ticks, [this](const auto& t) { return t.at > synced_; });
            last_ = synced_;
            return failure{archive_errc::disk_failed, "EIO"};
        }
        synced_ = last_;
        return {};
    }
    position synced() const noexcept override { return synced_; }
    archive::result<void> record_hole(hole h) override
    {
        if (fails)
            return failure{archive_errc::disk_full, "no room"};
        holes.push_back(h);
        return {};
    }
    archive::result<void> begin_era(position epoch) override
    {
        eras.push_back(epoch);
        last_ = std::min(last_, epoch);
        return {};
    }
    void note_shown(position) noexcept override {}
    archive::result<void> keep_up(wall_time) override { return {}; }
    archive::result<void> end_cleanly(wall_time) override
    {
        ended = true;
        return {};
    }

    position last_;
    position synced_;
};

struct recorded {
    explicit recorded(std::size_t capacity = 100, recorder::limits limits = {})
        : prices{symbols, capacity, time.wall}, recorder_limits{limits}
    {
        store.last_ = store.synced_ = prices.epoch();
        name = *sources.intern("median(a,b)", 2);
    }
    recorder& start()
    {
        return of.emplace(
            recorder::parts{
                store, prices, sources, time, [this](position p) { kept = p; },
                [this](const std::string& why) { said.push_back(why); }},
            recorder_limits);
    }
    tick write(double value, std::size_t symbol = 0)
    {
        const tick t{last.at.next(), static_cast<symbol_id>(symbol), *price::from(value), name};
        prices.place(t, boot_time{});
        return last = t;
    }
    std::vector<double> values() const
    {
        std::vector<double> all;
        for (const auto& t : store.ticks)
            all.push_back(t.value.value());
        return all;
    }

    set_clock time;
    const symbol_table symbols{*symbol_table::from(std::vector<std::string>{"BTC-USD", "ETH-USD"})};
    source_table sources;
    source_id name{};
    tape::tapes prices;
    list_store store;
    const recorder::limits recorder_limits;
    tick last{position::at(time.wall), symbol_id{}, *price::from(1), source_id{}};
    position kept;
    std::vector<std::string> said;
    std::optional<recorder> of;
};

}  // namespace

TEST_CASE(
    "what is placed is written, with the name of its source, and said to be kept", "[archive]")
{
    recorded r;
    auto& of = r.start();
    r.write(1);
    const auto last = r.write(2, 1);
    REQUIRE(of.write_all());
    CHECK(r.values() == std::vector<double>{1, 2});
    CHECK(r.store.ticks.back().source == "median(a,b)");
    CHECK(r.store.ticks.back().combined == 2);
    CHECK(r.kept == last.at);
    CHECK(of.now().ticks.value() == 2);
    CHECK(of.now().transactions.value() == 1);
    CHECK(r.prices.committed() == r.prices.epoch());
}

TEST_CASE("a transaction has no more ticks than it may", "[archive]")
{
    recorded r{100, {.batch_max = 4}};
    auto& of = r.start();
    for (int i = 0; i < 10; ++i)
        r.write(i + 1);
    REQUIRE(of.write_all());
    CHECK(r.store.appends == 3);
    CHECK(r.store.ticks.size() == 10);
}

TEST_CASE("after a failure nothing is lost that the tapes still hold", "[archive]")
{
    recorded r;
    auto& of = r.start();
    r.write(1);
    REQUIRE(of.write_all());
    r.store.fails = true;
    r.write(2);
    CHECK_FALSE(of.write_all());
    CHECK_FALSE(of.write_all());
    CHECK(of.now().failing);
    // For anybody: nothing of what the store said to the operator.
    CHECK(of.complaint() == "the disk is full");
    CHECK(r.said == std::vector<std::string>{"no room"});
    r.store.fails = false;
    r.write(3);
    REQUIRE(of.write_all());
    CHECK(r.values() == std::vector<double>{1, 2, 3});
    CHECK(r.store.holes.empty());
    CHECK(r.said == std::vector<std::string>{"no room", ""});
    CHECK(of.complaint().empty());
    CHECK(of.now().failures.value() == 2);
}

TEST_CASE("what the tapes no longer hold by then is a hole", "[archive]")
{
    recorded r{4};
    auto& of = r.start();
    const auto first = r.write(1);
    REQUIRE(of.write_all());
    r.store.fails = true;
    for (int i = 2; i <= 10; ++i)
        r.write(i);
    const auto other = r.write(11, 1);
    CHECK_FALSE(of.write_all());
    r.store.fails = false;
    REQUIRE(of.write_all());
    REQUIRE(r.store.holes.size() == 1);
    CHECK(r.store.holes[0].from == first.at);
    CHECK(r.store.holes[0].to == r.prices.of(symbol_id{0}).evicted());
    CHECK(r.store.holes[0].reason == hole_reason::not_archived);
    CHECK(r.values() == std::vector<double>{1, 7, 8, 9, 10, 11});
    CHECK(r.kept == other.at);
    CHECK(of.now().holes.value() == 1);
}

TEST_CASE(
    "ticks of other symbols within a hole are not written, because no reader gets them",
    "[archive]")
{
    recorded r{2};
    auto& of = r.start();
    r.write(1, 1);
    for (int i = 2; i <= 5; ++i)
        r.write(i);
    REQUIRE(of.write_all());
    CHECK(r.values() == std::vector<double>{4, 5});
    CHECK(r.store.holes.size() == 1);
}

TEST_CASE("a hole of the tapes is recorded behind the ticks before it", "[archive]")
{
    recorded r;
    r.start();
    const auto first = r.write(1);
    const auto from = first.at;
    const position to{from.ms() + 1'000, 0};
    r.prices.miss({from, to, from, to, gap_cause::evicted}, tape::tapes::committed_at_once::no);
    r.last.at = to;
    r.write(2);
    CHECK(r.of->write_all());
    CHECK(r.values() == std::vector<double>{1, 2});
    CHECK(r.store.holes == std::vector<hole>{{from, to, hole_reason::not_archived}});
    CHECK(r.kept == r.last.at);
}

TEST_CASE("a hole at the end of the tapes is kept, and told again after a failure", "[archive]")
{
    recorded r;
    r.start();
    const auto first = r.write(1);
    CHECK(r.of->write_all());
    const position to{first.at.ms() + 1'000, 0};
    r.prices.miss(
        {first.at, to, first.at, to, gap_cause::damaged}, tape::tapes::committed_at_once::no);
    r.store.fails = true;
    CHECK_FALSE(r.of->write_all());
    CHECK(r.kept == first.at);
    r.store.fails = false;
    CHECK(r.of->write_all());
    CHECK(r.kept == to);
    CHECK(r.store.holes == std::vector<hole>{{first.at, to, hole_reason::not_archived}});
}

TEST_CASE("what a failed sync gives up is written again", "[archive]")
{
    recorded r{100, {.sync = sync_policy::always}};
    auto& of = r.start();
    const auto first = r.write(1);
    REQUIRE(of.write_all());
    CHECK(r.store.synced_ == first.at);
    r.store.sync_fails = true;
    r.write(2);
    CHECK_FALSE(of.write_all());
    CHECK(r.kept == first.at);
    CHECK(r.values() == std::vector<double>{1});
    r.store.sync_fails = false;
    REQUIRE(of.write_all());
    CHECK(r.values() == std::vector<double>{1, 2});
    CHECK(r.kept == r.last.at);
}

TEST_CASE("the store is told of a new era before its ticks", "[archive]")
{
    recorded r;
    auto& of = r.start();
    r.write(1);
    REQUIRE(of.write_all());
    r.prices.commit(r.prices.placed());
    const auto epoch = position::at(r.time.wall - 24h);
    r.prices.restart(epoch, {});
    r.last.at = epoch;
    r.write(2);
    REQUIRE(of.write_all());
    CHECK(r.store.eras == std::vector{epoch});
    CHECK(r.values() == std::vector<double>{1, 2});
}

TEST_CASE("its thread writes when it is rung for, and the rest at the end", "[archive]")
{
    recorded r;
    std::binary_semaphore written{0};
    recorder of{
        recorder::parts{
            r.store, r.prices, r.sources, r.time, [&](position) { written.release(); },
            [](const std::string&) {}},
        {}};
    of.start();
    r.write(1);
    of.ring();
    REQUIRE(written.try_acquire_for(60s));
    r.write(2);
    of.stop();
    CHECK(r.values() == std::vector<double>{1, 2});
    CHECK(r.store.ended);
}
