// What is given up in PostgreSQL, and what is lost there: what readers and the next start are told,
// wherever it is cut short.
#include "archive_of.hpp"

using namespace tickertape;
using namespace tickertape::postgres;
using namespace tickertape::postgres::testing;

namespace {

// True ticks, then some of a wrong future.
struct two_times {
    archive_of of;
    std::vector<tape::past_tick> truth = ticks_from(morning, 50);
    std::vector<tape::past_tick> wrong = ticks_from(morning + 48h, 50);
    position epoch = position::at(morning + 1h);

    two_times()
    {
        of.open();
        REQUIRE(of.ticks->append(truth));
        REQUIRE(of.ticks->append(wrong));
    }
    void run(const std::string& sql) const
    {
        auto beside = of.beside();
        beside.run(sql);
    }
};

}  // namespace

TEST_CASE("PostgreSQL keeps when positions last began anew", "[postgres]")
{
    two_times at;
    REQUIRE(at.of.ticks->begin_era(at.epoch));
    CHECK(at.of.ticks->holds()->look().held->epoch == at.epoch);
    at.of.open(morning + 2h);
    CHECK(at.of.ticks->holds()->look().held->epoch == at.epoch);
    CHECK(at.of.ticks->found().how_it_ended == ending::killed);
    CHECK(at.of.ticks->last() == at.epoch);
    REQUIRE(at.of.ticks->found().holes.size() == 1);
    CHECK(at.of.ticks->found().holes[0].from == at.truth.back().at);
    CHECK(at.of.ticks->found().holes[0].to == at.epoch);
    CHECK(same(at.of.read_all(), at.truth));
}

TEST_CASE("an era that begins before the first tick of all has its ticks", "[postgres]")
{
    archive_of of;
    of.open();
    REQUIRE(of.ticks->append(ticks_from(morning + 5h, 50)));
    REQUIRE(of.ticks->begin_era(position::at(morning)));
    const auto truth = ticks_from(morning + 1min, 50);
    REQUIRE(of.ticks->append(truth));
    CHECK(same(of.read_all(), truth));
    of.open(morning + 1h);
    CHECK(same(of.read_all(), truth));
}

TEST_CASE("an era of PostgreSQL has begun as a whole or not at all", "[postgres]")
{
    two_times at;
    // The holes are the last that is written of it.
    at.run("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE"
           " 'no room'; END $$; CREATE TRIGGER refused BEFORE INSERT ON holes EXECUTE FUNCTION"
           " refuse()");
    CHECK(!at.of.ticks->begin_era(at.epoch));
    // Killed there: all that was shown is known.
    at.run("DROP TRIGGER refused ON holes");
    at.of.open(morning + 49h);
    CHECK(at.of.ticks->last() == at.wrong.back().at);
    CHECK(at.of.ticks->found().holes.empty());
    CHECK(at.of.read_all().size() == 100);
    CHECK(at.of.ticks->holds()->look().held->epoch == position{});

    // Not killed: it is begun when it is tried again.
    at.run("CREATE TRIGGER refused BEFORE INSERT ON holes EXECUTE FUNCTION refuse()");
    CHECK(!at.of.ticks->begin_era(at.epoch));
    at.run("DROP TRIGGER refused ON holes");
    REQUIRE(at.of.ticks->begin_era(at.epoch));
    CHECK(same(at.of.read_all(), at.truth));
    CHECK(at.of.ticks->last() == at.epoch);
}

TEST_CASE("a page that names a time that never was is not believed", "[postgres]")
{
    two_times at;
    // The tables have begun the era; then the power was lost, and the page is as it was before.
    const auto after = std::to_string(archive::stored(at.epoch));
    at.of.ticks.reset();
    at.run(
        "DELETE FROM ticks WHERE position > " + after +
        "; DROP TABLE ticks_2026_11_23; DELETE FROM days WHERE day > '2026-11-21'; UPDATE"
        " archive SET epoch = " +
        after + ", set_aside_after = " + after);
    // What was shown since may be anything up to now.
    const auto now = morning + 2h;
    at.of.open(now);
    CHECK(at.of.ticks->last() == position::at(now).previous());
    REQUIRE(at.of.ticks->found().holes.size() == 1);
    CHECK(at.of.ticks->found().holes[0].from == at.truth.back().at);
    CHECK(at.of.ticks->found().holes[0].to == position::at(now).previous());
    // That was noted once.
    at.of.open(morning + 3h);
    CHECK(at.of.ticks->last() == position::at(now).previous());
    CHECK(at.of.ticks->found().holes.size() == 1);
}

TEST_CASE("what PostgreSQL lost is told where nobody has written it again", "[postgres]")
{
    archive_of of;
    of.open();
    const auto all = ticks_from(morning, 100);
    REQUIRE(of.ticks->append(std::span{all}.first(50)));
    auto beside = of.beside();
    beside.run("DELETE FROM ticks WHERE position > " + std::to_string(archive::stored(all[29].at)));
    beside.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE"
               " 'tickertape on%'");
    CHECK(!of.ticks->append(std::span{all}.subspan(50)));
    CHECK(!of.ticks->append(std::span{all}.subspan(50)));
    CHECK(of.ticks->last() == all[29].at);
    // Some are written again, and the process is killed.
    REQUIRE(of.ticks->append(std::span{all}.subspan(30, 10)));
    of.open(morning + 1min);
    CHECK(of.ticks->found().how_it_ended == ending::killed);
    CHECK(of.ticks->last() == all[49].at);
    REQUIRE(of.ticks->found().holes.size() == 1);
    CHECK(of.ticks->found().holes[0].from == all[39].at);
    CHECK(of.ticks->found().holes[0].to == all[49].at);
}

TEST_CASE("readers are told of a day before PostgreSQL drops it", "[postgres]")
{
    archive_of of;
    of.open();
    std::vector<tape::past_tick> all;
    for (int day = 0; day < 4; ++day) {
        const auto some = ticks_from(morning + day * 24h, 10);
        all.insert(all.end(), some.begin(), some.end());
    }
    REQUIRE(of.ticks->append(all));
    archive::retention terms;
    terms.ticks = std::chrono::days{2};
    of.ticks->set_retention(terms);
    // Somebody reads the day, so it cannot be dropped yet.
    auto beside = of.beside();
    beside.run("BEGIN; SELECT count(*) FROM ticks_2026_11_21");
    CHECK(!of.ticks->keep_up(morning + 4 * 24h));
    CHECK(of.ticks->holds()->look().held->days.size() == 3);
    CHECK(of.ticks->holds()->look().held->dropped_before == archive::day_of(all[10].at));
    CHECK(same(of.read_all(), std::span{all}.subspan(10)));
    beside.run("COMMIT");
    REQUIRE(of.ticks->keep_up(morning + 4 * 24h));
    CHECK(of.ticks->now().days_dropped.value() == 1);
    CHECK(beside.ask("SELECT count(*) FROM ticks").integer(0, 0) == 30);
    of.open(morning + 4 * 24h);
    CHECK(same(of.read_all(), std::span{all}.subspan(10)));
}
