#include "synthetic/simulated_past.hpp"

#include "support/catch.hpp"

#include <cmath>

namespace tickertape::synthetic {
namespace {

using namespace std::chrono_literals;
using series::interval;

constexpr wall_time end =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 10h + 17min + 42s + 123ms;

past_settings settings(std::chrono::milliseconds span = 720h)
{
    return {{.seed = 7, .start = 69'000, .step_max = 0.02}, 3s, end, span};
}

const std::vector<series::candle>& list(const simulated_past& of, interval which)
{
    return of.candles[static_cast<std::size_t>(which)];
}

}  // namespace

TEST_CASE("A simulated past ends at the price with which the simulator begins", "[feed]")
{
    const auto past = make_past(settings());
    REQUIRE_FALSE(past.ticks.empty());
    CHECK(past.ticks.back().at == end);
    CHECK(past.ticks.back().value.value() == 69'000);
    CHECK(past.ticks.front().at >= past.ticks_from);
    CHECK(past.ticks.size() >= 28'000);
    for (std::size_t k = 1; k < past.ticks.size(); ++k) {
        REQUIRE(past.ticks[k].at - past.ticks[k - 1].at == 3s);
        const double a = past.ticks[k - 1].value.value();
        const double b = past.ticks[k].value.value();
        REQUIRE(std::abs(a - b) <= a * 0.0200001);
    }
}

TEST_CASE("The same settings give the same simulated past, another seed another one", "[feed]")
{
    const auto a = make_past(settings());
    const auto b = make_past(settings());
    auto other = settings();
    other.walk.seed = 8;
    const auto c = make_past(other);
    CHECK(a.candles == b.candles);
    CHECK(a.ticks.front().value == b.ticks.front().value);
    CHECK_FALSE(a.candles == c.candles);
}

TEST_CASE("Candles of a simulated past are made of the shorter ones that are there", "[feed]")
{
    for (const auto span : {30h, 720h, 12'000h, 87'600h}) {
        CAPTURE(span.count());
        const auto past = make_past(settings(span));
        for (const auto of : series::intervals) {
            CAPTURE(text(of));
            const auto& all = list(past, of);
            for (std::size_t k = 0; k < all.size(); ++k) {
                const auto& c = all[k];
                const bool follows = k == 0 || c.opens - all[k - 1].opens == length(of);
                const bool is_sound = c.low.value() <= std::min(c.open.value(), c.close.value()) &&
                                      c.high.value() >= std::max(c.open.value(), c.close.value()) &&
                                      c.low.value() >= 6'800 && c.high.value() <= 700'000;
                const bool is_placed =
                    c.opens == bucket_open(of, c.opens) && end_of(of, c.opens) <= past.ticks_from;
                if (!follows || !is_sound || !is_placed)
                    FAIL("candle " << k);
            }
            const auto finer = finer_of(of);
            if (!finer || list(past, *finer).empty())
                continue;
            const auto& pieces = list(past, *finer);
            for (const auto& made : series::rolled_up(pieces, *finer, of)) {
                const bool is_whole =
                    made.opens >= pieces.front().opens && end_of(of, made.opens) <= past.ticks_from;
                const auto at =
                    std::ranges::lower_bound(all, made.opens, {}, &series::candle::opens);
                if (is_whole && (at == all.end() || *at != made))
                    FAIL("no such candle at " << made.opens.time_since_epoch().count());
            }
        }
    }
    CHECK(list(make_past(settings()), interval::d1).size() >= 29);
    CHECK(list(make_past(settings()), interval::m1).size() >= 29 * 1'440);
    CHECK(list(make_past(settings(87'600h)), interval::d1).size() >= 3'649);
}

TEST_CASE("A simulated past has no more ticks than it may, and none where it is short", "[feed]")
{
    auto few = settings();
    few.ticks_max = 100;
    const auto past = make_past(few);
    CHECK(past.ticks.size() <= 101);
    CHECK(past.ticks.back().value.value() == 69'000);
    const auto hour = make_past(settings(1h));
    CHECK(hour.ticks.front().at >= end - 2h);
    for (const auto& of : hour.candles)
        CHECK(of.empty());
}

TEST_CASE("A simulated past is a shorter one where it would have too many candles", "[feed]")
{
    std::size_t reached = 0;
    for (const std::size_t most : {1'000, 5'000, 20'000, 60'000}) {
        CAPTURE(most);
        auto few = settings();
        few.candles_max = most;
        few.ticks_max = 240;
        const auto past = make_past(few);
        std::size_t all = 0;
        for (const auto& of : past.candles)
            all += of.size();
        // Whole hours at either end.
        CHECK(all <= most + 200);
        CHECK(all >= most * 2 / 3);
        // Nothing is missing within it.
        CHECK(list(past, interval::m5).front().opens == past.begin);
        CHECK(list(past, interval::m5).back().opens == past.ticks_from - 5min);
        CHECK(list(past, interval::m1).back().opens == past.ticks_from - 1min);
        CHECK(end - past.ticks_from < 2h);
        const auto hours = static_cast<std::size_t>((end - past.begin) / 1h);
        CHECK(hours >= reached);
        reached = hours;
    }
    CHECK(reached == 720);
}

}  // namespace tickertape::synthetic
