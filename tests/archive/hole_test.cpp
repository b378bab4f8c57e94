#include "archive/hole.hpp"

#include "support/catch.hpp"

namespace tickertape::archive {
namespace {

hole of(std::uint64_t from, std::uint64_t to, hole_reason why = hole_reason::damaged)
{
    return {{from, 0}, {to, 0}, why};
}

}  // namespace

TEST_CASE("holes are kept in order, and one that is covered is not added again", "[archive]")
{
    std::vector<hole> holes;
    CHECK(add_hole(holes, of(50, 60)));
    CHECK(add_hole(holes, of(10, 20)));
    CHECK_FALSE(add_hole(holes, of(12, 20)));
    CHECK(holes == std::vector{of(10, 20), of(50, 60)});
}

TEST_CASE("a hole that overlaps others adds what they do not cover", "[archive]")
{
    std::vector<hole> holes{of(10, 20), of(30, 40, hole_reason::not_archived)};
    CHECK(add_hole(holes, of(5, 50)));
    CHECK(holes == std::vector{of(5, 30), of(30, 40, hole_reason::not_archived), of(40, 50)});
}

TEST_CASE("an empty hole is none", "[archive]")
{
    std::vector<hole> holes;
    CHECK_FALSE(add_hole(holes, of(10, 10)));
    CHECK(holes.empty());
}

TEST_CASE("past their limit, the holes nearest to each other become one", "[archive]")
{
    std::vector<hole> holes;
    for (std::size_t i = 0; i < holes_max; ++i)
        add_hole(holes, of(i * 100 + 100, i * 100 + 110));
    CHECK(add_hole(holes, of(115, 116)));
    CHECK(holes.size() == holes_max);
    CHECK(holes.front() == of(100, 116));
}

}  // namespace tickertape::archive
