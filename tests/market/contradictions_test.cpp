// Which of the figures that contradict each other are withheld.
#include "market/contradictions.hpp"

#include "market/checks.hpp"
#include "market/coins_known.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace tickertape;
using namespace tickertape::market;

namespace {

coin ether()
{
    coin one{
        .id = "ethereum", .symbol = "ETH", .name = "Ethereum", .value = price::from(1921).value()};
    one.market_cap = 1921.0 * 120e6;
    one.circulating_supply = 120e6;
    one.volume_24h = 20e9;
    one.change_24h_percent = -5.6;
    one.high_24h = 2059.75;
    one.low_24h = 1898.54;
    one.ath = 4946.05;
    one.ath_at = wall_time{std::chrono::hours{480'000}};
    return one;
}

coin times_thousand(coin row)
{
    row.value = price::from(row.value.value() * 1000).value();
    *row.market_cap *= 1000;
    return row;
}

// "high_24h low_24h": what is withheld, in the order of the alphabet.
std::string withheld(const coin& row)
{
    std::vector<std::string> names;
    for (const auto& one : row.withheld) {
        names.emplace_back(one.figure);
        CHECK(known_reason(one.why) == one.why);
    }
    std::ranges::sort(names);
    std::string all;
    for (const auto& name : names)
        all += (all.empty() ? "" : " ") + name;
    return all;
}

std::string withheld_of(coin row)
{
    check_together(row);
    return withheld(row);
}

table rows_of(double bitcoin_cap, double other_cap)
{
    auto bitcoin = ether();
    bitcoin.id = "bitcoin";
    bitcoin.market_cap = bitcoin_cap;
    auto other = ether();
    other.market_cap = other_cap;
    table all{.source = coingecko, .coins = {}};
    all.coins = {bitcoin, other};
    return all;
}

}  // namespace

TEST_CASE("figures of a row that fit together stay", "[market]")
{
    CHECK(withheld_of(ether()).empty());
    auto jumped = ether();  // the range and the highest price lag behind it
    jumped.value = price::from(2059.75 * 1.4).value();
    jumped.market_cap.reset();
    CHECK(withheld_of(jumped).empty());
}

TEST_CASE("a price that is alone against the range and the highest price is withheld", "[market]")
{
    const auto row = times_thousand(ether());
    CHECK(withheld_of(row) == "market_cap price");
    auto checked = row;
    check_together(checked);
    CHECK_FALSE(has_price(checked));
    CHECK(checked.high_24h == 2059.75);
    CHECK(checked.ath == 4946.05);
}

TEST_CASE("where nothing tells which figure is wrong both are withheld", "[market]")
{
    auto low = ether();  // the price fits the highest there was
    low.high_24h = 2;
    low.low_24h = 1;
    CHECK(withheld_of(low) == "high_24h low_24h market_cap price");
    auto no_range = ether();
    no_range.high_24h.reset();
    no_range.low_24h.reset();
    no_range.ath = 0.5;
    CHECK(withheld_of(no_range) == "ath ath_at market_cap price");
    auto all = ether();  // three figures of which no two agree
    all.high_24h = 2;
    all.low_24h = 1;
    all.ath = 0.5;
    CHECK(withheld_of(all) == "ath ath_at high_24h low_24h market_cap price");
    auto high = ether();
    high.high_24h = 9'000;
    CHECK(withheld_of(high) == "ath ath_at high_24h");
}

TEST_CASE("a highest price below price and range of the day is withheld alone", "[market]")
{
    auto row = ether();
    row.ath = 0.5;
    CHECK(withheld_of(row) == "ath ath_at");
}

TEST_CASE("a change that no coin makes, or that does not fit the day, is withheld", "[market]")
{
    auto row = ether();
    row.change_1h_percent = 1e15;
    row.change_7d_percent = 10'000;
    CHECK(withheld_of(row) == "change_1h_percent change_7d_percent");
    row = ether();
    row.change_24h_percent = 900;  // it would have been 192 dollars
    CHECK(withheld_of(row) == "change_24h_percent");
    row = ether();
    row.change_24h_percent = 50;
    row.low_24h = 1'300;
    CHECK(withheld_of(row).empty());
}

TEST_CASE("without what circulates a market cap is held against all coins there are", "[market]")
{
    auto row = ether();
    row.circulating_supply.reset();
    CHECK(withheld_of(row).empty());  // nothing is known of its supply
    row.total_supply = 120e6;
    CHECK(withheld_of(row).empty());
    row.market_cap = 1e26;
    CHECK(withheld_of(row) == "market_cap");
    row.volume_24h = 9e12;  // of a market cap that is withheld nothing follows
    CHECK(withheld_of(row) == "market_cap volume_24h");
    row = ether();
    row.market_cap.reset();
    row.circulating_supply.reset();
    row.volume_24h = 1e20;
    CHECK(withheld_of(row) == "volume_24h");
}

TEST_CASE("our own price tells which of the source's figures are wrong", "[market]")
{
    CHECK_FALSE(held_against(ether(), 1921, false));
    CHECK_FALSE(held_against(ether(), 2500, false));
    const auto wrong = held_against(times_thousand(ether()), 1921, false);
    REQUIRE(wrong);
    CHECK(withheld(*wrong) == "market_cap price");
    CHECK(wrong->ath == 4946.05);
    auto old = ether();
    old.ath = 0.5;
    old.high_24h = 2;
    old.low_24h = 1;
    const auto others = held_against(old, 1921, false);
    REQUIRE(others);
    CHECK(withheld(*others) == "ath ath_at high_24h low_24h");
    auto cap = ether();
    *cap.market_cap *= 1000;
    CHECK(withheld(held_against(cap, 1921, false).value()) == "market_cap");
    // A table of days ago: prices move.
    CHECK_FALSE(held_against(ether(), 8'000, true));
    CHECK(held_against(ether(), 50'000, true));
}

TEST_CASE("the whole is held against the coins of the table", "[market]")
{
    const auto rows = rows_of(1.3e12, 0.7e12);
    totals whole{.source = coingecko};
    whole.market_cap = 2.3e12;
    whole.volume_24h = 1e11;
    whole.market_cap_change_24h_percent = 3;
    whole.bitcoin_dominance_percent = 56.5;
    check_against(whole, rows);
    CHECK(whole.withheld.empty());

    whole.bitcoin_dominance_percent = 99.9;
    check_against(whole, rows);
    REQUIRE(whole.withheld.size() == 1);
    CHECK_FALSE(whole.bitcoin_dominance_percent);

    totals wild{.source = coingecko};
    wild.market_cap = 5;
    wild.volume_24h = 1e26;
    wild.market_cap_change_24h_percent = 1e20;
    wild.bitcoin_dominance_percent = 99.9;
    check_against(wild, rows);
    CHECK(wild.withheld.size() == 4);
    for (const auto& one : wild.withheld)
        CHECK(known_reason(one.why) == one.why);
}

TEST_CASE("a whole of many times a table with most coins is withheld", "[market]")
{
    auto rows = rows_of(1.3e12, 0.7e12);
    totals whole{.source = coingecko};
    whole.market_cap = 2e15;
    check_against(whole, rows);
    CHECK(whole.market_cap);  // two coins say nothing of all the others
    rows.coins.resize(100, ether());
    check_against(whole, rows);
    CHECK_FALSE(whole.market_cap);
}
