// Ticks that a wrong clock dated into the future, and what comes after them.
#include "archive/files.hpp"
#include "kept_candles.hpp"

namespace tickertape::archive::testing {
namespace {

// Ticks of the true time, of which the last is the k-th minute.
std::vector<tape::past_tick> minutes_of(wall_time from, int count, unsigned seed)
{
    return random_ticks(from, count, 1min, seed);
}

void check_only(candles_of& at, const std::vector<tape::past_tick>& truth)
{
    const auto got = read_all_of(*at.archive->make_reader());
    check_honest(got, truth);
    CHECK(same(got.ticks, truth));
    CHECK(same(read_all_of(*at.ticks).ticks, truth));
}

}  // namespace

TEST_CASE(
    "what a wrong clock dated into the future is set aside, and true time goes on at once",
    "[archive]")
{
    // How far the clock jumps: within the day, past midnight, over days; and whether the process
    // ends before it jumps, while it is wrong, before true ticks come, and after.
    const auto ahead = GENERATE(as<std::chrono::hours>{}, 3h, 24h, 24h * 9);
    const auto restarts = GENERATE(0U, 1U, 2U, 4U, 8U, 15U);
    const bool is_sealed = GENERATE(false, true);
    INFO(ahead.count() << " h, " << restarts << ", " << is_sealed);
    const temporary_directory place;
    std::optional<candles_of> at;
    auto now = morning;
    const auto begin = [&] {
        at.reset();
        at.emplace(place.path(), now);
        at->start();
    };
    begin();
    auto truth = minutes_of(morning, 200, 1);
    at->append(truth);
    now = truth.back().at.time() + 1s;
    if (restarts & 1)
        begin();
    const auto wrong = minutes_of(now + ahead, 300, 2);
    at->append(wrong);
    if (is_sealed)
        REQUIRE(at->archive->seal_finished_days(wrong.back().at.time() + 2h));
    if (restarts & 2)
        begin();
    now += 5h;
    const auto epoch = position::at(now);
    REQUIRE(at->archive->begin_era(epoch));
    at->keeper->on_new_era(epoch);
    at->tick_over(1s);
    CHECK(at->archive->last() == epoch);
    if (ahead >= 24h)
        check_only(*at, truth);
    if (restarts & 4)
        begin();
    CHECK(at->archive->last() <= epoch);
    // Some of the wrong future may have been true by then; none of it lies after the epoch.
    std::vector<tape::past_tick> kept = truth;
    for (const auto& t : wrong)
        if (t.at <= epoch)
            kept.push_back(t);
    auto later = minutes_of(now + 1s, 2'000, 3);
    at->append(later);
    kept.insert(kept.end(), later.begin(), later.end());
    if (restarts & 8)
        begin();
    check_only(*at, kept);
    const auto held = at->archive->holds()->look().held;
    REQUIRE(held->holes.size() == 1);
    CHECK(held->holes[0].to == epoch);
    CHECK(held->holes[0].reason == hole_reason::not_archived);
    CHECK(fs::exists(place.path() / "set_aside"));
    CHECK_FALSE(fs::exists(place.path() / "damaged"));
    std::vector<series::hole> holes{{held->holes[0].from, held->holes[0].to}};
    check_same(
        at->table(), computed(kept, at->keeper->board().look(symbol_id{0}).closed_until, holes));
    CHECK(at->archive->verify()->empty());
}

TEST_CASE("an era that ended before its files were moved is begun at the next start", "[archive]")
{
    const temporary_directory place;
    const auto truth = minutes_of(morning, 100, 1);
    const auto epoch = position::at(morning + 5h);
    {
        const auto s = open_store(place.path());
        REQUIRE(s->append(truth));
        REQUIRE(s->append(minutes_of(morning + 24h, 100, 2)));
    }
    {
        catalogue c{place.path() / "archive.db"};
        auto next = c.now();
        next.set_aside_after = epoch;
        c.change(next);
    }
    for (int times = 0; times < 2; ++times) {
        const auto s = open_store(place.path(), morning + 5h);
        CHECK(s->last() == epoch);
        CHECK(same(read_all_of(*s->make_reader()).ticks, truth));
        CHECK(fs::exists(place.path() / "set_aside" / "ticks-2026-11-22.db"));
    }
    const auto s = open_store(place.path(), morning + 5h);
    REQUIRE(s->append(minutes_of(morning + 6h, 10, 3)));
    CHECK(read_all_of(*s->make_reader()).ticks.size() == 110);
    REQUIRE(s->holds()->look().held->holes.size() == 1);
    CHECK(s->holds()->look().held->holes[0].to == epoch);
}

TEST_CASE("an era that could not be noted to its end is begun again", "[archive]")
{
    const temporary_directory place;
    auto truth = minutes_of(morning, 100, 1);
    const auto epoch = position::at(morning + 5h);
    {
        const auto s = open_store(place.path());
        REQUIRE(s->append(truth));
        REQUIRE(s->append(minutes_of(morning + 8h, 100, 2)));
        database catalogue{place.path() / "archive.db", database::access::write};
        // The hole is the last that is noted.
        catalogue.run("CREATE TRIGGER refused BEFORE INSERT ON holes BEGIN SELECT RAISE(ABORT,"
                      " 'no room'); END");
        CHECK(!s->begin_era(epoch));
        CHECK(!s->begin_era(epoch));
        catalogue.run("DROP TRIGGER refused");
        REQUIRE(s->begin_era(epoch));
        const auto later = minutes_of(morning + 6h, 10, 3);
        REQUIRE(s->append(later));
        truth.insert(truth.end(), later.begin(), later.end());
    }
    const auto s = open_store(place.path(), morning + 7h);
    CHECK(s->found().how_it_ended == ending::killed);
    CHECK(same(read_all_of(*s->make_reader()).ticks, truth));
    REQUIRE(s->holds()->look().held->holes.size() == 1);
    CHECK(s->holds()->look().held->holes[0].to == epoch);
    CHECK(s->verify()->empty());
}

TEST_CASE("an era that could not move a file is begun again", "[archive]")
{
    const temporary_directory place;
    auto truth = minutes_of(morning, 100, 1);
    const auto s = open_store(place.path());
    REQUIRE(s->append(truth));
    REQUIRE(s->append(minutes_of(morning + 8h, 100, 2)));
    const auto epoch = position::at(morning + 5h);
    // A file stands where the directory would be.
    write_small(place.path() / "set_aside", "");
    CHECK(!s->begin_era(epoch));
    CHECK(!s->begin_era(epoch));
    fs::remove(place.path() / "set_aside");
    REQUIRE(s->begin_era(epoch));
    const auto later = minutes_of(morning + 6h, 10, 3);
    REQUIRE(s->append(later));
    truth.insert(truth.end(), later.begin(), later.end());
    CHECK(same(read_all_of(*s->make_reader()).ticks, truth));
    CHECK(s->verify()->empty());
}

TEST_CASE("what was shown while an era could not begin is told", "[archive]")
{
    const temporary_directory place;
    const auto truth = minutes_of(morning, 100, 1);
    const auto now = morning + 6h;
    {
        const auto s = open_store(place.path());
        REQUIRE(s->append(truth));
        REQUIRE(s->append(minutes_of(morning + 24h, 100, 2)));
        write_small(place.path() / "set_aside", "");
        CHECK(!s->begin_era(position::at(morning + 5h)));
        s->note_shown(position::at(morning + 5h + 30min));
        fs::remove(place.path() / "set_aside");
    }
    const auto s = open_store(place.path(), now);
    CHECK(s->last() == position::at(now).previous());
    REQUIRE(s->holds()->look().held->holes.size() == 1);
    CHECK(s->holds()->look().held->holes[0].from == truth.back().at);
    CHECK(s->holds()->look().held->holes[0].to == position::at(now).previous());
}

TEST_CASE("a position that is ahead of the last begins no era", "[archive]")
{
    const temporary_directory place;
    const auto s = open_store(place.path());
    const auto ticks = minutes_of(morning, 10, 1);
    REQUIRE(s->append(ticks));
    REQUIRE(s->begin_era(ticks.back().at));
    CHECK(same(read_all_of(*s->make_reader()).ticks, ticks));
    CHECK(s->holds()->look().held->holes.empty());
}

}  // namespace tickertape::archive::testing
