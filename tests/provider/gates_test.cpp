#include "provider/gates.hpp"

#include "core/fetch_error.hpp"
#include "provider/errors.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

using namespace tickertape;
using namespace tickertape::provider;
using namespace std::chrono_literals;

namespace {

constexpr steady_time start{1h};

moment at(steady_time now)
{
    return {now, {}, {}};
}

const fetch_error down{provider_errc::http_status, "down", 500};
const fetch_error limited{provider_errc::rate_limited, "slow down", 429};

// A gate whose breaker has opened while a request was under way, and has let a probe out since.
struct overlap {
    gates all;
    gate& of_x = all.of("x", {.per_minute = 6'000, .burst = 100}, {.failures_max = 1}, start);
    gate::permit late{*of_x.admit(start)};
    gate_change opened = of_x.admit(start)->failed(at(start), down, std::nullopt, 0.5);
    steady_time now = start + 10s;
    gate::permit probe{*of_x.admit(now)};
};

}  // namespace

TEST_CASE("Everything that asks a provider shares its gate, and no other provider does", "[feed]")
{
    gates all;
    constexpr rate_limit two{.per_minute = 2, .burst = 2};

    auto& prices = all.of("coingecko", two, {}, start);
    auto& candles = all.of("coingecko", two, {}, start + 1s);
    auto& other = all.of("kraken", two, {}, start + 1s);

    CHECK(&prices == &candles);
    CHECK(&prices != &other);
    CHECK(prices.admit(start + 1s));
    CHECK(candles.admit(start + 1s));
    CHECK(prices.admit(start + 1s).error() == provider_errc::throttled);
    CHECK(other.admit(start + 1s));
}

TEST_CASE("A gate stays where it is however many are made after it", "[feed]")
{
    gates all;
    auto& first = all.of("a", {.per_minute = 1}, {}, start);
    for (char name = 'b'; name <= 'z'; ++name)
        all.of(std::string(1, name), {.per_minute = 1}, {}, start);
    CHECK(&all.of("a", {.per_minute = 1}, {}, start) == &first);
}

TEST_CASE("One provider cannot be asked under two different limits", "[feed]")
{
    gates all;
    constexpr rate_limit two{.per_minute = 2, .burst = 2};
    auto& first = all.of("kraken", two, {}, start);
    const std::string refusal = "provider 'kraken' is to be asked under two different limits";
    CHECK_THROWS_WITH(all.of("kraken", {.per_minute = 3, .burst = 2}, {}, start), refusal);
    CHECK_THROWS_WITH(all.of("kraken", two, {.failures_max = 1}, start), refusal);
    CHECK(&all.of("kraken", two, {}, start) == &first);
}

TEST_CASE("A provider's limit follows from the registry, the key and the setting", "[feed]")
{
    const auto& coingecko = *find_provider("coingecko");
    CHECK(limit_of(coingecko, {}) == coingecko.limit);
    CHECK(limit_of(coingecko, {.api_key = "k"}) == coingecko.limit_with_key);
    CHECK(limit_of(coingecko, {.api_key = "k"}).per_minute > limit_of(coingecko, {}).per_minute);
    CHECK(limit_of(coingecko, {.per_minute = 7}) == rate_limit{.per_minute = 7, .burst = 2});
    // One in two minutes has no burst of two.
    CHECK(limit_of(coingecko, {.per_minute = 0.5}) == rate_limit{.per_minute = 0.5, .burst = 1});
    CHECK(limit_of(coingecko, {.per_minute = 1.5}) == rate_limit{.per_minute = 1.5, .burst = 1.5});
}

TEST_CASE("A request of before the opening that ends during the probe lets no second out", "[feed]")
{
    overlap o;
    REQUIRE(o.opened == gate_change::opened);
    REQUIRE(o.of_x.breaker() == circuit_breaker::state::half_open);
    SECTION("with an answer that decides nothing")
    {
        o.late.undecided(1ms);
    }
    SECTION("cancelled")
    {
        const auto cancelled = std::move(o.late);
    }
    SECTION("with \"too many requests\"")
    {
        CHECK(o.late.failed(at(o.now), limited, 0ms, 0.5) == gate_change::paused);
    }
    SECTION("with a price")
    {
        CHECK(o.late.succeeded(at(o.now), 1ms) == gate_change::none);
    }
    SECTION("without a price")
    {
        o.late.answered(1ms);
    }
    SECTION("with a failure")
    {
        CHECK(o.late.failed(at(o.now), down, std::nullopt, 0.5) == gate_change::none);
    }
    CHECK(o.of_x.breaker() == circuit_breaker::state::half_open);
    CHECK(o.of_x.failures() == 1);
    CHECK(o.of_x.admit(o.now).error() == provider_errc::breaker_open);
    CHECK(o.probe.succeeded(at(o.now), 1ms) == gate_change::recovered);
    CHECK(o.of_x.admit(o.now));
}

TEST_CASE("A probe that ends without a verdict makes room for one other", "[feed]")
{
    overlap o;
    SECTION("cancelled")
    {
        const auto cancelled = std::move(o.probe);
    }
    SECTION("undecided")
    {
        o.probe.undecided(1ms);
    }
    SECTION("limited")
    {
        o.probe.failed(at(o.now), limited, 0ms, 0.5);
    }
    const auto next = o.of_x.admit(o.now);
    CHECK(next);
    CHECK(o.of_x.admit(o.now).error() == provider_errc::breaker_open);
}

TEST_CASE("A pause asked for in answer to a late request is kept to", "[feed]")
{
    overlap o;
    o.late.failed(at(o.now), limited, 60s, 0.5);
    CHECK(o.probe.succeeded(at(o.now), 1ms) == gate_change::recovered);
    CHECK(o.of_x.admit(o.now + 59s).error() == provider_errc::paused);
    CHECK(o.of_x.admit(o.now + 60s));
}

TEST_CASE("An answer to an earlier request does not shorten the next pause", "[feed]")
{
    gates all;
    auto& x = all.of("x", {.per_minute = 6'000, .burst = 100}, {}, start);
    auto earlier = *x.admit(start);
    x.admit(start)->failed(at(start), limited, std::nullopt, 0.5);
    const auto first = x.paused_for(start);
    earlier.succeeded(at(start + 1s), 1s);
    const auto now = start + first;
    x.admit(now)->failed(at(now), limited, std::nullopt, 0.5);
    CHECK(x.paused_for(now) > first);
}
