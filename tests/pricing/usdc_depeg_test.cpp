// What the policy makes of a day on which a dollar was none: Binance.US, 2023-03-11, 07:10 UTC on.
#include "pricing/errors.hpp"
#include "pricing/price_policy.hpp"
#include "pricing/recorded_rows.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <array>

using namespace tickertape;
using namespace tickertape::pricing;
using namespace std::chrono_literals;

namespace {

struct minute {
    price usd;
    price usdt;
    price usdc;
};

std::vector<minute> worst_minutes()
{
    std::vector<minute> all;
    for (const auto& row : testing::recorded_rows("btc_1m.binance_us.usdc_depeg.2023-03-11.csv"))
        all.push_back(
            {*price::parse(row.at(1)), *price::parse(row.at(2)), *price::parse(row.at(3))});
    return all;
}

price scaled(price p, double by)
{
    return *price::from(p.value() * by);
}

}  // namespace

TEST_CASE("A stablecoin that loses its peg never moves the median of dollar markets", "[feed]")
{
    const auto minutes = worst_minutes();
    REQUIRE(minutes.size() == 90);
    constexpr std::size_t usdc = 1;
    for (const auto& m : minutes) {
        const std::array<candidate, 4> from{
            {{0, m.usd, 1s},
             {usdc, m.usdc, 1s},
             {2, scaled(m.usd, 1.0003), 1s},
             {3, scaled(m.usd, 0.9996), 1s}}};
        const auto d = decide(from, {.kind = policy_kind::median, .quorum = 2});
        REQUIRE(d.value);
        CHECK(d.value->value() >= from[3].value.value());
        CHECK(d.value->value() <= from[2].value.value());
        REQUIRE(d.aside.size() == 1);
        CHECK(d.aside[0].provider == usdc);
        CHECK(d.aside[0].why == pricing_errc::outlier);
        CHECK(std::ranges::count(d.used, usdc) == 0);
    }
}

TEST_CASE("A dollar and a stablecoin off its peg give no price rather than one between", "[feed]")
{
    int none = 0;
    int wrong = 0;
    for (const auto& m : worst_minutes()) {
        const std::array<candidate, 2> from{{{0, m.usd, 1s}, {1, m.usdc, 1s}}};
        const auto d = decide(from, {.kind = policy_kind::median, .quorum = 2});
        none += d.why == pricing_errc::disagreement;
        // Two that are up to 4 % apart are still within 2 % of their middle.
        wrong += d.value && d.value->value() > m.usd.value() * 1.0205;
    }
    CHECK(none == 85);
    CHECK(wrong == 0);
}

TEST_CASE("The stablecoin alone would have been off by more than a tenth", "[feed]")
{
    int off = 0;
    double most = 0;
    for (const auto& m : worst_minutes()) {
        const std::array<candidate, 1> from{{{0, m.usdc, 1s}}};
        const auto d = decide(from, {.kind = policy_kind::fallback});
        REQUIRE(d.value);
        const double error = d.value->value() / m.usd.value() - 1;
        off += error > 0.10;
        most = std::max(most, error);
    }
    CHECK(off == 65);  // of 90 minutes
    CHECK(most > 0.143);
}
