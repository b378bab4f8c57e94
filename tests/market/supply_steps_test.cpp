// A supply that jumps with all that would contradict it.
#include "market/checks.hpp"

#include "bodies.hpp"
#include "market/coins_known.hpp"
#include "market/kept_table.hpp"
#include "market/table_api.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <algorithm>
#include <string>

using namespace tickertape;
using namespace tickertape::market;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

const wall_time then = at("2026-10-05T12:00:00Z");

// 1,000 coins at two dollars, of which there are 2,000 and can be 4,000; all times the factors.
coin priced(double price, double coins)
{
    coin one{.id = "x", .symbol = "X", .name = "X", .value = price::from(price).value()};
    one.circulating_supply = 1'000 * coins;
    one.total_supply = 2'000 * coins;
    one.max_supply = 4'000 * coins;
    one.market_cap = price * 1'000 * coins;
    return one;
}

table table_of(coin row)
{
    check(row, then);
    table all{.source = coingecko, .coins = {}};
    all.coins.push_back(std::move(row));
    return all;
}

// The row of the last of these tables, five minutes apart, and what each is checked against.
table after(const table& before, coin row, std::chrono::minutes later = 5min)
{
    auto now = table_of(std::move(row));
    check_steps(now, before, then, then + later);
    return now;
}

std::string reason_of(const coin& row, std::string_view figure)
{
    const auto found = std::ranges::find(row.withheld, figure, &withheld_figure::figure);
    return found == row.withheld.end() ? std::string{} : std::string{found->why};
}

}  // namespace

TEST_CASE("a supply times a thousand is withheld though all of its row agrees", "[market]")
{
    const auto factor = GENERATE(1'000.0, 0.001, 11.0);
    CAPTURE(factor);
    const auto before = table_of(priced(2, 1));
    // Nothing within one table contradicts it.
    CHECK(table_of(priced(2, factor)).coins.front().withheld.empty());
    const auto row = after(before, priced(2.1, factor)).coins.front();
    CHECK_FALSE(row.circulating_supply);
    CHECK_FALSE(row.total_supply);
    CHECK_FALSE(row.max_supply);
    CHECK_FALSE(row.market_cap);
    for (const auto name : supply_figures())
        CHECK(reason_of(row, name) == "moved too far since the last answer");
    CHECK(row.value.value() == 2.1);
}

TEST_CASE("a supply that grows, and a price that does, are shown", "[market]")
{
    const auto before = table_of(priced(2, 1));
    CHECK(after(before, priced(2, 9.5)).coins.front().withheld.empty());
    CHECK(after(before, priced(40, 1)).coins.front().withheld.empty());
}

TEST_CASE("a coin that is split into a thousand is shown", "[market]")
{
    const auto before = table_of(priced(2, 1));
    CHECK(after(before, priced(0.002, 1'000)).coins.front().withheld.empty());
}

TEST_CASE("one supply that jumps alone is withheld alone", "[market]")
{
    const auto before = table_of(priced(2, 1));
    auto one = priced(2, 1);
    one.total_supply = 2'000'000;
    const auto row = after(before, one).coins.front();
    CHECK(row.withheld.size() == 1);
    CHECK_FALSE(row.total_supply);
    CHECK(row.circulating_supply == 1'000);
}

TEST_CASE("without a supply the market cap that jumps is withheld", "[market]")
{
    auto one = priced(2, 1);
    one.circulating_supply = one.total_supply = one.max_supply = std::nullopt;
    auto jumped = one;
    *jumped.market_cap *= 1'000;
    const auto row = after(table_of(one), jumped).coins.front();
    CHECK(reason_of(row, "market_cap") == "moved too far since the last answer");
}

TEST_CASE("a jump stays withheld from table to table, and is believed after a day", "[market]")
{
    auto last = table_of(priced(2, 1));
    // An answer without the figures in between does not make them forgotten.
    auto silent = priced(2, 1);
    silent.circulating_supply = silent.total_supply = silent.max_supply = silent.market_cap =
        std::nullopt;
    const auto steps = GENERATE(false, true);
    if (steps)
        last = after(last, silent);
    for (auto hour = 1h; hour < 24h; ++hour) {
        auto now = table_of(priced(2, 1'000));
        check_steps(now, last, then + hour - 1h, then + hour);
        CHECK_FALSE(now.coins.front().circulating_supply);
        last = std::move(now);
    }
    auto back = table_of(priced(2, 1));
    check_steps(back, last, then + 23h, then + 23h + 5min);
    CHECK(back.coins.front().withheld.empty());
    auto believed = table_of(priced(2, 1'000));
    check_steps(believed, last, then + 23h, then + 24h);
    CHECK(believed.coins.front().circulating_supply == 1'000'000);
    CHECK(believed.coins.front().withheld.empty());
}

TEST_CASE("coins are compared by their ids", "[market]")
{
    auto other = priced(2, 1'000);
    other.id = "y";
    CHECK(after(table_of(priced(2, 1)), other).coins.front().withheld.empty());
}

TEST_CASE("a jump that is kept is withheld after a restart too", "[market]")
{
    snapshot shown{
        .coins = after(table_of(priced(2, 1)), priced(2, 1'000)),
        .received = boot_time{1h},
        .received_at = then,
        .stale_after = 15min};
    const moment now{steady_time{3h}, then + 7min, boot_time{4h}};
    const auto back = read_kept_table(write_kept(shown), now, 15min);
    REQUIRE(back);
    CHECK(write_kept(*back) == write_kept(shown));
    auto next = table_of(priced(2, 1'000));
    check_steps(next, back->coins, back->received_at, now.wall);
    CHECK_FALSE(next.coins.front().circulating_supply);
    CHECK(reason_of(next.coins.front(), "market_cap") == "moved too far since the last answer");
}

TEST_CASE("a text with a figure that nobody withholds so is refused", "[market]")
{
    snapshot shown{
        .coins = after(table_of(priced(2, 1)), priced(2, 1'000)),
        .received = boot_time{1h},
        .received_at = then,
        .stale_after = 15min};
    auto text = write_kept(shown);
    const std::string name = R"({"figure":"total_supply","coins")";
    const auto found = text.find(name);
    REQUIRE(found != std::string::npos);
    text.replace(found, name.size(), R"({"figure":"volume_24h","coins")");
    const moment now{steady_time{3h}, then + 7min, boot_time{4h}};
    CHECK_FALSE(read_kept_table(text, now, 15min));
}
