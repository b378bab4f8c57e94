#include "core/token_bucket.hpp"

#include "support/catch.hpp"

#include <deque>
#include <random>

using namespace tickertape;
using namespace std::chrono_literals;

namespace {

const steady_time start{1000h};

}  // namespace

TEST_CASE("no token is given while the other side wants a pause", "[core]")
{
    token_bucket bucket{{.per_minute = 600, .burst = 3}, start};
    bucket.pause(start + 60s);

    CHECK_FALSE(bucket.take(start));
    CHECK(bucket.wait(start) == 60s);
    CHECK(bucket.left(start) == 0);
    CHECK_FALSE(bucket.take(start + 60s - 1ns));
    CHECK(bucket.left(start + 60s - 1ns) == 0);
    CHECK(bucket.paused_until() == start + 60s);
    CHECK(bucket.take(start + 60s));
}

TEST_CASE("Who returns from a pause does so without a burst", "[core]")
{
    token_bucket bucket{{.per_minute = 60, .burst = 5}, start};
    bucket.pause(start + 1h);

    CHECK(bucket.left(start + 1h) == 1);
    CHECK(bucket.take(start + 1h));
    CHECK_FALSE(bucket.take(start + 1h));
    CHECK(bucket.wait(start + 1h) == 1s);
    CHECK(bucket.left(start + 1h + 5s) == 5);
}

TEST_CASE("A shorter pause does not end a longer one", "[core]")
{
    token_bucket bucket{{.per_minute = 60}, start};
    bucket.pause(start + 10min);
    bucket.pause(start + 1s);

    CHECK(bucket.wait(start) == 10min);
    CHECK(bucket.paused_until() == start + 10min);
}

TEST_CASE("A pause that is over does not slow down anybody", "[core]")
{
    token_bucket bucket{{.per_minute = 60, .burst = 2}, start};
    bucket.pause(start - 1h);

    CHECK(bucket.left(start) == 2);
    CHECK(bucket.take(start));
    CHECK(bucket.take(start));
    CHECK_FALSE(bucket.take(start));
}

TEST_CASE("As long as time stands still, no more than the burst goes out", "[core]")
{
    token_bucket bucket{{.per_minute = 60, .burst = 4}, start};
    int taken = 0;
    for (int i = 0; i < 1000; ++i)
        taken += bucket.take(start);
    CHECK(taken == 4);
    CHECK(bucket.left(start) == 0);
}

TEST_CASE("A long silence saves up no more than the burst", "[core]")
{
    token_bucket bucket{{.per_minute = 60, .burst = 2}, start};
    const auto later = start + 24h * 365;
    CHECK(bucket.left(later) == 2);
    CHECK(bucket.take(later));
    CHECK(bucket.take(later));
    CHECK_FALSE(bucket.take(later));
}

TEST_CASE("Rates at the ends of what can be said are kept to", "[core]")
{
    token_bucket rare{{.per_minute = 1e-300, .burst = 1e300}, start};
    CHECK(rare.take(start));
    CHECK(rare.left(start) < 13);

    token_bucket single{{.per_minute = 1e-300}, start};
    CHECK(single.take(start));
    CHECK_FALSE(single.take(start + 24h * 29));

    token_bucket often{{.per_minute = 1e300}, start};
    CHECK(often.take(start));
    CHECK_FALSE(often.take(start));
    CHECK(often.take(start + 1ns));
}

TEST_CASE("No stretch of time sees more requests than burst and rate allow", "[core]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    for (int round = 0; round < 40; ++round) {
        const double per_minute = std::uniform_real_distribution{0.7, 3000.0}(random);
        const double burst = static_cast<double>(1 + random() % 8);
        CAPTURE(per_minute, burst);
        token_bucket bucket{{.per_minute = per_minute, .burst = burst}, start};
        const auto one = 60e9 / per_minute;
        std::vector<steady_time> taken;
        auto now = start;
        for (int i = 0; i < 600; ++i) {
            // Standing still, a little, as long as one token takes, or as long as the bucket says.
            switch (random() % 4) {
            case 0:
                break;
            case 1:
                now += std::chrono::nanoseconds{random() % static_cast<std::uint64_t>(one)};
                break;
            case 2:
                now += std::chrono::nanoseconds{static_cast<std::int64_t>(one)};
                break;
            default:
                now += bucket.wait(now);
            }
            const bool expected = bucket.wait(now) == 0ns;
            const bool did = bucket.take(now);
            REQUIRE(did == expected);
            if (did)
                taken.push_back(now);
        }
        REQUIRE(taken.size() > 10);
        for (std::size_t from = 0; from < taken.size(); ++from)
            for (std::size_t to = from; to < taken.size(); ++to) {
                const std::chrono::duration<double> length = taken[to] - taken[from];
                const auto count = static_cast<double>(to - from + 1);
                REQUIRE(count <= burst + per_minute / 60 * length.count() + 1e-9);
            }
    }
}

TEST_CASE("The wait that a bucket names is the shortest that succeeds", "[core]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    for (int round = 0; round < 1000; ++round) {
        const double per_minute = std::uniform_real_distribution{0.1, 1000.0}(random);
        token_bucket bucket{
            {.per_minute = per_minute, .burst = 1 + static_cast<double>(random() % 3)}, start};
        auto now = start;
        for (int i = 0; i < 6; ++i) {
            const auto wait = bucket.wait(now);
            if (wait > 0ns)
                REQUIRE_FALSE(bucket.take(now + wait - 1ns));
            now += wait;
            REQUIRE(bucket.take(now));
        }
    }
}
