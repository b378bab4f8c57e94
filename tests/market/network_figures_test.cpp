// What follows from what sources say of Bitcoin's network, and what is withheld.
#include "bodies.hpp"
#include "market/emission.hpp"
#include "market/network_api.hpp"
#include "market/network_figures.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <algorithm>

using namespace tickertape;
using namespace tickertape::market;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

const wall_time now = at("2026-10-05T09:41:44Z");
constexpr boot_time received{100h};

template <class T>
said<T> said_now(T what, std::string_view source = mempool)
{
    return {.what = what, .source = source, .at = now, .received = received};
}

network_parts recorded_parts()
{
    network_parts all;
    all.blocks = said_now(
        read_blockchain_stats(answer_of(recorded("blockchain_info.stats.2026-10-05.json")), now)
            .value(),
        blockchain);
    all.next = said_now(read_mempool_adjustment(
                            answer_of(recorded("mempool.difficulty_adjustment.2026-10-05.json")))
                            .value());
    all.fees = said_now(
        read_mempool_fees(answer_of(recorded("mempool.fees_recommended.2026-10-01.json"))).value());
    all.waiting = said_now(
        read_mempool_backlog(answer_of(recorded("mempool.mempool.2026-10-01.cut.json"))).value());
    return all;
}

network_figure figure(const network_parts& parts, std::string_view name)
{
    const auto all = figures_of(parts);
    const auto found = std::ranges::find(all, name, &network_figure::name);
    REQUIRE(found != all.end());
    return *found;
}

std::optional<double> value(const network_parts& parts, std::string_view name)
{
    return figure(parts, name).value;
}

}  // namespace

TEST_CASE("figures follow from the recorded answers", "[market]")
{
    const auto parts = recorded_parts();
    CHECK(value(parts, "height") == 969'989.0);
    CHECK_FALSE(value(parts, "block_at"));
    CHECK_FALSE(value(parts, "seconds_since_block"));
    CHECK(value(parts, "block_seconds") == 86'400.0 / 166);
    CHECK(digits_of(*value(parts, "hash_rate")) == digits_of(1095159811329.552e9));
    CHECK(value(parts, "difficulty") == 132716002350731.0);
    CHECK(value(parts, "difficulty_change_percent") == -1.909509687533617);
    CHECK(value(parts, "retarget_height") == 971'712.0);
    CHECK(value(parts, "mempool_transactions") == 90'420.0);
    CHECK(value(parts, "mempool_vsize") == 47'364'518.0);
    CHECK(value(parts, "fastest") == 6.0);
    CHECK(value(parts, "minimum") == 1.0);
    CHECK(value(parts, "halving_height") == 1'050'000.0);
    const auto seconds = static_cast<double>(now.time_since_epoch().count()) / 1000;
    CHECK(value(parts, "halving_at_by_target") == seconds + (1'050'000 - 969'989) * 600.0);
    CHECK(
        value(parts, "halving_at_by_average") ==
        seconds + (1'050'000 - 969'989) * (86'400.0 / 166));
    CHECK(value(parts, "inflation_percent") == inflation_percent_at(969'989));
    for (const auto& one : figures_of(parts)) {
        CAPTURE(one.name);
        CHECK(one.withheld.empty());
    }
}

TEST_CASE("each figure says who it is from, and over what it was computed", "[market]")
{
    const auto parts = recorded_parts();
    const auto rate = figure(parts, "hash_rate");
    CHECK(rate.source == blockchain);
    CHECK(rate.at == now);
    CHECK(rate.is_computed);
    REQUIRE(rate.window);
    CHECK(rate.window->blocks == 166);
    const auto fee = figure(parts, "hour");
    CHECK(fee.source == mempool);
    CHECK(fee.is_fee);
    CHECK_FALSE(fee.is_computed);
    CHECK_FALSE(figure(parts, "halving_at_by_target").window);
}

TEST_CASE("what nobody said is unknown", "[market]")
{
    const auto all = figures_of({});
    CHECK(all.size() == 19);
    for (const auto& one : all) {
        CAPTURE(one.name);
        CHECK_FALSE(one.value);
        CHECK(one.source.empty());
        CHECK(one.withheld.empty());
    }
}

TEST_CASE("a window counts each block by its own difficulty", "[market]")
{
    const block first{.height = 4'000, .mined_at = now - 20h, .difficulty = 100};
    const block last{.height = 4'144, .mined_at = now, .difficulty = 300};
    const auto over = window_between(first, last);
    REQUIRE(over);
    CHECK(over->blocks == 144);
    CHECK(over->span == 20h);
    // 4032 to 4144 have the new one, 4001 to 4031 the old one.
    CHECK(over->difficulties == 113 * 300.0 + 31 * 100.0);
    // Within one period there is one.
    const block later{.height = 4'100, .mined_at = now - 6h, .difficulty = 300};
    CHECK(window_between(later, last)->difficulties == 44 * 300.0);
    // The first of a period closes a window of the old one.
    const block edge{.height = 4'032, .mined_at = now, .difficulty = 300};
    CHECK(window_between(first, edge)->difficulties == 31 * 100.0 + 300);
}

TEST_CASE("there is no window where there are no two blocks in a row", "[market]")
{
    const block first{.height = 4'000, .mined_at = now - 20h, .difficulty = 100};
    CHECK_FALSE(window_between(first, first));
    CHECK_FALSE(window_between(first, {3'999, now, 1}));
    CHECK_FALSE(window_between(first, {4'144, now - 20h, 1}));
    CHECK_FALSE(window_between(first, {4'144, now - 21h, 1}));
    CHECK_FALSE(window_between(first, {4'000 + 2'017, now, 1}));
}

TEST_CASE("the average of two weeks foretells the halving, where it is there", "[market]")
{
    auto parts = recorded_parts();
    parts.blocks->what.mined_at = now - 100s;
    parts.blocks->what.fortnight = block_window{2'016, 2'016 * 590s, 1};
    const auto seconds = static_cast<double>(now.time_since_epoch().count()) / 1000 - 100;
    CHECK(value(parts, "halving_at_by_average") == seconds + (1'050'000 - 969'989) * 590.0);
    CHECK(figure(parts, "halving_at_by_average").window->blocks == 2'016);
    CHECK(value(parts, "seconds_since_block") == 100.0);
    CHECK(value(parts, "block_at") == seconds);
}

TEST_CASE("nonsense is withheld, with a reason", "[market]")
{
    auto parts = recorded_parts();
    const auto is_withheld = [&](std::string_view name) {
        const auto one = figure(parts, name);
        return !one.value && !one.withheld.empty();
    };
    parts.fees->what.fastest = -3;
    parts.fees->what.hour = 0;
    parts.fees->what.economy = 10'000;
    CHECK(is_withheld("fastest"));
    CHECK(is_withheld("hour"));
    CHECK(is_withheld("economy"));
    CHECK(value(parts, "half_hour") == 5.0);

    // A hash rate beside what the difficulty stands for.
    parts.blocks->what.day->difficulties *= 1e3;
    CHECK(is_withheld("hash_rate"));
    // Minutes for seconds, and milliseconds.
    parts.blocks->what.day = block_window{144, 8'640'000s, 1};
    CHECK(is_withheld("block_seconds"));
    CHECK(is_withheld("halving_at_by_average"));
    parts.blocks->what.day = block_window{144, 144s, 1};
    CHECK(is_withheld("block_seconds"));

    parts.next->what.change_percent = -76;
    CHECK(is_withheld("difficulty_change_percent"));
    parts.next->what.change_percent = 1;
    CHECK_FALSE(is_withheld("difficulty_change_percent"));
    parts.next->what.retarget_height = 969'696;  // of two weeks ago
    CHECK(is_withheld("difficulty_change_percent"));

    parts.waiting->what.transactions = 0.5;
    parts.waiting->what.vsize = -1;
    CHECK(is_withheld("mempool_transactions"));
    CHECK(is_withheld("mempool_vsize"));

    parts.blocks->what.mined_at = now + 3h;
    CHECK(is_withheld("block_at"));
    CHECK(is_withheld("seconds_since_block"));
    // Miners' clocks are wrong by minutes.
    parts.blocks->what.mined_at = now + 1min;
    CHECK(value(parts, "seconds_since_block") == 0.0);
}

TEST_CASE("what follows from a date that is withheld is withheld as well", "[market]")
{
    auto parts = recorded_parts();
    parts.blocks->source = GENERATE(mempool, blockchair);
    parts.blocks->what.day = block_window{144, 144 * 595s, 144 * 132716002350731.0};
    parts.blocks->what.fortnight = block_window{2'016, 2'016 * 595s, 2'016 * 132716002350731.0};
    const auto withheld = [&](std::string_view name) {
        const auto one = figure(parts, name);
        CHECK(one.value.has_value() == one.withheld.empty());
        return std::string{one.withheld};
    };
    const auto all_are = [&](const std::string& why) {
        CHECK(withheld("block_at") == why);
        CHECK(withheld("seconds_since_block") == why);
        CHECK(withheld("halving_at_by_target") == why);
        CHECK(withheld("halving_at_by_average") == why);
        // The windows of mempool.space end there, those of the other with its own clock.
        const auto of_window = parts.blocks->source == mempool ? why : "";
        CHECK(withheld("block_seconds") == of_window);
        CHECK(withheld("hash_rate") == of_window);
        CHECK(withheld("height").empty());
        CHECK(withheld("halving_height").empty());
        CHECK(withheld("retarget_height").empty());
        CHECK(withheld("inflation_percent").empty());
    };
    for (const auto ahead : {std::chrono::hours{3}, std::chrono::hours{24 * 3'650}}) {
        parts.blocks->what.mined_at = now + ahead;
        all_are("the block is dated in the future");
    }
    for (const auto date : {wall_time{1s}, now - 24h * 1'825, now - 25h}) {
        parts.blocks->what.mined_at = date;
        all_are("the newest block is never that old");
    }
    for (const auto date : {now + 2h, now, now - 23h}) {
        parts.blocks->what.mined_at = date;
        all_are("");
    }
}

TEST_CASE("figures are stale by their own age, or where they were old when they came", "[market]")
{
    auto parts = recorded_parts();
    parts.fees->received = received - 20min;
    network_snapshot all{.parts = parts, .figures = figures_of(parts), .stale_after = 30min};
    const auto is_stale = [&](std::string_view name, boot_time when) {
        const auto found = std::ranges::find(all.figures, name, &network_figure::name);
        return all.is_stale(*found, when);
    };
    CHECK_FALSE(is_stale("height", received + 30min));
    CHECK(is_stale("height", received + 30min + 1ms));
    CHECK_FALSE(is_stale("fastest", received + 10min));
    CHECK(is_stale("fastest", received + 10min + 1ms));
    parts.blocks->what.mined_at = now - 3h - 1s;
    all.figures = figures_of(parts);
    CHECK(is_stale("height", received));
    CHECK(is_stale("hash_rate", received));
    CHECK_FALSE(is_stale("mempool_vsize", received));
}
