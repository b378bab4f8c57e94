#include "archive/survey.hpp"

#include "archive/candle_file.hpp"
#include "archive/files.hpp"
#include "archive_fixture.hpp"

namespace {

using namespace tickertape;
using namespace tickertape::archive;
using namespace tickertape::archive::testing;

constexpr auto day = std::chrono::days{1};

// Two days, the first of them sealed.
std::unique_ptr<store> two_days(const fs::path& directory)
{
    auto s = open_store(directory);
    REQUIRE(s->append(ticks_from(morning, 400)));
    REQUIRE(s->append(ticks_from(morning + day, 300)));
    REQUIRE(*s->seal_finished_days(morning + day) == 1);
    return s;
}

survey look(const fs::path& directory)
{
    auto found = look_at(directory, feed_kind::live);
    if (!found)
        FAIL(found.error().text);
    return std::move(*found);
}

std::vector<finding> wrong(const fs::path& directory)
{
    auto all = verify(look(directory));
    REQUIRE(all);
    std::erase_if(*all, [](const finding& f) { return !f.is_wrong; });
    return *all;
}

void flip(const fs::path& file, std::streamoff at)
{
    std::fstream f{file, std::ios::in | std::ios::out | std::ios::binary};
    f.seekg(at);
    const auto c = static_cast<char>(f.get() ^ 4);
    f.seekp(at);
    f.put(c);
}

}  // namespace

TEST_CASE("an archive is surveyed beside the store that writes it", "[archive]")
{
    const temporary_directory dir;
    const auto s = two_days(dir.path());
    const auto found = look(dir.path());
    CHECK(found.is_in_use);
    CHECK(found.trouble.empty());
    REQUIRE(found.held.days.size() == 2);
    CHECK(found.held.days[0].form == day_form::sealed);
    CHECK(found.held.days[0].ticks == 400);
    CHECK(fs::exists(dir.path() / "ticks-2026-11-21.sealed.db"));
    CHECK(found.held.days[1].form == day_form::open);
    CHECK(found.held.days[1].ticks == 300);
    CHECK(found.last == s->last());
    CHECK(found.symbols == std::vector<std::string>{"BTC-USD", "ETH-USD", "SOL-USD", "XRP-USD"});
    CHECK(found.lives.size() == 1);
    CHECK(wrong(dir.path()).empty());

    auto expected = ticks_from(morning, 400);
    const auto later = ticks_from(morning + day, 300);
    expected.insert(expected.end(), later.begin(), later.end());
    CHECK(same(read_all_of(*make_reader(found, symbols())).ticks, expected));
    // The store goes on as if nobody had looked.
    REQUIRE(s->append(ticks_from(morning + day, 10, 300)));
    REQUIRE(s->end_cleanly(morning + day));
}

TEST_CASE("an archive that nobody uses verifies, and is as it was afterwards", "[archive]")
{
    const temporary_directory dir;
    REQUIRE(two_days(dir.path())->end_cleanly(morning + day));
    const auto digests = [&] {
        std::map<std::string, std::string> all;
        for (const auto& entry : fs::directory_iterator{dir.path()})
            if (!entry.path().string().ends_with("-shm"))
                all[entry.path().filename().string()] = sha256_of(entry.path());
        return all;
    };
    const auto before = digests();
    CHECK_FALSE(look(dir.path()).is_in_use);
    CHECK(wrong(dir.path()).empty());
    for (const auto& [name, digest] : before)
        CHECK(digests().at(name) == digest);
}

TEST_CASE("each kind of damage is found", "[archive]")
{
    const temporary_directory dir;
    REQUIRE(two_days(dir.path())->end_cleanly(morning + day));
    const auto sealed = dir.path() / "ticks-2026-11-21.sealed.db";
    const auto open = dir.path() / "ticks-2026-11-22.db";

    SECTION("a bit of a sealed day")
    {
        flip(sealed, 5'000);
        const auto found = wrong(dir.path());
        REQUIRE(found.size() == 1);
        CHECK(found[0].file == sealed);
    }
    SECTION("the digest of a sealed day")
    {
        fs::remove(sealed.string() + ".sha256");
        REQUIRE(wrong(dir.path()).size() == 1);
    }
    SECTION("a sealed day that is gone")
    {
        fs::remove(sealed);
        const auto found = wrong(dir.path());
        REQUIRE_FALSE(found.empty());
        CHECK(found[0].file == sealed);
    }
    SECTION("an open day that is gone")
    {
        fs::remove(open);
        const auto found = wrong(dir.path());
        REQUIRE_FALSE(found.empty());
        CHECK(found[0].file == open);
    }
    SECTION("a row of an open day that was changed")
    {
        {
            database file{open, database::access::write};
            file.run("UPDATE ticks SET price = price + 1 WHERE rowid IN"
                     " (SELECT position FROM ticks LIMIT 1 OFFSET 20)");
        }
        const auto found = wrong(dir.path());
        REQUIRE_FALSE(found.empty());
        CHECK(found[0].file == open);
    }
    SECTION("the catalogue")
    {
        std::ofstream{dir.path() / "archive.db"} << "no database";
        const auto found = wrong(dir.path());
        REQUIRE(found.size() == 1);
        CHECK(found[0].file == dir.path() / "archive.db");
    }
}

TEST_CASE("each kind of damage to candles.db is found", "[archive]")
{
    const temporary_directory dir;
    const auto path = dir.path() / "candles.db";
    REQUIRE(two_days(dir.path())->end_cleanly(morning + day));
    const auto first = std::chrono::floor<std::chrono::seconds>(morning);
    {
        candle_file file{path, symbols(), true};
        std::vector<candle_row> rows;
        for (int k = 0; k < 500; ++k)
            rows.push_back(
                {symbol_id{1},
                 series::interval::m1,
                 {first + k * 1min, *price::from(100), *price::from(101), *price::from(99),
                  *price::from(100), 7}});
        REQUIRE(file.put(rows) == 500);
        REQUIRE(file.put({&rows[0], 1}, "coinbase") == 0);
        file.set_closed_until(first + 500min);
        file.finish();
    }
    const auto found = look(dir.path());
    REQUIRE(found.candles.held.size() == 1);
    CHECK(found.candles.held[0].of == series::interval::m1);
    CHECK(found.candles.held[0].candles == 500);
    CHECK(found.candles.held[0].first == first);
    CHECK(found.candles.held[0].last == first + 499min);
    CHECK(found.candles.bytes >= fs::file_size(path));
    CHECK(wrong(dir.path()).empty());

    const std::string sql = GENERATE(
        "UPDATE candles SET high = high + 1 WHERE time % 600 = 0",
        "UPDATE candles SET ticks = 8 WHERE time = (SELECT max(time) FROM candles)",
        "DELETE FROM candles WHERE time % 6000 = 0",
        "DELETE FROM candles WHERE time = (SELECT max(time) FROM candles)",
        "UPDATE candles SET interval = 61 WHERE time % 6000 = 0",
        "UPDATE candles SET symbol = 77 WHERE time % 6000 = 0",
        "UPDATE symbols SET name = 'ETH-USC' WHERE name = 'ETH-USD'",
        "DELETE FROM symbols WHERE name = 'ETH-USD'", "DELETE FROM newest", "DELETE FROM candles",
        "UPDATE facts SET value = value + 60", "DROP TABLE facts", "DROP TABLE candles",
        "PRAGMA user_version = 0");
    INFO(sql);
    database{path, database::access::write}.run(sql);
    const auto told = wrong(dir.path());
    REQUIRE_FALSE(told.empty());
    CHECK(told[0].file == path);
}

TEST_CASE("random bytes in candles.db are found", "[archive]")
{
    const temporary_directory dir;
    const auto path = dir.path() / "candles.db";
    REQUIRE(two_days(dir.path())->end_cleanly(morning + day));
    {
        candle_file file{path, symbols(), true};
        file.note_symbols();
        file.finish();
    }
    CHECK(wrong(dir.path()).empty());
    const auto size = fs::file_size(path);
    const auto at = GENERATE(0.0, 0.4, 0.8);
    INFO(at);
    {
        std::fstream f{path, std::ios::in | std::ios::out | std::ios::binary};
        f.seekp(static_cast<std::streamoff>(static_cast<double>(size) * at));
        f << std::string(4'096, '\xa7');
    }
    CHECK_FALSE(wrong(dir.path()).empty());
}

TEST_CASE("a hole that is recorded is told, and nothing is wrong", "[archive]")
{
    const temporary_directory dir;
    const auto s = two_days(dir.path());
    const auto last = s->last();
    REQUIRE(s->record_hole({last, position::at(last.time() + 1s), hole_reason::not_archived}));
    REQUIRE(s->end_cleanly(morning + day));
    const auto all = verify(look(dir.path()));
    REQUIRE(all);
    REQUIRE(all->size() == 1);
    CHECK_FALSE(all->front().is_wrong);
    CHECK(all->front().text.find("hole (not archived)") == 0);
}

TEST_CASE("where there is no archive, or one of another feed, a survey says so", "[archive]")
{
    const temporary_directory dir;
    CHECK(
        look_at(dir.path() / "nothing", feed_kind::live).error().code ==
        archive_errc::not_accessible);
    REQUIRE(two_days(dir.path())->end_cleanly(morning + day));
    CHECK(look_at(dir.path(), feed_kind::pipe).error().code == archive_errc::other_kind);
}
