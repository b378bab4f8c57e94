#include "archive/store.hpp"

#include "archive_fixture.hpp"

namespace tickertape::archive::testing {

TEST_CASE("what is appended is read back bit by bit", "[archive]")
{
    const temporary_directory place;
    const auto s = open_store(place.path());
    CHECK(s->found().how_it_ended == ending::none);
    const auto ticks = ticks_from(morning, 1000);
    REQUIRE(s->append(ticks));
    CHECK(s->last() == ticks.back().at);

    const auto r = s->make_reader();
    CHECK(same(read_all_of(*r).ticks, ticks));
    for (const std::size_t ticks_max : {1, 7, 5000})
        CHECK(same(read_all_of(*r, {}, ticks_max).ticks, ticks));
}

TEST_CASE("a reader beside the store sees each batch once it is appended", "[archive]")
{
    const temporary_directory place;
    const auto s = open_store(place.path());
    const auto r = s->make_reader();
    const auto all = ticks_from(morning, 300);
    for (int k = 0; k < 300; k += 10) {
        REQUIRE(s->append(std::span{all}.subspan(static_cast<std::size_t>(k), 10)));
        CHECK(read_all_of(*r).ticks.size() == static_cast<std::size_t>(k) + 10);
    }
}

TEST_CASE("one symbol is read out of many", "[archive]")
{
    const temporary_directory place;
    const auto s = open_store(place.path());
    const auto ticks = ticks_from(morning, 400);
    REQUIRE(s->append(ticks));
    const auto r = s->make_reader();
    auto wanted = ticks;
    std::erase_if(wanted, [](const tape::past_tick& t) { return t.symbol != symbol_id{2}; });
    CHECK(same(read_all_of(*r, {symbol_id{2}}, 9).ticks, wanted));
}

TEST_CASE("an answer begins after the cursor and ends at the wanted position", "[archive]")
{
    const temporary_directory place;
    const auto s = open_store(place.path());
    const auto ticks = ticks_from(morning, 100);
    REQUIRE(s->append(ticks));
    const auto r = s->make_reader();
    const std::vector<symbol_id> all(symbols().all().begin(), symbols().all().end());
    const auto answer = r->read({all, ticks[10].at, ticks[20].at, 100});
    REQUIRE(answer);
    CHECK(answer->from == ticks[10].at);
    CHECK(answer->to == ticks[20].at);
    CHECK(same(answer->ticks, {ticks.begin() + 11, ticks.begin() + 21}));

    // Before the first tick nothing is known; after the last one neither.
    CHECK(r->read({all, {}, ticks[0].at, 100})->from == ticks[0].at.previous());
    const auto behind = r->read({all, ticks[99].at, ticks[99].at.next(), 100});
    CHECK(behind->from == behind->to);
}

TEST_CASE("a batch over midnight goes to two files", "[archive]")
{
    const temporary_directory place;
    const auto s = open_store(place.path());
    const auto midnight = morning + 14h;
    const auto ticks = ticks_from(midnight - 5s, 100);
    REQUIRE(s->append(ticks));
    CHECK(fs::exists(place.path() / "ticks-2026-11-21.db"));
    CHECK(fs::exists(place.path() / "ticks-2026-11-22.db"));
    const auto r = s->make_reader();
    CHECK(same(read_all_of(*r).ticks, ticks));
}

TEST_CASE("ticks that are not after the last one are refused", "[archive]")
{
    const temporary_directory place;
    const auto s = open_store(place.path());
    const auto tomorrow = ticks_from(morning + 24h, 10);
    REQUIRE(s->append(tomorrow));
    // The clock has stepped back over midnight.
    const auto today = s->append(ticks_from(morning + 13h, 10));
    REQUIRE(today.has_error());
    CHECK(today.error().code == archive_errc::out_of_order);
    CHECK_FALSE(fs::exists(place.path() / "ticks-2026-11-21.db"));
    auto twice = ticks_from(morning + 25h, 2);
    twice.push_back(twice.back());
    CHECK(s->append(twice).error().code == archive_errc::out_of_order);
    CHECK(s->last() == tomorrow.back().at);
}

TEST_CASE("after a clean end nothing is missing", "[archive]")
{
    const temporary_directory place;
    const auto ticks = ticks_from(morning, 500);
    {
        const auto s = open_store(place.path());
        REQUIRE(s->append(ticks));
        REQUIRE(s->end_cleanly(morning + 1h));
    }
    const auto s = open_store(place.path(), morning + 2h, "boot two");
    CHECK(s->found().how_it_ended == ending::clean);
    CHECK_FALSE(s->found().is_same_boot);
    CHECK(s->found().last == ticks.back().at);
    CHECK(s->found().synced == ticks.back().at);
    CHECK(s->found().holes.empty());
    CHECK(s->found().remarks.empty());
    const auto more = ticks_from(morning, 500, 500);
    REQUIRE(s->append(more));
    auto all = ticks;
    all.insert(all.end(), more.begin(), more.end());
    CHECK(same(read_all_of(*s->make_reader()).ticks, all));
}

TEST_CASE("after the process was killed nothing is missing", "[archive]")
{
    const temporary_directory place;
    const auto ticks = ticks_from(morning, 500);
    REQUIRE(open_store(place.path())->append(ticks));  // and is gone without a word
    const auto s = open_store(place.path(), morning + 2h);
    CHECK(s->found().how_it_ended == ending::killed);
    CHECK(s->found().is_same_boot);
    CHECK(s->found().holes.empty());
    CHECK(same(read_all_of(*s->make_reader()).ticks, ticks));
}

TEST_CASE("after a loss of power one hole reaches from the last tick to the start", "[archive]")
{
    const temporary_directory place;
    const auto ticks = ticks_from(morning, 500);
    REQUIRE(open_store(place.path())->append(ticks));
    const auto s = open_store(place.path(), morning + 2h, "boot two");
    CHECK(s->found().how_it_ended == ending::power_lost);
    const hole lost{
        ticks.back().at, position::at(morning + 2h).previous(), hole_reason::not_archived};
    CHECK(s->found().holes == std::vector{lost});
    const auto more = ticks_from(morning + 2h, 10);
    REQUIRE(s->append(more));
    const auto r = s->make_reader();
    const auto got = read_all_of(*r);
    CHECK(got.ticks.size() == 510);
    CHECK_FALSE(got.knows(position::at(morning + 1h)));
    CHECK(got.knows(more.front().at));

    // What was asked for lies in the hole: the answer begins behind it.
    const std::vector<symbol_id> all(symbols().all().begin(), symbols().all().end());
    CHECK(r->read({all, position::at(morning + 1h), more[5].at, 10})->from == lost.to);
}

TEST_CASE("a sync is recorded, and what it covers is on the disk", "[archive]")
{
    const temporary_directory place;
    const auto ticks = ticks_from(morning, 100);
    {
        const auto s = open_store(place.path());
        REQUIRE(s->append(std::span{ticks}.first(60)));
        CHECK(s->synced() == position{});
        REQUIRE(s->sync());
        CHECK(s->synced() == ticks[59].at);
        REQUIRE(s->append(std::span{ticks}.subspan(60)));
        CHECK(s->synced() == ticks[59].at);
    }
    const auto s = open_store(place.path(), morning + 1h, "boot two");
    CHECK(s->found().synced == ticks[59].at);
}

TEST_CASE("a recorded hole is told to readers, and after a restart", "[archive]")
{
    const temporary_directory place;
    const auto ticks = ticks_from(morning, 100);
    const hole passed_by{ticks[39].at, ticks[59].at, hole_reason::not_archived};
    const auto check = [&](store& s) {
        const auto r = s.make_reader();
        const auto got = read_all_of(*r);
        CHECK(got.ticks.size() == 80);
        CHECK_FALSE(got.knows(ticks[45].at));
        CHECK(got.knows(ticks[39].at));
        CHECK(got.knows(ticks[60].at));
        const auto why_after = [&](position after) {
            const auto batch = r->read({{symbols().all().front()}, after, ticks.back().at, 10});
            REQUIRE(batch);
            return batch->why;
        };
        CHECK(why_after(ticks[39].at) == gap_cause::missing);
        CHECK(why_after(ticks[45].at) == gap_cause::missing);
        CHECK(why_after(ticks[60].at) == gap_cause::evicted);
        CHECK(why_after({}) == gap_cause::evicted);
    };
    {
        const auto s = open_store(place.path());
        REQUIRE(s->append(std::span{ticks}.first(40)));
        REQUIRE(s->record_hole(passed_by));
        REQUIRE(s->append(std::span{ticks}.subspan(60)));
        check(*s);
    }
    const auto s = open_store(place.path(), morning + 1h);
    CHECK(s->found().holes == std::vector{passed_by});
    check(*s);
}

TEST_CASE("a directory has one process", "[archive]")
{
    const temporary_directory place;
    const auto s = open_store(place.path());
    const auto second = try_open(place.path());
    REQUIRE(second.has_error());
    CHECK(second.error().code == archive_errc::in_use);
    CHECK(
        second.error().text == place.path().string() + ": in use by another process (process " +
                                   std::to_string(::getpid()) + ")");
}

TEST_CASE("a directory has one kind of feed", "[archive]")
{
    const temporary_directory place;
    REQUIRE(open_store(place.path())->append(ticks_from(morning, 10)));
    const auto other = try_open(place.path(), morning, "boot one", feed_kind::simulator);
    REQUIRE(other.has_error());
    CHECK(other.error().code == archive_errc::other_kind);
    CHECK(
        other.error().text ==
        place.path().string() + ": belongs to the feed 'live', not to 'simulator'");

    // The day files say so too.
    fs::remove(place.path() / "KIND");
    CHECK(
        try_open(place.path(), morning, "boot one", feed_kind::pipe).error().code ==
        archive_errc::other_kind);
}

TEST_CASE("the newest ticks of each symbol are found over two days", "[archive]")
{
    const temporary_directory place;
    const auto s = open_store(place.path());
    const auto ticks = ticks_from(morning + 14h - 5s, 100);
    REQUIRE(s->append(ticks));
    const auto expect = [&](std::size_t per_symbol) {
        auto wanted = ticks;
        std::ranges::reverse(wanted);
        std::map<symbol_id, std::size_t> seen;
        std::erase_if(
            wanted, [&](const tape::past_tick& t) { return ++seen[t.symbol] > per_symbol; });
        std::ranges::reverse(wanted);
        return wanted;
    };
    const auto check = [&] {
        for (const std::size_t n : {1, 5, 20, 1000}) {
            const auto found = s->make_reader()->newest(n);
            REQUIRE(found);
            const auto wanted = expect(n);
            REQUIRE(found->ticks.size() == wanted.size());
            for (std::size_t i = 0; i < wanted.size(); ++i) {
                const auto& t = found->ticks[i];
                const auto& from = found->sources[t.source];
                CHECK(same(wanted[i], {t.at, t.symbol, t.value, from.name, from.combined}));
            }
            if (n == 1000)
                CHECK(found->known_since == ticks.front().at.previous());
        }
    };
    check();
    REQUIRE(*s->seal_finished_days(morning + 16h) == 1);
    check();
}

TEST_CASE("what was shown without the archive is a hole for the next life", "[archive]")
{
    const temporary_directory place;
    const auto ticks = ticks_from(morning, 20);
    {
        const auto s = open_store(place.path());
        REQUIRE(s->append(std::span{ticks}.first(10)));
        s->note_shown(ticks[19].at);
    }
    {
        const auto s = open_store(place.path());
        CHECK(s->found().how_it_ended == ending::killed);
        CHECK(s->last() == ticks[19].at);
        const std::vector<hole> holes{{ticks[9].at, ticks[19].at, hole_reason::not_archived}};
        CHECK(s->found().holes == holes);
        // A tape that is filled from here knows of nothing before the end of the hole.
        const auto newest = s->make_reader()->newest(100);
        REQUIRE(newest);
        CHECK(newest->ticks.empty());
        CHECK(newest->known_since == ticks[19].at);
    }
    // It is told once: nothing more was shown.
    CHECK(open_store(place.path())->found().holes.size() == 1);
}

TEST_CASE("what was shown and archived later is no hole", "[archive]")
{
    const temporary_directory place;
    const auto ticks = ticks_from(morning, 20);
    {
        const auto s = open_store(place.path());
        s->note_shown(ticks[15].at);
        REQUIRE(s->append(ticks));
    }
    CHECK(open_store(place.path())->found().holes.empty());
}

}  // namespace tickertape::archive::testing
