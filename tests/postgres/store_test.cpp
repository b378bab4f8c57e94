// The store against a server: what the end-to-end tests cannot bring about.
#include "postgres/candles.hpp"
#include "postgres/reader.hpp"

#include "archive_of.hpp"

using namespace tickertape;
using namespace tickertape::postgres;
using namespace tickertape::postgres::testing;
using series::interval;

TEST_CASE("what is appended to PostgreSQL is read back, whatever ends the life", "[postgres]")
{
    archive_of of;
    of.open();
    CHECK(of.ticks->found().how_it_ended == ending::none);
    const auto all = ticks_from(morning, 300);
    REQUIRE(of.ticks->append(std::span{all}.first(100)));
    CHECK(of.ticks->last() == all[99].at);
    REQUIRE(of.ticks->sync());
    CHECK(of.ticks->synced() == all[99].at);
    const auto again = of.ticks->append(std::span{all}.first(1));
    REQUIRE(!again);
    CHECK(again.error().code == archive_errc::out_of_order);
    CHECK(same(of.read_all(), std::span{all}.first(100)));

    // Few symbols, one by one.
    std::vector<tape::past_tick> some;
    for (const auto& t : std::span{all}.first(100))
        if (index_of(t.symbol) == 3 || index_of(t.symbol) == 4)
            some.push_back(t);
    CHECK(same(of.read({symbol_id{3}, symbol_id{4}}), some));

    // Killed: nothing is missing.
    of.open(morning + 1min);
    CHECK(of.ticks->found().how_it_ended == ending::killed);
    CHECK(of.ticks->last() == all[99].at);
    CHECK(of.ticks->found().holes.empty());
    REQUIRE(of.ticks->append(std::span{all}.subspan(100, 100)));

    // Something was shown that is not here.
    of.ticks->note_shown(all[250].at);
    of.open(morning + 2min);
    CHECK(of.ticks->found().how_it_ended == ending::killed);
    CHECK(of.ticks->last() == all[250].at);
    REQUIRE(of.ticks->found().holes.size() == 1);
    CHECK(of.ticks->found().holes[0].from == all[199].at);
    CHECK(of.ticks->found().holes[0].to == all[250].at);
    REQUIRE(of.ticks->append(std::span{all}.subspan(251)));
    CHECK(of.read_all().size() == 249);
    const auto newest = of.ticks->reader_of(symbols())->newest(3, 2);
    REQUIRE(newest);
    CHECK(newest->known_since == all[250].at);
    CHECK(newest->ticks.size() == 30);
    CHECK(newest->sources.size() == 2);

    // Ended cleanly, on another machine too.
    REQUIRE(of.ticks->end_cleanly(morning + 3min));
    of.open(morning + 4min, "boot two");
    CHECK(of.ticks->found().how_it_ended == ending::clean);
    CHECK(of.ticks->found().holes.size() == 1);

    // The database is that of a backup from before the last life: the page knows more.
    const auto later = ticks_from(morning + 4min, 10);
    REQUIRE(of.ticks->append(later));
    REQUIRE(of.ticks->end_cleanly(morning + 5min));
    of.ticks.reset();
    {
        auto beside = of.beside();
        beside.run(
            "UPDATE archive SET life = life - 1; DELETE FROM lives WHERE number = (SELECT"
            " max(number) FROM lives); DELETE FROM ticks WHERE position >= " +
            std::to_string(archive::stored(later[0].at)));
    }
    of.open(morning + 6min, "boot two");
    CHECK(of.ticks->found().how_it_ended == ending::clean);
    CHECK(of.ticks->last() == later[9].at);
    REQUIRE(of.ticks->found().holes.size() == 2);
    CHECK(of.ticks->found().holes[1].to == later[9].at);

    // Not cleanly, and nothing says how far it was shown.
    of.open(morning + 7min, "boot three");
    CHECK(of.ticks->found().how_it_ended == ending::unknown);
    REQUIRE(!of.ticks->found().holes.empty());
    CHECK(of.ticks->found().holes.back().to == position::at(morning + 7min).previous());
}

TEST_CASE("the newest ticks of each symbol are found, however rare they are", "[postgres]")
{
    archive_of of;
    of.open();
    // Two symbols have nearly all, and so many that they do not come with one question.
    std::vector<tape::past_tick> all;
    const auto count = static_cast<int>(reader::newest_at_once) + 10'000;
    for (int k = 0; k < count; ++k) {
        const bool is_rare = k % 5'000 == 17;
        all.push_back(
            {position::at(morning + k * 1s), static_cast<symbol_id>(is_rare ? 7 : k % 2),
             *price::from(1000 + k * 0.1), is_rare ? "median(a,\"b\")" : "coinbase",
             is_rare ? 2U : 0U});
    }
    for (auto rest = std::span{all}; !rest.empty();
         rest = rest.subspan(std::min<std::size_t>(rest.size(), 4'000)))
        REQUIRE(of.ticks->append(rest.first(std::min<std::size_t>(rest.size(), 4'000))));
    for (const std::size_t per_symbol : {1U, 3U, 1'000U, 100'000U}) {
        std::vector<tape::past_tick> wanted;
        std::vector<std::size_t> counts(symbols().size());
        for (auto t = all.rbegin(); t != all.rend(); ++t)
            if (counts[index_of(t->symbol)]++ < per_symbol)
                wanted.push_back(*t);
        std::ranges::reverse(wanted);
        const auto found = of.ticks->reader_of(symbols())->newest(per_symbol, 2);
        REQUIRE(found);
        REQUIRE(found->ticks.size() == wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const auto& t = found->ticks[i];
            const bool is_same = t.at == wanted[i].at && t.symbol == wanted[i].symbol &&
                                 t.value == wanted[i].value &&
                                 found->sources[t.source].name == wanted[i].source &&
                                 found->sources[t.source].combined == wanted[i].combined;
            if (!is_same)
                FAIL(per_symbol << ": " << t.at.text());
        }
    }
}

TEST_CASE("what PostgreSQL lost is noticed and given again", "[postgres]")
{
    archive_of of;
    of.open();
    const auto all = ticks_from(morning, 100);
    REQUIRE(of.ticks->append(std::span{all}.first(50)));
    auto beside = of.beside();
    // As after a recovery: the connection is gone, and so are the last commits.
    beside.ask(
        "DELETE FROM ticks WHERE position > $1::bigint",
        {std::to_string(archive::stored(all[29].at))});
    const std::string end_it = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE"
                               " application_name LIKE 'tickertape on%'";
    beside.run(end_it);
    CHECK(!of.ticks->append(std::span{all}.subspan(50, 10)));
    const auto lost = of.ticks->append(std::span{all}.subspan(50, 10));
    REQUIRE(!lost);
    CHECK(lost.error().text.find("lost ticks after " + all[29].at.text()) != std::string::npos);
    CHECK(of.ticks->last() == all[29].at);
    REQUIRE(of.ticks->append(std::span{all}.subspan(30)));
    CHECK(same(of.read_all(), all));

    // A statement was done, and its answer was lost: it is not done twice.
    const auto more = ticks_from(morning + 1min, 20);
    beside.run(
        "INSERT INTO ticks SELECT position + (60000::bigint << 20), price, source, symbol"
        " FROM ticks WHERE position <= " +
        std::to_string(archive::stored(all[9].at)));
    beside.run(end_it);
    CHECK(!of.ticks->append(more));
    REQUIRE(of.ticks->append(more));
    CHECK(of.read_all().size() == 120);

    // Another process has written meanwhile.
    beside.run("UPDATE archive SET life = life + 1");
    beside.run(end_it);
    CHECK(!of.ticks->append(ticks_from(morning + 2min, 1)));
    const auto taken = of.ticks->append(ticks_from(morning + 2min, 1));
    REQUIRE(!taken);
    CHECK(taken.error().code == archive_errc::in_use);
}

TEST_CASE("each append to PostgreSQL is on its disk where that is wanted", "[postgres]")
{
    archive_of of;
    of.sync = archive::sync_policy::always;
    of.open();
    const auto all = ticks_from(morning, 30);
    auto beside = of.beside();
    // How far PostgreSQL says that its log is on the disk.
    const auto is_flushed = [&] {
        return beside.ask("SELECT pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn()")
                   .text(0, 0) == "t";
    };
    REQUIRE(of.ticks->append(std::span{all}.first(10)));
    CHECK(of.ticks->synced() == all[9].at);
    CHECK(is_flushed());
    // After the connection was lost too.
    beside.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE"
               " 'tickertape on%'");
    CHECK(!of.ticks->append(std::span{all}.subspan(10, 10)));
    REQUIRE(of.ticks->append(std::span{all}.subspan(10, 10)));
    CHECK(of.ticks->synced() == all[19].at);
    CHECK(is_flushed());
    REQUIRE(of.ticks->append(std::span{all}.subspan(20)));
    CHECK(is_flushed());
}

TEST_CASE("days of PostgreSQL are dropped, and a wrong future is set aside", "[postgres]")
{
    archive_of of;
    of.open();
    std::vector<tape::past_tick> all;
    for (int day = 0; day < 5; ++day) {
        const auto some = ticks_from(morning + day * 24h, 40);
        all.insert(all.end(), some.begin(), some.end());
    }
    REQUIRE(of.ticks->append(all));
    CHECK(of.read_all().size() == 200);
    wall_time candles_until = morning + 25h;
    archive::retention terms;
    terms.ticks = std::chrono::days{2};
    terms.candles_until = [&] { return candles_until; };
    of.ticks->set_retention(terms);
    // Candles are made of the first day only.
    REQUIRE(of.ticks->keep_up(morning + 5 * 24h));
    CHECK(of.read_all().size() == 160);
    candles_until = morning + 30 * 24h;
    REQUIRE(of.ticks->keep_up(morning + 5 * 24h));
    CHECK(same(of.read_all(), std::span{all}.subspan(80)));
    CHECK(of.ticks->now().days_dropped.value() == 2);
    CHECK(of.ticks->now().tick_bytes.load() > 0);
    of.open(morning + 5 * 24h);
    CHECK(of.ticks->holds()->look().held->dropped_before == archive::day_of(all[80].at));
    CHECK(same(of.read_all(), std::span{all}.subspan(80)));

    // Positions begin anew within the third day that is left.
    const auto epoch = all[139].at;
    REQUIRE(of.ticks->begin_era(epoch));
    CHECK(of.ticks->last() == epoch);
    CHECK(same(of.read_all(), std::span{all}.subspan(80, 60)));
    auto beside = of.beside();
    CHECK(beside.ask("SELECT count(*) FROM set_aside").integer(0, 0) == 60);
    REQUIRE(of.ticks->append(std::span{all}.subspan(140, 20)));
    of.open(morning + 6 * 24h);
    CHECK(of.ticks->found().how_it_ended == ending::killed);
    CHECK(same(of.read_all(), std::span{all}.subspan(80, 80)));
}

TEST_CASE("candles of PostgreSQL are those that were put", "[postgres]")
{
    archive_of of;
    of.open();
    const auto place = of.ticks->candles();
    const auto file = place.open(symbols(), true);
    file->note_symbols();
    const auto noon = std::chrono::floor<std::chrono::seconds>(morning + 2h);
    const auto candle_at = [&](int minute, double close) {
        return series::candle{noon + minute * 1min, *price::from(1.5),   *price::from(9),
                              *price::from(1),      *price::from(close), 3,
                              minute == 2};
    };
    std::vector<archive::candle_row> rows;
    for (int minute = 0; minute < 10; ++minute)
        rows.push_back({symbol_id{2}, interval::m1, candle_at(minute, 2)});
    file->begin();
    CHECK(file->put(rows) == 10);
    file->set_closed_until(noon + 10min);
    file->commit();
    CHECK(file->closed_until() == noon + 10min);
    const auto reader = place.open(symbols(), false);
    const auto read = [&](archive::candle_store::query q) { return reader->read(q); };
    const archive::candle_store::query all{symbol_id{2}, interval::m1, noon, noon + 1h};
    auto found = read(all);
    REQUIRE(found.candles.size() == 10);
    CHECK_FALSE(found.has_more);
    CHECK_FALSE(found.before);
    for (int minute = 0; minute < 10; ++minute)
        CHECK(found.candles[static_cast<std::size_t>(minute)].value == candle_at(minute, 2));
    found = read({symbol_id{2}, interval::m1, noon + 2min, noon + 1h, 3});
    CHECK(found.candles.size() == 3);
    CHECK(found.has_more);
    REQUIRE(found.before);
    CHECK(found.before->value.opens == noon + 1min);
    found = read({symbol_id{2}, interval::m1, noon, noon + 1h, 3, series::end::newest});
    REQUIRE(found.candles.size() == 3);
    CHECK(found.has_more);
    CHECK(found.candles[0].value.opens == noon + 7min);
    CHECK(found.before->value.opens == noon + 6min);
    CHECK(read({symbol_id{3}, interval::m1, noon, noon + 1h}).candles.empty());

    // What was fetched gives way to ours, and not the other way round.
    const std::vector<archive::candle_row> fetched{
        {symbol_id{2}, interval::m1, candle_at(9, 5)},
        {symbol_id{2}, interval::m1, candle_at(10, 5)}};
    CHECK(file->put(fetched, "kraken") == 1);
    CHECK(read(all).candles.back().source == "kraken");
    CHECK(read(all).candles[9].value == candle_at(9, 2));
    CHECK(file->end_before(symbol_id{2}, interval::m1, noon + 5min) == noon + 5min);
    file->remove_own_after(noon + 5min);
    CHECK(read(all).candles.size() == 6);
    CHECK(file->oldest_minute() == noon);
    CHECK(file->drop_minutes_before(noon + 3min, 100) == 3);
    CHECK(file->minutes_dropped_before() == noon + 3min);
    CHECK(file->oldest_minute() == noon + 3min);
    CHECK_THROWS_AS(reader->set_closed_until(noon), archive::thrown_failure);
    CHECK(place.names().size() == symbols().size());

    // A later life ends what this writes.
    of.open(morning + 1min);
    CHECK_THROWS_AS(file->begin(), archive::thrown_failure);
    file->roll_back();
    CHECK(read(all).candles.size() == 3);
}
