#include "provider/circuit_breaker.hpp"

#include "support/catch.hpp"

#include <cmath>
#include <random>

using namespace tickertape;
using namespace tickertape::provider;
using namespace std::chrono_literals;

namespace {

using state = circuit_breaker::state;

const steady_time start{1000h};
const double nearly_one = std::nextafter(1.0, 0.0);

constexpr breaker_limits limits{.failures_max = 3, .open_first = 8s, .open_most = 60s};

// Fails until it opens; without jitter.
circuit_breaker opened_at(steady_time now)
{
    circuit_breaker b{limits};
    for (unsigned i = 0; i < limits.failures_max; ++i) {
        b.admits(now);
        b.failed(now, nearly_one);
    }
    return b;
}

}  // namespace

TEST_CASE("Who fails several times in a row is not asked until the opening is over", "[feed]")
{
    circuit_breaker b{limits};
    for (unsigned i = 1; i < limits.failures_max; ++i) {
        REQUIRE(b.admits(start));
        b.failed(start, nearly_one);
        CHECK(b.current() == state::closed);
    }
    REQUIRE(b.admits(start));
    b.failed(start, nearly_one);
    CHECK(b.current() == state::open);
    CHECK(b.open_until() > start + 8s - 2ms);
    CHECK(b.open_until() <= start + 8s);
    CHECK_FALSE(b.admits(start));
    CHECK_FALSE(b.admits(b.open_until() - 1ns));
    CHECK(b.current() == state::open);
    CHECK(b.admits(b.open_until()));
    CHECK(b.current() == state::half_open);
}

TEST_CASE("A half-open breaker lets exactly one probe out", "[feed]")
{
    auto b = opened_at(start);
    const auto later = start + 1h;
    CHECK(b.admits(later));
    for (int i = 0; i < 100; ++i)
        CHECK_FALSE(b.admits(later + std::chrono::hours{i}));
}

TEST_CASE("A probe that was abandoned frees its place for the next one", "[feed]")
{
    auto b = opened_at(start);
    REQUIRE(b.admits(start + 8s));
    b.abandoned();
    CHECK(b.current() == state::half_open);
    CHECK(b.admits(start + 8s));
    CHECK_FALSE(b.admits(start + 8s));
}

TEST_CASE("A request abandoned while all is well counts neither way", "[feed]")
{
    circuit_breaker b{limits};
    for (int i = 0; i < 2; ++i) {
        b.admits(start);
        b.failed(start, 0);
    }
    b.admits(start);
    b.abandoned();
    CHECK(b.current() == state::closed);
    b.admits(start);
    b.failed(start, 0);
    CHECK(b.current() == state::open);
}

TEST_CASE("Each probe that fails doubles the opening, up to the most", "[feed]")
{
    auto b = opened_at(start);
    auto now = start;
    for (const auto whole : {16s, 32s, 60s, 60s, 60s}) {
        now = b.open_until();
        REQUIRE(b.admits(now));
        b.failed(now, nearly_one);
        CHECK(b.current() == state::open);
        CHECK(b.open_until() - now <= whole);
        CHECK(b.open_until() - now > whole - 2ms);
    }
}

TEST_CASE("A probe that succeeds closes the breaker, and the next opening is short again", "[feed]")
{
    auto b = opened_at(start);
    auto now = b.open_until();
    b.admits(now);
    b.failed(now, nearly_one);
    now = b.open_until();
    REQUIRE(b.admits(now));
    b.succeeded();
    CHECK(b.current() == state::closed);
    CHECK(b.admits(now));
    CHECK(b.admits(now));
    for (int i = 0; i < 2; ++i)
        b.failed(now, nearly_one);
    CHECK(b.current() == state::closed);  // the failures of before are forgotten
    b.failed(now, nearly_one);
    CHECK(b.current() == state::open);
    CHECK(b.open_until() - now <= 8s);
}

TEST_CASE("A success between failures begins their count anew", "[feed]")
{
    circuit_breaker b{limits};
    for (int i = 0; i < 100; ++i) {
        b.failed(start, 0);
        b.failed(start, 0);
        b.succeeded();
    }
    CHECK(b.current() == state::closed);
}

TEST_CASE("Requests of before the opening that end late neither lengthen nor end it", "[feed]")
{
    auto b = opened_at(start);
    const auto until = b.open_until();
    b.failed(start + 1s, 0.5);
    b.succeeded();
    b.abandoned();
    CHECK(b.current() == state::open);
    CHECK(b.open_until() == until);
    CHECK_FALSE(b.admits(until - 1ns));
}

TEST_CASE("Openings end anywhere in their last quarter, and never later", "[feed]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    std::uniform_real_distribution<double> any{0, 1};
    auto least = steady_time::duration::max();
    auto most = steady_time::duration::zero();
    for (int i = 0; i < 2000; ++i) {
        circuit_breaker b{{.failures_max = 1, .open_first = 8s, .open_most = 60s}};
        b.failed(start, any(random));
        const auto length = b.open_until() - start;
        REQUIRE(length >= 6s);
        REQUIRE(length <= 8s);
        least = std::min(least, length);
        most = std::max(most, length);
    }
    CHECK(least < 6100ms);
    CHECK(most > 7900ms);
}

TEST_CASE("An opening ends within its bounds after any number of failures", "[feed]")
{
    circuit_breaker b{{.failures_max = 1, .open_first = 1ms, .open_most = 120s}};
    auto now = start;
    for (int i = 0; i < 1000; ++i) {
        REQUIRE(b.admits(now));
        b.failed(now, 0);
        REQUIRE(b.open_until() >= now);
        REQUIRE(b.open_until() <= now + 120s);
        now = b.open_until();
    }
}

TEST_CASE("Whatever happens, no request goes out too early and no two probes at once", "[feed]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    std::uniform_real_distribution<double> any{0, 1};
    for (int round = 0; round < 100; ++round) {
        circuit_breaker b{limits};
        auto now = start;
        auto closed_until = start;
        unsigned in_a_row = 0;
        int under_way = 0;
        bool is_well = true;  // not opened since the last success
        for (int i = 0; i < 1000; ++i) {
            now += std::chrono::milliseconds{random() % 20'000};
            if (under_way == 0 || random() % 2) {
                const bool did = b.admits(now);
                if (!is_well) {
                    REQUIRE(did == (now >= closed_until && under_way == 0));
                } else {
                    REQUIRE(did);
                }
                under_way += did;
            }
            if (under_way == 0 || random() % 3 == 0)
                continue;
            --under_way;
            switch (random() % 3) {
            case 0:
                b.succeeded();
                is_well = true;
                in_a_row = 0;
                break;
            case 1:
                b.failed(now, any(random));
                if (!is_well || ++in_a_row == limits.failures_max) {
                    is_well = false;
                    in_a_row = 0;
                    closed_until = b.open_until();
                    REQUIRE(closed_until > now);
                    // What else is under way ends now, and changes nothing.
                    for (; under_way > 0; --under_way)
                        b.failed(now, any(random));
                    REQUIRE(b.open_until() == closed_until);
                }
                break;
            default:
                b.abandoned();
            }
        }
    }
}

TEST_CASE("The states of a breaker have names", "[feed]")
{
    CHECK(to_string(state::closed) == "closed");
    CHECK(to_string(state::open) == "open");
    CHECK(to_string(state::half_open) == "half_open");
}
