#include "series/comparison.hpp"

#include "series/made.hpp"

#include <cmath>

using namespace tickertape;
using namespace tickertape::series;
using namespace std::chrono_literals;

namespace {

constexpr auto first_day = std::chrono::seconds{1'709'856'000};  // 2024-03-08, a midnight

candle_time day(int number)
{
    return candle_time{first_day + std::chrono::days{number}};
}

// Days with these closes, from the first day on; 0: there is no such day.
std::vector<candle> days_of(std::initializer_list<double> closes, int from = 0)
{
    std::vector<candle> all;
    for (const double close : closes) {
        if (close > 0)
            all.push_back(candle_at(
                first_day + std::chrono::days{from}, close, 2 * close, close / 2, close, 1));
        ++from;
    }
    return all;
}

comparison compared_days(const std::vector<std::vector<candle>>& all)
{
    return compare(all).value();
}

std::optional<double>
correlation_of(std::initializer_list<double> first, std::initializer_list<double> second)
{
    return compared_days({days_of(first), days_of(second)}).pairs.front().value;
}

}  // namespace

TEST_CASE("symbols without a day in common are not compared", "[series]")
{
    CHECK_FALSE(compare({}));
    CHECK_FALSE(compare(std::vector<std::vector<candle>>{{}}));
    CHECK_FALSE(compare(std::vector{days_of({1, 2}), std::vector<candle>{}}));
    CHECK_FALSE(compare(std::vector{days_of({1, 2}), days_of({1, 2}, 2)}));
    CHECK_FALSE(compare(std::vector{days_of({1, 0, 2, 0}), days_of({0, 1, 0, 2})}));
}

TEST_CASE("changes count from the first day that all symbols have", "[series]")
{
    const auto c = compared_days({days_of({100, 200, 250, 150}), days_of({50, 40, 60}, 1)});
    CHECK(c.start == day(1));
    CHECK(c.last == day(3));
    REQUIRE(c.each.size() == 2);
    const auto& one = c.each[0];
    CHECK((one.start == usd(200) && one.last == usd(150)));
    REQUIRE(one.changes.size() == 3);
    CHECK(one.changes[0].opens == day(1));
    CHECK(one.changes[0].percent == 0);
    CHECK(one.changes[1].percent == 25);
    CHECK(one.changes[2].opens == day(3));
    CHECK(one.changes[2].percent == -25);
    const auto& other = c.each[1];
    CHECK((other.start == usd(50) && other.last == usd(60)));
    CHECK(other.changes[1].percent == -20);
    CHECK(other.changes[2].percent == 20);
}

TEST_CASE(
    "the best and the worst day are of one close to the next, the first of equal ones", "[series]")
{
    const auto c = compared_days({days_of({100, 125, 100, 125, 100, 100})});
    const auto& one = c.each.front();
    REQUIRE((one.best && one.worst));
    CHECK(one.best->opens == day(1));
    CHECK(one.best->percent == 25);
    CHECK(one.worst->opens == day(2));
    CHECK(one.worst->percent == -20);
    CHECK_FALSE(compared_days({days_of({100})}).each.front().best);
}

TEST_CASE("a day that only falls has a best day below zero", "[series]")
{
    const auto c = compared_days({days_of({100, 50, 40})});
    CHECK(c.each.front().best->percent == -20);
    CHECK(c.each.front().worst->percent == -50);
}

TEST_CASE("the largest fall is from a close to any later one", "[series]")
{
    const auto fall = [](std::initializer_list<double> closes) {
        return compared_days({days_of(closes)}).each.front().largest_drawdown;
    };
    const auto deepest = fall({100, 80, 200, 150, 100, 180, 90, 95});
    REQUIRE(deepest);
    CHECK(deepest->percent == Approx(55));
    CHECK(deepest->from == wall_time{day(2)});
    CHECK(deepest->to == wall_time{day(6)});
    CHECK(fall({100, 50, 100, 50})->to == wall_time{day(1)});
    CHECK_FALSE(fall({100, 100, 101}));
    CHECK_FALSE(fall({100}));
}

TEST_CASE("a missing day is no day: nothing is said of it, and it is counted", "[series]")
{
    const auto c = compared_days({days_of({100, 0, 300, 330}), days_of({10, 11, 12, 13, 14})});
    const auto& one = c.each[0];
    CHECK(one.days_missing == 2);
    REQUIRE(one.changes.size() == 3);
    CHECK(one.changes[1].opens == day(2));
    CHECK(one.changes[1].percent == 200);
    // 100 to 300 took two days, and is the return of neither.
    CHECK(one.best->opens == day(3));
    CHECK(one.best->percent == 10);
    CHECK(one.worst->percent == 10);
    CHECK(c.each[1].days_missing == 0);
    CHECK(c.pairs.front().returns == 1);
    CHECK_FALSE(c.pairs.front().value);
}

TEST_CASE("days beside a hole count, and are counted", "[series]")
{
    auto days = days_of({100, 110, 120});
    days[1] = beside_hole(days[1]);
    const auto c = compared_days({days});
    CHECK(c.each.front().days_beside_hole == 1);
    CHECK(c.each.front().days_missing == 0);
    CHECK(c.each.front().changes[1].percent == Approx(10));
}

TEST_CASE("symbols that move together, apart, and at right angles", "[series]")
{
    CHECK(*correlation_of({100, 110, 99, 105}, {200, 220, 198, 210}) == Approx(1));
    CHECK(*correlation_of({1, 2, 1, 2, 1}, {2, 1, 2, 1, 2}) == Approx(-1));
    // Returns ln 2 times 1, 1, -1, -1 and 1, -1, 1, -1.
    CHECK(*correlation_of({1, 2, 4, 2, 1}, {1, 2, 1, 2, 1}) == Approx(0).margin(1e-12));
    // Returns ln 2 times 1, 0, 2 and 0, 1, 2: deviations 0, -1, 1 and -1, 0, 1.
    CHECK(*correlation_of({1, 2, 2, 8}, {1, 1, 2, 8}) == Approx(0.5));
}

TEST_CASE("what never changes, or changes alike each day, has no correlation", "[series]")
{
    CHECK_FALSE(correlation_of({5, 5, 5, 5, 5}, {1, 2, 1, 2, 1}));
    CHECK_FALSE(correlation_of({1, 2, 1, 2, 1}, {5, 5, 5, 5, 5}));
    CHECK_FALSE(correlation_of({100, 110, 121, 133.1, 146.41}, {1, 2, 1, 2, 1}));
    CHECK_FALSE(correlation_of({1, 2, 3}, {3, 2, 1}));  // two returns
    CHECK(correlation_of({1, 2, 3, 4}, {4, 3, 2, 1}));
}

TEST_CASE("each symbol is paired with those behind it", "[series]")
{
    const auto days = days_of({1, 2, 1, 3});
    const auto c = compared_days({days, days, days});
    REQUIRE(c.pairs.size() == 3);
    CHECK((c.pairs[0].first == 0 && c.pairs[0].second == 1));
    CHECK((c.pairs[1].first == 0 && c.pairs[1].second == 2));
    CHECK((c.pairs[2].first == 1 && c.pairs[2].second == 2));
    CHECK(c.pairs[2].returns == 3);
    CHECK(c.pairs[2].from == wall_time{day(1)});
    CHECK(c.pairs[2].to == wall_time{day(3)});
}

TEST_CASE("what a double cannot hold is absent", "[series]")
{
    const auto c = compared_days({days_of({1e-320, 1e307, 1})});
    const auto& one = c.each.front();
    CHECK(one.changes.size() == 1);
    REQUIRE(one.best);
    CHECK(std::isfinite(one.best->percent));
    CHECK(one.best->opens == day(2));
}
