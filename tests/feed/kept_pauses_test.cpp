// Pauses that a provider asked an earlier process, or another instance, for.
#include "feed/kept_pauses.hpp"

#include "support/catch.hpp"

#include <optional>
#include <string>

using namespace tickertape;
using namespace tickertape::feed;
using namespace std::chrono_literals;

namespace {

struct still_clock final : clock {
    wall_time wall{std::chrono::hours{24 * 365 * 55}};
    steady_time steady{1h};

    wall_time wall_now() const noexcept override { return wall; }
    steady_time steady_now() const noexcept override { return steady; }
};

// One process: its clock, its gates, and what it keeps of them.
struct process {
    still_clock time;
    provider::gates gates;
    kept_pauses kept{gates, time};

    provider::gate& gate(const std::string& name)
    {
        return gates.of(name, {.per_minute = 60}, {}, time.steady);
    }
};

std::string text_of_an_hour()
{
    process before;
    before.gate("binance").pause(before.time.steady + 1h);
    before.gate("kraken");
    CHECK(before.kept.changes() == 1);
    return before.kept.write();
}

}  // namespace

TEST_CASE("nothing is kept before a provider asked for a pause", "[feed]")
{
    process fresh;
    fresh.gate("binance");
    CHECK(fresh.kept.changes() == 0);
}

TEST_CASE("a pause goes on over a restart, and no other provider has it", "[feed]")
{
    const auto text = text_of_an_hour();
    process after;
    after.time.wall += 20min;
    after.time.steady = steady_time{5s};
    auto& binance = after.gate("binance");
    REQUIRE_FALSE(after.kept.take(text));
    CHECK(binance.paused_for(after.time.steady) == 40min);
    CHECK(after.gate("kraken").paused_for(after.time.steady) == 0ms);
    // It is written again, and means the same.
    CHECK(after.kept.changes() == 1);
    process third;
    third.time.wall = after.time.wall + 10min;
    auto& there = third.gate("binance");
    REQUIRE_FALSE(third.kept.take(after.kept.write()));
    CHECK(there.paused_for(third.time.steady) == 30min);
}

TEST_CASE("a provider whose gate is made later keeps the pause too", "[feed]")
{
    process after;
    REQUIRE_FALSE(after.kept.take(text_of_an_hour()));
    CHECK(after.gate("binance").paused_for(after.time.steady) == 1h);
}

TEST_CASE("a pause that is over is none, and a longer one stays", "[feed]")
{
    const auto text = text_of_an_hour();
    process late;
    late.time.wall += 61min;
    REQUIRE_FALSE(late.kept.take(text));
    CHECK(late.gate("binance").paused_for(late.time.steady) == 0ms);

    process longer;
    longer.gate("binance").pause(longer.time.steady + 2h);
    REQUIRE_FALSE(longer.kept.take(text));
    CHECK(longer.gate("binance").paused_for(longer.time.steady) == 2h);
    CHECK(longer.kept.changes() == 1);
}

TEST_CASE("a clock that was wrong makes no pause longer than it was", "[feed]")
{
    const auto text = text_of_an_hour();
    process after;
    after.time.wall -= std::chrono::hours{24 * 365};
    REQUIRE_FALSE(after.kept.take(text));
    CHECK(after.gate("binance").paused_for(after.time.steady) == 1h);
}

TEST_CASE("what cannot be read as pauses is said", "[feed]")
{
    const std::string head = R"({"kept":"pauses of providers","version":1,)";
    const std::string texts[] = {
        "",
        "[]",
        "{}",
        head + R"("until":{}})",
        head + R"("written_at":1})",
        head + R"("written_at":1,"until":[]})",
        head + R"("written_at":1,"until":{"kraken":"soon"}})"};
    for (const auto& text : texts) {
        process after;
        CHECK(after.kept.take(text).has_value());
        CHECK(after.kept.changes() == 0);
    }
    process none;
    CHECK_FALSE(none.kept.take(head + R"("written_at":1,"until":{}})"));
}
