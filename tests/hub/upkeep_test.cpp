#include "hub/lane_drain.hpp"
#include "hub/upkeep.hpp"
#include "support/catch.hpp"

#include <limits>

using namespace tickertape;
using namespace tickertape::hub;
using namespace std::chrono_literals;

namespace {

const lane_limits limits{.heartbeat = 15s, .lag = 30s, .stalled = 60s};

stamp at(std::chrono::milliseconds t)
{
    return stamp{t};
}

}  // namespace

TEST_CASE("a stamp knows its age across the wrap of its clock", "[hub]")
{
    const std::chrono::milliseconds last{std::numeric_limits<std::uint32_t>::max()};
    CHECK(at(last - 1s).age(at(last + 1s)) == 2s);
    CHECK((at(last) + 1s).has_come(at(last + 1s)));
    CHECK_FALSE((at(last) + 1s).has_come(at(last + 999ms)));
    CHECK(at(5s).has_come(at(6s)));
    CHECK_FALSE(at(6s).has_come(at(5s)));
}

TEST_CASE("a subscriber is sent a heartbeat when it was sent nothing for long enough", "[hub]")
{
    subscriber s;
    s.sent_at = at(10s);
    CHECK(care_for(s, at(24'999ms), limits) == care::nothing);
    CHECK(care_for(s, at(25s), limits) == care::heartbeat);
    s.behind = true;
    CHECK(care_for(s, at(25s), limits) == care::nothing);
}

TEST_CASE("taking nothing for longer than the limit is a reason to close a subscriber", "[hub]")
{
    subscriber s;
    s.sent_at = at(10s);
    s.caught_up_at = at(65s);
    s.behind = true;
    CHECK(care_for(s, at(70s), limits) == care::nothing);
    CHECK(care_for(s, at(70s + 1ms), limits) == care::close_stalled);
}

TEST_CASE("lag is looked for in those who are behind, and have not caught up for long", "[hub]")
{
    subscriber s;
    s.sent_at = at(35s);
    s.behind = true;
    const bool ever = GENERATE(true, false);
    s.caught_up_at = at(10s);
    s.has_caught_up = ever;
    CHECK(care_for(s, at(40s), limits) == care::nothing);
    CHECK(care_for(s, at(40s + 1ms), limits) == care::look_at_lag);
    s.behind = false;
    CHECK(care_for(s, at(41s), limits) == care::nothing);
}

TEST_CASE("a subscriber that had caught up may be behind for as long as the limit", "[hub]")
{
    subscriber s;
    s.caught_up(at(0s));
    CHECK(judge_lag(s, {.behind = 30s, .published = 100}, limits) == lag_verdict::fine);
    CHECK(judge_lag(s, {.behind = 30'001ms, .published = 100}, limits) == lag_verdict::close);
    measure_pace(s, {.behind = 30'001ms, .published = 100}, at(31s));
    CHECK(s.caught_up_at == at(0s));
}

TEST_CASE("a replay may take its time while it takes more than comes", "[hub]")
{
    subscriber s;
    s.caught_up_at = at(0s);
    // Its pace is known from the second look on.
    const std::uint32_t ticks = GENERATE(1'000U, 0xffff'fff0U);  // the count wraps
    CHECK(judge_lag(s, {.behind = 24h, .published = ticks}, limits) == lag_verdict::fine);
    measure_pace(s, {.behind = 24h, .published = ticks}, at(30s));
    CHECK(s.caught_up_at == at(30s));

    s.pace_mark += 51;  // taken
    CHECK(judge_lag(s, {.behind = 25h, .published = ticks + 50}, limits) == lag_verdict::fine);
    measure_pace(s, {.behind = 25h, .published = ticks + 50}, at(60s));
    s.pace_mark += 50;
    CHECK(judge_lag(s, {.behind = 23h, .published = ticks + 100}, limits) == lag_verdict::close);
    CHECK(judge_lag(s, {.behind = 30s, .published = ticks + 100}, limits) == lag_verdict::fine);
}

TEST_CASE("a replay of which nothing is taken does not come nearer, even if nothing comes", "[hub]")
{
    subscriber s;
    measure_pace(s, {.behind = 24h, .published = 7}, at(30s));
    CHECK(judge_lag(s, {.behind = 24h, .published = 7}, limits) == lag_verdict::close);
}

TEST_CASE("a reader that is being brought up to date is left to it", "[hub]")
{
    auto conflating = limits;
    conflating.beyond_lag = slow_reader::conflate;
    subscriber s;
    s.caught_up(at(0s));
    const lag_reading late{.behind = 31s, .published = 9};
    CHECK(judge_lag(s, late, conflating) == lag_verdict::conflate);
    s.cursor.pass_to({2'000, 0}, stream_cursor::telling::gap);
    CHECK(judge_lag(s, late, conflating) == lag_verdict::fine);
    CHECK(judge_lag(s, late, limits) == lag_verdict::close);
}

TEST_CASE("a stream ends when it is old, where that is limited", "[hub]")
{
    subscriber s;
    s.sent_at = at(99s);
    s.leaves_at = at(100s);
    CHECK(care_for(s, at(100s), limits) == care::nothing);
    auto limited = limits;
    limited.age = 100s;
    CHECK(care_for(s, at(99'999ms), limited) == care::nothing);
    CHECK(care_for(s, at(100s), limited) == care::send_away_as_old);
}

TEST_CASE("a subscriber that does not take its last words in time is closed", "[hub]")
{
    subscriber s;
    s.finishing = true;
    s.behind = true;
    s.leaves_at = at(100s);
    CHECK(care_for(s, at(99'999ms), limits) == care::nothing);
    CHECK(care_for(s, at(100s), limits) == care::close_unheard);
}

TEST_CASE("subscribers are sent away evenly, and a few without waiting for the end", "[hub]")
{
    const drain_pace many{.all = 10'000, .over = 10s, .per_second_min = 100};
    CHECK(many.gone(0ms) == 1);
    CHECK(many.gone(1s) == 1'001);
    CHECK(many.gone(9'999ms) == 10'000);
    const drain_pace few{.all = 50, .over = 10s, .per_second_min = 100};
    CHECK(few.gone(100ms) == 11);
    CHECK(few.gone(500ms) == 50);
    CHECK(drain_pace{.all = 7, .over = 0ms}.gone(0ms) == 7);
    CHECK(drain_pace{.all = 0, .over = 1s}.gone(0ms) == 0);
}
