// What all feeds have together.
#include "news/collection.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::news;
using namespace std::chrono_literals;

namespace {

constexpr wall_time now{std::chrono::seconds{1'791'000'000}};

item one(
    const std::string& title, const std::string& link, std::optional<wall_time> at = now,
    const std::string& id = "")
{
    return {
        .id = id, .link = "https://x.test/" + link, .title = title, .summary = {}, .published = at};
}

// "First Second": the titles, the newest first.
std::string titles(const collection& of)
{
    std::string all;
    for (const auto& each : of.newest_first())
        all += (all.empty() ? "" : " ") + each.of.title;
    return all;
}

}  // namespace

TEST_CASE("items of all feeds come newest first", "[news]")
{
    collection all{{"a.test", "b.test"}};
    all.take(0, {one("Old", "1", now - 2h), one("New", "2", now)}, now);
    all.take(1, {one("Middle", "3", now - 1h)}, now);
    CHECK(titles(all) == "New Middle Old");
    CHECK(all.newest_first()[1].source == "b.test");
}

TEST_CASE("an item that is dated a little ahead is of now, and stays there", "[news]")
{
    collection all{{"a.test", "b.test"}};
    all.take(0, {one("Ahead", "1", now + 4min)}, now);
    CHECK(all.newest_first()[0].published == now);
    all.take(1, {one("Later", "2", now + 1min)}, now + 1min);
    all.take(0, {one("Ahead", "1", now + 9min)}, now + 5min);
    CHECK(titles(all) == "Later Ahead");
    // About something to come, or wrong: it is shown behind all others.
    all.take(0, {one("Wrong", "3", now + 24h)}, now);
    CHECK(all.newest_first()[0].published == now + 24h);
}

TEST_CASE(
    "an item that was edited takes the place of the one before, with its first date", "[news]")
{
    collection all{{"a.test"}};
    CHECK(all.take(0, {one("Before", "1", now - 1h, "id")}, now).added == 1);
    const auto what = all.take(0, {one("After", "1-new", now, "id")}, now);
    CHECK(what.added == 0);
    CHECK(what.edited == 1);
    REQUIRE(titles(all) == "After");
    CHECK(all.newest_first()[0].published == now - 1h);
    CHECK(all.newest_first()[0].of.link == "https://x.test/1-new");
    CHECK(all.take(0, {one("After", "1-new", now, "id")}, now).edited == 0);
}

TEST_CASE("without an id the link without its query is the item", "[news]")
{
    collection all{{"a.test"}};
    all.take(0, {one("Before", "1?a=1", now - 1h)}, now);
    all.take(0, {one("After", "1?a=2", now)}, now);
    CHECK(titles(all) == "After");
    // With an id it is not: pages of one address may differ in their query.
    all.take(0, {one("X", "page?n=1", now, "x"), one("Y", "page?n=2", now, "y")}, now);
    CHECK(titles(all) == "X Y After");
}

TEST_CASE("each link is there once, within a feed and among feeds", "[news]")
{
    collection all{{"a.test", "b.test"}};
    const auto what = all.take(
        0, {one("First", "1", now, "x"), one("Again", "1", now, "y"), one("Same", "2", now, "x")},
        now);
    CHECK(what.added == 1);
    CHECK(what.repeated == 2);
    all.take(1, {one("Reprint", "1", now + 1min, "z")}, now);
    CHECK(titles(all) == "First");
    CHECK(all.newest_first()[0].source == "a.test");
}

TEST_CASE("an item without a date is of when it was first seen, and marked", "[news]")
{
    collection all{{"a.test"}};
    all.take(0, {one("A", "1", std::nullopt), one("B", "2", std::nullopt)}, now);
    all.take(0, {one("A", "1", std::nullopt), one("B", "2", std::nullopt)}, now + 1h);
    CHECK(titles(all) == "A B");
    CHECK(all.newest_first()[0].published == now);
    CHECK_FALSE(all.newest_first()[0].is_dated);
    // Once the feed says when, that counts.
    all.take(0, {one("A", "1", now - 5h)}, now + 2h);
    CHECK(titles(all) == "B A");
    CHECK(all.newest_first()[1].is_dated);
    CHECK(all.newest_first()[1].published == now - 5h);
    // And is kept if it no longer does.
    all.take(0, {one("A", "1", std::nullopt)}, now + 3h);
    CHECK(all.newest_first()[1].published == now - 5h);
}

TEST_CASE("what a feed has no more is kept, up to a limit", "[news]")
{
    collection all{{"a.test"}};
    for (int i = 0; i < 2 * static_cast<int>(kept_items_max); ++i)
        all.take(
            0, {one("T" + std::to_string(i), std::to_string(i), now + std::chrono::minutes{i})},
            now);
    const auto kept = all.newest_first();
    REQUIRE(kept.size() == kept_items_max);
    CHECK(kept.front().of.title == "T399");
    CHECK(kept.back().of.title == "T200");
}

TEST_CASE("what is searched is title and summary in small letters", "[news]")
{
    collection all{{"a.test"}};
    auto made = one("BIG News", "1");
    made.summary = "Of ETFs";
    all.take(0, {made}, now);
    CHECK(all.newest_first()[0].search == "big news\nof etfs");
}
