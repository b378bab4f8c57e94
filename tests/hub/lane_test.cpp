#include "hub/lane_rig.hpp"

#include "hub/stream_client.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <future>

using namespace tickertape;
using namespace tickertape::hub;
using namespace std::chrono_literals;

namespace {

const std::vector<symbol_id> btc{symbol_id{0}};

std::string without_retry(const std::string& stream)
{
    const auto end = stream.find("\n\n");
    REQUIRE(stream.starts_with("retry: "));
    return stream.substr(end + 2);
}

std::size_t ticks_among(const std::vector<stream_event>& events)
{
    return static_cast<std::size_t>(std::ranges::count(events, "message", &stream_event::type));
}

template <class Condition>
bool soon(Condition holds)
{
    const auto last = std::chrono::steady_clock::now() + 5s;
    while (!holds() && std::chrono::steady_clock::now() < last)
        std::this_thread::yield();
    return holds();
}

}  // namespace

TEST_CASE("a stream begins with its head, then retry, then the newest tick", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1.5, 2'000);
    lane_rig rig{h};
    auto end = rig.subscribe(
        0, btc, sse::framing::raw, [&] { return stream_cursor::newest(h.ticks.committed()); },
        "the head\r\n\r\n");
    const auto stream = end.read_until("\"test\"}\n\n");
    REQUIRE(stream.starts_with("the head\r\n\r\n"));
    CHECK(without_retry(stream.substr(12)) == tick_block("2000-0", 2, "1.5"));
}

TEST_CASE("the wait that clients are told varies around the mean", "[hub]")
{
    held h{{"BTC-USD"}};
    auto limits = quiet_limits();
    limits.retry = 1'000ms;
    lane_rig rig{h, 1, limits};
    std::vector<int> waits;
    for (int i = 0; i < 50; ++i) {
        auto end = rig.subscribe(0, btc, sse::framing::raw, [] { return stream_cursor{}; });
        waits.push_back(std::stoi(end.read_until("\n\n").substr(7)));
    }
    const auto [least, most] = std::ranges::minmax(waits);
    CHECK(least >= 500);
    CHECK(most <= 1'500);
    CHECK(most - least > 100);
}

TEST_CASE("ticks reach a subscriber when its lane is woken", "[hub]")
{
    held h{{"BTC-USD"}};
    lane_rig rig{h};
    auto end = rig.subscribe(
        0, btc, sse::framing::raw, [&] { return stream_cursor::newest(h.ticks.committed()); });
    end.read_until("\n\n");
    h.add(0, 1, 2'000);
    rig.streams.ring();
    CHECK(end.read_until("\"test\"}\n\n") == tick_block("2000-0", 2, "1"));
    h.add(0, 2, 3'000);
    h.add(0, 3, 3'000);
    rig.streams.ring();
    CHECK(
        end.read_until(
            "3000-1\ndata: {\"timestamp\":3,\"price\":3,\"symbol\":\"BTC-USD\",\"source\":"
            "\"test\"}\n\n") == tick_block("3000-0", 3, "2") + tick_block("3000-1", 3, "3"));
}

TEST_CASE("what a lane keeps of encoded ticks is counted in bytes", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    lane_rig rig{h};
    const auto& lane = *rig.streams.lanes()[0];
    CHECK(lane.frame_cache_bytes() == 0);
    auto end = rig.subscribe(0, btc, sse::framing::raw, [] { return stream_cursor::after({}); });
    end.read_until("\"test\"}\n\n");
    CHECK(lane.frame_cache_bytes() >= tick_block("2000-0", 2, "1").size());
    CHECK(lane.frame_cache_bytes() <= lane_limits{}.planner.cache.bytes_max);
}

TEST_CASE("silence is broken by heartbeats", "[hub]")
{
    held h{{"BTC-USD"}};
    auto limits = quiet_limits();
    limits.heartbeat = 100ms;
    lane_rig rig{h, 1, limits};
    auto end = rig.subscribe(0, btc, sse::framing::raw, [] { return stream_cursor{}; });
    const auto stream = end.read_until("heartbeat\ndata: {\"timestamp\":");
    CHECK(stream.find("event: heartbeat\ndata: {\"timestamp\":") != std::string::npos);
    CHECK(soon([&] { return rig.streams.lanes()[0]->counters().heartbeats.value() > 0; }));
}

TEST_CASE("a feed that goes quiet is told as stale, and as fresh when it speaks again", "[hub]")
{
    held h{{"BTC-USD"}};
    auto limits = quiet_limits();
    limits.heartbeat = 100ms;
    limits.stale = {300ms};
    lane_rig rig{h, 1, limits};
    const auto now = rig.time.boot_now().time_since_epoch().count();
    h.add(0, 1, now);
    auto end = rig.subscribe(
        0, btc, sse::framing::raw, [&] { return stream_cursor::newest(h.ticks.committed()); });
    CHECK(
        end.read_until("event: stale")
            .find("event: stale\ndata: {\"symbol\":\"BTC-USD\",\"age\":") != std::string::npos);
    h.add(0, 2, rig.time.boot_now().time_since_epoch().count());
    rig.streams.ring();
    CHECK(end.read_until("event: fresh").find("event: fresh") != std::string::npos);
}

TEST_CASE(
    "a subscriber that stopped reading holds nobody up and is forgotten when it leaves", "[hub]")
{
    held h{{"BTC-USD"}, 100'000};
    auto limits = quiet_limits();
    limits.socket.send_buffer_bytes = 4'096;
    lane_rig rig{h, 1, limits};
    const auto live = [&] { return stream_cursor::newest(h.ticks.committed()); };
    auto stalled = rig.subscribe(0, btc, sse::framing::raw, live);
    auto reading = rig.subscribe(0, btc, sse::framing::chunked, live);
    stream_client client{sse::framing::chunked};
    const auto& counters = rig.streams.lanes()[0]->counters();
    REQUIRE(soon([&] { return counters.subscribers.value() == 2; }));

    std::size_t got = 0;
    constexpr std::size_t ticks = 5'000;
    for (std::size_t i = 0; i < ticks; ++i) {
        h.add(0, 1 + static_cast<double>(i), 2'000 + static_cast<std::int64_t>(i));
        rig.streams.ring();
        got += ticks_among(client.take(reading.read_some().value_or("")));
    }
    REQUIRE(soon([&] {
        got += ticks_among(client.take(reading.read_some().value_or("")));
        return got == ticks;
    }));
    CHECK(soon([&] { return counters.behind.value() == 1; }));

    // It reads again and misses nothing.
    stream_client late{sse::framing::raw};
    std::size_t caught_up = 0;
    CHECK(soon([&] {
        caught_up += ticks_among(late.take(stalled.read_some().value_or("")));
        return caught_up == ticks;
    }));
    CHECK(soon([&] { return counters.behind.value() == 0; }));
    stalled.close();
    reading.close();
    CHECK(soon([&] { return counters.subscribers.value() == 0; }));
}

TEST_CASE("a subscriber that takes nothing for too long is closed", "[hub]")
{
    held h{{"BTC-USD"}, 100'000};
    auto limits = quiet_limits();
    limits.heartbeat = 100ms;
    limits.stalled = 200ms;
    limits.socket.send_buffer_bytes = 4'096;
    lane_rig rig{h, 1, limits};
    auto stalled = rig.subscribe(
        0, btc, sse::framing::raw, [&] { return stream_cursor::newest(h.ticks.committed()); });
    const auto& counters = rig.streams.lanes()[0]->counters();
    REQUIRE(soon([&] { return counters.subscribers.value() == 1; }));
    for (int i = 0; i < 2'000; ++i)
        h.add(0, 1 + i, 2'000 + i);
    rig.streams.ring();
    CHECK(soon([&] { return counters.stalled.value() == 1; }));
    CHECK(soon([&] { return counters.subscribers.value() == 0; }));
    CHECK(counters.behind.value() == 0);
}

namespace {

// A subscriber that has caught up and then reads no more, while ticks of the present go on.
struct slow_rig {
    explicit slow_rig(slow_reader beyond)
        : h{{"BTC-USD"}, 100'000, real_clock{}.wall_now().time_since_epoch().count()},
          rig{h, 1, limits_for(beyond)}
    {
        end.emplace(rig.subscribe(
            0, btc, sse::framing::raw, [&] { return stream_cursor::newest(h.ticks.committed()); }));
        end->read_until("\n\n");
    }

    static lane_limits limits_for(slow_reader beyond)
    {
        auto limits = quiet_limits();
        limits.heartbeat = 100ms;
        limits.lag = 150ms;
        limits.beyond_lag = beyond;
        limits.socket.send_buffer_bytes = 4'096;
        return limits;
    }
    const lane_counters& counters() { return rig.streams.lanes()[0]->counters(); }
    void add()
    {
        h.add(0, ++price, rig.time.boot_now().time_since_epoch().count());
        rig.streams.ring();
    }
    // Until the limit acts, or five seconds are over.
    bool falls_back(const tally& until)
    {
        return soon([&] {
            add();
            std::this_thread::sleep_for(100us);
            return until.value() > 0;
        });
    }

    held h;
    lane_rig rig;
    std::optional<far_end> end;
    double price = 0;
};

}  // namespace

TEST_CASE("a subscriber too far behind is told what it misses, and its stream ends", "[hub]")
{
    slow_rig r{slow_reader::close};
    REQUIRE(r.falls_back(r.counters().lag_closed));
    const auto stream = r.end->read_until("never");
    const auto gap = stream.rfind("event: gap\ndata: {\"from\":\"");
    REQUIRE(gap != std::string::npos);
    CHECK(
        stream.find("\"reason\":\"lapped\",\"symbols\":[\"BTC-USD\"]}\n\n", gap) + 42 ==
        stream.size());
    // Nothing is lost for a client that comes again: the last id is the last tick's.
    stream_client client{sse::framing::raw};
    position last;
    position from;
    for (const auto& e : client.take(stream)) {
        if (!e.id.empty())
            last = *position::parse(e.id);
        if (e.type == "gap")
            from = *position::parse(member_of(e.data, "from"));
    }
    CHECK(from == last);
    r.end->close();
    CHECK(soon([&] { return r.counters().subscribers.value() == 0; }));
}

TEST_CASE("a subscriber too far behind is brought up to date, where that is the policy", "[hub]")
{
    slow_rig r{slow_reader::conflate};
    REQUIRE(r.falls_back(r.counters().lag_conflated));
    stream_client client{sse::framing::raw};
    std::vector<stream_event> events;
    const auto take = [&] {
        for (auto& e : client.take(r.end->read_some().value_or("")))
            events.push_back(std::move(e));
    };
    CHECK(soon([&] {
        take();
        return !events.empty() &&
               member_of(events.back().data, "price") == price::from(r.price)->text();
    }));
    const auto gap = std::ranges::find(events, "gap", &stream_event::type);
    REQUIRE(gap != events.end());
    CHECK(member_of(gap->data, "reason") == "lapped");
    CHECK(gap->id == member_of(gap->data, "to"));
    // It goes on with every tick.
    const auto seen = events.size();
    r.add();
    CHECK(soon([&] {
        take();
        return events.size() > seen;
    }));
    CHECK(r.counters().subscribers.value() == 1);
    CHECK(r.counters().lag_conflated.value() == 1);
}

TEST_CASE(
    "a subscriber that stops in the middle of a replay is told so, and its stream ends", "[hub]")
{
    const auto beyond = GENERATE(slow_reader::close, slow_reader::conflate);
    const auto now = real_clock{}.wall_now().time_since_epoch().count();
    held h{{"BTC-USD"}, 100'000, now - 100'000};
    for (int i = 0; i < 5'000; ++i)
        h.add(0, 1, now - 90'000 + i);
    lane_rig rig{h, 1, slow_rig::limits_for(beyond)};
    auto end = rig.subscribe(0, btc, sse::framing::raw, [&] {
        return stream_cursor::after(position{static_cast<std::uint64_t>(now - 95'000), 0});
    });
    // It never has all there is, and nothing new comes.
    const auto& counters = rig.streams.lanes()[0]->counters();
    const bool closes = beyond == slow_reader::close;
    CHECK(
        soon([&] { return (closes ? counters.lag_closed : counters.lag_conflated).value() == 1; }));
    CHECK(counters.unsent_bytes.value() < 4'096);
    if (closes) {
        CHECK(end.read_until("never").ends_with(
            "\"reason\":\"lapped\",\"symbols\":[\"BTC-USD\"]}\n\n"));
    } else {
        const auto rest = end.read_until("\"to\":");
        CHECK(rest.find("event: gap\n") != std::string::npos);
        CHECK(soon([&] {
            end.read_some();
            return counters.behind.value() == 0;
        }));
    }
    end.close();
    CHECK(soon([&] { return counters.subscribers.value() == 0; }));
    CHECK(counters.unsent_bytes.value() == 0);
}

TEST_CASE("a subscriber that has much to be sent gets it in turns, which are counted", "[hub]")
{
    held h{{"BTC-USD"}, 4'096};
    for (std::int64_t i = 1; i <= 1'000; ++i)
        h.add(0, 1, i * 1'000);
    auto limits = quiet_limits();
    limits.turn_bytes = 1'000;
    lane_rig rig{h, 1, limits};
    auto end = rig.subscribe(0, btc, sse::framing::raw, [] { return stream_cursor::after({}); });
    stream_client client{sse::framing::raw};
    CHECK(ticks_among(client.take(end.read_until("id: 1000000-0"))) >= 999);
    CHECK(rig.streams.lanes()[0]->counters().turns_cut.value() > 1);
}

TEST_CASE("last words on a stream of many symbols do not grow with them", "[hub]")
{
    std::vector<std::string> names;
    for (int i = 0; i < 1'000; ++i)
        names.push_back("S" + std::to_string(i) + "-USD");
    const auto now = real_clock{}.wall_now().time_since_epoch().count();
    held h{names, 2, now - 100'000};
    for (int i = 0; i < 5'000; ++i)
        h.add(static_cast<std::size_t>(i) % 1'000, 1, now - 90'000 + i);
    lane_rig rig{h, 1, slow_rig::limits_for(slow_reader::close)};
    auto end =
        rig.subscribe(0, {h.symbols.all().begin(), h.symbols.all().end()}, sse::framing::raw, [&] {
            return stream_cursor::after(position{static_cast<std::uint64_t>(now - 95'000), 0});
        });
    const auto& counters = rig.streams.lanes()[0]->counters();
    CHECK(soon([&] { return counters.lag_closed.value() == 1; }));
    CHECK(counters.unsent_bytes.value() < 1'024);
    CHECK(end.read_until("never").ends_with("\"reason\":\"lapped\"}\n\n"));
}

TEST_CASE("a subscriber of the latest is never too far behind", "[hub]")
{
    slow_rig r{slow_reader::close};
    auto latest = r.rig.subscribe(
        0, stream_terms{.symbols = btc, .how = sse::framing::raw, .newest_only = true},
        [&] { return stream_cursor::newest(r.h.ticks.committed()); });
    latest.read_until("\n\n");
    REQUIRE(r.falls_back(r.counters().lag_closed));
    stream_client client{sse::framing::raw};
    std::string newest;
    std::string skipped;
    CHECK(soon([&] {
        for (const auto& e : client.take(latest.read_some().value_or(""))) {
            if (e.type == "message")
                newest = member_of(e.data, "price");
            skipped += member_of(e.data, "skipped");
        }
        return newest == price::from(r.price)->text();
    }));
    CHECK_FALSE(skipped.empty());
    CHECK(r.counters().skipped.value() > 0);
    CHECK(r.counters().lag_closed.value() == 1);
}

TEST_CASE("a stream that is old enough is sent elsewhere", "[hub]")
{
    held h{{"BTC-USD"}};
    auto limits = quiet_limits();
    limits.heartbeat = 100ms;
    limits.age = 200ms;
    lane_rig rig{h, 1, limits};
    auto end = rig.subscribe(0, btc, sse::framing::chunked, [] { return stream_cursor{}; });
    const auto stream = end.read_until("0\r\n\r\n");
    CHECK(stream.find("event: moving\nretry: ") != std::string::npos);
    CHECK(stream.ends_with("\r\n0\r\n\r\n"));
    CHECK(rig.streams.lanes()[0]->counters().aged.value() == 1);
}

TEST_CASE("a stream whose client will say no more ends as a response should", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 1'000);
    lane_rig rig{h};
    const auto all = [] { return stream_cursor::after({}); };
    auto half = rig.subscribe(0, btc, sse::framing::chunked, all);
    auto stream = half.read_until("\"price\":1,");
    half.finish();
    stream += half.read_until("0\r\n\r\n");
    CHECK(stream.ends_with("}\n\n\r\n0\r\n\r\n"));
    CHECK(half.read_until("more").empty());
    CHECK_FALSE(half.read_some().has_value());
    half.close();
    const auto& counters = rig.streams.lanes()[0]->counters();
    CHECK(soon([&] { return counters.subscribers.value() == 0; }));
    CHECK(counters.farewells_missed.value() == 0);
}

TEST_CASE("a client that is behind and will say no more gets its end when it reads on", "[hub]")
{
    held h{{"BTC-USD"}, 100'000};
    auto limits = quiet_limits();
    limits.socket.send_buffer_bytes = 4'096;
    lane_rig rig{h, 1, limits};
    auto half = rig.subscribe(0, btc, sse::framing::chunked, [] { return stream_cursor{}; });
    const auto& counters = rig.streams.lanes()[0]->counters();
    CHECK(soon([&] {
        h.add(0, 1, 2'000);
        rig.streams.ring();
        return counters.behind.value() == 1;
    }));
    half.finish();
    stream_client client{sse::framing::chunked};
    const auto stream = half.read_until("\r\n0\r\n\r\n");
    CHECK(stream.ends_with("\r\n0\r\n\r\n"));
    CHECK(ticks_among(client.take(stream)) > 0);
    CHECK(half.read_until("more").empty());
    CHECK_FALSE(half.read_some().has_value());
}

TEST_CASE("a subscriber that does not leave after its last words is closed", "[hub]")
{
    held h{{"BTC-USD"}};
    auto limits = quiet_limits();
    limits.heartbeat = 100ms;
    limits.farewell = 100ms;
    lane_rig rig{h, 1, limits};
    auto end = rig.subscribe(0, btc, sse::framing::raw, [] { return stream_cursor{}; });
    end.read_until("\n\n");
    std::promise<void> done;
    rig.streams.drain(0ms, [&] { done.set_value(); });
    CHECK(done.get_future().wait_for(5s) == std::future_status::ready);
    CHECK(rig.streams.lanes()[0]->counters().farewells_missed.value() == 1);
}

TEST_CASE("subscribers are sent away one after another, and the others served meanwhile", "[hub]")
{
    held h{{"BTC-USD"}};
    auto limits = quiet_limits();
    limits.sent_away_per_second = 1;
    lane_rig rig{h, 1, limits};
    std::vector<far_end> ends;
    for (int i = 0; i < 10; ++i) {
        ends.push_back(rig.subscribe(0, btc, sse::framing::raw, [] { return stream_cursor{}; }));
        ends.back().read_until("\n\n");
    }
    std::promise<void> done;
    rig.streams.drain(1'000s, [&] { done.set_value(); });
    CHECK(ends[0].read_until("never").find("event: moving\n") != std::string::npos);
    h.add(0, 1, 2'000);
    rig.streams.ring();
    CHECK(ends[9].read_until("\"test\"}\n\n") == tick_block("2000-0", 2, "1"));
    rig.streams.abandon();
    CHECK(done.get_future().wait_for(5s) == std::future_status::ready);
}

TEST_CASE("a lane without subscribers is not woken, and misses nothing for the next", "[hub]")
{
    held h{{"BTC-USD"}};
    lane_rig rig{h};
    const auto& counters = rig.streams.lanes()[0]->counters();
    for (int i = 0; i < 100; ++i) {
        h.add(0, 1 + i, 2'000 + i);
        rig.streams.ring();
    }
    auto end = rig.subscribe(
        0, btc, sse::framing::raw, [&] { return stream_cursor::newest(h.ticks.committed()); });
    CHECK(without_retry(end.read_until("\"test\"}\n\n")) == tick_block("2099-0", 2, "100"));
    CHECK(counters.wakes.value() == 0);
    h.add(0, 200, 3'000);
    rig.streams.ring();
    CHECK(end.read_until("\"test\"}\n\n") == tick_block("3000-0", 3, "200"));
    end.close();
    REQUIRE(soon([&] { return counters.subscribers.value() == 0; }));
    const auto before = counters.wakes.value();
    for (int i = 0; i < 100; ++i)
        rig.streams.ring();
    CHECK(counters.wakes.value() == before);
}

TEST_CASE("draining tells everybody to move, ends their streams, and reports once", "[hub]")
{
    held h{{"BTC-USD"}};
    lane_rig rig{h, 2};
    auto first = rig.subscribe(0, btc, sse::framing::chunked, [] { return stream_cursor{}; });
    auto second = rig.subscribe(1, btc, sse::framing::raw, [] { return stream_cursor{}; });
    first.read_until("\n\n");
    second.read_until("\n\n");

    std::promise<void> done;
    rig.streams.drain(0ms, [&] { done.set_value(); });
    const auto last_words = first.read_until("0\r\n\r\n");
    CHECK(last_words.find("event: moving\nretry: ") != std::string::npos);
    CHECK(last_words.ends_with("\r\n0\r\n\r\n"));
    CHECK(second.read_until("never").find("event: moving\nretry: ") != std::string::npos);

    auto latecomer = rig.subscribe(0, btc, sse::framing::raw, [] { return stream_cursor{}; });
    CHECK(latecomer.read_until("never").find("event: moving\n") != std::string::npos);
    latecomer.close();
    first.close();
    second.close();
    CHECK(done.get_future().wait_for(5s) == std::future_status::ready);
}

TEST_CASE("subscribers that will not leave are closed when the hub gives them up", "[hub]")
{
    held h{{"BTC-USD"}};
    lane_rig rig{h};
    auto end = rig.subscribe(0, btc, sse::framing::raw, [] { return stream_cursor{}; });
    end.read_until("\n\n");
    std::promise<void> done;
    rig.streams.drain(0ms, [&] { done.set_value(); });
    auto drained = done.get_future();
    end.read_until("moving");
    rig.streams.abandon();
    CHECK(drained.wait_for(5s) == std::future_status::ready);
}
