#include "core/backoff.hpp"

#include "support/catch.hpp"

#include <cmath>
#include <limits>
#include <random>

using namespace tickertape;
using namespace std::chrono_literals;

namespace {

const double nearly_one = std::nextafter(1.0, 0.0);

}  // namespace

TEST_CASE("Each failure doubles the longest wait, up to the most", "[feed]")
{
    backoff b{{.first = 1000ms, .most = 10'000ms}};
    for (const auto bound : {1000ms, 2000ms, 4000ms, 8000ms, 10'000ms, 10'000ms}) {
        const auto wait = b.next(nearly_one);
        CHECK(wait < bound);
        CHECK(wait >= bound - 1ms);
    }
}

TEST_CASE("A provider that is away for years is still asked again within the most", "[feed]")
{
    backoff b{{.first = 1ms, .most = std::chrono::milliseconds::max()}};
    backoff c{{.first = 500ms, .most = 60s}};
    for (int i = 0; i < 100'000; ++i) {
        CHECK(b.next(0.5) >= 0ms);
        CHECK(c.next(nearly_one) < 60s);
    }
    CHECK(c.next(0.5) == 30s);
}

TEST_CASE("A first wait beyond the most is cut to it", "[feed]")
{
    backoff b{{.first = 60s, .most = 5s}};
    CHECK(b.next(0.5) == 2500ms);
    CHECK(b.next(0.5) == 2500ms);
}

TEST_CASE("Waits are spread over the whole of their bound", "[feed]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    std::uniform_real_distribution<double> any{0, 1};
    int tenths[10] = {};
    for (int i = 0; i < 10'000; ++i) {
        backoff b{{.first = 1000ms, .most = 60s}};
        const auto wait = b.next(any(random));
        REQUIRE(wait >= 0ms);
        REQUIRE(wait < 1000ms);
        ++tenths[wait / 100ms];
    }
    for (const int n : tenths)
        CHECK(n > 700);
}

TEST_CASE("After a success the waits begin small again", "[feed]")
{
    backoff b{{.first = 1000ms, .most = 60s}};
    for (int i = 0; i < 5; ++i)
        b.next(0);
    CHECK(b.failures() == 5);
    b.reset();
    CHECK(b.failures() == 0);
    CHECK(b.next(0.5) == 500ms);
}
