// Candles that follow from archived ticks, whatever happens to the process or to candles.db.
#include "archive/candle_keeper.hpp"
#include "archive_fixture.hpp"
#include "kept_candles.hpp"

#include <random>

namespace tickertape::archive::testing {
namespace {

using series::interval;

}  // namespace

TEST_CASE("a minute is closed by a tick of another symbol, and longer candles follow", "[archive]")
{
    const temporary_directory place;
    candles_of at{place.path()};
    at.start();
    auto ticks = random_ticks(morning, 400, 1s, 1);
    at.append(ticks);
    // In minute 6, in which no candle is closed but those of minutes before.
    CHECK(at.keeper->board().look(symbol_id{0}).closed_until == morning + 6min);
    check_same(at.table(), computed(ticks, at.keeper->board().look(symbol_id{0}).closed_until));
    CHECK(at.read(symbol_id{0}, interval::m5).candles.size() == 1);
    const auto view = at.keeper->board().look(symbol_id{2});
    const auto day = forming_of(view.builders, interval::d1);
    REQUIRE(day);
    CHECK(
        static_cast<std::ptrdiff_t>(day->ticks) ==
        std::ranges::count(ticks, symbol_id{2}, &tape::past_tick::symbol));
    CHECK(day->opens == morning - 10h);
}

TEST_CASE(
    "where no tick comes a minute is closed by the clock, once that can be believed", "[archive]")
{
    const temporary_directory place;
    candles_of at{place.path()};
    at.start();
    const auto ticks = random_ticks(morning, 10, 1s, 1);
    at.append(ticks);
    at.wait_until(morning + 65s);
    CHECK(at.table().empty());
    at.wait_until(morning + 75s);
    check_same(at.table(), computed(ticks, morning + 60s));
    CHECK_FALSE(at.table().empty());

    // A clock that steps closes nothing until it has gone on for a while.
    at.time.wall += 1h;
    at.tick_over(1s);
    CHECK(at.keeper->board().look(symbol_id{0}).closed_until == morning + 60s);
    at.time.wall -= 1h;
    at.wait_until(morning + 130s);
    CHECK(at.keeper->board().look(symbol_id{0}).closed_until == morning + 120s);

    // A tick that comes too late for it opens the minute again.
    auto late = ticks;
    late.push_back({position::at(morning + 59s), symbol_id{1}, *price::from(5), "late"});
    at.append({&late.back(), 1});
    at.tick_over(1s);
    at.wait_until(morning + 200s);
    CHECK(at.keeper->now().opened_again.value() == 1);
    check_same(at.table(), computed(late, morning + 180s));
}

TEST_CASE(
    "candles equal those of an independent computation, wherever the process ends", "[archive]")
{
    const auto seed = GENERATE(range(1U, 13U));
    INFO("seed " << seed);
    std::mt19937 random{seed};
    const temporary_directory place;
    std::vector<tape::past_tick> all;
    auto now = morning + 23h * (seed % 3);
    std::optional<candles_of> at;
    at.emplace(place.path());
    at->time.wall = now;
    at->start();
    for (int turn = 0; turn < 25; ++turn) {
        const auto step = std::chrono::milliseconds{1 << random() % 18};
        const auto ticks = random_ticks(
            now, 1 + static_cast<int>(random() % 300), step, static_cast<unsigned>(random()));
        for (std::size_t i = 0; i < ticks.size();) {
            const auto n = std::min<std::size_t>(1 + random() % 100, ticks.size() - i);
            at->append({ticks.data() + i, n});
            i += n;
        }
        all.insert(all.end(), ticks.begin(), ticks.end());
        now = all.back().at.time() + 1ms + std::chrono::seconds{random() % 100};
        if (random() % 3 == 0) {
            if (random() % 2 == 0)
                REQUIRE(at->archive->end_cleanly(now));
            // Closed as it is, as by a signal.
            at.reset();
            at.emplace(place.path(), now);
            at->start();
        }
        if (random() % 4 == 0) {
            const hole h{
                all.back().at, position::at(now + std::chrono::seconds{random() % 4'000}),
                hole_reason::not_archived};
            REQUIRE(at->archive->record_hole(h));
            at->keeper->on_hole(h);
            now = h.to.time() + 1ms;
        }
    }
    const auto until = at->keeper->board().look(symbol_id{0}).closed_until;
    CHECK(until == series::bucket_open(interval::m1, all.back().at.time()));
    std::vector<series::hole> holes;
    for (const auto& h : at->archive->holds()->look().held->holes)
        holes.push_back({h.from, h.to});
    check_same(at->table(), computed(all, until, holes));
    // What is forming is what an undisturbed process would have.
    for (const auto symbol : symbols().all()) {
        const auto view = at->keeper->board().look(symbol);
        std::vector<tape::past_tick> of_one;
        for (const auto& t : all)
            if (t.symbol == symbol)
                of_one.push_back(t);
        for (const auto of : series::intervals) {
            const auto forming = forming_of(view.builders, of);
            const auto wanted = all_candles(of_one, of, {});
            const bool is_closed = wanted.empty() || end_of(of, wanted.back().opens) <= until;
            REQUIRE(forming.has_value() == !is_closed);
            if (forming) {
                CHECK(forming->open == wanted.back().open);
                CHECK(forming->close == wanted.back().close);
                CHECK(forming->high == wanted.back().high);
                CHECK(forming->low == wanted.back().low);
                CHECK(forming->ticks == wanted.back().ticks);
            }
        }
    }
}

TEST_CASE("a candles.db that fails holds up no tick, and catches up", "[archive]")
{
    const temporary_directory place;
    const auto path = place.path() / "candles.db";
    candles_of at{place.path()};
    at.start();
    const auto ticks = random_ticks(morning, 2'000, 1s, 7);
    at.append({ticks.data(), 500});
    // A directory has its place.
    at.keeper.reset();
    fs::remove(path);
    fs::create_directory(path);
    at.start();
    CHECK(at.keeper->now().failing);
    CHECK(at.said.size() == 1);
    at.append({ticks.data() + 500, 1'000});
    CHECK(at.archive->last() == ticks[1'499].at);
    CHECK(at.keeper->board().look(symbol_id{0}).is_behind);
    fs::remove(path);
    at.tick_over(10s);
    CHECK_FALSE(at.keeper->now().failing);
    CHECK(at.said.back().empty());
    at.append({ticks.data() + 1'500, 500});
    check_same(at.table(), computed(ticks, at.keeper->board().look(symbol_id{0}).closed_until));
}

TEST_CASE("candles that do not verify are made anew of what they follow from", "[archive]")
{
    const temporary_directory place;
    candles_of at{place.path()};
    at.start();
    const auto ticks = random_ticks(morning, 8'000, 1s, 9);
    at.append(ticks);
    const auto whole = at.table();
    const std::string sql = GENERATE(
        "UPDATE candles SET low = low / 2 WHERE time % 600 = 0",
        "DELETE FROM candles WHERE interval = 60 AND time % 1800 = 600",
        "DELETE FROM candles WHERE interval = 300 AND time % 1800 = 600",
        "UPDATE candles SET interval = 3 WHERE interval = 60 AND time % 1800 = 600");
    database{place.path() / "candles.db", database::access::write}.run(sql);
    CHECK(at.table() != whole);
    for (int turns = 0; turns < 3; ++turns) {
        for (const auto symbol : symbols().all())
            for (const auto of : series::intervals)
                for (const auto& d : at.read(symbol, of).damaged)
                    at.keeper->board().report(d);
        at.keeper->keep_up(at.time.wall);
    }
    INFO(sql);
    check_same(at.table(), whole);
    CHECK(at.keeper->now().repaired.value() > 0);
}

TEST_CASE("candles of a symbol that is no longer configured are closed too", "[archive]")
{
    const temporary_directory place;
    const auto path = place.path() / "candles.db";
    std::optional<candles_of> at;
    at.emplace(place.path());
    at->start();
    auto ticks = random_ticks(morning, 400, 1s, 1);
    at->append(ticks);
    at.reset();

    auto names = candle_file::names_in(path);
    CHECK(names.size() == 4);
    CHECK(candle_file::names_in(place.path() / "none.db").empty());
    names.insert(names.begin(), "BTC-USD");
    const auto table = *symbol_table::from(names);
    REQUIRE(table.name(symbol_id{0}) == "BTC-USD");
    set_clock time;
    const auto archive = open_store(place.path(), ticks.back().at.time());
    const auto reader = archive->make_reader(table);
    candle_keeper keeper{
        {candle_file::place_of(path), table,
         [&](const tape::past_query& q) { return reader->read(q); }, archive->holds(),
         [&] { return archive->last(); }, time, [](const std::string&) {}},
        {}};
    keeper.catch_up(1'000);
    ticks.push_back(
        {position::at(morning + std::chrono::days{8}), symbol_id{0}, *price::from(1), "coinbase"});
    REQUIRE(archive->append({&ticks.back(), 1}));
    keeper.on_ticks({&ticks.back(), 1});
    candle_file from{path, symbols(), false};
    std::vector<table_row> rows;
    for (const auto symbol : symbols().all())
        for (const auto of : series::intervals) {
            const auto found = from.read(
                {symbol,
                 of,
                 {},
                 series::candle_time{ticks.back().at.time().time_since_epoch() / 1s * 1s}});
            CHECK(found.damaged.empty());
            for (const auto& c : found.candles)
                rows.emplace_back(symbol, of, c.value);
        }
    check_same(rows, computed(ticks, ticks.back().at.time()));
}

TEST_CASE("last candles that are gone are made anew at the next start", "[archive]")
{
    const std::string sql = GENERATE(
        "DELETE FROM candles WHERE time % 86400 > 40000", "DELETE FROM candles",
        "DELETE FROM candles WHERE interval = 60 AND time % 86400 > 40000", "DELETE FROM newest",
        "DELETE FROM newest WHERE interval = 60; DELETE FROM candles WHERE time % 86400 > 40000",
        "UPDATE newest SET time = time + 60", "UPDATE newest SET interval = interval + 1",
        "DELETE FROM facts; DELETE FROM candles WHERE time % 86400 > 40000");
    INFO(sql);
    const temporary_directory place;
    std::optional<candles_of> at;
    at.emplace(place.path());
    at->start();
    const auto ticks = random_ticks(morning, 8'000, 1s, 9);
    at->append(ticks);
    const auto whole = at->table();
    at.reset();
    database{place.path() / "candles.db", database::access::write}.run(sql);
    at.emplace(place.path(), ticks.back().at.time());
    at->start();
    check_same(at->table(), whole);
    for (const auto symbol : symbols().all())
        for (const auto of : series::intervals)
            CHECK(at->read(symbol, of).damaged.empty());
    CHECK(at->keeper->now().failures.value() == 0);
}

TEST_CASE("last candles whose ticks are no longer kept stay a hole", "[archive]")
{
    const temporary_directory place;
    std::optional<candles_of> at;
    at.emplace(place.path());
    at->start();
    const auto ticks = random_ticks(morning, 300, 10min, 9);
    at->append(ticks);
    const auto last = at->read(symbol_id{0}, interval::m1).candles.back().value.opens;
    const auto first_lost = last - std::chrono::days{1};
    REQUIRE(at->archive->seal_finished_days(ticks.back().at.time()));
    REQUIRE(at->archive->drop_days_before(archive::day_of(ticks.back().at)));
    at.reset();
    database{place.path() / "candles.db", database::access::write}.run(
        "DELETE FROM candles WHERE interval = 60 AND symbol ="
        " (SELECT id FROM symbols WHERE name = 'BTC-USD') AND time >= " +
        std::to_string(first_lost.time_since_epoch().count()));
    for (int turn = 0; turn < 2; ++turn) {
        at.emplace(place.path(), ticks.back().at.time());
        at->start();
        const auto found = at->read(symbol_id{0}, interval::m1);
        REQUIRE(found.damaged.size() == 1);
        CHECK(found.damaged[0].from <= first_lost);
        CHECK(found.damaged[0].until > first_lost);
        // Those of the last day have their ticks.
        CHECK(found.candles.back().value.opens == last);
        CHECK(at->keeper->now().failures.value() == 0);
        at.reset();
    }
}

TEST_CASE("a candles.db that SQLite cannot read is made anew", "[archive]")
{
    const temporary_directory place;
    const auto path = place.path() / "candles.db";
    candles_of at{place.path()};
    at.start();
    const auto ticks = random_ticks(morning, 8'000, 1s, 9);
    at.append(ticks);
    const auto whole = at.table();
    at.keeper.reset();
    {
        // So that all is in the file.
        candle_file file{path, symbols(), true};
        file.finish();
    }
    write_bytes(path, std::string(20'000, 'x'));
    at.start();
    check_same(at.table(), whole);
    CHECK(fs::exists(place.path() / "damaged" / "candles.db"));
}

TEST_CASE("a clock that is years ahead drops no more than a day of 1m candles an hour", "[archive]")
{
    const temporary_directory place;
    candles_of at{place.path()};
    at.bounds.minutes_kept = std::chrono::days{3};
    at.start();
    const auto ticks = random_ticks(morning, 3'000, 5min, 3);
    at.append(ticks);
    const auto wrong = ticks.back().at.time() + std::chrono::days{1'000};
    at.append(random_ticks(wrong, 10, 5min, 5));
    const auto first = at.read(symbol_id{0}, interval::m1).candles.front().value.opens;
    for (int hour = 0; hour < 4; ++hour) {
        for (int minute = 0; minute < 60; ++minute) {
            at.keeper->keep_up(wrong + 1h);
            at.time.steady += 1min;
        }
        const auto oldest = at.read(symbol_id{0}, interval::m1).candles.front().value.opens;
        CHECK(oldest <= first + std::chrono::days{hour + 1} + 2h);
        CHECK(oldest > first + std::chrono::days{hour});
    }
}

TEST_CASE("1m candles are dropped when their time has passed, the longer ones stay", "[archive]")
{
    const temporary_directory place;
    candles_of at{place.path()};
    at.bounds.minutes_kept = std::chrono::days{3};
    at.start();
    const auto ticks = random_ticks(morning, 2'000, 5min, 3);
    at.append(ticks);
    const auto before = at.read(symbol_id{0}, interval::m5).candles.size();
    at.keeper->keep_up(ticks.back().at.time());
    CHECK(at.keeper->now().minutes_dropped.value() == 0);
    at.time.steady += 6h;
    at.keeper->keep_up(ticks.back().at.time());
    const auto minutes = at.read(symbol_id{0}, interval::m1);
    CHECK(minutes.damaged.empty());
    CHECK(
        minutes.candles.front().value.opens >=
        ticks.back().at.time() - std::chrono::days{3} - 1min);
    CHECK(at.read(symbol_id{0}, interval::m5).candles.size() == before);
    CHECK(at.keeper->now().minutes_dropped.value() > 500);
    const auto dropped = at.keeper->drop_oldest_minutes();
    CHECK(dropped > 0);
    while (at.keeper->drop_oldest_minutes() != 0)
        ;
    CHECK(
        at.read(symbol_id{0}, interval::m1).candles.front().value.opens >
        ticks.back().at.time() - std::chrono::days{3});
    CHECK_FALSE(at.read(symbol_id{0}, interval::m1).candles.empty());
}

}  // namespace tickertape::archive::testing
