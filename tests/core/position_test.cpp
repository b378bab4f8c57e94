#include "core/position.hpp"

#include "support/catch.hpp"

#include <random>
#include <set>

using namespace tickertape;
using std::chrono::milliseconds;

namespace {

wall_time at_ms(std::int64_t ms)
{
    return wall_time{milliseconds{ms}};
}

}  // namespace

TEST_CASE("a text that is not a position is refused", "[core]")
{
    const auto text = GENERATE(
        "", "-", "1", "1-", "-1", "-1-0", "1--0", "1-0-0", " 1-0", "1-0 ", "1 -0", "+1-0", "1-+0",
        "0x1-0", "a-b", "1.5-0", "17592186044416-0", "1-1048576", "99999999999999999999-0",
        "1-99999999999999999999", "NaN-0");
    CAPTURE(text);
    const auto read = position::parse(text);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error() == core_errc::bad_position);
}

TEST_CASE("a zero byte inside a position is refused", "[core]")
{
    CHECK_FALSE(position::parse(std::string_view{"1-0\0", 4}).has_value());
    CHECK_FALSE(position::parse(std::string_view{}).has_value());
}

TEST_CASE("the id of an event reads back as the position of its tick", "[core]")
{
    const position p{1712525476123, 0};
    CHECK(p.text() == "1712525476123-0");
    CHECK(position::parse("1712525476123-0").value() == p);
    CHECK(p.ms() == 1712525476123);
    CHECK(p.counter() == 0);
    CHECK(p.time() == at_ms(1712525476123));
}

TEST_CASE("the largest position fits its buffer and reads back", "[core]")
{
    const position p{position::ms_max, position::counter_max};
    CHECK(p.text() == "17592186044415-1048575");
    CHECK(p.text().size() == position::text_bytes_max);
    CHECK(position::parse(p.text()).value() == p);
    CHECK(position::from_packed(p.packed()) == p);
}

TEST_CASE("positions are ordered by time, then by counter", "[core]")
{
    CHECK(position{1, 5} < position{2, 0});
    CHECK(position{2, 0} < position{2, 1});
    CHECK(position{} < position{0, 1});
}

TEST_CASE("a full counter carries into the next millisecond, and back", "[core]")
{
    const position full{41, position::counter_max};
    CHECK(full.next() == position{42, 0});
    CHECK(position{42, 0}.previous() == full);
}

TEST_CASE("nothing comes before the first position", "[core]")
{
    CHECK(position{}.previous() == position{});
    CHECK(position::at(at_ms(-1)) == position{});
}

TEST_CASE("positions keep increasing when the clock steps back", "[core]")
{
    position_source source{position{}};
    CHECK(source.next(at_ms(1000)) == position{1000, 0});
    CHECK(source.next(at_ms(400)) == position{1000, 1});
    CHECK(source.next(at_ms(-7)) == position{1000, 2});
    CHECK(source.next(at_ms(1001)) == position{1001, 0});
}

TEST_CASE("positions start after the floor they were given", "[core]")
{
    position_source source{position{5000, 3}};
    CHECK(source.next(at_ms(1000)) == position{5000, 4});
    CHECK(source.last() == position{5000, 4});
}

TEST_CASE("positions stay ahead of a clock that stands still past a full counter", "[core]")
{
    position_source source{position{1000, position::counter_max - 1}};
    CHECK(source.next(at_ms(1000)) == position{1000, position::counter_max});
    CHECK(source.next(at_ms(1000)) == position{1001, 0});
    CHECK(source.next(at_ms(1001)) == position{1001, 1});
}

TEST_CASE("under any clock, positions increase, are never early, and read back", "[core]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    // Mostly standing still or stepping on, sometimes jumping far in both directions.
    std::uniform_int_distribution<int> what{0, 9};
    std::uniform_int_distribution<std::int64_t> jump{-100'000, 100'000};
    std::int64_t now = 1'700'000'000'000;
    position_source source{position{}};
    position last;
    for (int i = 0; i < 20'000; ++i) {
        const int choice = what(random);
        now += choice < 5 ? 0 : choice < 8 ? 1 : jump(random);
        const auto p = source.next(at_ms(now));
        if (p <= last || p.time() < at_ms(now) || position::parse(p.text()).value() != p) {
            CAPTURE(i, now, last.text(), p.text());
            FAIL("a position out of order, early, or unreadable");
        }
        last = p;
    }
}

TEST_CASE("a slot is in the low bits of every position, and the counter steps above it", "[core]")
{
    position_source source{position{}, 5};
    const auto noon = at_ms(5000);
    CHECK(source.next(noon) == position{5000, 5});
    CHECK(source.next(noon) == position{5000, 21});
    CHECK(source.next(at_ms(4999)) == position{5000, 37});
    CHECK(source.next(at_ms(5001)) == position{5001, 5});
    CHECK(source.last().slot() == 5);
}

TEST_CASE("positions of a slot go on after one of another slot", "[core]")
{
    const auto noon = at_ms(5000);
    CHECK(position_source{position{5000, 4}, 5}.next(noon) == position{5000, 5});
    CHECK(position_source{position{5000, 5}, 5}.next(noon) == position{5000, 21});
    CHECK(position_source{position{5000, 6}, 5}.next(noon) == position{5000, 21});
    CHECK(position_source{position{5000, 15}, 0}.next(noon) == position{5000, 16});
    CHECK(position_source{position{5000, 16}, 15}.next(noon) == position{5000, 31});
}

TEST_CASE("a full counter of a slot carries into the millisecond", "[core]")
{
    position_source source{position{1000, position::counter_max - 15}, 3};
    CHECK(source.next(at_ms(1000)) == position{1000, position::counter_max - 12});
    CHECK(source.next(at_ms(1000)) == position{1001, 3});
    CHECK(source.next(at_ms(1000)) == position{1001, 19});
}

TEST_CASE("no two slots ever give the same position", "[core]")
{
    std::set<position> given;
    for (unsigned slot = 0; slot <= position::slot_max; ++slot) {
        position_source source{position{}, slot};
        for (int i = 0; i < 100; ++i)
            CHECK(given.insert(source.next(at_ms(i / 10))).second);
    }
}
