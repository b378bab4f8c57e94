// Streams of candles on a lane: conflation, limits, slow readers, eras. No thread but where a lane
// is said; time stands still until the test moves it.
#include "hub/audience_rig.hpp"
#include "hub/candle_planner.hpp"
#include "hub/stream_client.hpp"
#include "hub/sweeper.hpp"
#include "hub/upkeep.hpp"
#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::hub;
using namespace std::chrono_literals;

namespace {

const std::vector both{symbol_id{0}, symbol_id{1}};

std::vector<candles::track_start> begin_at(position passed)
{
    const series::candle_builder_state state{.of = series::interval::m1, .passed = passed};
    return std::vector<candles::track_start>(
        both.size(), {.state = state, .known_from = candles::closed_bound(state)});
}

stream_terms candle_terms(sse::framing how = sse::framing::raw)
{
    return {
        .symbols = both,
        .how = how,
        .newest_only = true,
        .interval = candle_limits{}.interval,
        .candles = series::interval::m1};
}

// A lane's parts, at second 60 of 1970; ticks come at the seconds that the test says.
struct candle_rig {
    explicit candle_rig(lane_limits limits = quiet_limits())
        : h{{"BTC-USD", "ETH-USD"}}, rig{h, limits, &changes},
          sweeps{rig.context, rig.of, [](bool) {}}, care{rig.context, rig.of, sweeps}
    {
        rig.time.at = 60s;
    }

    far_end subscribe(std::string beginning = {})
    {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
            throw std::runtime_error{"no socket pair"};
        subscription wanted;
        wanted.socket = stream_socket{ends[0]};
        wanted.terms = candle_terms();
        wanted.cursor = stream_cursor::after(position{60'000, 0}.previous());
        wanted.era = h.ticks.era();
        wanted.starts = begin_at(position{60'000, 0}.previous());
        wanted.beginning = std::move(beginning);
        rig.of.prepare(wanted);
        rig.newest = rig.of.add(std::move(wanted));
        rig.of.begin(rig.newest);
        sweeps.go_on();
        return far_end{ends[1]};
    }
    void tick(std::size_t symbol, double value, std::int64_t ms) { h.add(symbol, value, ms); }
    // What has come is swept over, at that time.
    void wake(std::chrono::milliseconds at)
    {
        rig.time.at = at;
        sweeps.on_wake();
        rig.of.look_at_tapes();
        rig.of.queue().release(rig.of.now().steady);
        rig.of.queue().run(
            1'000, rig.of.now().steady, [this](subscriber_id id) { return rig.of.visit(id); });
    }

    held h;
    series::change_log changes;
    audience_rig rig;
    sweeper sweeps;
    upkeep care;
};

// "closed 60/2@119999-1047552": what it is, when it opens, its ticks and its id.
std::string events_in(far_end& client)
{
    stream_client parsed{sse::framing::raw};
    std::string text;
    for (const auto& e : parsed.take(client.read_some().value_or("")))
        text += (text.empty() ? "" : ", ") + e.type + ' ' +
                member_of(e.data, "symbol").substr(0, 3) +
                (e.type == "candle" || e.type == "closed"
                     ? ' ' + member_of(e.data, "time") + '/' + member_of(e.data, "ticks")
                     : "");
    return text;
}

}  // namespace

TEST_CASE("a candle that forms is sent once a second, and every one that closes", "[hub]")
{
    candle_rig r;
    r.tick(0, 10, 60'500);
    auto client = r.subscribe();
    CHECK(events_in(client) == "candle BTC 60/1");
    for (int i = 0; i < 5; ++i) {
        r.tick(0, 11 + i, 60'600 + i);
        r.wake(60'100ms + i * 100ms);
    }
    CHECK(events_in(client).empty());
    r.wake(61'000ms);
    CHECK(events_in(client) == "candle BTC 60/6");
    r.tick(1, 20, 120'000);
    r.wake(62'000ms);
    CHECK(events_in(client) == "closed BTC 60/6, candle ETH 120/1");
    CHECK(r.rig.of.counters().candles.value() == 3);
    CHECK(r.rig.of.counters().candles_closed.value() == 1);
    CHECK(r.rig.of.counters().candle_streams.value() == 1);
    CHECK(r.rig.of.counters().ticks.value() == 0);
}

TEST_CASE("the text of candle events is what the protocol says", "[hub]")
{
    candle_rig r;
    r.tick(0, 69'420.25, 60'500);
    auto client = r.subscribe("id: 1-0\nevent: closed\ndata: {}\n\n");
    r.tick(0, 69'421, 120'001);
    r.wake(121s);
    const auto text = client.read_some().value_or("");
    const auto forming = text.find("id: 60500-0\nevent: candle\n");
    const std::string first{"\n\nid: 1-0\nevent: closed\ndata: {}\n\n"};
    CHECK(text.find(first) + first.size() == forming);
    CHECK(
        text.substr(forming) ==
        "id: 60500-0\nevent: candle\ndata: {\"symbol\":\"BTC-USD\",\"interval\":\"1m\",\"time\":60,"
        "\"open\":69420.25,\"high\":69420.25,\"low\":69420.25,\"close\":69420.25,\"ticks\":1,"
        "\"complete\":false,\"forming\":true}\n\n"
        "id: 119999-1047552\nevent: closed\ndata: {\"symbol\":\"BTC-USD\",\"interval\":\"1m\","
        "\"time\":60,\"open\":69420.25,\"high\":69420.25,\"low\":69420.25,\"close\":69420.25,"
        "\"ticks\":1,\"complete\":true}\n\n"
        "id: 120001-0\nevent: candle\ndata: "
        "{\"symbol\":\"BTC-USD\",\"interval\":\"1m\",\"time\":120,"
        "\"open\":69421,\"high\":69421,\"low\":69421,\"close\":69421,\"ticks\":1,"
        "\"complete\":false,\"forming\":true}\n\n");
}

TEST_CASE("a candle of a silent feed closes by the writer's clock", "[hub]")
{
    candle_rig r;
    r.tick(0, 10, 60'500);
    auto client = r.subscribe();
    CHECK(events_in(client) == "candle BTC 60/1");
    r.h.ticks.note_settled(at_ms(120'000));
    r.rig.time.at = 120s;
    r.care.look_after();
    r.wake(120s);
    CHECK(events_in(client) == "heartbeat , closed BTC 60/1");
}

TEST_CASE("a stream of candles that lacks what the lane does not know is sent away", "[hub]")
{
    candle_rig r;
    r.tick(0, 10, 60'500);
    auto client = r.subscribe();
    CHECK(events_in(client) == "candle BTC 60/1");
    SECTION("because a new era has begun")
    {
        r.h.ticks.restart_at(at_ms(30'000));
        r.wake(62s);
    }
    SECTION("because more have closed than are kept")
    {
        r.rig.of.of(r.rig.newest).cursor.at = position{};
        r.tick(0, 11, 61'500);
        r.wake(62s);
    }
    CHECK(events_in(client) == "moving ");
    CHECK(r.rig.of.counters().candle_streams_returned.value() == 1);
    r.rig.of.remove(r.rig.newest);
    CHECK(r.rig.of.counters().candle_streams.value() == 0);
    CHECK(r.rig.of.planner().candles().empty());
}

TEST_CASE("a reader too slow for closed candles is closed, or told what it misses", "[hub]")
{
    lane_limits limits = quiet_limits();
    limits.lag = 30s;
    limits.beyond_lag = GENERATE(slow_reader::close, slow_reader::conflate);
    candle_rig r{limits};
    r.tick(0, 10, 60'500);
    auto client = r.subscribe();
    CHECK(events_in(client) == "candle BTC 60/1");
    subscriber& s = r.rig.of.of(r.rig.newest);
    s.behind = true;
    r.rig.of.counters().behind.add();
    r.tick(0, 11, 120'500);
    const auto look_at = [&](std::chrono::seconds time) {
        r.rig.time.at = time;
        s.sent_at = stamp{r.rig.time.at};  // it takes a little now and then
        r.care.look_after();
    };
    look_at(121s);
    look_at(150s);
    CHECK(r.rig.of.counters().lag_closed.value() + r.rig.of.counters().lag_conflated.value() == 0);
    look_at(153s);
    const auto& counters = r.rig.of.counters();
    const bool closes = limits.beyond_lag == slow_reader::close;
    CHECK(counters.lag_closed.value() == (closes ? 1 : 0));
    CHECK(counters.lag_conflated.value() == (closes ? 0 : 1));
    // Now it takes bytes again.
    r.rig.of.counters().behind.subtract();
    s.behind = false;
    r.rig.of.go_on(r.rig.newest);
    CHECK(events_in(client) == (closes ? "gap " : "gap , candle BTC 120/1"));
}

TEST_CASE("a lane has room for so many streams of candles, and so many of their bytes", "[hub]")
{
    lane_limits limits = quiet_limits();
    limits.candles.streams_max = 1;
    limits.candles.beginnings_bytes_max = 1'000;
    candle_rig r{limits};
    subscription one;
    one.beginning.assign(1'001, 'x');
    CHECK_FALSE(r.rig.of.has_room_for(one));
    one.beginning.resize(1'000);
    CHECK(r.rig.of.has_room_for(one));
    auto client = r.subscribe();
    CHECK_FALSE(r.rig.of.has_room_for(subscription{}));
    r.rig.of.remove(r.rig.newest);
    CHECK(r.rig.of.has_room_for(one));
}

TEST_CASE("a stream of candles for which there is no room is told when to come back", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    auto limits = quiet_limits();
    limits.candles.streams_max = 0;
    limits.candles.busy = 0ms;
    lane_rig rig{h, 1, limits};
    auto client = rig.subscribe(
        0, candle_terms(), [] { return stream_cursor::after({}); }, "head\r\n\r\n");
    const auto text = client.read_until("event: busy");
    CHECK(text.find("event: busy\nretry: 0\ndata: {\"retry\":0}\n\n") != std::string::npos);
    const auto& counters = rig.streams.lanes()[0]->counters();
    CHECK(counters.candle_streams_refused.value() == 1);
    // Its connection is still open, and it is none of the subscribers.
    CHECK(counters.subscribers.value() == 0);
    CHECK(counters.subscribed.value() == 0);
    CHECK(counters.candle_streams.value() == 0);
}

namespace {

constexpr auto of_minutes = series::interval::m1;

series::changed_candles minutes_of_eth(int from, int until)
{
    return {
        symbol_id{1}, of_minutes, series::candle_time{std::chrono::minutes{from}},
        series::candle_time{std::chrono::minutes{until}}};
}

constexpr auto gap_of_eth =
    "event: gap\ndata: {\"from\":\"0-0\",\"to\":\"59999-1048575\",\"reason\":\"changed\","
    "\"symbols\":[\"ETH-USD\"]}\n\n";

}  // namespace

TEST_CASE("a stream of candles is told which closed candles are changed", "[hub]")
{
    candle_rig r;
    r.tick(0, 10, 60'500);
    auto client = r.subscribe();
    CHECK(events_in(client) == "candle BTC 60/1");
    // Of hours, which this stream has not.
    r.changes.add({symbol_id{1}, series::interval::h1, {}, {}});
    r.care.look_after();
    CHECK(client.read_some() == "");
    r.changes.add(minutes_of_eth(0, 1));
    r.care.look_after();
    CHECK(client.read_some() == gap_of_eth);
    r.care.look_after();
    CHECK(client.read_some() == "");
    CHECK(
        r.rig.of.counters().gaps[static_cast<std::size_t>(sse::gap_reason::changed)].value() == 1);
    // It goes on as before.
    r.tick(0, 11, 120'001);
    r.wake(121s);
    CHECK(events_in(client) == "closed BTC 60/1, candle BTC 120/1");
}

TEST_CASE("a reader that takes no bytes is sent away where candles are changed", "[hub]")
{
    candle_rig r;
    r.tick(0, 10, 60'500);
    auto client = r.subscribe();
    CHECK(events_in(client) == "candle BTC 60/1");
    subscriber& s = r.rig.of.of(r.rig.newest);
    s.behind = true;
    r.rig.of.counters().behind.add();
    r.changes.add(minutes_of_eth(0, 1));
    r.care.look_after();
    r.rig.of.counters().behind.subtract();
    s.behind = false;
    r.rig.of.go_on(r.rig.newest);
    CHECK(events_in(client) == "moving ");
    CHECK(r.rig.of.counters().candle_streams_returned.value() == 1);
}

TEST_CASE("changes that come while a stream is being made are in its beginning", "[hub]")
{
    candle_rig r;
    r.changes.add(minutes_of_eth(5, 6));
    subscription wanted;
    wanted.terms = candle_terms();
    wanted.changes_known = r.changes.revision();
    r.changes.add(minutes_of_eth(0, 1));
    r.rig.of.add_changes(wanted);
    CHECK(wanted.beginning == gap_of_eth);
}

TEST_CASE("all streams are told of changes, a slice of them at a time", "[hub]")
{
    lane_limits limits = quiet_limits();
    limits.slice_subscribers = 2;
    candle_rig r{limits};
    std::vector<far_end> clients;
    for (int i = 0; i < 5; ++i)
        clients.push_back(r.subscribe());
    for (auto& c : clients)
        c.read_some();
    r.changes.add(minutes_of_eth(0, 1));
    r.care.look_after();
    const auto told = [&] {
        return std::ranges::count_if(
            clients, [](far_end& c) { return c.read_some() == gap_of_eth; });
    };
    CHECK(told() == 2);
    r.rig.context.poll();
    CHECK(told() == 3);
}
