// What the network's own rules say at a height, against what blockchain.info counted.
#include "bodies.hpp"
#include "market/emission.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

using namespace tickertape;
using namespace tickertape::market;
using namespace tickertape::testing;

TEST_CASE("the supply is blockchain.info's to the last satoshi", "[market]")
{
    const auto* name =
        GENERATE("blockchain_info.stats.2026-10-05.json", "blockchain_info.stats.2019-05-12.json");
    CAPTURE(name);
    const auto said = boost::json::parse(recorded(name)).as_object();
    // Blocks are counted from 1.
    CHECK(supply_at(said.at("n_blocks_total").as_int64() - 1) == said.at("totalbc").as_int64());
}

TEST_CASE("rewards halve every 210,000 blocks until there is none", "[market]")
{
    CHECK(subsidy_at(0) == 5'000'000'000);
    CHECK(subsidy_at(209'999) == 5'000'000'000);
    CHECK(subsidy_at(210'000) == 2'500'000'000);
    CHECK(subsidy_at(840'000) == 312'500'000);
    CHECK(subsidy_at(32 * 210'000) == 1);
    CHECK(subsidy_at(33 * 210'000) == 0);
    CHECK(subsidy_at(900'000'000) == 0);
    CHECK(supply_at(0) == 5'000'000'000);
    CHECK(supply_at(209'999) == 210'000 * std::int64_t{5'000'000'000});
    CHECK(supply_at(210'000) == supply_at(209'999) + 2'500'000'000);
}

TEST_CASE("the supply is the sum of all rewards before it, and ends below 21 million", "[market]")
{
    std::int64_t sum = 0;
    for (std::int64_t height = 0; height < 7'000'000; ++height) {
        sum += subsidy_at(height);
        if (height % 69'999 == 0)
            CHECK(supply_at(height) == sum);
    }
    CHECK(sum == 2'099'999'997'690'000);
    CHECK(supply_in_the_end() == sum);
}

TEST_CASE("the next halving and the next difficulty are above the newest block", "[market]")
{
    CHECK(next_halving(0) == 210'000);
    CHECK(next_halving(839'999) == 840'000);
    CHECK(next_halving(840'000) == 1'050'000);
    CHECK(next_halving(969'989) == 1'050'000);
    CHECK_FALSE(next_halving(33 * 210'000));
    CHECK(next_retarget(969'992) == 971'712);
    CHECK(next_retarget(971'711) == 971'712);
    CHECK(next_retarget(971'712) == 973'728);
}

TEST_CASE("inflation is what a year of blocks adds, halvings included", "[market]")
{
    // 52,560 blocks of 3.125 on 20,093,718.75.
    CHECK(inflation_percent_at(969'989) == 100 * (52'560 * 3.125) / 20'093'718.75);
    // Half of the year before a halving, half after it.
    const auto height = 1'050'000 - 26'280 - 1;
    const auto added = 26'280 * 3.125 + 26'280 * 1.5625;
    CHECK(
        std::abs(
            inflation_percent_at(height) -
            100 * added / (static_cast<double>(supply_at(height)) / 1e8)) < 1e-12);
    CHECK(inflation_percent_at(40 * 210'000) == 0);
}
