// A supply that jumps with all that would contradict it.
#include "market/supply_memory.hpp"

#include "bodies.hpp"
#include "market/coins_known.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <algorithm>
#include <optional>
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

table table_of(std::optional<coin> row, std::string_view source = coingecko)
{
    table all{.source = source, .coins = {}};
    if (row) {
        check(*row, then);
        all.coins.push_back(*std::move(row));
    }
    return all;
}

// Tables five minutes apart.
struct answers {
    supply_memory memory;
    wall_time now = then;

    coin next(coin row, std::chrono::minutes later = 5min)
    {
        now += later;
        auto all = table_of(std::move(row));
        memory.check(all, now);
        return all.coins.front();
    }
    void without_it(std::string_view source = coingecko)
    {
        now += 5min;
        auto all = table_of(std::nullopt, source);
        memory.check(all, now);
    }
};

// After a first table with the usual coin.
answers begun()
{
    answers a;
    CHECK(a.next(priced(2, 1)).withheld.empty());
    return a;
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
    // Nothing within one table contradicts it.
    CHECK(table_of(priced(2, factor)).coins.front().withheld.empty());
    auto a = begun();
    const auto row = a.next(priced(2.1, factor));
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
    CHECK(begun().next(priced(2, 9.5)).withheld.empty());
    CHECK(begun().next(priced(40, 1)).withheld.empty());
}

TEST_CASE("a coin that is split into a thousand is shown", "[market]")
{
    CHECK(begun().next(priced(0.002, 1'000)).withheld.empty());
}

TEST_CASE("one supply that jumps alone is withheld alone", "[market]")
{
    auto one = priced(2, 1);
    one.total_supply = 2'000'000;
    const auto row = begun().next(one);
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
    answers a;
    CHECK(a.next(one).withheld.empty());
    CHECK(reason_of(a.next(jumped), "market_cap") == "moved too far since the last answer");
}

TEST_CASE("a jump stays withheld from table to table, and is believed after a day", "[market]")
{
    auto a = begun();
    auto silent = priced(2, 1);
    silent.circulating_supply = silent.total_supply = silent.max_supply = silent.market_cap =
        std::nullopt;
    // None of these makes the figures forgotten.
    SECTION("at once") {}
    SECTION("an answer without the figures")
    {
        a.next(silent);
    }
    SECTION("an answer without the coin")
    {
        a.without_it();
    }
    SECTION("another source")
    {
        a.without_it(coinpaprika);
    }
    const auto last = then + 5min;
    while (a.now + 1h < last + 24h)
        CHECK_FALSE(a.next(priced(2, 1'000), 1h).circulating_supply);
    SECTION("and what is true again is shown")
    {
        CHECK(a.next(priced(2, 1), 1min).withheld.empty());
        CHECK_FALSE(a.next(priced(2, 1'000), 60min).circulating_supply);
    }
    SECTION("and then it is shown")
    {
        const auto row = a.next(priced(2, 1'000), 60min);
        CHECK(row.circulating_supply == 1'000'000);
        CHECK(row.withheld.empty());
    }
}

TEST_CASE("coins are compared by their ids, and sources with themselves", "[market]")
{
    auto other = priced(2, 1'000);
    other.id = "y";
    CHECK(begun().next(other).withheld.empty());
    auto a = begun();
    auto all = table_of(priced(2, 1'000), coinpaprika);
    a.memory.check(all, a.now);
    CHECK(all.coins.front().withheld.empty());
}

TEST_CASE(
    "supplies are remembered over a restart, those of a source that stands aside too", "[market]")
{
    auto before = begun();
    before.without_it(coinpaprika);
    answers after;
    after.now = before.now + 10h;
    REQUIRE_FALSE(after.memory.take(before.memory.write()));
    CHECK(after.memory.write() == before.memory.write());
    CHECK_FALSE(after.next(priced(2, 1'000)).circulating_supply);
    CHECK(after.next(priced(2, 1)).withheld.empty());
}

TEST_CASE("what is newer is kept where both know a coin", "[market]")
{
    const auto old = begun().memory.write();
    answers a;
    a.now = then + 1h;
    CHECK(a.next(priced(2, 1'000)).withheld.empty());
    REQUIRE_FALSE(a.memory.take(old));
    CHECK(a.next(priced(2, 1'000)).withheld.empty());
}

TEST_CASE("a clock that was ahead makes nothing remembered for longer", "[market]")
{
    answers ahead;
    ahead.now = then + 24h * 365;
    ahead.next(priced(2, 1));
    answers a;
    REQUIRE_FALSE(a.memory.take(ahead.memory.write()));
    CHECK_FALSE(a.next(priced(2, 1'000)).circulating_supply);
    CHECK(a.next(priced(2, 1'000), 24h).circulating_supply);
}

TEST_CASE("no more coins of a source are remembered than there may be", "[market]")
{
    answers a;
    auto all = table_of(std::nullopt);
    for (std::size_t i = 0; i <= supplies_remembered_max; ++i) {
        all.coins.push_back(priced(2, 1));
        all.coins.back().id = "x" + std::to_string(i);
    }
    a.memory.check(all, then);
    const auto jumped = [&](std::size_t i) {
        auto row = priced(2, 1'000);
        row.id = "x" + std::to_string(i);
        return a.next(row);
    };
    CHECK_FALSE(jumped(0).circulating_supply);
    CHECK(jumped(supplies_remembered_max).circulating_supply);
}

TEST_CASE("a text that cannot be read changes nothing", "[market]")
{
    const std::string head = R"({"kept":"supplies","version":1)";
    const auto row = [&](const char* end) {
        auto text = head;
        return text.append(R"(,"shown":[{"source":"coingecko","id":"x","figure":")").append(end);
    };
    auto a = begun();
    const auto text = a.memory.write();
    for (const auto& wrong :
         {std::string{}, std::string{"[]"}, head + "}", head + R"(,"shown":{}})",
          head + R"(,"shown":[1]})", row(R"(volume_24h","coins":1,"worth":1,"at":1}]})"),
          row(R"(market_cap","coins":1,"worth":1}]})")}) {
        CAPTURE(wrong);
        CHECK(a.memory.take(wrong));
        CHECK(a.memory.write() == text);
    }
    CHECK_FALSE(a.memory.take(head + R"(,"shown":[]})"));
}

TEST_CASE("what a source says elsewhere is denied by the row that withholds it", "[market]")
{
    const auto row = begun().next(priced(2, 1'000));
    CHECK(is_denied_by(row, "circulating_supply", 1'000'000));
    CHECK(is_denied_by(row, "circulating_supply", 1'000));
    const auto shown = begun().next(priced(2, 1));
    CHECK_FALSE(is_denied_by(shown, "total_supply", 2'100));
    CHECK(is_denied_by(shown, "total_supply", 2'000'000));
    CHECK(is_denied_by(shown, "max_supply", 4));
    CHECK_FALSE(is_denied_by(shown, "ath", 1e9));
    auto silent = priced(2, 1);
    silent.max_supply = std::nullopt;
    CHECK_FALSE(is_denied_by(silent, "max_supply", 4));
}
