// Candles of ticks that came to times of before.
#include "archive/candle_import.hpp"
#include "archive/fetched_candles.hpp"
#include "archive/survey.hpp"
#include "archive/tick_import.hpp"
#include "kept_candles.hpp"

namespace {

using namespace tickertape;
using namespace tickertape::archive;
using namespace tickertape::archive::testing;

constexpr std::chrono::days day{1};
constexpr auto afterwards = morning + 40 * day;

std::vector<tape::past_tick> some_of_day(int number, int count = 400)
{
    return random_ticks(morning + number * day, count, 90s, static_cast<unsigned>(number + 100));
}

std::vector<tape::past_tick> some_of_days(int first, int count)
{
    std::vector<tape::past_tick> all;
    for (int d = first; d < first + count; ++d) {
        const auto more = some_of_day(d, 200);
        all.insert(all.end(), more.begin(), more.end());
    }
    return all;
}

// Puts whole days into the store of `to`, whose keeper has been told to expect them.
void adopt(candles_of& to, const std::vector<tape::past_tick>& ticks)
{
    auto begun = tick_import::begin(to.directory.string() + ".import.tmp");
    REQUIRE(begun);
    for (const auto& t : ticks)
        REQUIRE((*begun)->add(
            {symbols().name(t.symbol), t.value, t.at.time(), t.source, t.combined, t.at}));
    const auto plan = (*begun)->plan(*look_at(to.directory, feed_kind::live), symbols());
    REQUIRE(plan);
    const auto ran =
        (*begun)->run(*to.archive, feed_kind::live, symbols(), *plan, [](const auto&) {});
    if (!ran)
        FAIL(ran.error().text);
}

void expect(candles_of& in, const std::vector<tape::past_tick>& ticks)
{
    REQUIRE(in.keeper->expect(day_of(ticks.front().at), day_of(ticks.back().at)));
}

void finish(candles_of& in)
{
    REQUIRE(in.keeper->catch_up(1'000'000));
    REQUIRE(in.keeper->close_by(afterwards));
}

// The candles that one makes who has all the ticks and no candle.
std::vector<table_row> made_of_ticks_alone(const candles_of& like, const fs::path& directory)
{
    fs::copy(like.directory, directory, fs::copy_options::recursive);
    for (const auto* end : {"", "-wal", "-shm"})
        fs::remove(directory / (std::string{"candles.db"} + end));
    fs::remove(directory / "LOCK");
    candles_of apart{directory, afterwards};
    apart.start();
    REQUIRE(apart.keeper->close_by(afterwards));
    return apart.table();
}

// An archive with own ticks of days 20 to 22.
struct with_past {
    with_past() : held{directory.path() / "live", morning + 20 * day}
    {
        held.start();
        held.append(own);
        REQUIRE(held.archive->seal_finished_days(afterwards));
        finish(held);
    }
    std::vector<table_row> from_scratch()
    {
        return made_of_ticks_alone(held, directory.path() / "apart");
    }

    temporary_directory directory;
    std::vector<tape::past_tick> own = some_of_days(20, 3);
    candles_of held;
};

}  // namespace

TEST_CASE("candles of imported ticks are those that the server would have made", "[archive]")
{
    with_past archive;
    auto& held = archive.held;
    // Long before, right before, and after.
    for (const auto& old : {some_of_days(2, 3), some_of_days(17, 3), some_of_days(24, 2)}) {
        expect(held, old);
        adopt(held, old);
        finish(held);
    }
    const auto rows = held.table();
    check_same(rows, archive.from_scratch());
    // Who had candles of that time is told that there are others.
    candle_file noted{held.directory / "candles.db", symbols(), false};
    for (const auto& c : noted.changes(symbol_id{1}, series::interval::h1))
        CHECK(c.at >= archive.own.back().at);
    CHECK_FALSE(noted.changes(symbol_id{1}, series::interval::h1).empty());

    std::vector<tape::past_tick> all;
    for (const auto& some :
         {some_of_days(2, 3), some_of_days(17, 3), archive.own, some_of_days(24, 2)})
        all.insert(all.end(), some.begin(), some.end());
    std::vector<series::hole> holes;
    const auto found = look_at(held.directory, feed_kind::live);
    REQUIRE(found);
    for (const auto& h : found->held.holes)
        holes.push_back({h.from, h.to});
    CHECK(holes.size() == 4);
    check_same(rows, computed(all, afterwards - 1h, holes));

    SECTION("once more changes nothing")
    {
        const auto old = some_of_days(2, 3);
        expect(held, old);
        adopt(held, old);
        finish(held);
        check_same(held.table(), rows);
    }
}

TEST_CASE("an import that ends at any moment leaves candles that the next start makes", "[archive]")
{
    const auto steps = GENERATE(-2, -1, 0, 1, 2, 11, 23, 24, 25, 26, 60, 99, 100, 101);
    with_past archive;
    auto& held = archive.held;
    const auto old = some_of_days(16, 4);
    expect(held, old);
    // Nor are their ticks dropped before.
    CHECK(held.keeper->kept_until() <= old.front().at.time());
    const auto restart = [&] {
        held.keeper.reset();
        held.start();
    };
    if (steps == -2)
        restart();  // before a tick has come: the same import follows
    if (steps == -2)
        expect(held, old);
    adopt(held, old);
    if (steps >= 0)
        held.keeper->catch_up(steps);
    restart();
    finish(held);
    check_same(held.table(), archive.from_scratch());
}

TEST_CASE("fetched candles give way to those of imported ticks, and stay elsewhere", "[archive]")
{
    with_past archive;
    auto& held = archive.held;
    held.keeper->on_end();
    const auto opens = series::bucket_open(series::interval::d1, morning);
    const auto one = *price::from(1.0);
    {
        candle_file file{held.directory / "candles.db", symbols(), true};
        for (int d = 0; d < 20; ++d)
            file.put(
                std::vector<candle_row>{
                    {symbol_id{0}, series::interval::d1, {opens + d * day, one, one, one, one, 0}}},
                "coinbase");
    }
    const auto old = some_of_days(3, 3);
    expect(held, old);
    adopt(held, old);
    finish(held);
    const auto days = held.read(symbol_id{0}, series::interval::d1).candles;
    int fetched = 0;
    for (const auto& c : days) {
        // Before the first of the three and after the last there is a hole: their candles are of a
        // part of the day.
        const bool is_old = c.value.opens == opens + 4 * day;
        const bool is_first_days = c.value.opens < opens + 20 * day;
        fetched += is_first_days && !is_old;
        CHECK(c.source == (is_first_days && !is_old ? "coinbase" : ""));
    }
    CHECK(fetched == 19);
}

TEST_CASE("a fetched week stays where there are ticks of some of its days", "[archive]")
{
    with_past archive;
    auto& held = archive.held;
    held.keeper->on_end();
    const auto monday = series::bucket_open(series::interval::w1, morning + 7 * day);
    const auto one = *price::from(1.0);
    const std::vector<candle_row> week{
        {symbol_id{0}, series::interval::w1, {monday, one, one, one, one, 0}}};
    {
        candle_file file{held.directory / "candles.db", symbols(), true};
        file.put(week, "coinbase");
    }
    // From the middle of the week on, or a day of it.
    const auto first = static_cast<int>((monday - morning) / day) + 1 + GENERATE(2, 6);
    const auto old = some_of_days(first, 3);
    REQUIRE(old.front().at.time() > monday);
    expect(held, old);
    adopt(held, old);
    finish(held);
    for (const auto& c : held.read(symbol_id{0}, series::interval::w1).candles)
        if (c.value.opens == monday)
            CHECK(c.source == "coinbase");
    // Where none was fetched there is ours, of what there is.
    bool has_other = false;
    for (const auto& c : held.read(symbol_id{1}, series::interval::w1).candles)
        has_other = has_other || (c.value.opens == monday && c.source.empty());
    CHECK(has_other);
}

TEST_CASE("candles of imported ticks are made in steps that are bounded", "[archive]")
{
    with_past archive;
    auto& held = archive.held;
    held.keeper.reset();
    held.bounds.batch_max = 30;
    held.bounds.symbols_at_once = 1;
    held.start();
    const auto old = some_of_day(17);
    expect(held, old);
    adopt(held, old);
    const auto symbols_with_hours = [&] {
        return std::ranges::count_if(symbols().all(), [&](symbol_id symbol) {
            const auto hours = held.read(symbol, series::interval::h1).candles;
            return !hours.empty() && hours.front().value.opens < archive.own.front().at.time();
        });
    };
    auto made = symbols_with_hours();
    CHECK(made == 0);
    int steps = 0;
    for (bool is_over = false; !is_over; ++steps) {
        REQUIRE(steps < 1'000);
        const auto before = held.ticks_read;
        is_over = held.keeper->catch_up(1);
        CHECK(held.ticks_read - before <= held.bounds.batch_max);
        const auto now = symbols_with_hours();
        CHECK(now - made <= 1);
        made = now;
    }
    CHECK(made == 4);
    CHECK(steps > 400 / 30);
    finish(held);
    check_same(held.table(), archive.from_scratch());
}

TEST_CASE("a longer candle lacks what was fetched in place of its pieces, and says so", "[archive]")
{
    const temporary_directory place;
    candles_of at{place.path()};
    at.start();
    const symbol_id btc{0};
    const auto hour = series::bucket_open(series::interval::h1, morning);
    const auto one = *price::from(1.0);
    const auto ticks = random_ticks(morning, 8'000, 1s, 5);
    const auto half = ticks.begin() + 1'500;
    at.append({ticks.begin(), half});
    SECTION("by an import, while the server is stopped")
    {
        at.keeper->on_end();
        at.keeper.reset();
        {
            candle_file file{place.path() / "candles.db", symbols(), true};
            candle_import import{
                file, {btc, series::interval::m1, "kraken", true, position::at(morning)}};
            for (int k = 5; k < 10; ++k)
                import.add({hour + k * 1min, one, one, one, one, 0});
            CHECK(import.commit().put == 5);
            import.sync();
        }
        at.start();
    }
    SECTION("by a backfill, while it runs")
    {
        const auto before = at.keeper->board().changes().revision();
        at.keeper->offer([&](candle_store& file) {
            fetched_candles fetched{
                {btc, series::interval::m1, hour + 5min, hour + 10min}, "coinbase", {}};
            for (int k = 5; k < 10; ++k)
                fetched.candles.push_back({hour + k * 1min, one, one, one, one, 0});
            put_fetched(file, fetched, true, position::at(morning));
        });
        at.tick_over(1s);
        bool is_told = false;
        for (const auto& c : at.keeper->board().changes().since(before).changed)
            is_told = is_told || (c.of == series::interval::h1 && c.from == hour);
        CHECK(is_told);
    }
    at.append({half, ticks.end()});
    const auto of_btc = at.read(btc, series::interval::h1).candles;
    REQUIRE(of_btc.size() >= 2);
    CHECK(of_btc[0].value.overlaps_hole);
    CHECK_FALSE(of_btc[1].value.overlaps_hole);
    for (const auto& c : at.read(symbol_id{1}, series::interval::h1).candles)
        CHECK_FALSE(c.value.overlaps_hole);
}

TEST_CASE("candles of ticks that were dropped do not give way to those of fewer", "[archive]")
{
    with_past archive;
    auto& held = archive.held;
    const auto old = some_of_days(3, 2);
    expect(held, old);
    adopt(held, old);
    finish(held);
    const auto rows = held.table();
    REQUIRE(held.archive->drop_days_before(day_of(old.back().at) + day));
    auto few = old;
    std::erase_if(few, [](const auto& t) { return t.at.ms() % 3 == 0; });
    expect(held, few);
    adopt(held, few);
    finish(held);
    std::size_t same = 0;
    const auto now = held.table();
    REQUIRE(now.size() == rows.size());
    for (std::size_t k = 0; k < rows.size(); ++k) {
        CHECK(std::get<2>(now[k]).ticks == std::get<2>(rows[k]).ticks);
        same += now[k] == rows[k];
    }
    CHECK(same > rows.size() / 2);
}

namespace {

using series::interval;

std::vector<series::candle> some_candles(interval of, series::candle_time from, int count)
{
    std::vector<series::candle> candles;
    for (int k = 0; k < count; ++k) {
        const auto p = [k](double more) { return *price::from(100 + k % 17 + more); };
        candles.push_back({from + k * length(of), p(0.5), p(2), p(0.25), p(1), 0});
    }
    return candles;
}

candle_import::counts import_candles(
    candle_file& into, interval of, const std::vector<series::candle>& candles,
    bool replace = false, std::string source = "kraken")
{
    candle_import i{into, {symbol_id{0}, of, std::move(source), replace, position::at(afterwards)}};
    for (const auto& c : candles)
        i.add(c);
    return i.commit();
}

constexpr series::candle_time monday = std::chrono::sys_days{std::chrono::year{2021} / 3 / 1};

std::vector<series::kept_candle> all_of(candle_file& in, interval of)
{
    return in.read({symbol_id{0}, of, monday - 10 * day, monday + 100 * day}).candles;
}

}  // namespace

TEST_CASE("imported candles make the longer ones that they fill", "[archive]")
{
    const temporary_directory dir;
    candle_file file{dir.path() / "candles.db", symbols(), true};
    // Two weeks without one hour of the second.
    auto hours = some_candles(interval::h1, monday, 14 * 24);
    hours.erase(hours.begin() + 10 * 24 + 5);
    const auto first = import_candles(file, interval::h1, hours);
    CHECK(first.put == hours.size());
    CHECK(first.kept == 0);
    CHECK(all_of(file, interval::h1).size() == hours.size());
    CHECK(all_of(file, interval::h4).size() == 14 * 6 - 1);
    CHECK(all_of(file, interval::h6).size() == 14 * 4 - 1);
    CHECK(all_of(file, interval::d1).size() == 13);
    CHECK(first.longer == 83 + 55 + 13 + 1);
    const auto weeks = all_of(file, interval::w1);
    REQUIRE(weeks.size() == 1);
    CHECK(weeks[0].source == "kraken");
    const auto made = series::rolled_up(
        std::vector(hours.begin(), hours.begin() + 7 * 24), interval::h1, interval::w1);
    CHECK(weeks[0].value == made.at(0));
    CHECK(all_of(file, interval::m1).empty());

    SECTION("once more changes nothing")
    {
        const auto again = import_candles(file, interval::h1, hours);
        CHECK(again.put == 0);
        CHECK(again.kept == hours.size());
        CHECK(again.longer == 0);
    }
    SECTION("the hour that was missing fills its day and its week")
    {
        import_candles(file, interval::h1, some_candles(interval::h1, monday + 10 * day + 5h, 1));
        CHECK(all_of(file, interval::d1).size() == 14);
        CHECK(all_of(file, interval::w1).size() == 2);
    }
    SECTION("candles of different sources make none")
    {
        import_candles(
            file, interval::h1, some_candles(interval::h1, monday + 10 * day + 5h, 1), false,
            "coinbase");
        CHECK(all_of(file, interval::d1).size() == 13);
    }
}

TEST_CASE("imported candles take the place of ours only if they are told to", "[archive]")
{
    const temporary_directory dir;
    candle_file file{dir.path() / "candles.db", symbols(), true};
    const auto days = some_candles(interval::d1, monday, 5);
    auto ours = days[2];
    ours.high = *price::from(1e6);
    ours.ticks = 7;
    file.put(std::vector<candle_row>{{symbol_id{0}, interval::d1, ours}});
    const auto first = import_candles(file, interval::d1, days);
    CHECK(first.put == 4);
    CHECK(first.kept == 1);
    CHECK(all_of(file, interval::d1)[2] == series::kept_candle{ours, "", false});
    const auto second = import_candles(file, interval::d1, days, true);
    CHECK(second.put == 5);
    CHECK(all_of(file, interval::d1)[2] == series::kept_candle{days[2], "kraken", false});
}

TEST_CASE("candles whose import is given up leave nothing", "[archive]")
{
    const temporary_directory dir;
    candle_file file{dir.path() / "candles.db", symbols(), true};
    {
        candle_import given_up{
            file, {symbol_id{0}, interval::m1, "kraken", false, position::at(afterwards)}};
        for (const auto& c : some_candles(interval::m1, monday, 10'000))
            given_up.add(c);
    }
    CHECK(all_of(file, interval::m1).empty());
    CHECK(
        import_candles(file, interval::m1, some_candles(interval::m1, monday, 60)).longer ==
        12 + 4 + 2 + 1);
    CHECK(all_of(file, interval::m1).size() == 60);
}

TEST_CASE("one import takes candles of several symbols and sources", "[archive]")
{
    const temporary_directory dir;
    candle_file file{dir.path() / "candles.db", symbols(), true};
    const auto hours = some_candles(interval::h1, monday, 24);
    const auto others = some_candles(interval::h1, monday + day, 24);
    candle_import import{
        file, {symbol_id{0}, interval::h1, "kraken", false, position::at(afterwards)}};
    for (std::size_t i = 0; i < hours.size(); ++i) {
        import.add(hours[i]);
        import.add(others[i], symbol_id{0}, "coinbase");
        import.add(hours[i], symbol_id{1}, "coinbase");
    }
    const auto done = import.commit();
    CHECK(done.put == 3 * hours.size());
    const auto sources = [&](symbol_id symbol, interval of) {
        std::vector<std::string> all;
        for (const auto& c : file.read({symbol, of, monday, monday + 100 * day}).candles)
            all.push_back(c.source);
        return all;
    };
    using texts = std::vector<std::string>;
    CHECK(sources(symbol_id{0}, interval::d1) == texts{"kraken", "coinbase"});
    CHECK(sources(symbol_id{1}, interval::d1) == texts{"coinbase"});
    CHECK(sources(symbol_id{0}, interval::h1).size() == 2 * hours.size());
}
