// Candles against a calculation of their own, over random ticks with empty minutes, holes and
// restarts. They are the same by every way of computing them, and in any portions.
#include "series/candle_builder.hpp"

#include "series/made.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>

using namespace tickertape;
using namespace tickertape::series;
using namespace std::chrono_literals;

namespace {

struct seen_price {
    position at;
    price value;
};

struct history {
    std::vector<seen_price> ticks;
    std::vector<hole> holes;
    wall_time end;  // after the last of both
};

// Ticks close together, then pauses of minutes or hours; now and then ticks have been lost.
history random_history(std::mt19937_64& random, std::size_t count)
{
    history made;
    std::uniform_int_distribution<int> pause{0, 99};
    std::uniform_int_distribution<int> part{0, 59'999};
    std::uint64_t ms = 1'712'525'476'000 + random() % 604'800'000;
    position last{ms, 0};
    for (std::size_t i = 0; i < count; ++i) {
        const int kind = pause(random);
        if (kind < 10)
            last = last.next();  // the same millisecond
        else if (kind < 97)
            last = {ms += 1 + part(random) / 4, 0};
        else
            last = {ms += 1 + part(random) * std::uint64_t{200}, 0};
        // In small steps, so that highs and lows are met again.
        made.ticks.push_back({last, usd(100 + static_cast<double>(random() % 64) / 4)});
        if (pause(random) < 1) {
            const position from = last;
            last = {ms += 1 + part(random) * (pause(random) < 50 ? 1U : 10U), 0};
            made.holes.push_back({from, last});
        }
    }
    made.end = last.time() + std::chrono::weeks{2};
    return made;
}

// Tick by tick into a map, with nothing but the definition.
std::vector<candle> counted(const history& from, interval of)
{
    const auto seconds = static_cast<std::int64_t>(length(of).count());
    // 1970-01-05 was a Monday.
    const std::int64_t monday = of == interval::w1 ? 4 * 86'400 : 0;
    std::map<std::int64_t, std::vector<double>> prices;
    for (const auto& tick : from.ticks) {
        const auto second = static_cast<std::int64_t>(tick.at.ms() / 1'000) - monday;
        prices[second - second % seconds + monday].push_back(tick.value.value());
    }
    std::vector<candle> all;
    for (const auto& [opens, some] : prices) {
        const std::set<double> sorted{some.begin(), some.end()};
        auto& one = all.emplace_back(candle_at(
            std::chrono::seconds{opens}, some.front(), *sorted.rbegin(), *sorted.begin(),
            some.back(), some.size()));
        const auto first = position{static_cast<std::uint64_t>(opens) * 1'000, 0};
        const auto after = position{static_cast<std::uint64_t>(opens + seconds) * 1'000, 0};
        for (const hole& missing : from.holes)
            one.overlaps_hole |= missing.from.next() < after && missing.to >= first;
    }
    return all;
}

// All ticks through one builder; before each tick, and after the holes before it,
// `disturb` may do something to the builder.
template <class Disturb>
std::vector<candle> built(const history& from, interval of, Disturb disturb)
{
    std::vector<candle> all;
    const auto keep = [&](const std::optional<candle>& closed) {
        if (closed)
            all.push_back(*closed);
    };
    candle_builder builder{of};
    auto next_hole = from.holes.begin();
    for (std::size_t i = 0; i < from.ticks.size(); ++i) {
        for (; next_hole != from.holes.end() && next_hole->from < from.ticks[i].at; ++next_hole)
            builder.note_hole(*next_hole);
        disturb(builder, i, keep);
        keep(builder.take(from.ticks[i].at, from.ticks[i].value));
    }
    for (; next_hole != from.holes.end(); ++next_hole)
        builder.note_hole(*next_hole);
    keep(builder.advance(from.end));
    return all;
}

// Empty if they are the same; else the first two candles that are not.
std::string difference(const std::vector<candle>& seen, const std::vector<candle>& expected)
{
    const auto [a, b] = std::ranges::mismatch(seen, expected);
    const auto shown = [](auto at, const std::vector<candle>& all) {
        return at == all.end() ? "nothing" : Catch::StringMaker<candle>::convert(*at);
    };
    if (a == seen.end() && b == expected.end())
        return {};
    return shown(a, seen) + " instead of " + shown(b, expected);
}

constexpr auto undisturbed = [](candle_builder&, std::size_t, const auto&) {};

}  // namespace

TEST_CASE("Candles of every interval follow from the ticks alone", "[series]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    for (int round = 0; round < 20; ++round) {
        const auto past = random_history(random, 3'000);
        for (const interval of : intervals)
            REQUIRE(difference(built(past, of, undisturbed), counted(past, of)) == "");
    }
}

TEST_CASE("A restart in the middle of a candle changes nothing, at any tick", "[series]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    const auto past = random_history(random, 1'000);
    const auto whole = built(past, interval::m1, undisturbed);

    SECTION("one restart at each tick in turn")
    {
        for (std::size_t at_tick = 0; at_tick < past.ticks.size(); ++at_tick) {
            const auto restarted =
                built(past, interval::m1, [&](candle_builder& builder, std::size_t i, const auto&) {
                    if (i == at_tick)
                        builder = candle_builder{builder.state()};
                });
            REQUIRE(difference(restarted, whole) == "");
        }
    }
    SECTION("a restart at every tick, and ticks before it are read again")
    {
        const auto restarted = built(
            past, interval::m1, [&](candle_builder& builder, std::size_t i, const auto& keep) {
                builder = candle_builder{candle_builder_state{builder.state()}};
                for (std::size_t k = i - std::min<std::size_t>(i, random() % 50); k < i; ++k)
                    keep(builder.take(past.ticks[k].at, past.ticks[k].value));
            });
        CHECK(difference(restarted, whole) == "");
    }
    SECTION("time closes candles before the next tick does")
    {
        const auto timed = built(
            past, interval::m1, [&](candle_builder& builder, std::size_t i, const auto& keep) {
                keep(builder.advance(past.ticks[i].at.time()));
            });
        CHECK(difference(timed, whole) == "");
    }
}

TEST_CASE("Candles rolled up from candles equal those made of the ticks", "[series]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    for (int round = 0; round < 20; ++round) {
        const auto past = random_history(random, 3'000);
        std::map<interval, std::vector<candle>> rolled{
            {interval::m1, built(past, interval::m1, undisturbed)}};
        for (const interval of : intervals)
            if (const auto finer = finer_of(of)) {
                rolled[of] = rolled_up(rolled[*finer], *finer, of, past.holes);
                REQUIRE(difference(rolled[of], counted(past, of)) == "");
            }
        // Not only by the steps that are stored: any interval that divides another.
        for (const interval finer : intervals)
            for (const interval coarser : intervals)
                if (divides(finer, coarser))
                    REQUIRE(
                        difference(
                            rolled_up(rolled[finer], finer, coarser, past.holes), rolled[coarser])
                            .empty());
    }
}

TEST_CASE("Portions in which candles are rolled up do not show", "[series]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    auto past = random_history(random, 5'000);
    past.holes
        .clear();  // they are told to a builder among the pieces, and have a test of their own
    const auto minutes = counted(past, interval::m1);
    for (const interval of : {interval::m5, interval::m15, interval::m30, interval::h1}) {
        std::vector<candle> all;
        candle_builder builder{of};
        const auto keep = [&](const std::optional<candle>& closed) {
            if (closed)
                all.push_back(*closed);
        };
        for (const candle& minute : minutes) {
            if (random() % 3 == 0)
                builder = candle_builder{builder.state()};
            if (random() % 3 == 0)
                keep(builder.advance(minute.opens));
            keep(builder.take(minute, interval::m1));
            if (random() % 3 == 0)
                keep(builder.advance(end_of(interval::m1, minute.opens)));
        }
        keep(builder.advance(past.end));
        REQUIRE(difference(all, counted(past, of)) == "");
    }
}

TEST_CASE("Filled candles are the candles, and a flat one for each empty bucket", "[series]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    const auto past = random_history(random, 2'000);
    const auto candles = counted(past, interval::m5);
    const auto first = candles.front().opens;
    for (int round = 0; round < 50; ++round) {
        const auto from = wall_time{first} + std::chrono::seconds{random() % 86'400} - 6h;
        const auto until = from + std::chrono::seconds{random() % 200'000};
        const auto all =
            filled(candles, interval::m5, {from, until}, fill::previous, past.holes).value();
        std::vector<candle> own;
        std::optional<candle_time> expected;
        for (const candle& one : all) {
            if (expected)
                REQUIRE(one.opens == *expected);
            REQUIRE((one.opens >= from && one.opens < until));
            expected = end_of(interval::m5, one.opens);
            if (one.ticks > 0)
                own.push_back(one);
            else
                REQUIRE(
                    (one.open == one.close && one.high == one.low && one.high == one.open &&
                     one.overlaps_hole == overlaps_any(past.holes, interval::m5, one.opens)));
        }
        REQUIRE(own == filled(candles, interval::m5, {from, until}, fill::none).value());
        if (expected && *expected < until)
            FAIL("the end of the range is not filled");
    }
}
