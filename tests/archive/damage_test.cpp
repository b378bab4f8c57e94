// Files that are changed or cut while nobody looks: never a wrong tick, never an absent tick in a
// range that is said to be known, and what is not touched is served.
#include "archive/files.hpp"
#include "archive_fixture.hpp"
#include "support/effort.hpp"

#include <iostream>
#include <random>

namespace tickertape::archive::testing {
namespace {

constexpr auto midnight = morning + 14h;

void copy_over(const fs::path& from, const fs::path& to)
{
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive);
}

// Three days: two sealed, and one that is open with rows in its file and in its log.
std::vector<tape::past_tick> make_archive(const fs::path& directory)
{
    std::vector<tape::past_tick> all;
    const auto live = directory.parent_path() / "live";
    const auto s = open_store(live, midnight - 24h);
    for (const int day : {-1, 0, 1}) {
        const auto ticks = ticks_from(midnight + day * 24h - 2h, 150);
        REQUIRE(s->append(ticks));
        all.insert(all.end(), ticks.begin(), ticks.end());
    }
    REQUIRE(*s->seal_finished_days(midnight + 22h) == 2);
    REQUIRE(s->record_hole({all.back().at, all.back().at.next(), hole_reason::not_archived}));
    const auto more = ticks_from(midnight + 22h, 50, 200);
    REQUIRE(s->append(more));
    all.insert(all.end(), more.begin(), more.end());
    REQUIRE(s->sync());
    copy_over(live, directory);  // as a kill would leave it, with its log
    return all;
}

std::vector<fs::path> files_of(const fs::path& directory)
{
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator{directory})
        if (entry.is_regular_file() && entry.file_size() > 0 &&
            !entry.path().string().ends_with("-shm"))
            files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

// Returns what is known of the ticks, after checking that all of it is true.
reading open_and_check(const fs::path& directory, const std::vector<tape::past_tick>& truth)
{
    auto s = open_store(directory, midnight + 23h);
    auto got = read_all_of(*s->make_reader());
    check_honest(got, truth);
    CHECK(s->put_away_damaged(midnight + 23h));
    const auto holes = s->found().holes;
    const auto more = tick_at(midnight + 23h, 1);
    REQUIRE(s->append(std::vector{more}));
    CHECK(read_all_of(*s->make_reader()).ticks.size() == got.ticks.size() + 1);
    return got;
}

std::size_t of_day(const reading& r, utc_day day)
{
    return static_cast<std::size_t>(std::ranges::count_if(
        r.ticks, [day](const tape::past_tick& t) { return day_of(t.at) == day; }));
}

}  // namespace

TEST_CASE("what was shown last is known though a bit of it flipped", "[archive]")
{
    const temporary_directory place;
    const auto original = place.path() / "original";
    const auto work = place.path() / "work";
    const auto ticks = make_archive(original);
    const auto bits = fs::file_size(original / "progress") * 8;
    REQUIRE(bits > 192);
    for (auto bit = bits - 192; bit < bits; bit += 7) {
        copy_over(original, work);
        INFO("bit " << bit);
        flip_bit(work / "progress", bit);
        CHECK(open_and_check(work, ticks).ticks.size() == ticks.size());
    }
}

TEST_CASE("a flipped bit anywhere never becomes a wrong tick", "[archive]")
{
    // 10,000 with ARCHIVE_FLIPS=10000; each is two starts of an archive.
    const auto* wanted = std::getenv("ARCHIVE_FLIPS");
    const int flips = wanted != nullptr ? std::atoi(wanted) : tickertape::testing::rounds(150, 30);
    const auto seed = Catch::rngSeed();
    INFO("seed " << seed);
    std::mt19937 random{seed};
    const temporary_directory place;
    const auto original = place.path() / "original";
    const auto work = place.path() / "work";
    const auto ticks = make_archive(original);
    std::map<std::string, std::pair<int, std::size_t>> served;
    for (int i = 0; i < flips; ++i) {
        copy_over(original, work);
        const auto files = files_of(work);
        const auto& file = files[random() % files.size()];
        const auto bit = random() % (fs::file_size(file) * 8);
        INFO("bit " << bit << " of " << file.filename());
        flip_bit(file, bit);
        const auto got = open_and_check(work, ticks);
        // Damage is contained to the day.
        const auto name = file.filename().string();
        for (const int day : {-2, -1, 0}) {
            const auto d = day_of(position::at(midnight + day * 24h));
            if (name.find(text_of(d)) == std::string::npos)
                CHECK(of_day(got, d) == (day == 0 ? 200 : 150));
        }
        auto& [times, sum] = served[name];
        ++times;
        sum += got.ticks.size();
    }
    if (wanted != nullptr)
        for (const auto& [name, s] : served)
            std::cout << name << ": " << s.first << " flips, served on average "
                      << s.second / static_cast<std::size_t>(s.first) << " of " << ticks.size()
                      << " ticks\n";
}

TEST_CASE("a day's file or log that is cut anywhere never becomes a wrong tick", "[archive]")
{
    const temporary_directory place;
    const auto original = place.path() / "original";
    const auto work = place.path() / "work";
    const auto ticks = ticks_from(morning, 40);
    {
        const auto s = open_store(place.path() / "live");
        REQUIRE(s->append(std::span{ticks}.first(20)));
        REQUIRE(s->append(std::span{ticks}.subspan(20)));
        REQUIRE(s->sync());
        copy_over(place.path() / "live", original);
    }
    // Every byte with ARCHIVE_CUTS=1, else one in some hundred.
    const std::size_t step = std::getenv("ARCHIVE_CUTS") != nullptr
                                 ? 1
                                 : tickertape::testing::rounds<std::size_t>(397, 1'999);
    const auto name = GENERATE(
        as<std::string>{}, "ticks-2026-11-21.db", "ticks-2026-11-21.db-wal", "progress",
        "archive.db", "archive.db-wal", "KIND");
    const auto size = fs::file_size(original / name);
    REQUIRE(size > 0);
    for (std::size_t bytes = 0; bytes < size; bytes += step) {
        INFO(name << " cut to " << bytes << " of " << size);
        copy_over(original, work);
        fs::resize_file(work / name, bytes);
        open_and_check(work, ticks_from(morning, 40));
    }
}

TEST_CASE("rows of an open day that do not verify are left out, and the rest is kept", "[archive]")
{
    const temporary_directory place;
    const auto ticks = ticks_from(morning, 2000);
    {
        const auto s = open_store(place.path());
        REQUIRE(s->append(ticks));
        REQUIRE(s->end_cleanly(morning + 1h));
    }
    {
        database file{place.path() / "ticks-2026-11-21.db", database::access::write};
        file.run(
            "UPDATE ticks SET price = price + 1 WHERE position = " +
            std::to_string(stored(ticks[700].at)));
        file.run("DELETE FROM ticks WHERE position = " + std::to_string(stored(ticks[900].at)));
        file.run(
            "UPDATE ticks SET position = position + 77 WHERE position = " +
            std::to_string(stored(ticks[1100].at)));
        file.run(
            "UPDATE ticks SET symbol = 1 + symbol % 4 WHERE position = " +
            std::to_string(stored(ticks[1999].at)));
    }
    for (int times = 0; times < 2; ++times) {
        const auto s = open_store(place.path(), morning + 2h);
        const auto got = read_all_of(*s->make_reader());
        check_honest(got, ticks);
        // The row itself, and after a position that changed the row behind it.
        CHECK(got.ticks.size() == 2000 - 6);
        CHECK(s->found().last == ticks.back().at);
        CHECK(s->found().holes.size() == 4);
        CHECK(fs::exists(place.path() / "damaged" / "ticks-2026-11-21.db"));
        CHECK(s->verify()->empty());
    }
}

TEST_CASE(
    "damage of an open day in use is told to its reader, and mended at the start", "[archive]")
{
    const temporary_directory place;
    const auto ticks = ticks_from(morning, 2000);
    auto s = open_store(place.path());
    REQUIRE(s->append(ticks));
    {
        database file{place.path() / "ticks-2026-11-21.db", database::access::write};
        file.run(
            "UPDATE ticks SET price = 1 WHERE position = " + std::to_string(stored(ticks[700].at)));
    }
    CHECK(s->verify()->size() == 1);
    const auto got = read_all_of(*s->make_reader());
    check_honest(got, ticks);
    CHECK(got.ticks.size() == 1999);
    CHECK(*s->put_away_damaged(morning) == 1);
    s.reset();
    s = open_store(place.path(), morning + 1h);
    CHECK(s->found().holes.size() == 1);
    CHECK(read_all_of(*s->make_reader()).ticks.size() == 1999);
}

TEST_CASE("a lost catalogue is made anew from the day files, with their holes", "[archive]")
{
    const temporary_directory place;
    const auto directory = place.path() / "copy";
    const auto ticks = make_archive(directory);
    remove_database(directory / "archive.db");
    write_bytes(
        directory / "archive.db", "no database, and longer than its header, which is "
                                  "one hundred bytes of text that means nothing at all");
    const auto s = open_store(directory, midnight + 23h);
    const auto got = read_all_of(*s->make_reader());
    check_honest(got, ticks);
    CHECK(got.ticks.size() == ticks.size());
    CHECK(s->found().holes.size() == 1);
    CHECK(fs::exists(directory / "damaged" / "archive.db"));
    REQUIRE_FALSE(s->found().remarks.empty());
    CHECK(s->found().remarks.front().find("made anew") != std::string::npos);
}

}  // namespace tickertape::archive::testing
