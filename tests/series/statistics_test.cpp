#include "series/statistics.hpp"

#include "series/errors.hpp"
#include "series/made.hpp"
#include "support/stringify.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <random>

using namespace tickertape;
using namespace tickertape::series;
using namespace std::chrono_literals;

namespace {

using milliseconds = std::chrono::milliseconds;

constexpr wall_time start{1'700'000'000s};

// Prices one after the other, `apart` from each other.
std::vector<point> series_of(std::initializer_list<double> prices, milliseconds apart)
{
    std::vector<point> all;
    for (const double value : prices)
        all.push_back({start + apart * static_cast<int>(all.size()), usd(value)});
    return all;
}

// Points a second apart whose prices follow from their number.
template <class Price>
std::vector<point> seconds_of(std::size_t count, Price price_of)
{
    std::vector<point> all;
    all.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        all.push_back({start + std::chrono::seconds{i}, usd(price_of(i))});
    return all;
}

void check_finite(const statistics& s)
{
    CHECK(std::isfinite(s.mean));
    CHECK(std::isfinite(s.median));
    CHECK(std::isfinite(s.standard_deviation.value_or(0)));
    CHECK(std::isfinite(s.change));
    CHECK(std::isfinite(s.change_percent.value_or(0)));
    CHECK(std::isfinite(s.volatility_percent.value_or(0)));
    if (s.largest_drawdown)
        CHECK((s.largest_drawdown->percent > 0 && s.largest_drawdown->percent <= 100));
    if (s.trend) {
        CHECK(std::isfinite(s.trend->slope_per_day));
        CHECK(std::isfinite(s.trend->rise_percent));
        CHECK((s.trend->r2 >= 0 && s.trend->r2 <= 1));
    }
}

}  // namespace

TEST_CASE("There are no statistics of nothing", "[series]")
{
    CHECK(describe(std::span<const point>{}).error() == series_errc::no_points);
}

TEST_CASE("One point has a middle, and neither spread nor direction", "[series]")
{
    const auto s = describe(series_of({42.5}, 1s)).value();
    CHECK(s.count == 1);
    CHECK((s.first == usd(42.5) && s.last == usd(42.5)));
    CHECK((s.min == usd(42.5) && s.max == usd(42.5)));
    CHECK(s.mean == 42.5);
    CHECK(s.median == 42.5);
    CHECK(s.change == 0);
    CHECK(s.change_percent == 0.0);
    CHECK_FALSE(s.standard_deviation);
    CHECK_FALSE(s.volatility_percent);
    CHECK_FALSE(s.largest_drawdown);
    CHECK_FALSE(s.trend);
}

TEST_CASE("Two points have a spread and a line through them, but no volatility", "[series]")
{
    const auto s = describe(series_of({100, 110}, 12h)).value();
    CHECK(s.mean == 105);
    CHECK(s.median == 105);
    CHECK(s.standard_deviation.value() == Approx(10 / std::sqrt(2.0)).epsilon(1e-14));
    CHECK(s.change == 10);
    CHECK(s.change_percent.value() == Approx(10).epsilon(1e-14));
    CHECK_FALSE(s.volatility_percent);
    CHECK_FALSE(s.largest_drawdown);
    REQUIRE(s.trend);
    CHECK(s.trend->towards == direction::up);
    CHECK(s.trend->slope_per_day == Approx(20).epsilon(1e-14));
    CHECK(s.trend->rise_percent == Approx(1000.0 / 105).epsilon(1e-14));
    CHECK(s.trend->r2 == Approx(1).epsilon(1e-14));
}

TEST_CASE("A constant series has no spread, not even one of rounding", "[series]")
{
    // 0.1 is no double, nor is its sum.
    const auto s = describe(seconds_of(100'000, [](std::size_t) { return 0.1; })).value();
    CHECK(s.mean == 0.1);
    CHECK(s.median == 0.1);
    CHECK(s.standard_deviation == 0.0);
    CHECK(s.volatility_percent == 0.0);
    CHECK(s.change_percent == 0.0);
    CHECK_FALSE(s.largest_drawdown);
    REQUIRE(s.trend);
    CHECK(s.trend->towards == direction::flat);
    CHECK(s.trend->slope_per_day == 0);
    CHECK(s.trend->r2 == 0);
}

TEST_CASE("Points of one time have no trend and no volatility", "[series]")
{
    const auto s = describe(series_of({100, 90, 95}, 0s)).value();
    CHECK_FALSE(s.trend);
    CHECK_FALSE(s.volatility_percent);
    CHECK(s.standard_deviation.value() == Approx(5).epsilon(1e-14));
    // Their order still says that the price fell.
    CHECK(s.largest_drawdown->percent == Approx(10).epsilon(1e-14));
}

TEST_CASE("The order of the points is that of their times", "[series]")
{
    auto points = series_of({1, 2, 3}, 1s);
    points[2].at = points[0].at;
    CHECK(describe(points).error() == series_errc::times_go_back);
}

TEST_CASE("More points than points_max are refused", "[series]")
{
    const std::vector<point> points(points_max + 1, point{start, usd(1)});
    CHECK(describe(points).error() == series_errc::too_many_points);
    CHECK(describe(std::span{points}.first(points_max)).value().count == points_max);
}

TEST_CASE("The median is the middle price, or between the middle two", "[series]")
{
    CHECK(describe(series_of({5, 1, 9}, 1s))->median == 5);
    CHECK(describe(series_of({5, 1, 9, 6}, 1s))->median == 5.5);
    CHECK(describe(series_of({7, 7, 1, 9}, 1s))->median == 7);
}

TEST_CASE("The largest drawdown is from a peak to the lowest price after it", "[series]")
{
    // 100 to 80 is 20 %, 120 to 90 is 25 %, and 10 to 120 is no fall.
    const auto s = describe(series_of({100, 80, 10, 120, 95, 90, 110}, 1s)).value();
    CHECK(s.largest_drawdown->percent == Approx(90).epsilon(1e-14));
    CHECK(s.largest_drawdown->from == start);
    CHECK(s.largest_drawdown->to == start + 2s);
    CHECK_FALSE(describe(series_of({1, 2, 2, 3}, 1s))->largest_drawdown);
}

TEST_CASE("Of equal falls the first is told, from the first time of its peak", "[series]")
{
    const auto s = describe(series_of({50, 100, 100, 75, 75, 200, 150}, 1s)).value();
    CHECK(s.largest_drawdown->percent == 25);
    CHECK(s.largest_drawdown->from == start + 1s);
    CHECK(s.largest_drawdown->to == start + 3s);
}

TEST_CASE("A trend is flat unless its line is clear and rises or falls enough", "[series]")
{
    const auto trend_of = [](double rise, double noise) {
        return describe(seconds_of(
                            1'000,
                            [&](std::size_t i) {
                                return 1'000 + rise * static_cast<double>(i) / 1'000 +
                                       (i % 2 == 0 ? noise : -noise);
                            }))
            ->trend->towards;
    };
    CHECK(trend_of(10, 0) == direction::up);
    CHECK(trend_of(-10, 0) == direction::down);
    CHECK(trend_of(1.1, 0) == direction::up);
    CHECK(trend_of(0.9, 0) == direction::flat);   // clear, but less than 0.1 %
    CHECK(trend_of(10, 100) == direction::flat);  // 1 %, but lost in the noise
    CHECK(text(direction::up) == "up");
    CHECK(text(direction::down) == "down");
    CHECK(text(direction::flat) == "flat");
}

TEST_CASE("A million ticks lose no digits, however little they differ", "[series]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    for (const double spread : {1e-6, 0.01, 1'000.0}) {
        CAPTURE(spread);
        std::mt19937_64 random{seed};
        std::normal_distribution<double> normal{69'420.25, spread};
        // Beside the noise a rise of two deviations, so that slope and r2 are not near 0.
        const auto points = seconds_of(1'000'000, [&](std::size_t i) {
            return normal(random) + spread * static_cast<double>(i) / 500'000;
        });

        // From the first price, because extended precision has too few digits for the prices.
        const long double first = points.front().value.value();
        long double sum = 0;
        for (const point& p : points)
            sum += p.value.value() - first;
        const long double mean = sum / 1'000'000;
        const long double middle = 999'999 / 2.0L;
        long double prices = 0;
        long double times = 0;
        long double both = 0;
        for (std::size_t i = 0; i < points.size(); ++i) {
            const long double x = points[i].value.value() - first - mean;
            const long double t = static_cast<long double>(i) - middle;
            prices += x * x;
            times += t * t;
            both += x * t;
        }
        const auto s = describe(points).value();
        CHECK(s.mean == Approx(static_cast<double>(first + mean)).epsilon(1e-14));
        CHECK(
            *s.standard_deviation ==
            Approx(static_cast<double>(std::sqrt(prices / 999'999))).epsilon(1e-11));
        CHECK(
            s.trend->slope_per_day ==
            Approx(static_cast<double>(both / times * 86'400)).epsilon(1e-10));
        CHECK(
            s.trend->r2 ==
            Approx(static_cast<double>(both * both / (times * prices))).epsilon(1e-10));
    }
}

TEST_CASE("Volatility is that of the price, however irregular its ticks are", "[series]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    std::normal_distribution<double> normal;
    const double yearly = 0.6;
    const auto walk = [&](std::chrono::hours span, auto next_pause) {
        std::vector<point> all{{start, usd(50'000)}};
        double log = std::log(50'000.0);
        while (all.back().at < start + span) {
            const milliseconds pause = next_pause();
            const double years = std::chrono::duration<double>(pause).count() / (365 * 86'400.0);
            log += yearly * std::sqrt(years) * normal(random);
            all.push_back({all.back().at + pause, usd(std::exp(log))});
        }
        return describe(all)->volatility_percent.value();
    };
    // 8,640 samples: the standard error is 0.8 %.
    std::exponential_distribution<double> seldom{1.0 / 20'000};
    CHECK(walk(24h * 30, [] { return 10s; }) == Approx(60).epsilon(0.06));
    CHECK(walk(24h * 30, [&] {
              return milliseconds{1 + static_cast<int>(seldom(random))};
          }) == Approx(60).epsilon(0.06));
    // Bursts, and pauses of half an hour: 1,400 samples.
    CHECK(walk(24h * 30, [&]() -> milliseconds {
              return random() % 50 == 0 ? 30min : milliseconds{1 + random() % 2'000};
          }) == Approx(60).epsilon(0.15));
    // Daily closes of eight years: each is a return of its own.
    CHECK(walk(24h * 365 * 8, [] { return 24h; }) == Approx(60).epsilon(0.1));
}

TEST_CASE("A bounce between two prices is no volatility of its own", "[series]")
{
    // A tick each second, alternating by 0.01 %: made of every return, 56 % a year.
    const auto s = describe(
        seconds_of(86'400, [](std::size_t i) { return i % 2 == 0 ? 10'000.0 : 10'001.0; }));
    CHECK(*s->volatility_percent < 5);
}

TEST_CASE("Volatility takes two returns", "[series]")
{
    // Parts of 1/32 of the time: 1 min 52.5 s of the hour.
    const auto with_middle = [](milliseconds middle) {
        return describe(std::array{
                            point{start, usd(100)}, point{start + middle, usd(101)},
                            point{start + 1h, usd(100)}})
            ->volatility_percent;
    };
    CHECK_FALSE(with_middle(112'499ms));
    REQUIRE(with_middle(112'500ms));
    const double r = std::log(1.01);
    CHECK(*with_middle(112'500ms) == Approx(100 * std::sqrt(2 * r * r * 365 * 24)).epsilon(1e-12));
    // Less than a part is left after the last sample: it and its time are left out.
    CHECK_FALSE(with_middle(3'599'999ms));
}

TEST_CASE("No price makes a figure that is not finite", "[series]")
{
    constexpr double most = std::numeric_limits<double>::max();
    constexpr double least = std::numeric_limits<double>::denorm_min();
    for (const auto apart : {milliseconds{0}, milliseconds{1}, milliseconds{24h * 365}}) {
        check_finite(describe(series_of({least, most}, apart)).value());
        check_finite(describe(series_of({most, least}, apart)).value());
        check_finite(describe(series_of({most, most, most}, apart)).value());
        check_finite(describe(series_of({most, std::nextafter(most, 0), most}, apart)).value());
        check_finite(describe(series_of({least, least * 2, least}, apart)).value());
        check_finite(describe(series_of({least, most, least, most, 1}, apart)).value());
    }
    const auto s = describe(series_of({most, most / 2, most, most / 2}, 24h)).value();
    CHECK(s.mean == Approx(most * 0.75).epsilon(1e-15));
    CHECK(s.median == Approx(most * 0.75).epsilon(1e-15));
    CHECK(*s.standard_deviation == Approx(most / 4 * std::sqrt(4.0 / 3)).epsilon(1e-15));
    // There is a change, but no double for its percentage.
    CHECK_FALSE(describe(series_of({least, most}, 1s))->change_percent);
}

TEST_CASE("The statistics of candles have the first, least and greatest of all prices", "[series]")
{
    const auto opens = std::chrono::floor<std::chrono::seconds>(start);
    const std::vector<candle> candles{
        {opens, usd(10), usd(14), usd(9), usd(12), 3},
        {opens + 60s, usd(12), usd(13), usd(7), usd(8), 5},
        {opens + 120s, usd(8), usd(20), usd(8), usd(11), 2}};
    const auto found = describe(candles);
    REQUIRE(found.has_value());
    CHECK(found->count == 3);
    CHECK(found->first == usd(10));
    CHECK(found->last == usd(11));
    CHECK(found->min == usd(7));
    CHECK(found->max == usd(20));
    CHECK(found->median == 11.0);
    CHECK(found->change == 1.0);
    CHECK(found->change_percent == 10.0);
    CHECK(describe(std::span<const candle>{}).error() == series_errc::no_points);
}
