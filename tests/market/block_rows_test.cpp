// One bad row among the blocks of an answer takes no other's place.
#include "market/block_rows.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <algorithm>
#include <functional>

using namespace tickertape;
using namespace tickertape::market;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t tip = 971'716;  // four blocks into a period
constexpr wall_time now{std::chrono::seconds{1'792'000'000}};

std::vector<placed_block> fifteen()
{
    std::vector<placed_block> rows;
    for (std::int64_t i = 0; i < 15; ++i)
        rows.push_back(
            {.place = i,
             .what = {
                 .height = tip - i,
                 .mined_at = now - i * 595s,
                 .difficulty = tip - i < 971'712 ? 133e12 : 132e12}});
    return rows;
}

bool has(const std::vector<block>& all, std::int64_t height)
{
    return std::ranges::find(all, height, &block::height) != all.end();
}

}  // namespace

TEST_CASE("blocks in a row are one chain, over a change of the difficulty as well", "[market]")
{
    const auto all = rows_of_one_chain(fifteen());
    CHECK(all.size() == 15);
    CHECK(all.front().height == tip);
    CHECK(all.back().height == tip - 14);
    CHECK(rows_of_one_chain({fifteen().front()}).size() == 1);
    CHECK(rows_of_one_chain({}).empty());
}

TEST_CASE("a row that does not fit the others is left out, wherever it stands", "[market]")
{
    const auto at = static_cast<std::size_t>(GENERATE(0, 3, 7, 14));
    CAPTURE(at);
    auto rows = fifteen();
    auto& bad = rows[at].what;
    const auto height = bad.height;
    SECTION("of a height that is far away") bad.height = tip + 60'000;
    SECTION("of a height that is near") bad.height = tip + 1;
    SECTION("of a height that another has") bad.height = rows[5].what.height - 1;
    SECTION("of another difficulty") bad.difficulty = 1.5;
    SECTION("of a difficulty that is near") bad.difficulty += 1;
    SECTION("dated ten years ahead") bad.mined_at = now + 24h * 3'650;
    SECTION("dated a day ahead") bad.mined_at += 24h;
    SECTION("dated in 1970") bad.mined_at = wall_time{1s};
    SECTION("dated a day before") bad.mined_at -= 24h;
    const auto all = rows_of_one_chain(rows);
    CHECK(all.size() == 14);
    CHECK_FALSE(has(all, height));
    CHECK(all.front().height == (at == 0 ? tip - 1 : tip));
    CHECK(std::ranges::is_sorted(all, std::ranges::greater{}, &block::height));
}

TEST_CASE("miners' clocks may be wrong, and blocks slow", "[market]")
{
    auto rows = fifteen();
    rows[2].what.mined_at -= 100min;  // before several that are older
    CHECK(rows_of_one_chain(rows).size() == 15);
    rows = fifteen();
    rows[0].what.mined_at += 4h;
    CHECK(rows_of_one_chain(rows).size() == 15);
}

TEST_CASE("rows of which no most are one chain are none", "[market]")
{
    auto rows = fifteen();
    SECTION("two halves")
    {
        rows.pop_back();
        for (std::size_t i = 7; i < 14; ++i)
            rows[i].what.height -= 1'000;
    }
    SECTION("the oldest first")
    {
        for (auto& row : rows)
            row.place = 14 - row.place;
    }
    SECTION("two that contradict each other")
    {
        rows.resize(2);
        rows[0].what.difficulty = 1;
    }
    SECTION("a new period with another chain's difficulty")
    {
        rows.resize(10);
        for (std::size_t i = 0; i < 5; ++i)
            rows[i].what.difficulty = 1e6;
    }
    CHECK(rows_of_one_chain(rows).empty());
}
