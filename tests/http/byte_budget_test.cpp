#include "http/byte_budget.hpp"

#include "support/catch.hpp"

#include <limits>

using namespace tickertape;
using namespace tickertape::http;

TEST_CASE("bytes are held up to their limit, and no further", "[http]")
{
    tally held;
    budget_share first{held};
    CHECK(first.resize(60, 100));
    budget_share second{held};
    CHECK_FALSE(second.resize(41, 100));
    CHECK_FALSE(second.resize(std::numeric_limits<std::size_t>::max(), 100));
    CHECK(held.value() == 60);
    CHECK(second.resize(40, 100));
    CHECK(held.value() == 100);
    budget_share third{held};
    CHECK_FALSE(third.resize(1, 100));
    CHECK_FALSE(third.resize(1, 50));  // another may have more than this one
    CHECK(third.resize(1, 200));
}

TEST_CASE("a share that grows counts once, and may always shrink", "[http]")
{
    tally held;
    budget_share one{held};
    CHECK(one.resize(60, 100));
    CHECK(one.has_room_for(100, 100));
    CHECK(one.resize(100, 100));
    CHECK(held.value() == 100);
    CHECK_FALSE(one.resize(101, 100));
    CHECK(held.value() == 100);
    CHECK(one.resize(20, 10));
    CHECK(held.value() == 20);
}

TEST_CASE("the bytes of a share are free again when it has gone", "[http]")
{
    tally held;
    for (int i = 0; i < 3; ++i) {
        budget_share one{held};
        CHECK(one.resize(100, 100));
    }
    {
        const budget_share empty{held};
    }
    CHECK(held.value() == 0);
}
