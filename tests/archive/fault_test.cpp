// Processes that are killed, disks that are full or fail, and readers that go last.
#include "archive/candle_import.hpp"
#include "archive/files.hpp"
#include "archive_fixture.hpp"

#include <cerrno>
#include <csignal>
#include <random>

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// SQLite's calls come here, because a program's own function is found before that of the library.
bool does_sync_fail = false;

}  // namespace

extern "C" int fdatasync(int file)
{
    if (does_sync_fail) {
        errno = EIO;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_fdatasync, file));
}

namespace tickertape::archive::testing {
namespace {

// Lowers how far a file may grow, for as long as it lives: writes fail as on a full disk.
class small_files {
public:
    explicit small_files(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit lowered{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &lowered);
    }
    ~small_files() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    small_files(const small_files&) = delete;
    small_files& operator=(const small_files&) = delete;

private:
    rlimit before_{};
};

// Appends batches for as long as it lives, and says after each how many ticks there are. Nothing
// of Catch2 is used: this is the child of a fork.
[[noreturn]] void append_until_killed(const fs::path& directory, int from, int said)
{
    auto s = store::open(directory, feed_kind::live, {morning, symbols(), "boot one"});
    if (!s)
        ::_exit(1);
    for (int k = from;;) {
        const int n = 1 + k % 30;
        if (!(*s)->append(ticks_from(morning, n, k)))
            ::_exit(2);
        k += n;
        if (::write(said, &k, sizeof k) != sizeof k)
            ::_exit(3);
        if (k % 50 == 0 && !(*s)->sync())
            ::_exit(4);
    }
}

}  // namespace

TEST_CASE("a process that is killed loses nothing it has appended", "[archive]")
{
    const auto* wanted = std::getenv("ARCHIVE_KILLS");
    const int kills = wanted != nullptr ? std::atoi(wanted) : 25;
    const auto seed = Catch::rngSeed();
    INFO("seed " << seed);
    std::mt19937 random{seed};
    const temporary_directory place;
    int appended = 0;
    for (int i = 0; i < kills; ++i) {
        int pipe[2];
        REQUIRE(::pipe(pipe) == 0);
        const auto child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            ::close(pipe[0]);
            append_until_killed(place.path(), appended, pipe[1]);
        }
        ::close(pipe[1]);
        // After so many batches; when exactly within the next one is for the scheduler to say.
        int confirmed = appended;
        for (auto batches = 1 + random() % 60; batches > 0; --batches)
            REQUIRE(::read(pipe[0], &confirmed, sizeof confirmed) == sizeof confirmed);
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        REQUIRE(WIFSIGNALED(status));
        while (::read(pipe[0], &confirmed, sizeof confirmed) == sizeof confirmed) {
        }
        ::close(pipe[0]);

        const auto s = open_store(place.path());
        CHECK(s->found().how_it_ended == ending::killed);
        CHECK(s->found().remarks.empty());
        const auto newest = s->make_reader()->newest(1);
        REQUIRE(newest);
        const auto count =
            1 + static_cast<int>((s->last().ms() - position::at(morning).ms()) / 100);
        CHECK(count >= confirmed);
        CHECK(newest->ticks.back().at == s->last());
        appended = count;
    }
    const auto s = open_store(place.path());
    CHECK(same(read_all_of(*s->make_reader(), {}, 5000).ticks, ticks_from(morning, appended)));
}

TEST_CASE(
    "a file that may not grow is an error, and appending goes on when there is room", "[archive]")
{
    const temporary_directory place;
    const auto s = open_store(place.path());
    std::vector<tape::past_tick> held = ticks_from(morning, 1000);
    REQUIRE(s->append(held));
    int k = 1000;
    {
        const auto log = fs::file_size(place.path() / "ticks-2026-11-21.db-wal");
        const small_files full{log + 20'000};
        for (;; k += 100) {
            const auto more = ticks_from(morning, 100, k);
            const auto done = s->append(more);
            if (!done) {
                // SQLite tells a file that may not grow from a full disk by errno, and forgets it.
                CHECK(done.error().code == archive_errc::disk_failed);
                CHECK(done.error().text.find("ticks-2026-11-21.db") != std::string::npos);
                break;
            }
            REQUIRE(k < 100'000);
            held.insert(held.end(), more.begin(), more.end());
        }
        CHECK(s->last() == held.back().at);
        CHECK(s->append(ticks_from(morning, 100, k)).has_error());
        CHECK(same(read_all_of(*s->make_reader()).ticks, held));
    }
    // What passed by meanwhile.
    const auto more = ticks_from(morning, 500, k + 200);
    REQUIRE(
        s->record_hole({held.back().at, more.front().at.previous(), hole_reason::not_archived}));
    REQUIRE(s->append(more));
    held.insert(held.end(), more.begin(), more.end());
    const auto got = read_all_of(*s->make_reader());
    check_honest(got, held);
    CHECK(got.ticks.size() == held.size());
    CHECK(s->verify()->empty());
}

TEST_CASE("a full disk is an error, and nothing is lost that was appended", "[archive]")
{
    const temporary_directory place;
    if (::mount("none", place.path().c_str(), "tmpfs", 0, "size=512k") != 0) {
        WARN("no disk of its own: only root may mount one");
        return;
    }
    const auto data = place.path() / "live";
    std::vector<tape::past_tick> held;
    {
        const auto s = open_store(data);
        int k = 0;
        for (;; k += 50) {
            const auto more = ticks_from(morning, 50, k);
            const auto done = s->append(more);
            if (!done) {
                CHECK(done.error().code == archive_errc::disk_full);
                break;
            }
            REQUIRE(k < 100'000);
            held.insert(held.end(), more.begin(), more.end());
        }
        const hole passed_by{
            s->last(), tick_at(morning, k).at.previous(), hole_reason::not_archived};
        CHECK(s->record_hole(passed_by).has_error());
        CHECK(same(read_all_of(*s->make_reader()).ticks, held));
        REQUIRE(::mount("none", place.path().c_str(), "tmpfs", MS_REMOUNT, "size=8m") == 0);
        const auto more = ticks_from(morning, 500, k);
        REQUIRE(s->append(more));
        held.insert(held.end(), more.begin(), more.end());
        CHECK(same(read_all_of(*s->make_reader()).ticks, held));
        REQUIRE(s->end_cleanly(morning + 1h));
        CHECK(s->verify()->empty());
    }
    {
        const auto s = open_store(data, morning + 1h);
        CHECK(same(read_all_of(*s->make_reader()).ticks, held));
        CHECK(s->found().holes.size() == 1);  // written when there was room
    }
    ::umount(place.path().c_str());
}

TEST_CASE("a seal that finds no room leaves the day as it is", "[archive]")
{
    const temporary_directory place;
    const auto ticks = ticks_from(morning, 3000);
    const auto s = open_store(place.path());
    REQUIRE(s->append(ticks));
    REQUIRE(s->finished_days(morning + 24h)->size() == 1);
    {
        const small_files full{50'000};
        const auto sealed = s->seal_finished_days(morning + 24h);
        REQUIRE(sealed.has_error());
        CHECK(sealed.error().code == archive_errc::disk_failed);
        CHECK(same(read_all_of(*s->make_reader()).ticks, ticks));
    }
    CHECK(*s->seal_finished_days(morning + 24h) == 1);
    CHECK(same(read_all_of(*s->make_reader()).ticks, ticks));
}

TEST_CASE("what a failed sync covered is given up, and appended again to another file", "[archive]")
{
    const auto is_catalogue_lost = GENERATE(false, true);
    const temporary_directory place;
    const auto ticks = ticks_from(morning, 300);
    {
        const auto s = open_store(place.path());
        REQUIRE(s->append(std::span{ticks}.first(100)));
        REQUIRE(s->sync());
        REQUIRE(s->append(std::span{ticks}.subspan(100, 100)));
        does_sync_fail = true;
        const auto failed = s->sync();
        does_sync_fail = false;
        REQUIRE(failed.has_error());
        CHECK(failed.error().code == archive_errc::disk_failed);
        CHECK(s->last() == ticks[99].at);
        CHECK(s->synced() == ticks[99].at);
        CHECK(read_all_of(*s->make_reader()).ticks.size() == 100);

        REQUIRE(s->append(std::span{ticks}.subspan(100)));
        CHECK(fs::exists(place.path() / "ticks-2026-11-21.1.db"));
        CHECK(same(read_all_of(*s->make_reader()).ticks, ticks));
        REQUIRE(s->sync());
        CHECK(s->verify()->empty());
    }
    if (is_catalogue_lost)
        remove_database(place.path() / "archive.db");
    const auto s = open_store(place.path(), morning + 1h);
    CHECK(s->found().holes.empty());
    CHECK(same(read_all_of(*s->make_reader()).ticks, ticks));
    CHECK(*s->seal_finished_days(morning + 24h) == 2);
    CHECK(same(read_all_of(*s->make_reader()).ticks, ticks));
    CHECK(s->verify()->empty());
}

TEST_CASE("a reader that closes last leaves the file and its log as they are", "[archive]")
{
    const temporary_directory place;
    const temporary_directory copy;
    const auto name = std::string{"ticks-2026-11-21.db"};
    {
        const auto s = open_store(place.path());
        REQUIRE(s->append(ticks_from(morning, 1000)));
        // As a kill leaves them: a log, and nobody who has it open.
        fs::copy_file(place.path() / name, copy.path() / name);
        fs::copy_file(place.path() / (name + "-wal"), copy.path() / (name + "-wal"));
    }
    const auto file = bytes_of(copy.path() / name);
    const auto log = bytes_of(copy.path() / (name + "-wal"));
    REQUIRE(log.size() > 10'000);
    {
        open_day_scan scan{copy.path() / name, database::access::read};
        scan.start({});
        int rows = 0;
        while (scan.next())
            ++rows;
        CHECK(rows == 1000);
    }
    CHECK(bytes_of(copy.path() / name) == file);
    CHECK(bytes_of(copy.path() / (name + "-wal")) == log);
}

TEST_CASE("a log that has grown long is copied into its file beside readers", "[archive]")
{
    const temporary_directory place;
    const auto s = open_store(place.path());
    const auto r = s->make_reader();
    int k = 0;
    for (int i = 0; i < 1500; ++i, k += 3) {
        REQUIRE(s->append(ticks_from(morning, 3, k)));
        if (i % 100 == 0)
            CHECK(read_all_of(*r, {}, 5000).ticks.size() == static_cast<std::size_t>(k) + 3);
    }
    // 4 KiB for each transaction would be 6 MB and more.
    CHECK(fs::file_size(place.path() / "ticks-2026-11-21.db-wal") < 4'500'000);
    CHECK(same(read_all_of(*r, {}, 5000).ticks, ticks_from(morning, k)));
}

TEST_CASE(
    "candles are imported, and are not lost, where the disk fails to confirm them", "[archive]")
{
    const temporary_directory place;
    const auto one = *price::from(1.0);
    const auto opens = bucket_open(series::interval::d1, morning);
    candle_file file{place.path() / "candles.db", symbols(), true};
    {
        candle_import import{
            file, {symbol_id{0}, series::interval::d1, "kraken", false, position::at(morning)}};
        import.add({opens, one, one, one, one, 0});
        CHECK(import.commit().put == 1);
        does_sync_fail = true;
        const auto synced = guarded([&] { import.sync(); });
        does_sync_fail = false;
        REQUIRE_FALSE(synced.has_value());
        CHECK(synced.error().code == archive_errc::disk_failed);
    }
    candle_file beside{place.path() / "candles.db", symbols(), false};
    CHECK(
        beside.read({symbol_id{0}, series::interval::d1, opens, opens + 24h}).candles.size() == 1);
}

}  // namespace tickertape::archive::testing
