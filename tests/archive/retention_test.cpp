// What is dropped when its time has passed or there is no room for it.
#include "kept_candles.hpp"

namespace tickertape::archive::testing {
namespace {

constexpr std::chrono::days day{1};

// Six days of ticks, all but the last sealed.
struct six_days : candles_of {
    explicit six_days(const fs::path& place) : candles_of{place}
    {
        start();
        all = random_ticks(morning, 8'000, 1min, 4);
        append(all);
        REQUIRE(*archive->seal_finished_days(all.back().at.time()) >= 5);
        terms.candles_until = [this] { return keeper->kept_until(); };
        terms.candle_bytes = [] { return std::uint64_t{0}; };
        terms.say = [this](const std::string& what) { said.push_back(what); };
    }
    std::size_t days() const { return archive->holds()->look().held->days.size(); }

    std::vector<tape::past_tick> all;
    retention terms;
};

}  // namespace

TEST_CASE("days whose time has passed are dropped, and that is no damage", "[archive]")
{
    const temporary_directory place;
    six_days at{place.path()};
    const auto held = at.days();
    const auto candles = at.table();
    at.terms.ticks = 3 * day;
    std::vector<std::string> dropped;
    at.terms.dropped = [&dropped](const std::string& what) { dropped.push_back(what); };
    at.archive->set_retention(at.terms);
    REQUIRE(at.archive->keep_up(at.all.back().at.time()));
    CHECK(at.days() < held);
    REQUIRE(dropped.size() == held - at.days());
    CHECK(dropped[0].find("ticks-2026-11-21.sealed.db: its time has passed") == 0);
    CHECK(at.archive->now().days_dropped.value() == held - at.days());
    CHECK(
        at.archive->holds()->look().held->days.front().key.day + day >
        at.all.back().at.time() - 3 * day);
    CHECK(at.archive->holds()->look().held->holes.empty());
    check_same(at.table(), candles);
    // A clock that is a year ahead drops no more.
    const auto left = at.days();
    REQUIRE(at.archive->keep_up(at.all.back().at.time() + 365 * day));
    CHECK(at.days() == left);
    // Nor does a start find anything missing.
    at.archive.reset();
    at.archive = open_store(place.path(), at.all.back().at.time());
    CHECK(at.archive->found().holes.empty());
    CHECK(at.days() == left);
}

TEST_CASE(
    "a clock that is years ahead, and that ticks follow, drops no days but the oldest", "[archive]")
{
    const temporary_directory place;
    six_days at{place.path()};
    at.terms.ticks = 3 * day;
    at.archive->set_retention(at.terms);
    const auto held = at.days();
    const wall_time wrong = day_of(at.all.back().at) + 1'000 * day + 1h;
    at.append(random_ticks(wrong, 100, 1min, 5));
    REQUIRE(at.archive->seal_finished_days(wrong + 3h));
    for (int hour = 0; hour < 24; ++hour)
        REQUIRE(at.archive->keep_up(wrong + hour * 1h));
    // Three whole days, the last true one, and the wrong one or two.
    CHECK(at.days() < held);
    std::size_t good = 0;
    for (const auto& d : at.archive->holds()->look().held->days)
        good += d.key.day < day_of(position::at(wrong));
    CHECK(good >= 3);
    // The clock is set: nothing else was lost.
    const auto now = at.all.back().at.time() + 1h;
    REQUIRE(at.archive->begin_era(position::at(now)));
    REQUIRE(at.archive->keep_up(now));
    CHECK(at.days() == good);
}

TEST_CASE("a day is not dropped before its candles are kept", "[archive]")
{
    const temporary_directory place;
    six_days at{place.path()};
    const auto held = at.days();
    at.terms.ticks = day;
    at.terms.candles_until = [] { return wall_time{}; };
    at.archive->set_retention(at.terms);
    REQUIRE(at.archive->keep_up(at.all.back().at.time()));
    CHECK(at.days() == held);
    at.terms.candles_until = [&] { return wall_time{morning + 2 * day}; };
    at.archive->set_retention(at.terms);
    REQUIRE(at.archive->keep_up(at.all.back().at.time()));
    CHECK(at.days() == held - 2);
}

TEST_CASE(
    "beyond its size the archive drops the oldest days, then minutes, and says so once",
    "[archive]")
{
    const temporary_directory place;
    six_days at{place.path()};
    at.archive->set_retention(at.terms);
    REQUIRE(at.archive->keep_up(at.all.back().at.time()));
    const auto before = at.archive->now().tick_bytes.load();
    CHECK(before > 0);
    CHECK(at.archive->now().sealed_days == at.days() - 1);
    int asked = 0;
    at.terms.drop_minutes = [&] { return std::size_t{++asked < 3}; };
    at.terms.bytes_most = before - 1;
    at.archive->set_retention(at.terms);
    REQUIRE(at.archive->keep_up(at.all.back().at.time()));
    CHECK(at.archive->now().tick_bytes < before);
    CHECK(at.archive->now().days_dropped.value() == 1);
    CHECK(asked == 0);
    at.terms.bytes_most = 1;
    at.archive->set_retention(at.terms);
    REQUIRE(at.archive->keep_up(at.all.back().at.time()));
    // Never the day that is written.
    CHECK(at.days() == 1);
    CHECK(asked == 3);
    CHECK(at.said.size() == 1);
}

}  // namespace tickertape::archive::testing
