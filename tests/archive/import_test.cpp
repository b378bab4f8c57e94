#include "archive/survey.hpp"
#include "archive/tick_import.hpp"
#include "archive_fixture.hpp"

namespace {

using namespace tickertape;
using namespace tickertape::archive;
using namespace tickertape::archive::testing;

constexpr auto day = std::chrono::days{1};

struct outcome {
    std::vector<tick_import::day_plan> plan;
    std::string failed;
};

// What `tickertape import` does.
outcome import(const fs::path& directory, const std::vector<tape::past_tick>& ticks, bool with_ids)
{
    auto begun = tick_import::begin(directory.string() + ".import.tmp");
    REQUIRE(begun);
    for (const auto& t : ticks)
        REQUIRE((*begun)->add(
            {symbols().name(t.symbol), t.value, t.at.time(), t.source, t.combined,
             with_ids ? std::optional{t.at} : std::nullopt}));
    const auto s = open_store(directory, morning + 10 * day);
    auto found = look_at(directory, feed_kind::live);
    REQUIRE(found);
    auto plan = (*begun)->plan(*found, symbols());
    if (!plan)
        return {{}, plan.error().text};
    outcome out{*plan, {}};
    const auto ran = (*begun)->run(*s, feed_kind::live, symbols(), *plan, [](const auto&) {});
    if (!ran)
        out.failed = ran.error().text;
    REQUIRE(s->end_cleanly(morning + 10 * day));
    return out;
}

std::vector<tape::past_tick> days_of_ticks(int first, int count)
{
    std::vector<tape::past_tick> all;
    for (int d = first; d < first + count; ++d) {
        const auto some = ticks_from(morning + d * day, 50);
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

std::vector<tape::past_tick> held(const fs::path& directory)
{
    const auto s = open_store(directory, morning + 20 * day);
    CHECK(s->found().remarks.empty());
    CHECK(s->verify()->empty());
    auto ticks = read_all_of(*s->make_reader()).ticks;
    REQUIRE(s->end_cleanly(morning + 20 * day));
    return ticks;
}

}  // namespace

TEST_CASE(
    "days before those of the archive are added, and read as if they had always been there",
    "[archive]")
{
    const temporary_directory dir;
    const auto archived = dir.path() / "live";
    const auto own = days_of_ticks(5, 2);
    {
        const auto s = open_store(archived);
        REQUIRE(s->append(own));
        REQUIRE(s->end_cleanly(morning));
    }
    const auto old = days_of_ticks(0, 3);
    const auto first = import(archived, old, true);
    CHECK(first.failed.empty());
    REQUIRE(first.plan.size() == 3);
    CHECK_FALSE(first.plan[0].is_there);
    auto expected = old;
    expected.insert(expected.end(), own.begin(), own.end());
    CHECK(same(held(archived), expected));
    CHECK_FALSE(fs::exists(archived.string() + ".import.tmp"));

    // The time between what was imported and the rest is a hole; within it there is none.
    const auto found = look_at(archived, feed_kind::live);
    REQUIRE(found);
    REQUIRE(found->held.holes.size() == 2);
    CHECK(found->held.holes[0].from == position{});
    CHECK(found->held.holes[0].to == old.front().at.previous());
    CHECK(found->held.holes[1].from == old.back().at);
    CHECK(found->held.holes[1].reason == hole_reason::not_archived);

    SECTION("a second time changes nothing")
    {
        const auto again = import(archived, old, true);
        CHECK(again.failed.empty());
        for (const auto& d : again.plan)
            CHECK(d.is_there);
        CHECK(same(held(archived), expected));
    }
    SECTION("a day in the hole is added later, and the hole is cut in two")
    {
        const auto late = days_of_ticks(4, 1);
        CHECK(import(archived, late, true).failed.empty());
        expected.insert(expected.end() - 100, late.begin(), late.end());
        CHECK(same(held(archived), expected));
        CHECK(look_at(archived, feed_kind::live)->held.holes.size() == 3);
    }
    SECTION("a day of which the archive has other ticks is refused")
    {
        const auto other = ticks_from(morning + 1s, 7, 3);
        const auto refused = import(archived, other, false);
        REQUIRE(refused.plan.size() == 1);
        CHECK(refused.plan[0].refused == "the archive has other ticks of this day");
        CHECK(same(held(archived), expected));
    }
    SECTION("the catalogue is made anew from the files, the imported ones among them")
    {
        fs::remove(archived / "archive.db");
        const auto s = open_store(archived, morning + 20 * day);
        CHECK(same(read_all_of(*s->make_reader()).ticks, expected));
    }
}

TEST_CASE("an import into nothing makes an archive, and positions go on after it", "[archive]")
{
    const temporary_directory dir;
    const auto archived = dir.path() / "live";
    const auto old = days_of_ticks(0, 2);
    CHECK(import(archived, old, true).failed.empty());
    const auto holes = [&] { return look_at(archived, feed_kind::live)->held.holes; };
    constexpr auto unknown = hole_reason::not_archived;
    const hole before{{}, old.front().at.previous(), unknown};
    const auto since = [&](wall_time now) {
        return hole{old.back().at, position::at(now).previous(), unknown};
    };
    CHECK(holes() == std::vector{before, since(morning + 10 * day)});
    // What nobody knew of lasts until the server is there.
    REQUIRE(open_store(archived, morning + 15 * day)->end_cleanly(morning + 16 * day));
    CHECK(holes() == std::vector{before, since(morning + 15 * day)});
    const auto s = open_store(archived, morning + 20 * day);
    CHECK(holes() == std::vector{before, since(morning + 20 * day)});
    CHECK(s->found().remarks.empty());
    CHECK(s->last() == old.back().at);
    const auto more = days_of_ticks(21, 1);
    REQUIRE(s->append(more));
    CHECK(
        s->make_reader()
            ->read({{symbol_id{0}}, more[0].at.previous(), more[0].at, 9})
            ->ticks.size() == 1);
}

TEST_CASE(
    "ticks come in any order, and those without a position get one, the same each time",
    "[archive]")
{
    const temporary_directory dir;
    const auto archived = dir.path() / "live";
    auto ticks = ticks_from(morning, 20);
    for (auto& t : ticks)
        t.at = position::at(morning + (t.at.time() - morning) / 500ms * 1ms);
    std::ranges::reverse(ticks);
    CHECK(import(archived, ticks, false).failed.empty());
    const auto once = held(archived);
    REQUIRE(once.size() == 20);
    for (const auto& d : import(archived, ticks, false).plan)
        CHECK(d.is_there);
    CHECK(same(held(archived), once));
}

TEST_CASE("two ticks with one position are refused, the same tick twice is one", "[archive]")
{
    const temporary_directory dir;
    auto ticks = ticks_from(morning, 3);
    ticks.push_back(ticks[1]);
    CHECK(import(dir.path() / "live", ticks, true).failed.empty());
    CHECK(held(dir.path() / "live").size() == 3);
    ticks.back().value = *price::from(5.0);
    CHECK(import(dir.path() / "other", ticks, true).failed.find("two ticks have the id") == 0);
    CHECK_FALSE(fs::exists(dir.path() / "other" / "ticks-2026-11-21.sealed.db"));
}

TEST_CASE("an import that ends between two days is done again", "[archive]")
{
    const temporary_directory dir;
    const auto archived = dir.path() / "live";
    const auto old = days_of_ticks(0, 4);
    {
        auto begun = tick_import::begin(archived.string() + ".import.tmp");
        REQUIRE(begun);
        for (const auto& t : old)
            REQUIRE((*begun)->add(
                {symbols().name(t.symbol), t.value, t.at.time(), t.source, t.combined, t.at}));
        const auto s = open_store(archived, morning + 10 * day);
        const auto plan = (*begun)->plan(*look_at(archived, feed_kind::live), symbols());
        REQUIRE(plan);
        int done = 0;
        const auto ran = (*begun)->run(*s, feed_kind::live, symbols(), *plan, [&done](const auto&) {
            if (++done == 2)
                fail(archive_errc::disk_failed, "cut short");
        });
        REQUIRE_FALSE(ran);
    }
    // Of two days there is all, of the others nothing.
    CHECK(held(archived).size() == 100);
    const auto again = import(archived, old, true);
    CHECK(again.failed.empty());
    CHECK(again.plan[1].is_there);
    CHECK_FALSE(again.plan[2].is_there);
    CHECK(same(held(archived), old));
    // What lies before and after, and nothing between.
    CHECK(look_at(archived, feed_kind::live)->held.holes.size() == 2);
}
