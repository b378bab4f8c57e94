// The parts of a lane by themselves: audience, sweeper, upkeep and drain.
#include "hub/audience_rig.hpp"

#include "hub/lane_drain.hpp"
#include "hub/sweeper.hpp"
#include "hub/upkeep.hpp"
#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::hub;
using namespace std::chrono_literals;

namespace {

lane_limits with_heartbeats()
{
    auto limits = quiet_limits();
    limits.heartbeat = 1'000ms;
    limits.stalled = 3'000ms;
    return limits;
}

std::string read(far_end& end)
{
    return end.read_some().value_or("the end");
}

}  // namespace

TEST_CASE("a subscriber that begins is sent its head and the newest tick", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1.5, 2'000);
    audience_rig r{h};
    auto end = r.subscribe();
    const auto stream = read(end);
    CHECK(stream.starts_with("retry: "));
    CHECK(stream.ends_with(tick_block("2000-0", 2, "1.5")));
    CHECK(r.of.size() == 1);
}

TEST_CASE("a subscriber whose peer has left is removed when it is sent something", "[hub]")
{
    held h{{"BTC-USD"}};
    audience_rig r{h};
    r.subscribe().close();
    auto stays = r.subscribe();
    h.add(0, 1, 2'000);
    r.of.look_at_tapes();
    CHECK_FALSE(r.of.queue().empty());
    CHECK(r.of.visit(0) == sweep_queue::visited::in_vain);
    CHECK(r.of.visit(1) == sweep_queue::visited::served);
    CHECK(r.of.size() == 1);
    CHECK(r.emptied == 0);
    r.of.remove_all();
    CHECK(r.emptied == 1);
    CHECK(r.of.counters().subscribers.value() == 0);
}

TEST_CASE("a sweep that served many is followed by a rest, in which no bell is heard", "[hub]")
{
    held h{{"BTC-USD"}};
    auto limits = quiet_limits();
    limits.pace = {.most = 10ms, .per_served = 1'000us};
    audience_rig r{h, limits};
    std::vector<bool> listens;
    sweeper sweeps{r.context, r.of, [&](bool on) { listens.push_back(on); }};
    auto a = r.subscribe();
    auto b = r.subscribe();
    read(a);
    read(b);

    h.add(0, 1, 2'000);
    sweeps.on_wake();
    CHECK(read(a) == tick_block("2000-0", 2, "1"));
    CHECK(read(b) == tick_block("2000-0", 2, "1"));

    // Two were served: two milliseconds have to pass.
    h.add(0, 2, 3'000);
    r.time.at += 1ms;
    sweeps.on_wake();
    CHECK(read(a).empty());
    CHECK(listens == std::vector{false});
}

TEST_CASE("a sweep is cut into slices, between which others have their turn", "[hub]")
{
    held h{{"BTC-USD"}};
    auto limits = quiet_limits();
    limits.slice_subscribers = 1;
    audience_rig r{h, limits};
    sweeper sweeps{r.context, r.of, [](bool) {}};
    auto a = r.subscribe();
    auto b = r.subscribe();
    read(a);
    read(b);

    h.add(0, 1, 2'000);
    sweeps.on_wake();
    CHECK(read(a) == tick_block("2000-0", 2, "1"));
    CHECK(read(b).empty());
    r.context.poll();
    CHECK(read(b) == tick_block("2000-0", 2, "1"));
    CHECK(r.of.queue().empty());
}

TEST_CASE("a heartbeat goes to those who were sent nothing for the interval", "[hub]")
{
    held h{{"BTC-USD"}};
    audience_rig r{h, with_heartbeats()};
    sweeper sweeps{r.context, r.of, [](bool) {}};
    upkeep care{r.context, r.of, sweeps};
    auto silent = r.subscribe(sse::framing::chunked);
    read(silent);
    r.time.at = 10'999ms;
    care.look_after();
    CHECK(read(silent).empty());
    auto latecomer = r.subscribe();
    read(latecomer);
    r.time.at = 11'000ms;
    care.look_after();
    CHECK(read(silent) == "29\r\nevent: heartbeat\ndata: {\"timestamp\":11}\n\n\r\n");
    CHECK(read(latecomer).empty());
    CHECK(r.of.counters().heartbeats.value() == 1);
}

TEST_CASE("all subscribers are looked after in slices", "[hub]")
{
    held h{{"BTC-USD"}};
    auto limits = with_heartbeats();
    limits.slice_subscribers = 2;
    audience_rig r{h, limits};
    sweeper sweeps{r.context, r.of, [](bool) {}};
    upkeep care{r.context, r.of, sweeps};
    std::vector<far_end> ends;
    for (int i = 0; i < 5; ++i)
        ends.push_back(r.subscribe());
    r.time.at += 1'000ms;
    care.look_after();
    CHECK(r.of.counters().heartbeats.value() == 2);
    care.look_after();  // the pass before is not over
    CHECK(r.of.counters().heartbeats.value() == 2);
    r.context.poll();
    CHECK(r.of.counters().heartbeats.value() == 5);
}

TEST_CASE("a subscriber that takes nothing of what waits for it is removed in time", "[hub]")
{
    held h{{"BTC-USD"}, 1'000};
    audience_rig r{h, with_heartbeats()};
    sweeper sweeps{r.context, r.of, [](bool) {}};
    upkeep care{r.context, r.of, sweeps};
    auto end = r.subscribe();
    for (int i = 0; r.of.counters().behind.value() == 0; ++i) {
        h.add(0, 1, 20'000 + i);
        r.of.look_at_tapes();
        r.of.visit(r.newest);
    }
    r.time.at += 3'000ms;
    care.look_after();
    CHECK(r.of.size() == 1);
    r.time.at += 1ms;
    care.look_after();
    CHECK(r.of.size() == 0);
    CHECK(r.of.counters().stalled.value() == 1);
    CHECK(r.of.counters().behind.value() == 0);
}

TEST_CASE("a drain without subscribers is over at once, and reports once", "[hub]")
{
    held h{{"BTC-USD"}};
    audience_rig r{h};
    lane_drain away{r.context, r.of};
    int reported = 0;
    away.begin(1'000ms, [&] { ++reported; });
    CHECK(reported == 1);
    away.report_if_over();
    CHECK(reported == 1);
}

TEST_CASE("a drain passes by those whose stream ends already", "[hub]")
{
    held h{{"BTC-USD"}};
    audience_rig r{h};
    lane_drain away{r.context, r.of};
    auto ending = r.subscribe();
    r.of.end(r.newest, "data: the end\n\n");
    auto staying = r.subscribe();
    int reported = 0;
    away.begin(0ms, [&] { ++reported; });
    CHECK(ending.read_until("never").ends_with("\n\ndata: the end\n\n"));
    CHECK(staying.read_until("never").find("event: moving\nretry: ") != std::string::npos);
    CHECK(reported == 0);
    r.of.remove_all();
    away.report_if_over();
    CHECK(reported == 1);
}
