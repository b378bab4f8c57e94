#include "archive/backup.hpp"

#include "archive/candle_file.hpp"
#include "archive/files.hpp"
#include "archive_fixture.hpp"

namespace {

using namespace tickertape;
using namespace tickertape::archive;
using namespace tickertape::archive::testing;

constexpr auto day = std::chrono::days{1};

struct places {
    temporary_directory dir;
    fs::path archive = dir.path() / "data" / "live";
    fs::path backups = dir.path() / "backups";
    fs::path restored = dir.path() / "restored" / "live";
};

backup_report made(const places& at, wall_time now = morning)
{
    auto report = make_backup(at.archive, feed_kind::live, at.backups, now);
    if (!report)
        FAIL(report.error().text);
    return *report;
}

// What the newest backup has, read through a store of its own.
std::vector<tape::past_tick> restored_ticks(const places& at)
{
    fs::remove_all(at.restored);
    const auto taken = restore_backup(at.backups, feed_kind::live, at.restored);
    if (!taken)
        FAIL(taken.error().text);
    const auto s = open_store(at.restored, morning + 9 * day);
    CHECK(s->verify()->empty());
    return read_all_of(*s->make_reader()).ticks;
}

std::size_t entries_in(const fs::path& place)
{
    const fs::directory_iterator all{place};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

TEST_CASE("a backup is made while the store writes, and restores to what was there", "[archive]")
{
    const places at;
    const auto s = open_store(at.archive);
    auto ticks = ticks_from(morning, 300);
    REQUIRE(s->append(ticks));
    auto more = ticks_from(morning + day, 200);
    REQUIRE(s->append(more));
    REQUIRE(*s->seal_finished_days(morning + day) == 1);
    const auto report = made(at);
    CHECK(report.ticks == 500);
    CHECK(report.made.path == at.backups / "live-2026-11-21T10-00-00.000Z");
    REQUIRE(s->append(ticks_from(morning + day, 50, 200)));

    CHECK(verify_backup(report.made.path)->empty());
    // A sealed day is a link, an open one a file of its own without a log.
    CHECK(fs::hard_link_count(report.made.path / "ticks-2026-11-21.sealed.db") == 2);
    CHECK(fs::hard_link_count(report.made.path / "ticks-2026-11-22.db") == 1);
    CHECK_FALSE(fs::exists(report.made.path / "ticks-2026-11-22.db-wal"));
    ticks.insert(ticks.end(), more.begin(), more.end());
    CHECK(same(restored_ticks(at), ticks));
    CHECK(fs::hard_link_count(at.restored / "ticks-2026-11-21.sealed.db") == 1);
}

TEST_CASE("a backup that ends at any step leaves none, and the next one clears up", "[archive]")
{
    const places at;
    const auto s = open_store(at.archive);
    const auto ticks = ticks_from(morning, 100);
    REQUIRE(s->append(ticks));
    struct killed {};
    auto now = morning;
    for (const auto last :
         {backup_step::begun, backup_step::copied, backup_step::verified, backup_step::listed,
          backup_step::synced}) {
        // What is thrown past it leaves all as a kill would.
        const auto report = make_backup(
            at.archive, feed_kind::live, at.backups, now += 1s, [last](backup_step step) {
                if (step == last)
                    throw killed{};
            });
        REQUIRE_FALSE(report);
        CHECK(backups_in(at.backups, feed_kind::live).empty());
        CHECK(
            restore_backup(at.backups, feed_kind::live, at.restored).error().code ==
            archive_errc::not_accessible);
    }
    made(at, now + 1s);
    CHECK(entries_in(at.backups) == 2);  // it, and LOCK
    CHECK(same(restored_ticks(at), ticks));
}

TEST_CASE("a day that is sealed while it is copied is in the backup", "[archive]")
{
    const places at;
    const auto s = open_store(at.archive);
    const auto ticks = ticks_from(morning, 100);
    REQUIRE(s->append(ticks));
    REQUIRE(s->append(ticks_from(morning + day, 1)));
    const auto report =
        make_backup(at.archive, feed_kind::live, at.backups, morning, [&](backup_step step) {
            if (step == backup_step::begun)
                REQUIRE(*s->seal_finished_days(morning + day) == 1);
        });
    REQUIRE(report);
    CHECK(report->ticks == 101);
}

TEST_CASE("a backup that was changed is not restored", "[archive]")
{
    const places at;
    {
        const auto s = open_store(at.archive);
        REQUIRE(s->append(ticks_from(morning, 100)));
    }
    const auto path = made(at).made.path;
    SECTION("a byte")
    {
        std::fstream f{
            path / "ticks-2026-11-21.db", std::ios::in | std::ios::out | std::ios::binary};
        f.seekp(9'000);
        f.put('x');
    }
    SECTION("a file that is gone")
    {
        fs::remove(path / "KIND");
    }
    SECTION("a file that is not listed")
    {
        std::ofstream{path / "ticks-2026-11-20.db"} << "?";
    }
    CHECK(verify_backup(path)->size() == 1);
    const auto refused = restore_backup(path, feed_kind::live, at.restored);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == archive_errc::damaged);
    CHECK_FALSE(fs::exists(at.restored));
}

TEST_CASE("nothing is restored over an archive, nor for another feed", "[archive]")
{
    const places at;
    {
        const auto s = open_store(at.archive);
        REQUIRE(s->append(ticks_from(morning, 100)));
    }
    const auto path = made(at).made.path;
    CHECK(restore_backup(path, feed_kind::live, at.archive).error().code == archive_errc::in_use);
    CHECK(
        restore_backup(path, feed_kind::pipe, at.restored.parent_path() / "pipe").error().code ==
        archive_errc::other_kind);
    for (const auto other : {"pipe", "pipe/", "simulator"})
        CHECK(
            restore_backup(path, feed_kind::live, at.dir.path() / "restored" / other)
                .error()
                .code == archive_errc::other_kind);
    CHECK(
        restore_backup(at.backups, feed_kind::pipe, at.dir.path() / "elsewhere").error().code ==
        archive_errc::not_accessible);
}

TEST_CASE("no backup is made of what does not verify", "[archive]")
{
    const places at;
    {
        const auto s = open_store(at.archive);
        REQUIRE(s->append(ticks_from(morning, 100)));
    }
    const auto good = made(at).made.path;
    {
        database file{at.archive / "ticks-2026-11-21.db", database::access::write};
        file.run("UPDATE ticks SET price = 1 WHERE position IN (SELECT max(position) FROM ticks)");
    }
    const auto report = make_backup(at.archive, feed_kind::live, at.backups, morning + 1s);
    REQUIRE_FALSE(report);
    CHECK(report.error().code == archive_errc::damaged);
    const auto left = backups_in(at.backups, feed_kind::live);
    REQUIRE(left.size() == 1);
    CHECK(left[0].path == good);
}

TEST_CASE("no backup is made of candles that do not verify, or that are gone", "[archive]")
{
    const places at;
    {
        const auto s = open_store(at.archive);
        REQUIRE(s->append(ticks_from(morning, 100)));
    }
    const auto path = at.archive / "candles.db";
    const auto first = std::chrono::floor<std::chrono::seconds>(morning);
    {
        candle_file file{path, symbols(), true};
        for (int k = 0; k < 20; ++k) {
            const candle_row row{
                symbol_id{1},
                series::interval::m1,
                {first + k * 1min, *price::from(100), *price::from(101), *price::from(99),
                 *price::from(100), 7}};
            REQUIRE(file.put({&row, 1}) == 1);
        }
    }
    const auto good = made(at).made.path;
    SECTION("a price that was changed")
    {
        database{path, database::access::write}.run("UPDATE candles SET low = 1");
    }
    SECTION("bytes")
    {
        std::fstream f{path, std::ios::in | std::ios::out | std::ios::binary};
        f << "no database";
    }
    SECTION("all of it")
    {
        fs::remove(path);
    }
    const auto report = make_backup(at.archive, feed_kind::live, at.backups, morning + 1s);
    REQUIRE_FALSE(report);
    CHECK(report.error().code == archive_errc::damaged);
    CHECK(report.error().text.find("candles.db") != std::string::npos);
    const auto left = backups_in(at.backups, feed_kind::live);
    REQUIRE(left.size() == 1);
    CHECK(left[0].path == good);
}

TEST_CASE("the last backup from before candles were lost is kept", "[archive]")
{
    const places at;
    {
        const auto s = open_store(at.archive);
        REQUIRE(s->append(ticks_from(morning, 10)));
    }
    const auto lose = [&](wall_time when) {
        candle_file file{at.archive / "candles.db", symbols(), true};
        file.set_last_loss(when);
    };
    {
        candle_file file{at.archive / "candles.db", symbols(), true};
        file.note_symbols();
    }
    made(at, morning);
    const auto before = made(at, morning + 1s).made.path;
    lose(morning + 2s);
    const auto between = made(at, morning + 3s).made.path;
    const auto after = made(at, morning + 4s).made.path;
    CHECK(*rotate_backups(at.backups, feed_kind::live, {.newest = 1, .weekly = 0}) == 2);
    auto left = backups_in(at.backups, feed_kind::live);
    REQUIRE(left.size() == 2);
    CHECK(left[0].path == before);
    CHECK(left[1].path == after);
    CHECK_FALSE(fs::exists(between));
}

TEST_CASE("backups of one week are no more than are to be kept", "[archive]")
{
    const places at;
    {
        const auto s = open_store(at.archive);
        REQUIRE(s->append(ticks_from(morning, 10)));
    }
    for (int k = 0; k < 5; ++k)
        made(at, morning + k * 1s);
    CHECK(*rotate_backups(at.backups, feed_kind::live, {.newest = 3, .weekly = 4}) == 2);
    CHECK(backups_in(at.backups, feed_kind::live).size() == 3);
}

TEST_CASE(
    "the newest backups are kept, one of each of four weeks before, and never none", "[archive]")
{
    const places at;
    {
        const auto s = open_store(at.archive);
        REQUIRE(s->append(ticks_from(morning, 10)));
    }
    // 2026-11-21 is a Saturday.
    for (int d = 0; d < 60; ++d)
        made(at, morning + d * day);
    CHECK(*rotate_backups(at.backups, feed_kind::live, {.newest = 3, .weekly = 4}) == 53);
    std::vector<std::chrono::days> left;
    for (const auto& b : backups_in(at.backups, feed_kind::live))
        left.push_back(std::chrono::floor<std::chrono::days>(b.made - morning));
    using d = std::chrono::days;
    CHECK(left == std::vector<d>{d{29}, d{36}, d{43}, d{50}, d{57}, d{58}, d{59}});
    CHECK(*rotate_backups(at.backups, feed_kind::live, {.newest = 0, .weekly = 0}) == 6);
    CHECK(backups_in(at.backups, feed_kind::live).size() == 1);
    CHECK(*rotate_backups(at.backups, feed_kind::live, {.newest = 0, .weekly = 0}) == 0);
}

TEST_CASE(
    "a sealed day stays one file over many backups, also when the archive has lost it", "[archive]")
{
    const places at;
    const auto s = open_store(at.archive);
    REQUIRE(s->append(ticks_from(morning, 100)));
    REQUIRE(s->append(ticks_from(morning + day, 1)));
    REQUIRE(*s->seal_finished_days(morning + day) == 1);
    const auto first = made(at, morning).made.path;
    const auto second = made(at, morning + 1s).made.path;
    const auto name = "ticks-2026-11-21.sealed.db";
    CHECK(fs::equivalent(first / name, second / name));
    fs::remove(at.archive / name);
    CHECK(same(restored_ticks(at), [&] {
        auto all = ticks_from(morning, 100);
        all.push_back(tick_at(morning + day, 0));
        return all;
    }()));
}
