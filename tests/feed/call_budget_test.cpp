// A month's calls that several share.
#include "feed/call_budget.hpp"

#include "support/catch.hpp"
#include "support/stringify.hpp"

using namespace tickertape;
using namespace tickertape::feed;
using namespace std::chrono_literals;

TEST_CASE("shares of a budget never spend more than the whole", "[feed]")
{
    const steady_time start{};
    call_budget table{{.per_minute = 1, .burst = 10}, start};
    auto coins = table.share({.per_minute = 0.5, .burst = 4}, start);
    table.leave(4);
    int tables = 0;
    int questions = 0;
    for (; table.wait(start) == 0s; ++tables)
        table.take(start);
    CHECK(tables == 6);  // four are left to the others
    for (; coins.wait(start) == 0s; ++questions)
        coins.take(start);
    CHECK(questions == 4);
    // The table's turn comes when what is left to the others is there again.
    const auto wait = table.wait(start);
    CHECK(wait > 4min);
    CHECK(wait < 6min);
    for (int i = 1; i <= 600; ++i) {
        const auto now = start + i * 1min;
        if (table.wait(now) == 0s) {
            table.take(now);
            ++tables;
        }
        if (coins.wait(now) == 0s) {
            coins.take(now);
            ++questions;
        }
    }
    CHECK(tables + questions <= 610);
    CHECK(tables + questions > 595);
    CHECK(questions > 250);
    CHECK(tables > 250);
}

TEST_CASE("copies of a share have their part of the budget together", "[feed]")
{
    const steady_time start{};
    const call_budget whole{{.per_minute = 1, .burst = 10}, start};
    auto one = whole.share({.per_minute = 0.5, .burst = 4}, start);
    auto other = one;
    for (int i = 0; i < 2; ++i) {
        one.take(start);
        other.take(start);
    }
    CHECK(one.wait(start) > 1min);
    CHECK(other.wait(start) > 1min);
    CHECK(whole.wait(start) == 0s);
}
