// Which tables take the place of the one that is shown, and the places of their rows.
#include "market/table_rules.hpp"

#include "market/coins_known.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <string>
#include <utility>

using namespace tickertape;
using namespace tickertape::market;
using namespace std::chrono_literals;

namespace {

constexpr boot_time now{100h};

// Bitcoin and coins behind it, with falling market caps.
table of_coins(std::size_t count, std::string_view source = coingecko)
{
    table all{.source = source, .coins = {}};
    for (std::size_t i = 0; i < count; ++i) {
        coin one{
            .id = i == 0 ? std::string{*id_of(source, "BTC")} : "c" + std::to_string(i),
            .symbol = "X",
            .name = "X",
            .value = price::from(1).value()};
        one.market_cap = static_cast<double>(1'000 - i);
        all.coins.push_back(std::move(one));
    }
    return all;
}

snapshot shown_for(std::chrono::milliseconds age, table rows)
{
    return {
        .coins = std::move(rows),
        .received = now - age,
        .received_at = wall_time{500'000h},
        .stale_after = 15min};
}

bool is_fit(const table& said, const snapshot* shown = nullptr)
{
    return !why_unfit(said, shown, now);
}

}  // namespace

TEST_CASE(
    "a table with a row in ten dropped is shown, and one with most of them is not", "[market]")
{
    auto said = of_coins(9);
    said.dropped = 1;
    CHECK(is_fit(said));
    said = of_coins(1);
    said.dropped = 9;
    CHECK_FALSE(is_fit(said));
}

TEST_CASE("there is no market without Bitcoin", "[market]")
{
    auto said = of_coins(10);
    said.coins.erase(said.coins.begin());
    CHECK_FALSE(is_fit(said));
}

TEST_CASE("a table in another order than that of market caps is not shown", "[market]")
{
    auto said = of_coins(10);
    std::swap(said.coins[3], said.coins[4]);  // a cap of a minute later
    CHECK(is_fit(said));
    std::ranges::reverse(said.coins);
    CHECK_FALSE(is_fit(said));
}

TEST_CASE("a table that was cut takes no fuller one's place for two hours", "[market]")
{
    const auto said = of_coins(4);
    for (const auto age : {1min, 60min, 120min}) {
        const auto shown = shown_for(age, of_coins(10));
        CHECK_FALSE(is_fit(said, &shown));
        CHECK(is_fit(of_coins(5), &shown));
    }
    const auto older = shown_for(121min, of_coins(10));
    CHECK(is_fit(said, &older));
    CHECK(is_fit(said));
}

TEST_CASE("a much smaller table of another source waits until the one shown is stale", "[market]")
{
    const auto said = of_coins(3, coinpaprika);
    const auto fresh = shown_for(15min, of_coins(10));
    CHECK_FALSE(is_fit(said, &fresh));
    CHECK(is_fit(of_coins(5, coinpaprika), &fresh));
    const auto stale = shown_for(16min, of_coins(10));
    CHECK(is_fit(said, &stale));
}

TEST_CASE("a rank is the place in the answer, of which dropped rows had theirs", "[market]")
{
    auto said = of_coins(4);
    CHECK(rank_of(said, 3) == 4);
    said.dropped_at = {2, 3, 6};
    CHECK(rank_of(said, 0) == 1);
    CHECK(rank_of(said, 1) == 4);
    CHECK(rank_of(said, 2) == 5);
    CHECK(rank_of(said, 3) == 7);
}

TEST_CASE("ids that another source does not know are of coins that are there", "[market]")
{
    const auto first = shown_for(1min, of_coins(3));
    auto second = shown_for(1min, of_coins(1, coinpaprika));
    second.absent = absent_in(second.coins, true, &first);
    REQUIRE(second.absent);
    CHECK(second.absent->contains("bitcoin"));
    CHECK(second.absent->contains("c2"));
    // As long as the other source has the table.
    CHECK(absent_in(of_coins(1, coinpaprika), true, &second)->contains("bitcoin"));
    CHECK_FALSE(absent_in(of_coins(3), false, &second));
    CHECK_FALSE(absent_in(of_coins(3), false, nullptr));
}

TEST_CASE("the id of a row that was dropped is of a coin that is there", "[market]")
{
    const auto before = shown_for(1min, of_coins(3));
    auto next = of_coins(2);
    CHECK_FALSE(absent_in(next, false, &before));  // it has fallen out of the table
    next.dropped = 1;
    const auto absent = absent_in(next, false, &before);
    REQUIRE(absent);
    CHECK(absent->contains("c2"));
    CHECK_FALSE(absent->contains("c1"));
}

TEST_CASE("a row may be older than its table", "[market]")
{
    auto shown = shown_for(1min, of_coins(1));
    auto& row = shown.coins.coins[0];
    CHECK_FALSE(is_old(row, shown));
    row.updated_at = shown.received_at - 30min;
    CHECK_FALSE(is_old(row, shown));
    row.updated_at = shown.received_at - 23h;
    CHECK(is_old(row, shown));
}
