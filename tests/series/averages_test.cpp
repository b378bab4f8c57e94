#include "series/averages.hpp"

#include "series/errors.hpp"
#include "series/made.hpp"
#include "support/stringify.hpp"

#include <cmath>
#include <limits>
#include <random>

using namespace tickertape;
using namespace tickertape::series;
using namespace std::chrono_literals;

namespace {

using averages = std::vector<std::optional<double>>;

std::vector<candle> closes_of(std::initializer_list<double> prices)
{
    std::vector<candle> all;
    for (const double value : prices)
        all.push_back(
            candle_at(std::chrono::minutes{all.size()}, value, value + 1, value / 2, value, 1));
    return all;
}

}  // namespace

TEST_CASE("A simple average is the mean of the last closes", "[series]")
{
    const auto candles = closes_of({10, 20, 60, 40});
    CHECK(simple_average(candles, 3).value() == averages{{}, {}, 30.0, 40.0});
    CHECK(simple_average(candles, 1).value() == averages{10.0, 20.0, 60.0, 40.0});
}

TEST_CASE("An exponential average starts as a simple one and follows", "[series]")
{
    const auto candles = closes_of({10, 20, 60, 40, 80});
    CHECK(exponential_average(candles, 3).value() == averages{{}, {}, 30.0, 35.0, 57.5});
    CHECK(exponential_average(candles, 1).value() == averages{10.0, 20.0, 60.0, 40.0, 80.0});
}

TEST_CASE("A band is the average and two deviations of a population", "[series]")
{
    const auto all = bands(closes_of({10, 20, 30, 30}), 3).value();
    REQUIRE(all.size() == 4);
    CHECK_FALSE((all[0] || all[1]));
    const double sigma = std::sqrt(200.0 / 3);
    CHECK(all[2]->lower == Approx(20 - 2 * sigma).epsilon(1e-14));
    CHECK(all[2]->middle == 20);
    CHECK(all[2]->upper == Approx(20 + 2 * sigma).epsilon(1e-14));
    CHECK(
        bands(closes_of({10, 20, 30}), 3, 0.5).value()[2]->upper ==
        Approx(20 + 0.5 * sigma).epsilon(1e-14));
}

TEST_CASE("There is no average before there are as many candles as its period", "[series]")
{
    const auto candles = closes_of({10, 20});
    CHECK(simple_average(candles, 3).value() == averages(2));
    CHECK(exponential_average(candles, 3).value() == averages(2));
    CHECK(bands(candles, 3).value().size() == 2);
    CHECK_FALSE(bands(candles, 3).value()[1]);
    CHECK(simple_average({}, 1).value().empty());
    CHECK(exponential_average({}, 1).value().empty());
    CHECK(bands({}, 1).value().empty());
}

TEST_CASE("A constant series has an average and no width", "[series]")
{
    const auto candles = closes_of({0.1, 0.1, 0.1, 0.1});
    CHECK(simple_average(candles, 3).value()[3] == 0.1);
    CHECK(exponential_average(candles, 3).value()[3] == 0.1);
    const auto last = bands(candles, 3).value()[3];
    CHECK((last->lower == 0.1 && last->middle == 0.1 && last->upper == 0.1));
}

TEST_CASE("A simple average is the same wherever the series begins", "[series]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    std::lognormal_distribution<double> prices{10, 3};
    std::vector<candle> candles;
    for (int i = 0; i < 500; ++i)
        candles.push_back(closes_of({prices(random)})[0]);
    const auto whole = simple_average(candles, 20).value();
    const auto wide = bands(candles, 20).value();
    for (std::size_t from = 0; from + 20 < candles.size(); from += 7) {
        const auto part = std::span{candles}.subspan(from);
        REQUIRE(simple_average(part, 20).value()[19] == whole[from + 19]);
        REQUIRE(bands(part, 20).value()[19]->upper == wide[from + 19]->upper);
    }
}

TEST_CASE("An outlier leaves no trace behind its period", "[series]")
{
    const auto candles = closes_of({0.1, 1e300, 0.1, 0.1, 0.1});
    CHECK(simple_average(candles, 3).value()[4] == 0.1);
    CHECK(bands(candles, 3).value()[4]->upper == 0.1);
}

TEST_CASE("A band that no double holds is absent", "[series]")
{
    constexpr double most = std::numeric_limits<double>::max();
    const auto candles = closes_of({most / 2, most / 8, most / 2});
    CHECK(simple_average(candles, 3).value()[2] == Approx(most * 0.375).epsilon(1e-15));
    CHECK(bands(candles, 3, 1).value()[2]);
    CHECK_FALSE(bands(candles, 3, 10).value()[2]);
}

TEST_CASE("Periods and widths beyond their bounds are refused", "[series]")
{
    const auto candles = closes_of({1, 2, 3});
    CHECK(simple_average(candles, 0).error() == series_errc::bad_period);
    CHECK(simple_average(candles, period_max + 1).error() == series_errc::bad_period);
    CHECK(simple_average(candles, period_max).value() == averages(3));
    CHECK(exponential_average(candles, 0).error() == series_errc::bad_period);
    CHECK(bands(candles, 0).error() == series_errc::bad_period);
    for (const double width : {0.0, -1.0, 10.1, std::nan("")})
        CHECK(bands(candles, 2, width).error() == series_errc::bad_width);
    CHECK(
        series_category().message(int(series_errc::bad_period)) == "a period is 1 to 1000 candles");
    const std::vector<candle> many(candles_max + 1, candles[0]);
    CHECK(simple_average(many, 1).error() == series_errc::too_many_candles);
}
