// What follows of Bitcoin from the table, the chain, our own price and the archive's closes.
#include "kpis_asked.hpp"
#include "market/coins_known.hpp"
#include "market/network_figures.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <algorithm>
#include <cmath>
#include <set>

using namespace tickertape;
using namespace tickertape::market;
using namespace tickertape::testing;
using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;

namespace {

snapshot table_of(std::string_view source, const std::string& id)
{
    coin bitcoin{.id = id, .symbol = "BTC", .name = "Bitcoin", .value = price::from(65610).value()};
    bitcoin.market_cap = 1'318'000'000'000;
    bitcoin.volume_24h = 43'631'967'321;
    bitcoin.change_24h_percent = -2.95991;
    bitcoin.high_24h = 68'116;
    bitcoin.low_24h = 65'224;
    bitcoin.circulating_supply = 20'093'728;
    bitcoin.ath = 126'080;
    bitcoin.ath_at = at("2025-10-06T18:57:42Z");
    bitcoin.updated_at = now - 70s;
    coin other{.id = "fake", .symbol = "BTC", .name = "Other", .value = price::from(1).value()};
    snapshot all{
        .coins = {.source = source, .coins = {}, .dropped = 0, .updated_at = now - 70s},
        .received = boot_now - 10s,
        .received_at = now - 10s,
        .stale_after = 15min};
    all.coins.coins.push_back(other);
    all.coins.coins.push_back(bitcoin);
    totals whole{.source = source};
    whole.bitcoin_dominance_percent = 56.5;
    whole.updated_at = now - 20min;
    all.whole = whole;
    all.whole_received = boot_now - 15min;
    all.whole_received_at = now - 15min;
    return all;
}

network_snapshot chain_of(std::int64_t height)
{
    network_snapshot all{.parts = {}, .figures = {}, .stale_after = 30min};
    all.parts.blocks = said<chain>{
        .what = {.height = height, .difficulty = 132716002350731.5},
        .source = mempool,
        .at = now - 5min,
        .received = boot_now - 5min};
    all.figures = figures_of(all.parts);
    return all;
}

}  // namespace

TEST_CASE("all key figures are there, known or not, in one order", "[market]")
{
    const auto all = kpis_of({}, now, boot_now);
    std::vector<std::string_view> names;
    for (const auto& one : all) {
        names.push_back(one.name);
        CAPTURE(std::string{one.name});
        // The end of the supply is known without anybody.
        CHECK(one.value.has_value() == (one.name == "max_supply"));
        CHECK(one.source.empty() == (one.name != "max_supply"));
        CHECK(one.withheld.empty());
    }
    CHECK(
        names == std::vector<std::string_view>{
                     "price", "market_cap", "dominance", "volume_24h", "change_24h",
                     "change_24h_percent", "high_24h", "low_24h", "circulating_supply",
                     "max_supply", "mined_percent", "ath", "ath_at", "days_since_ath",
                     "drawdown_percent", "volatility_30d", "volatility_90d", "fear_greed"});
}

TEST_CASE("the row of Bitcoin is found by the source's id, not by its symbol", "[market]")
{
    const auto gecko = table_of(coingecko, "bitcoin");
    CHECK(figure({.table = &gecko}, "price").value == 65'610.0);
    const auto paprika = table_of(coinpaprika, "btc-bitcoin");
    CHECK(figure({.table = &paprika}, "price").source == "coinpaprika");
    const auto strange = table_of(coingecko, "bitcoin-cash");
    CHECK_FALSE(figure({.table = &strange}, "price").value);
    CHECK(figure({.table = &strange}, "dominance").value == 56.5);
}

TEST_CASE("figures of the table are its own, and what is computed of them says so", "[market]")
{
    const auto table = table_of(coingecko, "bitcoin");
    const kpi_parts parts{.table = &table};
    CHECK(figure(parts, "market_cap").value == 1'318'000'000'000.0);
    CHECK(figure(parts, "volume_24h").value == 43'631'967'321.0);
    CHECK(figure(parts, "change_24h_percent").value == -2.95991);
    CHECK(figure(parts, "high_24h").value == 68'116.0);
    CHECK(figure(parts, "low_24h").value == 65'224.0);
    CHECK(figure(parts, "ath").value == 126'080.0);
    CHECK(figure(parts, "ath_at").value == 1'759'777'062.0);
    CHECK(figure(parts, "ath_at").is_time);
    CHECK_FALSE(figure(parts, "ath").is_computed);
    const auto change = figure(parts, "change_24h");
    CHECK(is_near(change.value, -2001.2316054117448));
    CHECK(change.is_computed);
    CHECK(change.source == "coingecko");
    const auto drawdown = figure(parts, "drawdown_percent");
    CHECK(is_near(drawdown.value, 47.9616116751269));
    CHECK(drawdown.is_computed);
    CHECK(figure(parts, "price").at == now - 70s);
    // A minute when it came, and ten seconds since.
    CHECK(figure(parts, "price").age == 70s);
    CHECK(figure(parts, "dominance").at == now - 20min);
    CHECK(figure(parts, "dominance").age == 20min);
    CHECK_FALSE(figure(parts, "dominance").is_stale);
}

TEST_CASE("the change in dollars is that in percent of the same price", "[market]")
{
    auto table = table_of(coingecko, "bitcoin");
    auto& row = table.coins.coins[1];
    row.change_24h_percent = 0;
    CHECK(figure({.table = &table}, "change_24h").value == 0.0);
    row.value = price::from(150).value();
    row.change_24h_percent = 50;
    CHECK(is_near(figure({.table = &table}, "change_24h").value, 50));
    row.change_24h_percent.reset();
    row.withheld.push_back({"change_24h_percent", "a loss of 100 % or more"});
    CHECK_FALSE(figure({.table = &table}, "change_24h").value);
    CHECK(figure({.table = &table}, "change_24h").withheld == "a loss of 100 % or more");
}

TEST_CASE("our own price takes the place of the table's, and of nothing else", "[market]")
{
    auto table = table_of(coingecko, "bitcoin");
    const kpi_parts parts{
        .table = &table, .ours = own_price{70'000, "median(coinbase,kraken)", now - 1s, 1s}};
    const auto price = figure(parts, "price");
    CHECK(price.value == 70'000.0);
    CHECK(price.source == "median(coinbase,kraken)");
    CHECK(price.at == now - 1s);
    CHECK(price.age == 1s);
    CHECK(is_near(figure(parts, "drawdown_percent").value, 47.9616116751269));
    CHECK(figure(parts, "change_24h").source == "coingecko");
    CHECK(figure({.ours = parts.ours}, "price").value == 70'000.0);
    // It is as fresh where the table is not.
    table.received -= 16min;
    CHECK_FALSE(figure(parts, "price").is_stale);
    CHECK(figure(parts, "ath").is_stale);
}

TEST_CASE(
    "figures of an old table are stale, and so are those of an old row of a new one", "[market]")
{
    const auto fresh = table_of(coingecko, "bitcoin");
    const auto is_stale = [](const snapshot& table, const char* name = "volume_24h") {
        return figure({.table = &table}, name).is_stale;
    };
    CHECK_FALSE(is_stale(fresh));
    auto late = fresh;
    late.received = boot_now - 15min - 1ms;
    CHECK(is_stale(late));
    auto old_row = fresh;
    old_row.coins.coins[1].updated_at = old_row.received_at - 30min - 1ms;
    CHECK(is_stale(old_row));
    auto no_time = fresh;
    no_time.coins.coins[1].updated_at.reset();
    CHECK_FALSE(is_stale(no_time));
    CHECK(figure({.table = &no_time}, "volume_24h").at == now - 10s);
    auto inactive = fresh;
    inactive.coins.coins[1].is_inactive = true;
    CHECK(is_stale(inactive));
    auto old_whole = fresh;
    old_whole.whole_received -= 3h;
    CHECK(is_stale(old_whole, "dominance"));
    CHECK_FALSE(is_stale(old_whole));
    auto kept_whole = fresh;
    kept_whole.whole->updated_at = now - 30 * 24h;
    CHECK(is_stale(kept_whole, "dominance"));
    kept_whole.whole->updated_at.reset();
    CHECK_FALSE(is_stale(kept_whole, "dominance"));
}

TEST_CASE("a wall clock that steps makes no figure young or old", "[market]")
{
    const auto table = table_of(coingecko, "bitcoin");
    const auto chain = chain_of(969'992);
    const kpi_parts parts{.table = &table, .network = &chain};
    for (const auto name : {"volume_24h", "dominance", "circulating_supply"}) {
        CAPTURE(std::string{name});
        const auto later = figure(parts, name, now + 24h * 400);
        CHECK(later.age == figure(parts, name).age);
        CHECK_FALSE(later.is_stale);
    }
}

TEST_CASE("what the table withholds stays withheld, with its reason", "[market]")
{
    auto table = table_of(coingecko, "bitcoin");
    auto& row = table.coins.coins[1];
    row.volume_24h.reset();
    row.withheld.push_back({"volume_24h", "is negative"});
    table.whole->bitcoin_dominance_percent.reset();
    table.whole->withheld.push_back({"bitcoin_dominance_percent", "is no part of a whole"});
    CHECK(figure({.table = &table}, "volume_24h").withheld == "is negative");
    CHECK(figure({.table = &table}, "volume_24h").source == "coingecko");
    CHECK(figure({.table = &table}, "dominance").withheld == "is no part of a whole");
}

TEST_CASE("the supply is that of the chain's height, to the satoshi", "[market]")
{
    const auto chain = chain_of(969'992);
    const kpi_parts parts{.network = &chain};
    const auto supply = figure(parts, "circulating_supply");
    CHECK(supply.value == 20'093'728.125);
    CHECK(supply.source == "mempool");
    CHECK(supply.at == now - 5min);
    CHECK(supply.age == 5min);
    CHECK(supply.is_computed);
    CHECK(is_near(figure(parts, "mined_percent").value, 95.68441974811));
    const auto most = figure(parts, "max_supply");
    CHECK(most.value == 20'999'999.9769);
    CHECK(most.source == "protocol");
    CHECK_FALSE(most.at);
    CHECK_FALSE(most.is_stale);
    const auto later = figure(parts, "mined_percent", now, boot_now + 25min + 1ms);
    CHECK(later.is_stale);
    CHECK(later.value);
    // Without a height nobody's word is taken for it.
    const auto table = table_of(coingecko, "bitcoin");
    CHECK_FALSE(figure({.table = &table}, "circulating_supply").value);
}

TEST_CASE("a market cap of a supply that is not the chain's is withheld", "[market]")
{
    auto table = table_of(coingecko, "bitcoin");
    const auto chain = chain_of(969'992);
    const kpi_parts parts{.table = &table, .network = &chain};
    auto& supply = table.coins.coins[1].circulating_supply;
    CHECK(figure(parts, "market_cap").value);
    supply = 20'093'728.125 * 1.00099;
    CHECK(figure(parts, "market_cap").value);
    supply = 20'093'728.125 * 0.994;  // as CoinLore's was, nine months old
    CHECK_FALSE(figure(parts, "market_cap").value);
    CHECK(figure(parts, "market_cap").withheld == "the source's supply is not that of the chain");
    supply.reset();  // CoinPaprika says none
    CHECK(figure(parts, "market_cap").value);
    supply = 20'093'728.125 * 1000;
    CHECK(figure({.table = &table}, "market_cap").value);
    CHECK_FALSE(figure(parts, "market_cap").value);
}

TEST_CASE("a market cap without a supply is held against that of the chain", "[market]")
{
    auto table = table_of(coingecko, "bitcoin");
    auto& row = table.coins.coins[1];
    row.circulating_supply.reset();
    const auto network = chain_of(963'956);
    kpi_parts parts{.table = &table, .network = &network};
    CHECK(figure(parts, "market_cap").value);
    row.market_cap = 1e26;
    CHECK_FALSE(figure(parts, "market_cap").value);
    CHECK(figure(parts, "market_cap").withheld == "is not price times the supply of the chain");
}

TEST_CASE("figures that our own price contradicts are withheld, with what follows", "[market]")
{
    auto table = table_of(coingecko, "bitcoin");
    auto& row = table.coins.coins[1];
    row.value = price::from(65'610'000).value();
    row.market_cap = 1.318e15;
    kpi_parts parts{.table = &table};
    parts.ours = own_price{.value = 63'212, .source = "coinbase", .at = now, .age = 1s};
    CHECK(figure(parts, "price").value == 63'212.0);
    CHECK(figure(parts, "price").withheld.empty());
    for (const auto* name : {"market_cap", "change_24h", "drawdown_percent"}) {
        CAPTURE(name);
        CHECK_FALSE(figure(parts, name).value);
        CHECK_FALSE(figure(parts, name).withheld.empty());
    }
    CHECK(figure(parts, "ath").value == 126'080.0);
    parts.ours.reset();
    CHECK(figure(parts, "market_cap").value);
}

TEST_CASE("figures of a row that is not there say so", "[market]")
{
    auto table = table_of(coingecko, "bitcoin");
    table.coins.coins.pop_back();
    for (const auto* name : {"price", "market_cap", "volume_24h", "ath", "change_24h"}) {
        CAPTURE(name);
        const auto one = figure({.table = &table}, name);
        CHECK_FALSE(one.value);
        CHECK(one.withheld == "the table has no row of Bitcoin");
    }
}

TEST_CASE("days since the high are counted by dates in UTC", "[market]")
{
    auto table = table_of(coingecko, "bitcoin");
    auto& reached = table.coins.coins[1].ath_at;
    const auto count = [&](const char* high, const char* when) {
        reached = at(high);
        return figure({.table = &table}, "days_since_ath", at(when)).value;
    };
    CHECK(count("2025-10-06T18:57:42Z", "2026-10-05T09:41:44Z") == 364.0);
    CHECK(count("2025-10-06T23:59:59Z", "2025-10-07T00:00:00Z") == 1.0);
    CHECK(count("2025-10-07T00:00:00Z", "2025-10-07T23:59:59Z") == 0.0);
    CHECK(count("2025-10-06T00:00:00Z", "2025-10-07T23:59:59Z") == 1.0);
    // A source's clock may be ahead.
    CHECK(count("2025-10-07T00:01:00Z", "2025-10-06T23:59:00Z") == 0.0);
}

TEST_CASE("a price above the high has no drawdown below zero", "[market]")
{
    auto table = table_of(coingecko, "bitcoin");
    table.coins.coins[1].value = price::from(126'081).value();
    CHECK(figure({.table = &table}, "drawdown_percent").value == 0.0);
    table.coins.coins[1].ath.reset();
    CHECK_FALSE(figure({.table = &table}, "drawdown_percent").value);
}

TEST_CASE("a realised cap that follows from another market cap is withheld", "[market]")
{
    const auto table = table_of(coingecko, "bitcoin");
    realised_snapshot known{
        .index = {.mvrv = 1.25, .market_cap = 1.2e12, .day = wall_time{today - days{1}}},
        .received = boot_now - 1h,
        .received_at = now - 1h};
    const kpi_parts parts{.table = &table, .has_realised = true, .realised = &known};
    CHECK(is_near(figure(parts, "realised_cap").value, 9.6e11));
    for (const double factor : {1'000.0, 0.001, 4.0}) {
        known.index.market_cap = 1.2e12 * factor;
        const auto cap = figure(parts, "realised_cap");
        CHECK_FALSE(cap.value);
        CHECK(cap.withheld.find("not that of the table") != std::string::npos);
        CHECK(figure(parts, "mvrv").value == 1.25);
    }
}
