#include "synthetic/random_walk.hpp"

#include "support/catch.hpp"

#include <cmath>
#include <random>

using namespace tickertape;
using namespace tickertape::synthetic;

TEST_CASE("No step of a walk is longer than its bound, and no price stops being one", "[feed]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    for (const double start : {69000.0, 1.0, 1.004, 0.999, 0.45, 2e-5, 3.3e-10, 1e12}) {
        const double step_max = 0.001 * static_cast<double>(1 + random() % 500);
        CAPTURE(start, step_max);
        random_walk walk{{.seed = random(), .start = start, .step_max = step_max}};
        double before = walk.now().value();
        CHECK(before == start);
        for (int i = 0; i < 20'000; ++i) {
            const double now = walk.next().value();
            REQUIRE(std::isfinite(now));
            REQUIRE(now > 0);
            REQUIRE(now >= start / 10 * 0.99);
            REQUIRE(now <= start * 10 * 1.01);
            REQUIRE(std::abs(now - before) <= before * step_max * (1 + 1e-12));
            before = now;
        }
    }
}

TEST_CASE("A walk moves, and the same seed gives the same walk", "[feed]")
{
    random_walk a{{.seed = 7, .start = 69000}};
    random_walk b{{.seed = 7, .start = 69000}};
    random_walk c{{.seed = 8, .start = 69000}};
    bool is_another = false;
    int moves = 0;
    for (int i = 0; i < 100; ++i) {
        const auto before = a.now();
        const auto now = a.next();
        CHECK(now == b.next());
        is_another = is_another || !(now == c.next());
        moves += !(now == before);
    }
    CHECK(is_another);
    CHECK(moves > 90);
}

TEST_CASE("A walk's prices are as legible as real ones", "[feed]")
{
    random_walk walk{{.seed = 1, .start = 69000}};
    for (int i = 0; i < 1000; ++i)
        CHECK(walk.next().text().size() <= std::string{"69000.00"}.size());
    CHECK(likely_price("BTC", "USD") == 69000);
    CHECK(likely_price("ETH", "BTC") == 3500.0 / 69000);
    CHECK(likely_price("NOSUCH", "USD") == 100);
}
