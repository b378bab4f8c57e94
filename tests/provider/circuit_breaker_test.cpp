#include "provider/circuit_breaker.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace tickertape;
using namespace tickertape::provider;
using namespace std::chrono_literals;

namespace {

using state = circuit_breaker::state;

const steady_time start{1000h};
const double nearly_one = std::nextafter(1.0, 0.0);

constexpr breaker_limits limits{.failures_max = 3, .open_first = 8s, .open_most = 60s};

// A breaker, and requests that end at once.
struct fixture {
    explicit fixture(const breaker_limits& of = limits) : b{of} {}

    void fail(steady_time now, double random = nearly_one)
    {
        auto permit = b.admit(now);
        REQUIRE(permit);
        permit->failed(now, random);
    }
    void succeed(steady_time now)
    {
        auto permit = b.admit(now);
        REQUIRE(permit);
        permit->succeeded();
    }
    // Fails until it opens; without jitter.
    void open(steady_time now)
    {
        while (b.current() == state::closed)
            fail(now);
    }

    circuit_breaker b;
};

}  // namespace

TEST_CASE("Who fails several times in a row is not asked until the opening is over", "[feed]")
{
    fixture f;
    for (unsigned i = 1; i < limits.failures_max; ++i) {
        f.fail(start);
        CHECK(f.b.current() == state::closed);
    }
    f.fail(start);
    CHECK(f.b.current() == state::open);
    CHECK(f.b.open_until() > start + 8s - 2ms);
    CHECK(f.b.open_until() <= start + 8s);
    CHECK_FALSE(f.b.admit(start));
    CHECK_FALSE(f.b.admit(f.b.open_until() - 1ns));
    CHECK(f.b.current() == state::open);
    CHECK(f.b.admit(f.b.open_until()));
    CHECK(f.b.current() == state::half_open);
}

TEST_CASE("A half-open breaker lets exactly one probe out", "[feed]")
{
    fixture f;
    f.open(start);
    const auto later = start + 1h;
    const auto probe = f.b.admit(later);
    CHECK(probe);
    for (int i = 0; i < 100; ++i)
        CHECK_FALSE(f.b.admit(later + std::chrono::hours{i}));
}

TEST_CASE("A probe that was abandoned frees its place for the next one", "[feed]")
{
    fixture f;
    f.open(start);
    REQUIRE(f.b.admit(start + 8s));  // and its permit is gone
    CHECK(f.b.current() == state::half_open);
    const auto next = f.b.admit(start + 8s);
    CHECK(next);
    CHECK_FALSE(f.b.admit(start + 8s));
}

TEST_CASE("A permit that is moved stands for one request still", "[feed]")
{
    fixture f;
    f.open(start);
    auto first = f.b.admit(start + 8s);
    REQUIRE(first);
    {
        const auto probe = std::move(*first);
        first.reset();
        CHECK_FALSE(f.b.admit(start + 8s));
    }
    CHECK(f.b.admit(start + 8s));
}

TEST_CASE("A request abandoned while all is well counts neither way", "[feed]")
{
    fixture f;
    f.fail(start);
    f.fail(start);
    REQUIRE(f.b.admit(start));
    CHECK(f.b.current() == state::closed);
    f.fail(start);
    CHECK(f.b.current() == state::open);
}

TEST_CASE("Each probe that fails doubles the opening, up to the most", "[feed]")
{
    fixture f;
    f.open(start);
    for (const auto whole : {16s, 32s, 60s, 60s, 60s}) {
        const auto now = f.b.open_until();
        f.fail(now);
        CHECK(f.b.current() == state::open);
        CHECK(f.b.open_until() - now <= whole);
        CHECK(f.b.open_until() - now > whole - 2ms);
    }
}

TEST_CASE("A probe that succeeds closes the breaker, and the next opening is short again", "[feed]")
{
    fixture f;
    f.open(start);
    f.fail(f.b.open_until());
    const auto now = f.b.open_until();
    f.succeed(now);
    CHECK(f.b.current() == state::closed);
    CHECK(f.b.admit(now));
    f.fail(now);
    f.fail(now);
    CHECK(f.b.current() == state::closed);  // the failures of before are forgotten
    f.fail(now);
    CHECK(f.b.current() == state::open);
    CHECK(f.b.open_until() - now <= 8s);
}

TEST_CASE("A success between failures begins their count anew", "[feed]")
{
    fixture f;
    for (int i = 0; i < 100; ++i) {
        f.fail(start);
        f.fail(start);
        f.succeed(start);
    }
    CHECK(f.b.current() == state::closed);
}

TEST_CASE("Requests of before the opening that end late neither lengthen nor end it", "[feed]")
{
    fixture f;
    auto fails = f.b.admit(start);
    auto succeeds = f.b.admit(start);
    auto is_abandoned = f.b.admit(start);
    f.open(start);
    const auto until = f.b.open_until();
    fails->failed(start + 1s, 0.5);
    succeeds->succeeded();
    is_abandoned.reset();
    CHECK(f.b.current() == state::open);
    CHECK(f.b.open_until() == until);
    CHECK_FALSE(f.b.admit(until - 1ns));
}

TEST_CASE("Requests of before the opening that end during the probe are not the probe", "[feed]")
{
    fixture f;
    auto late = f.b.admit(start);
    f.open(start);
    const auto now = f.b.open_until();
    auto probe = f.b.admit(now);
    REQUIRE(probe);
    const auto how = GENERATE(0, 1, 2);
    if (how == 0)
        late->failed(now, 0.5);
    else if (how == 1)
        late->succeeded();
    else
        late.reset();
    CHECK(f.b.current() == state::half_open);
    CHECK_FALSE(f.b.admit(now));
    probe->succeeded();
    CHECK(f.b.current() == state::closed);
}

TEST_CASE("Requests of before the opening that fail when it is long over count no more", "[feed]")
{
    fixture f{{.failures_max = 1, .open_first = 8s, .open_most = 60s}};
    auto late = f.b.admit(start);
    f.open(start);
    f.succeed(f.b.open_until());
    late->failed(start + 1h, 0.5);
    CHECK(f.b.current() == state::closed);
}

TEST_CASE("A failure of no single request opens the breaker, but not during a probe", "[feed]")
{
    fixture f;
    for (unsigned i = 0; i < limits.failures_max; ++i)
        f.b.failed(start, nearly_one);
    CHECK(f.b.current() == state::open);
    const auto until = f.b.open_until();
    f.b.failed(start + 1s, nearly_one);
    CHECK(f.b.open_until() == until);
    auto probe = f.b.admit(until);
    REQUIRE(probe);
    f.b.failed(until, nearly_one);
    CHECK(f.b.current() == state::half_open);
    probe.reset();  // it said nothing
    f.b.failed(until, nearly_one);
    CHECK(f.b.current() == state::open);
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
        fixture f{{.failures_max = 1, .open_first = 8s, .open_most = 60s}};
        f.fail(start, any(random));
        const auto length = f.b.open_until() - start;
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
    fixture f{{.failures_max = 1, .open_first = 1ms, .open_most = 120s}};
    auto now = start;
    for (int i = 0; i < 1000; ++i) {
        f.fail(now, 0);
        REQUIRE(f.b.open_until() >= now);
        REQUIRE(f.b.open_until() <= now + 120s);
        now = f.b.open_until();
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
        struct request {
            circuit_breaker::permit permit;
            unsigned openings;  // how many there had been when it went out
        };
        std::vector<request> under_way;
        auto now = start;
        unsigned openings = 0;
        unsigned in_a_row = 0;
        bool is_well = true;  // not opened since the last success
        for (int i = 0; i < 1000; ++i) {
            now += std::chrono::milliseconds{random() % 20'000};
            const auto is_probe = [&](const request& r) { return r.openings == openings; };
            if (random() % 2) {
                auto permit = b.admit(now);
                if (is_well)
                    REQUIRE(permit);
                else
                    REQUIRE(
                        permit.has_value() ==
                        (now >= b.open_until() && std::ranges::none_of(under_way, is_probe)));
                if (permit)
                    under_way.push_back({std::move(*permit), openings});
            }
            if (under_way.empty() || random() % 3 == 0)
                continue;
            std::swap(under_way[random() % under_way.size()], under_way.back());
            auto ended = std::move(under_way.back());
            under_way.pop_back();
            const bool counts = ended.openings == openings;
            REQUIRE(ended.permit.is_up_to_date() == counts);
            const auto before = b.current();
            switch (random() % 3) {
            case 0:
                ended.permit.succeeded();
                if (counts) {
                    REQUIRE(b.current() == state::closed);
                    is_well = true;
                    in_a_row = 0;
                }
                break;
            case 1:
                ended.permit.failed(now, any(random));
                if (counts && (!is_well || ++in_a_row == limits.failures_max)) {
                    REQUIRE(b.current() == state::open);
                    REQUIRE(b.open_until() > now);
                    is_well = false;
                    in_a_row = 0;
                    ++openings;
                }
                break;
            default:
                break;  // abandoned
            }
            if (!counts)
                REQUIRE(b.current() == before);
        }
    }
}

TEST_CASE("The states of a breaker have names", "[feed]")
{
    CHECK(to_string(state::closed) == "closed");
    CHECK(to_string(state::open) == "open");
    CHECK(to_string(state::half_open) == "half_open");
}
