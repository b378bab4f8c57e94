#include "support/catch.hpp"
#include "tickertape-bench/histogram.hpp"

using tickertape::bench::histogram;

TEST_CASE("A histogram of nothing has no quantiles", "[bench]")
{
    const histogram h;

    CHECK(h.count() == 0);
    CHECK(h.quantile(0.99) == 0);
    CHECK(h.max() == 0);
    CHECK(h.mean() == 0);
}

TEST_CASE("Small values are told exactly", "[bench]")
{
    histogram h;
    for (std::uint64_t value = 1; value <= 1'000; ++value)
        h.add(value);

    CHECK(h.quantile(0) == 1);
    CHECK(h.quantile(0.5) == 500);
    CHECK(h.quantile(0.99) == 990);
    CHECK(h.quantile(1) == 1'000);
    CHECK(h.mean() == 500.5);
}

TEST_CASE("A quantile is never too small, and less than a thousandth too large", "[bench]")
{
    for (std::uint64_t value = 1; value < histogram::value_max; value += 1 + value / 7) {
        histogram h;
        h.add(value);
        h.add(histogram::value_max);
        CAPTURE(value);

        CHECK(h.quantile(0.5) >= value);
        CHECK(h.quantile(0.5) - value <= value / 1'024);
    }
}

TEST_CASE("One slow delivery among a thousand is the largest, and not the p99", "[bench]")
{
    histogram h;
    for (int i = 0; i < 999; ++i)
        h.add(100);
    h.add(5'000'000);

    CHECK(h.quantile(0.99) == 100);
    CHECK(h.quantile(0.999) == 100);
    CHECK(h.quantile(0.9995) == 5'000'000);
    CHECK(h.max() == 5'000'000);
}

TEST_CASE("A value beyond all counters is counted, and told as the largest", "[bench]")
{
    histogram h;
    h.add(~std::uint64_t{0});

    CHECK(h.count() == 1);
    CHECK(h.max() == ~std::uint64_t{0});
    CHECK(h.quantile(0.5) == histogram::value_max);
}
