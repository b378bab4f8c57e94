#include "provider/gates.hpp"

#include "provider/errors.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

using namespace tickertape;
using namespace tickertape::provider;
using namespace std::chrono_literals;

namespace {

constexpr steady_time start{1h};

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
    CHECK_FALSE(prices.admit(start + 1s));
    CHECK_FALSE(candles.admit(start + 1s));
    CHECK(prices.admit(start + 1s) == provider_errc::throttled);
    CHECK_FALSE(other.admit(start + 1s));
}

TEST_CASE("A gate stays where it is however many are made after it", "[feed]")
{
    gates all;
    auto& first = all.of("a", {.per_minute = 1}, {}, start);
    for (char name = 'b'; name <= 'z'; ++name)
        all.of(std::string(1, name), {.per_minute = 1}, {}, start);
    CHECK(&all.of("a", {.per_minute = 1}, {}, start) == &first);
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
