// Pages of ticks of one symbol, from either end of a range, of an archive with sealed days, open
// ones and holes.
#include "archive/tick_page.hpp"

#include "archive_fixture.hpp"

#include <random>

namespace tickertape::archive::testing {
namespace {

constexpr symbol_id btc{0};

struct paged {
    explicit paged(const fs::path& place)
        : archive{open_store(place)}, ticks{archive->make_reader()}
    {
    }

    void append(const std::vector<tape::past_tick>& more)
    {
        REQUIRE(archive->append(more));
        for (const auto& t : more)
            if (t.symbol == btc)
                all.push_back({t.at, t.value, t.source, t.combined});
    }
    series::tick_answer page(position after, position until, std::size_t most, series::end first)
    {
        return tick_page_of(
            {btc, after, until, most, first}, *archive->holds(), [this](const auto& query) {
                ++questions;
                return ticks->read(query);
            });
    }
    std::vector<series::kept_tick> between(position after, position until) const
    {
        std::vector<series::kept_tick> found;
        for (const auto& t : all)
            if (t.at > after && t.at <= until)
                found.push_back(t);
        return found;
    }

    std::unique_ptr<store> archive;
    std::unique_ptr<tick_reader> ticks;
    std::vector<series::kept_tick> all;  // of the symbol
    int questions = 0;
};

}  // namespace

TEST_CASE("a range is read page by page from either end, each tick once", "[archive]")
{
    const temporary_directory place;
    paged at{place.path()};
    // Two days: a dense minute, hours of nothing, some ticks far apart.
    at.append(ticks_from(morning, 2'000));
    for (int k = 0; k < 8; ++k)
        at.append(ticks_from(morning + 3h + k * 2h, 4));
    at.append(ticks_from(morning + 24h, 500));
    REQUIRE(at.archive->keep_up(morning + 25h));
    const auto most =
        GENERATE(std::size_t{1}, std::size_t{7}, std::size_t{400}, std::size_t{5'000});
    const auto until = at.archive->last();

    std::vector<series::kept_tick> forwards;
    position after{};
    for (bool has_more = true; has_more;) {
        const auto page = at.page(after, until, most, series::end::oldest);
        CHECK(page.ticks.size() <= most);
        forwards.insert(forwards.end(), page.ticks.begin(), page.ticks.end());
        has_more = page.has_more;
        after = page.to;
    }
    CHECK(forwards == at.all);

    std::vector<series::kept_tick> backwards;
    auto last = until;
    for (bool has_more = true; has_more;) {
        const auto page = at.page({}, last, most, series::end::newest);
        CHECK(page.ticks.size() <= most);
        backwards.insert(backwards.begin(), page.ticks.begin(), page.ticks.end());
        has_more = page.has_more && page.from > position{};
        last = page.from;
        if (page.ticks.empty())
            break;
    }
    CHECK(backwards == at.all);
}

TEST_CASE("a page ends at a hole, and the next one says why it is there", "[archive]")
{
    const temporary_directory place;
    paged at{place.path()};
    const auto ticks = ticks_from(morning, 200);
    at.append({ticks.begin(), ticks.begin() + 80});
    const auto why = GENERATE(hole_reason::not_archived, hole_reason::damaged);
    const hole lost{ticks[79].at, ticks[119].at, why};
    const auto cause = why == hole_reason::damaged ? gap_cause::damaged : gap_cause::missing;
    REQUIRE(at.archive->record_hole(lost));
    at.append({ticks.begin() + 120, ticks.end()});
    const auto end = at.archive->last();

    const auto first = at.page({}, end, 1'000, series::end::oldest);
    CHECK(first.ticks == at.between({}, lost.from));
    CHECK(first.to == lost.from);
    CHECK(first.has_more);
    const auto second = at.page(first.to, end, 1'000, series::end::oldest);
    CHECK(second.from == lost.to);
    CHECK(second.why == cause);
    CHECK(second.ticks == at.between(lost.to, end));
    CHECK_FALSE(second.has_more);

    const auto newest = at.page({}, end, 1'000, series::end::newest);
    CHECK(newest.ticks == at.between(lost.to, end));
    CHECK(newest.from == lost.to);
    CHECK(newest.has_more);
    const auto older = at.page({}, ticks[100].at, 1'000, series::end::newest);
    CHECK(older.to == lost.from);
    CHECK(older.why == cause);
    CHECK(older.ticks == at.between({}, lost.from));
    CHECK_FALSE(older.has_more);
}

TEST_CASE("the last ticks of a long time are found without reading all of it", "[archive]")
{
    const temporary_directory place;
    paged at{place.path()};
    // Far more than are looked at at once, within some minutes.
    at.append(ticks_from(morning, 120'000));
    at.append(ticks_from(morning + 10h, 8));
    const auto page = at.page({}, at.archive->last(), 100, series::end::newest);
    CHECK(page.ticks == std::vector(at.all.end() - 100, at.all.end()));
    CHECK(page.has_more);
    CHECK(at.questions < 60);
}

TEST_CASE("before all that is kept there is nothing, and no hole is told", "[archive]")
{
    const temporary_directory place;
    paged at{place.path()};
    const auto none = at.page({}, position::at(morning), 10, series::end::newest);
    CHECK(none.ticks.empty());
    CHECK_FALSE(none.has_more);
    at.append(ticks_from(morning, 8));
    for (const auto first : {series::end::newest, series::end::oldest}) {
        const auto before = at.page({}, position::at(morning - 1h), 10, first);
        CHECK(before.ticks.empty());
        CHECK_FALSE(before.has_more);
    }
    const auto newest = at.page({}, position::at(morning - 1h), 10, series::end::newest);
    CHECK(newest.to == position::at(morning - 1h));
}

}  // namespace tickertape::archive::testing
