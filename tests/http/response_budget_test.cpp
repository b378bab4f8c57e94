#include "http/response_budget.hpp"

#include "support/catch.hpp"

#include <limits>

using namespace tickertape;
using namespace tickertape::http;

TEST_CASE("answers are held up to their limit, and no further", "[http]")
{
    std::size_t held = 0;
    budget_share first{held};
    CHECK(first.take(60, 100));
    budget_share second{held};
    CHECK_FALSE(second.take(41, 100));
    CHECK_FALSE(second.take(std::numeric_limits<std::size_t>::max(), 100));
    CHECK(held == 60);
    CHECK(second.take(40, 100));
    CHECK(held == 100);
    budget_share third{held};
    CHECK_FALSE(third.take(1, 100));
    CHECK_FALSE(third.take(1, 50));  // somebody else may have more than this one
    CHECK(third.take(1, 200));
}

TEST_CASE("the bytes of an answer are free again when it has gone", "[http]")
{
    std::size_t held = 0;
    for (int i = 0; i < 3; ++i) {
        budget_share one{held};
        CHECK(one.take(100, 100));
    }
    {
        const budget_share refused{held};
    }
    CHECK(held == 0);
}
