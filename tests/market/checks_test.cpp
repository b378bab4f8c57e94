#include "market/checks.hpp"

#include "bodies.hpp"
#include "support/catch.hpp"

#include <algorithm>

using namespace tickertape;
using namespace tickertape::market;
using namespace tickertape::testing;

namespace {

const wall_time now = at("2026-10-05T12:00:00Z");

coin usual()
{
    coin one{.id = "x", .symbol = "X", .name = "X", .value = price::from(2).value()};
    one.market_cap = 2'000;
    one.volume_24h = 100;
    one.circulating_supply = 1'000;
    one.total_supply = 1'000;
    one.max_supply = 2'000;
    one.updated_at = now - std::chrono::minutes{1};
    return one;
}

bool has_reason(const coin& row, std::string_view figure)
{
    return std::ranges::find(row.withheld, figure, &withheld_figure::figure) != row.withheld.end();
}

totals whole_of(double dominance, wall_time when, std::string_view source = "coingecko")
{
    totals whole{.source = source};
    whole.market_cap = 1e12;
    whole.bitcoin_dominance_percent = dominance;
    whole.updated_at = when;
    return whole;
}

}  // namespace

TEST_CASE("figures that agree stay", "[market]")
{
    auto row = usual();
    check(row, now);
    CHECK(row.withheld.empty());
    CHECK(row.market_cap == 2'000.0);
    CHECK_FALSE(row.is_inactive);
}

TEST_CASE("a market cap that is not price times supply is withheld", "[market]")
{
    auto row = usual();
    row.market_cap = GENERATE(1'799.0, 2'201.0, 2'000'000.0);
    check(row, now);
    CHECK_FALSE(row.market_cap);
    CHECK(has_reason(row, "market_cap"));

    row = usual();
    row.market_cap = GENERATE(1'801.0, 2'199.0);
    check(row, now);
    CHECK(row.market_cap);
}

TEST_CASE("a supply times a thousand is withheld with the cap that it gives", "[market]")
{
    auto row = usual();
    *row.circulating_supply *= 1'000;
    check(row, now);
    CHECK_FALSE(row.circulating_supply);
    CHECK(has_reason(row, "circulating_supply"));
    CHECK(row.market_cap == 2'000.0);  // nothing says that this one is wrong
}

TEST_CASE(
    "more coins than in total are allowed by a hair, and never more than there can be", "[market]")
{
    auto row = usual();
    row.circulating_supply = 1'000.9;
    check(row, now);
    CHECK(row.circulating_supply == 1'000.9);

    row = usual();
    row.circulating_supply = 1'002;
    check(row, now);
    CHECK_FALSE(row.circulating_supply);

    row = usual();
    row.max_supply = 999;
    check(row, now);
    CHECK_FALSE(row.circulating_supply);
}

TEST_CASE("without a supply a market cap is as it was said", "[market]")
{
    auto row = usual();
    row.circulating_supply.reset();
    row.market_cap = 1e9;
    check(row, now);
    CHECK(row.market_cap == 1e9);
}

TEST_CASE("a volume of many times the market cap is withheld, and none at all is not", "[market]")
{
    auto row = usual();
    row.volume_24h = 10'001;
    check(row, now);
    CHECK_FALSE(row.volume_24h);

    row = usual();
    row.volume_24h = 10'000;
    check(row, now);
    CHECK(row.volume_24h);

    row = usual();
    row.volume_24h = 0;
    check(row, now);
    CHECK(row.volume_24h == 0.0);

    row = usual();
    row.volume_24h = -1;
    check(row, now);
    CHECK_FALSE(row.volume_24h);
}

TEST_CASE("nothing loses all of its price or more", "[market]")
{
    auto row = usual();
    row.change_1h_percent = -100;
    row.change_24h_percent = -99.99;
    row.change_7d_percent = -250;
    check(row, now);
    CHECK_FALSE(row.change_1h_percent);
    CHECK(row.change_24h_percent == -99.99);
    CHECK_FALSE(row.change_7d_percent);
}

TEST_CASE("a high below the low says nothing", "[market]")
{
    auto row = usual();
    row.high_24h = 1;
    row.low_24h = 3;
    check(row, now);
    CHECK_FALSE(row.high_24h);
    CHECK_FALSE(row.low_24h);
    CHECK(row.withheld.size() == 2);
}

TEST_CASE("a coin whose figures are more than a day old is inactive", "[market]")
{
    auto row = usual();
    row.updated_at = now - std::chrono::hours{24};
    check(row, now);
    CHECK_FALSE(row.is_inactive);
    row.updated_at = now - std::chrono::hours{24} - std::chrono::seconds{1};
    check(row, now);
    CHECK(row.is_inactive);
    row.updated_at.reset();
    check(row, now);
    CHECK_FALSE(row.is_inactive);
}

TEST_CASE("a time in the future is none", "[market]")
{
    auto row = usual();
    row.updated_at = now + std::chrono::minutes{5};
    row.ath_at = now + std::chrono::minutes{6};
    check(row, now);
    CHECK(row.updated_at);
    CHECK_FALSE(row.ath_at);
}

TEST_CASE("a part of the market is more than nothing and less than all", "[market]")
{
    auto whole = whole_of(GENERATE(0.0, 100.0, -1.0, 5'653.96), now);
    check(whole, nullptr);
    CHECK_FALSE(whole.bitcoin_dominance_percent);
    CHECK(whole.withheld.size() == 1);
    CHECK(whole.market_cap == 1e12);
}

TEST_CASE("Bitcoin's part that moves by more than three points at once is withheld", "[market]")
{
    const auto before = whole_of(56, now - std::chrono::hours{1});
    auto whole = whole_of(59.5, now);
    check(whole, &before);
    CHECK_FALSE(whole.bitcoin_dominance_percent);

    whole = whole_of(58.9, now);
    check(whole, &before);
    CHECK(whole.bitcoin_dominance_percent == 58.9);

    // Another source counts other coins, and in a day much may happen.
    whole = whole_of(59.5, now, "coinpaprika");
    check(whole, &before);
    CHECK(whole.bitcoin_dominance_percent);
    whole = whole_of(59.5, now + std::chrono::hours{23});
    check(whole, &before);
    CHECK(whole.bitcoin_dominance_percent);
}
