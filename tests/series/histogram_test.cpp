#include "series/histogram.hpp"

#include "series/errors.hpp"
#include "series/made.hpp"
#include "support/stringify.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

using namespace tickertape;
using namespace tickertape::series;

namespace {

using counts = std::vector<std::uint64_t>;
using edges = std::vector<double>;

std::vector<point> prices_of(const std::vector<double>& prices)
{
    std::vector<point> all;
    for (const double value : prices)
        all.push_back({wall_time{}, usd(value)});
    return all;
}

// What must be true of any histogram.
void check_shape(const histogram& h, std::size_t points)
{
    CHECK(h.edges.size() == h.counts.size() + 1);
    CHECK(h.counts.size() <= bins_max);
    CHECK(std::accumulate(h.counts.begin(), h.counts.end(), std::uint64_t{0}) == points);
    CHECK(std::ranges::all_of(h.edges, [](double e) { return std::isfinite(e); }));
    if (h.counts.size() > 1)
        CHECK(std::ranges::adjacent_find(h.edges, std::greater_equal{}) == h.edges.end());
}

}  // namespace

TEST_CASE("There is no histogram of nothing", "[series]")
{
    CHECK(histogram_of({}).error() == series_errc::no_points);
    const std::vector<point> points(points_max + 1, point{wall_time{}, usd(1)});
    CHECK(histogram_of(points).error() == series_errc::too_many_points);
}

TEST_CASE("Equal prices are one bin", "[series]")
{
    CHECK(histogram_of(prices_of({5})).value().edges == edges{5, 5});
    CHECK(histogram_of(prices_of({5})).value().counts == counts{1});
    CHECK(histogram_of(prices_of({5, 5, 5})).value().counts == counts{3});
}

TEST_CASE("Bins are as wide as Freedman and Diaconis say", "[series]")
{
    // The quartiles are 3 and 7 and 9 ^ (1/3) is 2.08: a width of 3.85, so 3 bins.
    const auto h = histogram_of(prices_of({1, 2, 3, 4, 5, 6, 7, 8, 10})).value();
    CHECK(h.edges == edges{1, 4, 7, 10});
    CHECK(h.counts == counts{3, 3, 3});  // 4 and 7 are in the bins they open, 10 in the last
}

TEST_CASE("Two points have two bins at most", "[series]")
{
    const auto h = histogram_of(prices_of({1, 2})).value();
    CHECK(h.counts == counts{1, 1});
}

TEST_CASE("Where half of the points have one price, Sturges' rule stands in", "[series]")
{
    std::vector<double> prices(62, 100.0);
    prices.push_back(90);
    prices.push_back(110);
    const auto h = histogram_of(prices_of(prices)).value();
    CHECK(h.counts == counts{1, 0, 0, 62, 0, 0, 1});  // 1 + log2 64
}

TEST_CASE("An outlier does not make bins without bound", "[series]")
{
    std::vector<double> prices;
    for (int i = 0; i < 1'000; ++i)
        prices.push_back(100 + i % 7 * 0.01);
    prices.push_back(1e12);
    const auto h = histogram_of(prices_of(prices)).value();
    check_shape(h, prices.size());
    CHECK(h.counts.size() == bins_max);
    CHECK(h.counts.front() == 1'000);
    CHECK(h.counts.back() == 1);
}

TEST_CASE("Bins are never narrower than a double can tell", "[series]")
{
    constexpr double most = std::numeric_limits<double>::max();
    constexpr double least = std::numeric_limits<double>::denorm_min();
    const double next = std::nextafter(1.0, 2.0);
    check_shape(histogram_of(prices_of({1.0, next})).value(), 2);
    check_shape(histogram_of(prices_of({1.0, 1.0, 1.0, next, next})).value(), 5);
    check_shape(histogram_of(prices_of({least, 2 * least, 3 * least, 9 * least})).value(), 4);
    check_shape(histogram_of(prices_of({least, most})).value(), 2);
    check_shape(histogram_of(prices_of({most, std::nextafter(most, 0), most, most})).value(), 4);
    check_shape(histogram_of(prices_of({least, least, least, least, most})).value(), 5);
}

TEST_CASE("Every point is in the bin between whose edges its price lies", "[series]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    for (int round = 0; round < 200; ++round) {
        std::lognormal_distribution<double> spread{5, static_cast<double>(random() % 100) / 40};
        std::vector<double> prices;
        const std::size_t count = 2 + random() % 2'000;
        for (std::size_t i = 0; i < count; ++i)
            prices.push_back(random() % 2 == 0 ? spread(random) : std::ceil(spread(random)));
        const auto h = histogram_of(prices_of(prices)).value();
        check_shape(h, count);
        counts expected(h.counts.size());
        for (const double value : prices) {
            const auto above = std::upper_bound(h.edges.begin(), h.edges.end() - 1, value);
            ++expected[static_cast<std::size_t>(above - h.edges.begin()) - 1];
        }
        REQUIRE(h.counts == expected);
    }
}
