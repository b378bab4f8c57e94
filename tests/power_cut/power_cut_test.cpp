// The power is cut after any operation on files, and what was not forced to the disk is there in
// any part.
//
// POWER_CUTS: how many states of a disk are tried for each scenario. `make test-long` sets it.
#include "archive/kept_candles.hpp"
#include "archive/survey.hpp"
#include "archive/tick_import.hpp"
#include "file_trace.hpp"
#include "lost_disk.hpp"

#include <functional>

namespace {

using namespace tickertape;
using namespace tickertape::archive;
using namespace tickertape::archive::testing;
using tickertape::power_cut::file_trace;
using tickertape::power_cut::lost_disk;

constexpr auto midnight = morning + 14h;  // of the first day
constexpr auto much_later = midnight + 30h;

// What a scenario has done so far, each with how many operations there were by then.
struct diary {
    struct entry {
        enum class kind { appends, synced, imports, imported, drops, era_begins, era_began } what;
        std::size_t begun;
        position up_to{};
        std::vector<tape::past_tick> ticks{};
        hole told{};
    };
    std::vector<entry> entries;
};

class scenario {
public:
    explicit scenario(const fs::path& place)
        : place_{place}, trace_{place, {"progress"}, {"-shm", "LOCK"}}
    {
    }

    void open(wall_time now)
    {
        at_.reset();
        at_.emplace(place_ / "live", now);
        at_->start();
    }
    // A life that ends by a signal, or as it should.
    void close(bool is_clean, wall_time now)
    {
        if (is_clean) {
            REQUIRE(at_->archive->end_cleanly(now));
            at_->keeper->on_end();
            note(diary::entry::kind::synced, at_->archive->synced());
        }
        at_.reset();
    }
    // Some ticks, forced to the disk now and then.
    void live(wall_time from, int count, std::chrono::milliseconds step, unsigned seed)
    {
        std::mt19937 random{seed};
        const auto ticks = random_ticks(from, count, step, seed);
        for (std::size_t done = 0; done < ticks.size();) {
            const auto n = std::min<std::size_t>(1 + random() % 6, ticks.size() - done);
            const std::span some{ticks.data() + done, n};
            note(diary::entry::kind::appends, some.back().at, {some.begin(), some.end()});
            at_->append(some);
            done += n;
            const auto now = some.back().at.time();
            at_->tick_over(std::max<std::chrono::milliseconds>(
                1ms, std::chrono::duration_cast<std::chrono::milliseconds>(now - at_->time.wall)));
            if (random() % 3 == 0)
                sync();
        }
    }
    void sync()
    {
        REQUIRE(at_->archive->sync());
        note(diary::entry::kind::synced, at_->archive->synced());
    }
    void hole_until(wall_time then)
    {
        REQUIRE(at_->archive->record_hole(
            {at_->archive->last(), position::at(then), hole_reason::not_archived}));
    }
    void seal(wall_time now) { REQUIRE(at_->archive->seal_finished_days(now)); }
    void drop_before(utc_day day)
    {
        const auto end = position::at(wall_time{std::chrono::sys_days{day}});
        note(diary::entry::kind::drops, end);
        REQUIRE(at_->archive->drop_days_before(day));
    }
    void begin_era(wall_time now)
    {
        const auto epoch = position::at(now);
        note(diary::entry::kind::era_begins, epoch);
        REQUIRE(at_->archive->begin_era(epoch));
        note(diary::entry::kind::era_began, epoch);
        at_->keeper->on_new_era(epoch);
        at_->time.wall = now;
        at_->tick_over(1s);
    }
    void import_day(wall_time from, int count)
    {
        const auto ticks = ticks_from(from, count);
        note(diary::entry::kind::imports, ticks.back().at, ticks);
        auto begun = tick_import::begin(place_ / "live.import.tmp");
        REQUIRE(begun);
        for (const auto& t : ticks)
            REQUIRE((*begun)->add(
                {symbols().name(t.symbol), t.value, t.at.time(), t.source, t.combined, t.at}));
        const auto s = open_store(place_ / "live", midnight + 3h);
        auto found = look_at(place_ / "live", feed_kind::live);
        REQUIRE(found);
        const auto plan = (*begun)->plan(*found, symbols());
        REQUIRE(plan);
        REQUIRE((*begun)->run(*s, feed_kind::live, symbols(), *plan, [](const auto&) {}));
        REQUIRE(s->end_cleanly(midnight + 3h));
        note(diary::entry::kind::imported, ticks.back().at, ticks);
    }

    const file_trace& trace() const noexcept { return trace_; }
    const diary& done() const noexcept { return diary_; }

private:
    void note(diary::entry::kind what, position up_to, std::vector<tape::past_tick> ticks = {})
    {
        diary_.entries.push_back({what, trace_.operations().size(), up_to, std::move(ticks)});
    }

    fs::path place_;
    file_trace trace_;
    diary diary_;
    std::optional<candles_of> at_;
};

// What had been done when the power was cut.
struct known {
    std::vector<tape::past_tick> appended;  // perhaps the last ones only in part
    std::vector<tape::past_tick> kept;      // what has to be there
    position importing{};                   // a day that ends there was being imported
};

known at_cut(const diary& of, std::size_t operations)
{
    known k;
    position synced{};
    position dropped{};
    std::vector<tape::past_tick> imported;
    for (const auto& e : of.entries) {
        if (e.begun > operations)
            break;
        using kind = diary::entry::kind;
        if (e.what == kind::appends || e.what == kind::imports)
            k.appended.insert(k.appended.end(), e.ticks.begin(), e.ticks.end());
        if (e.what == kind::synced)
            synced = std::max(synced, e.up_to);
        if (e.what == kind::imports)
            k.importing = e.up_to;
        if (e.what == kind::imported) {
            imported = e.ticks;
            k.importing = {};
        }
        if (e.what == kind::drops)
            dropped = e.up_to;
        // What was dated after it may be set aside from now on, and later on it is.
        if (e.what == kind::era_begins)
            synced = std::min(synced, e.up_to);
        if (e.what == kind::era_began)
            std::erase_if(k.appended, [&e](const auto& t) { return t.at > e.up_to; });
    }
    std::ranges::sort(k.appended, {}, &tape::past_tick::at);
    for (const auto& t : k.appended) {
        const bool is_own =
            std::ranges::none_of(imported, [&t](const auto& i) { return i.at == t.at; });
        const auto first_own = midnight - 30min;
        if (t.at >= dropped && (t.at.time() >= first_own ? t.at <= synced : !is_own))
            k.kept.push_back(t);
    }
    return k;
}

std::string told(const std::vector<hole>& holes)
{
    std::string text;
    for (const auto& h : holes)
        text += h.from.text() + " to " + h.to.text() + ' ' + std::string{text_of(h.reason)} + "; ";
    return text;
}

// The first life after the cut, and one after it which ends likewise.
void check_recovered(const fs::path& place, const known& truth)
{
    std::vector<tape::past_tick> first;
    std::string first_holes;
    for (const bool is_first : {true, false}) {
        auto opened = try_open(place / "live", much_later, "boot two");
        if (!opened)
            FAIL(opened.error().text);
        const auto& s = *opened;
        const auto got = read_all_of(*s->make_reader(), {}, 5'000);
        check_honest(got, truth.appended);
        auto there = got.ticks.begin();
        for (const auto& t : truth.kept) {
            there =
                std::find_if(there, got.ticks.end(), [&](const auto& g) { return g.at >= t.at; });
            if (there == got.ticks.end() || there->at != t.at)
                FAIL("lost " << t.at.text());
        }
        const auto holes = told(s->found().holes);
        if (is_first) {
            first = got.ticks;
            first_holes = holes;
            INFO(holes);
            // An import writes down which day comes before the day is there.
            for (const auto& h : s->found().holes)
                CHECK((h.reason != hole_reason::damaged || h.to == truth.importing));
            CHECK(s->last() < position::at(much_later));
        } else {
            CHECK(same(got.ticks, first));
            CHECK(holes == first_holes);
        }
    }
}

void check_candles(const fs::path& place, const known& truth)
{
    candles_of at{place / "live", much_later};
    at.start();
    std::vector<series::hole> holes;
    for (const auto& h : at.archive->found().holes)
        holes.push_back({h.from, h.to});
    std::map<std::tuple<symbol_id, series::interval, series::candle_time>, series::candle> wanted;
    for (const auto& [symbol, of, value] : computed(truth.appended, much_later, holes))
        wanted.insert_or_assign({symbol, of, value.opens}, value);
    for (const auto& [symbol, of, value] : at.table()) {
        const auto c = wanted.find({symbol, of, value.opens});
        if (c == wanted.end())
            FAIL(
                "a candle of no tick: " << text(of) << ' '
                                        << value.opens.time_since_epoch().count());
        // It may have been whole on the disk while its ticks were not.
        c->second.overlaps_hole = false;
        if (!value.overlaps_hole && value != c->second)
            FAIL("a wrong candle: " << text(of) << ' ' << value.opens.time_since_epoch().count());
        wanted.erase(c);
    }
    for (const auto& [key, value] : wanted) {
        const auto& [symbol, of, opens] = key;
        const bool is_whole = !series::overlaps_any(holes, of, opens) && opens >= midnight - 30min;
        const auto end = end_of(of, opens);
        if (is_whole && !truth.kept.empty() && end <= truth.kept.back().at.time())
            FAIL("no candle: " << text(of) << ' ' << opens.time_since_epoch().count());
    }
}

// Cuts the power after each operation of what `act` does, so often that there are as many states as
// are wanted.
void cut_everywhere(const std::function<void(scenario&)>& act)
{
    const auto* wanted = std::getenv("POWER_CUTS");
    const auto states = static_cast<std::size_t>(wanted != nullptr ? std::atoi(wanted) : 400);
    if (fs::exists("/dev/shm"))
        ::setenv("TMPDIR", "/dev/shm", 1);  // nothing has to reach a disk here
    const temporary_directory place;
    scenario s{place.path()};
    act(s);
    const auto operations = s.trace().operations();
    lost_disk disk;
    const auto seed = Catch::rngSeed();
    std::mt19937 random{seed};
    std::size_t tried = 0;
    for (std::size_t i = 0; i < operations.size(); ++i) {
        disk.take(operations[i]);
        const auto due = states * (i + 1) / operations.size();
        for (; tried < due; ++tried) {
            INFO(
                "seed " << seed << ", state " << tried << ", after operation " << i + 1 << " of "
                        << operations.size());
            const temporary_directory left;
            disk.put(left.path(), random);
            const auto truth = at_cut(s.done(), i + 1);
            check_recovered(left.path(), truth);
            check_candles(left.path(), truth);
        }
    }
    // The record is complete: with nothing lost, it makes the files that are there.
    const temporary_directory all;
    disk.put_all(all.path());
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator{place.path()}) {
        const auto name = entry.path().lexically_relative(place.path());
        if (!entry.is_regular_file() || name.string().ends_with("-shm") ||
            name.filename() == "LOCK" || name.filename() == "progress")
            continue;
        ++files;
        INFO(name.string());
        CHECK(bytes_of(entry.path()) == bytes_of(all.path() / name));
    }
    CHECK(files > 2);
    CHECK(tried == states);
}

}  // namespace

TEST_CASE("a power cut while ticks are written, over midnight and restarts", "[power]")
{
    cut_everywhere([](scenario& s) {
        s.open(midnight - 30min);
        s.live(midnight - 20min, 25, 20s, 1);
        s.hole_until(midnight - 8min);
        s.live(midnight - 6min, 40, 20s, 2);
        s.close(false, midnight + 15min);
        s.open(midnight + 15min);
        s.live(midnight + 20min, 20, 20s, 3);
        s.close(true, midnight + 40min);
        s.open(midnight + 40min);
        s.live(midnight + 41min, 10, 20s, 4);
        s.close(false, midnight + 1h);
    });
}

TEST_CASE("a power cut while a day is sealed, dropped or imported", "[power]")
{
    cut_everywhere([](scenario& s) {
        s.open(midnight - 30min);
        s.live(midnight - 20min, 25, 20s, 1);
        s.live(midnight + 1min, 25, 20s, 2);
        s.sync();
        s.seal(midnight + 2h);
        s.live(midnight + 2h + 1min, 15, 20s, 3);
        s.close(true, midnight + 3h);
        s.import_day(morning - 48h, 30);
        s.open(midnight + 3h);
        s.live(midnight + 3h + 1min, 5, 20s, 4);
        s.drop_before(std::chrono::floor<std::chrono::days>(midnight));
        s.close(false, midnight + 4h);
    });
}

TEST_CASE("a power cut while a wrong future is set aside", "[power]")
{
    cut_everywhere([](scenario& s) {
        s.open(midnight - 30min);
        s.live(midnight - 20min, 25, 20s, 1);
        s.live(midnight - 5min, 10, 40s, 2);
        s.live(midnight + 3h, 15, 30s, 3);
        s.sync();
        s.begin_era(midnight + 5min);
        s.live(midnight + 6min, 15, 20s, 4);
        s.close(false, midnight + 20min);
    });
}
