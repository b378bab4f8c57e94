#include "archive/files.hpp"
#include "archive_fixture.hpp"

namespace tickertape::archive::testing {
namespace {

constexpr auto midnight = morning + 14h;

// Two days of 100 ticks each.
std::vector<tape::past_tick> two_days()
{
    return ticks_from(midnight - 10s, 200);
}

const std::string open_name = "ticks-2026-11-21.db";
const std::string sealed_name = "ticks-2026-11-21.sealed.db";

}  // namespace

TEST_CASE("a day that is over is sealed, and reads the same", "[archive]")
{
    const temporary_directory place;
    const auto s = open_store(place.path());
    const auto ticks = two_days();
    REQUIRE(s->append(ticks));
    const auto before = s->make_reader();
    CHECK(same(read_all_of(*before).ticks, ticks));

    CHECK(*s->seal_finished_days(midnight + 10s) == 1);
    CHECK_FALSE(fs::exists(place.path() / open_name));
    CHECK_FALSE(fs::exists(place.path() / (open_name + "-wal")));
    CHECK(read_digest(place.path() / sealed_name) == sha256_of(place.path() / sealed_name));
    CHECK(sealed_day{place.path() / sealed_name}.sealed().ticks == 100);
    for (const std::size_t ticks_max : {1, 7, 5000}) {
        CHECK(same(read_all_of(*before, {}, ticks_max).ticks, ticks));
        CHECK(same(read_all_of(*s->make_reader(), {}, ticks_max).ticks, ticks));
    }
    auto of_one = ticks;
    std::erase_if(of_one, [](const tape::past_tick& t) { return t.symbol != symbol_id{1}; });
    CHECK(same(read_all_of(*before, {symbol_id{1}}, 7).ticks, of_one));
    CHECK(s->verify()->empty());
    CHECK(*s->seal_finished_days(midnight + 10s) == 0);
}

TEST_CASE("a day that may get ticks is not sealed", "[archive]")
{
    const temporary_directory place;
    const auto s = open_store(place.path());
    REQUIRE(s->append(ticks_from(midnight - 10s, 50)));
    CHECK(*s->seal_finished_days(midnight - 1s) == 0);
    // Over, but a clock that is set back a little may still give its positions.
    CHECK(*s->seal_finished_days(midnight + 10min) == 0);
    REQUIRE(s->append(ticks_from(midnight - 10s, 10, 50)));
    CHECK(*s->seal_finished_days(midnight + 1h) == 1);
    // And if it was set back further, they go to another part of the day.
    const auto late = ticks_from(midnight - 10s, 10, 60);
    REQUIRE(s->append(late));
    CHECK(fs::exists(place.path() / "ticks-2026-11-21.1.db"));
    CHECK(same(read_all_of(*s->make_reader()).ticks, ticks_from(midnight - 10s, 70)));
    CHECK(*s->seal_finished_days(midnight + 2h) == 1);
    CHECK(same(read_all_of(*s->make_reader()).ticks, ticks_from(midnight - 10s, 70)));
}

TEST_CASE("a file of tomorrow does not end today", "[archive]")
{
    const temporary_directory place;
    const auto s = open_store(place.path());
    REQUIRE(s->append(two_days()));
    CHECK(*s->seal_finished_days(midnight - 1min) == 0);
}

TEST_CASE("a seal that ends at any step is completed or made again", "[archive]")
{
    struct crash {};
    const auto last = GENERATE(
        seal_step::written, seal_step::synced, seal_step::digest_written, seal_step::named);
    const temporary_directory place;
    const auto ticks = two_days();
    {
        const auto s = open_store(place.path());
        REQUIRE(s->append(ticks));
        const auto jobs = s->finished_days(midnight + 10s);
        REQUIRE(jobs->size() == 1);
        const auto stop = [last](seal_step step) {
            if (step == last)
                throw crash{};
        };
        CHECK_THROWS_AS(seal(place.path(), jobs->front().key, jobs->front().last, stop), crash);
    }
    for (int times = 0; times < 2; ++times) {
        const auto s = open_store(place.path(), midnight + 1min);
        CHECK(s->found().holes.empty());
        CHECK(same(read_all_of(*s->make_reader()).ticks, ticks));
        CHECK(fs::exists(place.path() / open_name) == (last != seal_step::named));
        CHECK(fs::exists(place.path() / sealed_name) == (last == seal_step::named));
        CHECK_FALSE(fs::exists(place.path() / "damaged"));
    }
    const auto s = open_store(place.path(), midnight + 1min);
    REQUIRE(s->seal_finished_days(midnight + 1min));
    CHECK(same(read_all_of(*s->make_reader()).ticks, ticks));
    CHECK(s->verify()->empty());
}

TEST_CASE("a seal that ended before the open form was removed is completed", "[archive]")
{
    const temporary_directory place;
    const temporary_directory copies;
    const auto ticks = two_days();
    {
        const auto s = open_store(place.path());
        REQUIRE(s->append(ticks));
        REQUIRE(s->finished_days(midnight + 10s));
        fs::copy_file(place.path() / open_name, copies.path() / open_name);
        REQUIRE(*s->seal_finished_days(midnight + 10s) == 1);
    }
    fs::copy_file(copies.path() / open_name, place.path() / open_name);
    const auto s = open_store(place.path(), midnight + 1min);
    CHECK_FALSE(fs::exists(place.path() / open_name));
    CHECK(same(read_all_of(*s->make_reader()).ticks, ticks));
    CHECK(s->found().holes.empty());
}

TEST_CASE("a sealed day that was changed is put away before it is used", "[archive]")
{
    const temporary_directory place;
    const auto ticks = two_days();
    {
        const auto s = open_store(place.path());
        REQUIRE(s->append(ticks));
        REQUIRE(*s->seal_finished_days(midnight + 10s) == 1);
    }
    flip_bit(place.path() / sealed_name, fs::file_size(place.path() / sealed_name) * 8 - 100);
    const auto s = open_store(place.path(), midnight + 1min);
    CHECK(s->verify()->size() == 1);
    std::vector<std::string> told;
    retention terms;
    terms.damaged = [&told](const std::string& what) { told.push_back(what); };
    s->set_retention(terms);
    CHECK_FALSE(s->is_upkeep_due());
    const auto got = read_all_of(*s->make_reader());
    check_honest(got, ticks);
    CHECK(got.ticks.size() == 100);
    CHECK(s->is_upkeep_due());
    const auto found_at = midnight + 5min;
    // Also where the process ends at once.
    if (GENERATE(false, true))
        REQUIRE(s->end_cleanly(found_at));
    else
        REQUIRE(s->keep_up(found_at));
    CHECK_FALSE(s->is_upkeep_due());
    REQUIRE(told.size() == 1);
    CHECK(told[0].find("ticks-2026-11-21.sealed.db: does not verify; ticks after ") == 0);
    CHECK(told[0].find("damaged/ticks-2026-11-21.sealed.db") != std::string::npos);
    CHECK(s->now().damaged.value() == 1);
    const auto notes = catalogue::look(place.path() / "archive.db").notes;
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].at == found_at);
    CHECK(notes[0].text == told[0]);
    CHECK(fs::exists(place.path() / "damaged" / sealed_name));
    CHECK(fs::exists(place.path() / "damaged" / (std::string{sealed_name} + ".sha256")));
    CHECK_FALSE(fs::exists(place.path() / sealed_name));

    const auto again = [&] {
        const auto opened = open_store(place.path(), midnight + 1min);
        REQUIRE(opened->found().holes.size() == 1);
        CHECK(opened->found().holes.front().reason == hole_reason::damaged);
        CHECK(opened->found().holes.front().to == ticks[99].at);
        CHECK(read_all_of(*opened->make_reader()).ticks.size() == 100);
    };
    const_cast<std::unique_ptr<store>&>(s).reset();
    again();
    again();
}

TEST_CASE("a sealed day without its digest gets it again from the catalogue", "[archive]")
{
    const temporary_directory place;
    const auto ticks = two_days();
    {
        const auto s = open_store(place.path());
        REQUIRE(s->append(ticks));
        REQUIRE(*s->seal_finished_days(midnight + 10s) == 1);
    }
    fs::remove(digest_path(place.path() / sealed_name));
    const auto s = open_store(place.path(), midnight + 1min);
    CHECK(read_digest(place.path() / sealed_name) == sha256_of(place.path() / sealed_name));
    CHECK(same(read_all_of(*s->make_reader()).ticks, ticks));
}

TEST_CASE("old days are dropped, never the newest, and are no hole", "[archive]")
{
    const temporary_directory place;
    const auto ticks = two_days();
    const auto today = utc_day{std::chrono::floor<std::chrono::days>(midnight)};
    {
        const auto s = open_store(place.path());
        REQUIRE(s->append(ticks));
        REQUIRE(*s->seal_finished_days(midnight + 10s) == 1);
        CHECK(*s->drop_days_before(today - std::chrono::days{1}) == 0);
        CHECK(*s->drop_days_before(today + std::chrono::days{9}) == 1);
        CHECK(*s->drop_days_before(today) == 0);
        CHECK_FALSE(fs::exists(place.path() / sealed_name));
        CHECK_FALSE(fs::exists(digest_path(place.path() / sealed_name)));
        CHECK(read_all_of(*s->make_reader()).ticks.size() == 100);
    }
    // A file that a drop had no time to remove.
    write_bytes(place.path() / open_name, "left over");
    const auto s = open_store(place.path(), midnight + 1min);
    CHECK_FALSE(fs::exists(place.path() / open_name));
    CHECK(s->found().holes.empty());
    CHECK(read_all_of(*s->make_reader()).ticks.size() == 100);
}

TEST_CASE("a day that is missing is a hole", "[archive]")
{
    const auto day = GENERATE(0, 1, 2);
    const auto is_catalogue_lost = GENERATE(false, true);
    const temporary_directory place;
    std::vector<tape::past_tick> ticks;
    {
        const auto s = open_store(place.path());
        for (int d = 0; d < 3; ++d) {
            const auto of_day = ticks_from(morning + d * 24h, 100);
            REQUIRE(s->append(of_day));
            ticks.insert(ticks.end(), of_day.begin(), of_day.end());
        }
        REQUIRE(*s->seal_finished_days(morning + 48h) == 2);
    }
    const auto missing = day_key{day_of(ticks[static_cast<std::size_t>(day) * 100].at)};
    remove_database(place.path() / file_name(missing, day_form::open));
    remove_database(place.path() / file_name(missing, day_form::sealed));
    if (is_catalogue_lost)
        remove_database(place.path() / "archive.db");
    for (int times = 0; times < 2; ++times) {
        const auto s = open_store(place.path(), morning + 49h);
        const auto got = read_all_of(*s->make_reader());
        check_honest(got, ticks);
        CHECK(got.ticks.size() == 200);
        CHECK_FALSE(got.knows(ticks[static_cast<std::size_t>(day) * 100 + 50].at));
        CHECK(s->found().last == ticks.back().at);
        if (day != 0)
            CHECK(s->found().holes.front().reason == hole_reason::damaged);
    }
}

}  // namespace tickertape::archive::testing
