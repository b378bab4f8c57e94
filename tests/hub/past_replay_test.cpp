// Streams that begin before what the tapes hold: older ticks come from the past, then the lane goes
// on, and no tick is missing or comes twice.
#include "hub/past_replay.hpp"

#include "hub/lane_rig.hpp"
#include "hub/stream_client.hpp"
#include "support/catch.hpp"
#include "support/fake_past.hpp"

#include <future>
#include <map>
#include <thread>

using namespace tickertape;
using namespace tickertape::hub;
using namespace std::chrono_literals;

namespace {

const std::vector<symbol_id> btc{symbol_id{0}};
const std::vector<symbol_id> both{symbol_id{0}, symbol_id{1}};

template <class Condition>
bool soon(Condition holds)
{
    const auto last = std::chrono::steady_clock::now() + 60s;
    while (!holds() && std::chrono::steady_clock::now() < last)
        std::this_thread::yield();
    return holds();
}

// Tapes of two ticks a symbol, and a past that has all. Ticks come at 2000, 3000, ... and cost what
// their number is.
struct past_rig {
    explicit past_rig(int ticks, const lane_limits& limits = quiet_limits())
        : h{{"BTC-USD", "ETH-USD"}, 2}, rig{h, 1, limits, &older}
    {
        for (int i = 0; i < ticks; ++i)
            add(0);
    }

    void add(std::size_t symbol)
    {
        ++newest;
        const auto t = h.add(symbol, newest, 1'000 + 1'000 * newest);
        older.add({t.at, t.symbol, t.value, "test", 0});
        rig.streams.ring();
    }
    far_end subscribe(position after, const std::vector<symbol_id>& symbols = btc)
    {
        return rig.subscribe(
            0, symbols, sse::framing::raw, [after] { return stream_cursor::after(after); },
            "head\r\n\r\n");
    }
    const lane_counters& counters() { return rig.streams.lanes()[0]->counters(); }
    std::uint64_t ended(past_outcome how)
    {
        return counters().past_replays[static_cast<std::size_t>(how)].value();
    }

    held h;
    testing::fake_past older;
    lane_rig rig;
    int newest = 0;
};

std::string block(int number, const std::string& symbol = "BTC-USD")
{
    const auto second = std::to_string(number + 1);
    return tick_block(second + "000-0", number + 1, std::to_string(number), symbol);
}

std::string blocks(int first, int last)
{
    std::string all;
    for (int i = first; i <= last; ++i)
        all += block(i);
    return all;
}

// Without head and retry.
std::string body(const std::string& stream)
{
    REQUIRE(stream.starts_with("head\r\n\r\nretry: "));
    return stream.substr(stream.find("\n\n") + 2);
}

}  // namespace

TEST_CASE("ticks that the tapes no longer hold come from the past, then the lane goes on", "[hub]")
{
    auto limits = quiet_limits();
    limits.past.batch_ticks = GENERATE(1U, 2U, 256U);
    past_rig r{7, limits};
    auto end = r.subscribe({});
    CHECK(body(end.read_until(block(7))) == blocks(1, 7));
    CHECK(soon([&] { return r.ended(past_outcome::done) == 1; }));
    r.add(0);
    CHECK(end.read_until(block(8)) == block(8));
    CHECK(r.counters().past_ticks.value() == 5);
    CHECK(soon([&] { return r.counters().ticks.value() == 8; }));
    CHECK(r.counters().subscribers.value() == 1);
    CHECK(r.counters().gaps[0].value() == 0);
}

TEST_CASE("the past is asked only for what the tapes do not hold", "[hub]")
{
    past_rig r{5};  // 5000 and 6000 are held
    auto at_border = r.subscribe(position{4'000, 0});
    CHECK(body(at_border.read_until(block(5))) == blocks(4, 5));
    auto beyond = r.subscribe(position{5'000, 0});
    CHECK(body(beyond.read_until(block(5))) == blocks(5, 5));
    CHECK(r.older.asked() == 0);
    auto before = r.subscribe(position{4'000, 0}.previous());
    CHECK(body(before.read_until(block(5))) == blocks(3, 5));
    CHECK(r.older.asked() == 1);
}

TEST_CASE("those who want the newest only need no past", "[hub]")
{
    past_rig r{5};
    auto newest = r.rig.subscribe(
        0, btc, sse::framing::raw, [&] { return stream_cursor::newest(r.h.ticks.committed()); },
        "head\r\n\r\n");
    CHECK(body(newest.read_until(block(5))) == block(5));
    auto latest = r.rig.subscribe(
        0, stream_terms{.symbols = btc, .how = sse::framing::raw, .newest_only = true},
        [] { return stream_cursor::after({}); });
    CHECK(latest.read_until("\"price\":5").find("\"price\":5") != std::string::npos);
    CHECK(r.older.asked() == 0);
}

TEST_CASE("several symbols come from the past in one order", "[hub]")
{
    past_rig r{0};
    r.add(1);
    for (int i = 0; i < 4; ++i)
        r.add(0);
    r.add(1);
    auto end = r.subscribe({}, both);
    CHECK(
        body(end.read_until(block(6, "ETH-USD"))) ==
        block(1, "ETH-USD") + blocks(2, 5) + block(6, "ETH-USD"));
}

TEST_CASE("where the past begins later than what was asked for, that is told as a gap", "[hub]")
{
    past_rig r{6};
    r.older.forget_before(position{3'000, 0});
    const bool alone = GENERATE(true, false);
    auto end = r.subscribe(position{1'500, 0}, alone ? btc : both);
    CHECK(
        body(end.read_until(block(6))) ==
        (alone ? "id: 3000-0\n" : "") +
            std::string{"event: gap\ndata: {\"from\":\"1500-0\",\"to\":\"3000-0\",\"reason\":"
                        "\"evicted\",\"symbols\":[\"BTC-USD\"]}\n\n"} +
            blocks(3, 6));
    CHECK(r.counters().gaps[0].value() == 1);
}

TEST_CASE("a hole of the past is told as what it is, and not as a slow reader", "[hub]")
{
    past_rig r{7};  // 7000 and 8000 are held
    const auto why = GENERATE(gap_cause::missing, gap_cause::damaged);
    // Behind it the past goes on, or the tapes do.
    const auto end = GENERATE(position{5'000, 0}, position{6'000, 0});
    const bool alone = GENERATE(true, false);
    r.older.lose(position{3'000, 0}, end, why);
    auto client = r.subscribe({}, alone ? btc : both);
    const auto first = static_cast<int>(end.ms() / 1'000);
    CHECK(
        body(client.read_until(block(7))) ==
        blocks(1, 2) + (alone ? "id: " + end.text() + "\n" : "") +
            "event: gap\ndata: {\"from\":\"3000-0\",\"to\":\"" + end.text() + "\",\"reason\":\"" +
            std::string{to_string(sse::reason_of(why))} + "\",\"symbols\":[\"BTC-USD\"]}\n\n" +
            blocks(first, 7));
    CHECK(r.counters().gaps[static_cast<std::size_t>(sse::reason_of(why))].value() == 1);
    CHECK(r.counters().gaps[static_cast<std::size_t>(sse::gap_reason::lapped)].value() == 0);
}

TEST_CASE("a hole that leads to where positions begin is the restart", "[hub]")
{
    held h{{"BTC-USD"}, 4, 5'000};
    testing::fake_past older;
    older.add({position{2'000, 0}, symbol_id{0}, *price::from(1), "test", 0});
    older.complete_to(position{5'000, 0});
    older.lose(position{2'000, 0}, position{5'000, 0}, gap_cause::missing);
    lane_rig rig{h, 1, quiet_limits(), &older};
    h.add(0, 2, 6'000);
    rig.streams.ring();
    auto client = rig.subscribe(
        0, btc, sse::framing::raw, [] { return stream_cursor::after({}); }, "head\r\n\r\n");
    const auto last = tick_block("6000-0", 6, "2");
    CHECK(
        body(client.read_until(last)) ==
        tick_block("2000-0", 2, "1") +
            "id: 5000-0\nevent: gap\ndata: "
            "{\"from\":\"2000-0\",\"to\":\"5000-0\",\"reason\":\"restarted\"}\n\n" +
            last);
}

TEST_CASE("before the tapes began, what the past does not know is lost of all symbols", "[hub]")
{
    past_rig r{6};
    r.older.forget_before(position{500, 0});
    auto end = r.subscribe({}, both);
    CHECK(
        body(end.read_until(block(6))) ==
        "id: 500-0\nevent: gap\ndata: {\"from\":\"0-0\",\"to\":\"500-0\",\"reason\":"
        "\"evicted\"}\n\n" +
            blocks(1, 6));
}

TEST_CASE("ticks on the tapes are sent also where they are older than the past", "[hub]")
{
    auto limits = quiet_limits();
    limits.past.batch_ticks = GENERATE(1U, 256U);
    past_rig r{0, limits};
    r.add(1);
    r.add(0);
    r.add(1);
    for (int i = 0; i < 4; ++i)
        r.add(0);
    r.older.forget_before(position{6'500, 0});
    r.older.complete_to(position{9'000, 0});
    auto end = r.subscribe(position{1'500, 0}, both);
    // The evicted tick of the other symbol, then what the tapes hold.
    const auto stream = end.read_until(block(7));
    CHECK(
        stream.find("\"to\":\"6000-0\",\"reason\":\"evicted\",\"symbols\":[\"BTC-USD\"]}") !=
        std::string::npos);
    CHECK(stream.find(block(1, "ETH-USD")) != std::string::npos);
    CHECK(stream.ends_with(block(3, "ETH-USD") + blocks(6, 7)));

    // The past begins before the tapes do, and after what is asked for.
    r.older.forget_before(position{5'000, 0});
    auto next = r.subscribe(position{1'500, 0}, both);
    const auto rest = next.read_until(block(7));
    CHECK(
        rest.find("\"to\":\"5000-0\",\"reason\":\"evicted\",\"symbols\":[\"BTC-USD\"]}") !=
        std::string::npos);
    CHECK(rest.find(block(1, "ETH-USD")) != std::string::npos);
    CHECK(rest.find(block(3, "ETH-USD")) != std::string::npos);
    CHECK(rest.ends_with(blocks(5, 7)));
}

TEST_CASE("a past that fails, is late or knows nothing leaves the stream as without it", "[hub]")
{
    auto limits = quiet_limits();
    limits.past.answer = 20ms;
    past_rig r{6, limits};
    const auto how = GENERATE(past_outcome::failed, past_outcome::late, past_outcome::ended);
    r.older.fail(how == past_outcome::failed);
    r.older.hold(how == past_outcome::late);
    if (how == past_outcome::ended)
        r.older.forget_before(position{6'000, 0});
    auto end = r.subscribe(position{2'500, 0});
    lane_rig without{r.h};
    auto same = without.subscribe(
        0, btc, sse::framing::raw,
        [] {
            return stream_cursor::after(position{2'500, 0});
        },
        "head\r\n\r\n");
    CHECK(body(end.read_until(block(6))) == body(same.read_until(block(6))));
    CHECK(r.ended(how) == 1);
}

TEST_CASE("a permit stays taken while the past is at work, and is given back then", "[hub]")
{
    auto limits = quiet_limits();
    limits.past.permits = 1;
    limits.past.answer = 20ms;
    limits.past.permit_wait = 20ms;
    past_rig r{6, limits};
    r.older.hold(true);
    auto late = r.subscribe(position{2'500, 0});
    CHECK(soon([&] { return r.ended(past_outcome::late) == 1; }));
    auto refused = r.subscribe(position{2'500, 0});
    CHECK(body(refused.read_until(block(6))).starts_with("id: 5000-0\nevent: gap\n"));
    CHECK(r.ended(past_outcome::no_permit) == 1);
    CHECK(r.older.asked() == 1);
    r.older.hold(false);
    CHECK(soon([&] {
        auto again = r.subscribe(position{2'500, 0});
        return body(again.read_until(block(6))) == blocks(2, 6);
    }));
}

TEST_CASE("replays wait for a permit in their order, and all get it", "[hub]")
{
    auto limits = quiet_limits();
    limits.past.permits = 1;
    limits.past.batch_ticks = 1;
    past_rig r{6, limits};
    r.older.hold(true);
    std::vector<far_end> ends;
    for (int i = 0; i < 10; ++i)
        ends.push_back(r.subscribe({}));
    CHECK(soon([&] { return r.counters().past_replaying.value() == 10; }));
    CHECK(soon([&] { return r.older.waiting() == 1; }));
    r.older.hold(false);
    for (auto& end : ends)
        CHECK(body(end.read_until(block(6))) == blocks(1, 6));
    CHECK(soon([&] { return r.counters().past_replaying.value() == 0; }));
}

TEST_CASE("a connection more than there is room for is told to come back", "[hub]")
{
    auto limits = quiet_limits();
    limits.past.replays_max = 1;
    past_rig r{6, limits};
    r.older.hold(true);
    auto first = r.subscribe({});
    CHECK(soon([&] { return r.counters().past_replaying.value() == 1; }));
    auto second = r.subscribe(position{2'500, 0});
    const auto told = second.read_until("event: busy");
    CHECK(told.find("event: busy\nretry: ") != std::string::npos);
    CHECK(told.find("gap") == std::string::npos);
    CHECK(r.ended(past_outcome::no_room) == 1);
    r.older.hold(false);
    CHECK(body(first.read_until(block(6))) == blocks(1, 6));
}

TEST_CASE("tapes that move on during a replay send it back to the past", "[hub]")
{
    past_rig r{5};
    r.older.hold(true);
    auto end = r.subscribe({});
    CHECK(soon([&] { return r.older.waiting() == 1; }));
    for (int i = 0; i < 10; ++i)
        r.add(0);
    r.older.hold(false);
    CHECK(body(end.read_until(block(15))) == blocks(1, 15));
    CHECK(r.older.asked() >= 2);
}

TEST_CASE("a reader that is slow gives its permit back and misses nothing", "[hub]")
{
    auto limits = quiet_limits();
    limits.past.permits = 1;
    limits.past.write = 20ms;
    limits.socket.send_buffer_bytes = 4'096;
    past_rig r{2'000, limits};
    auto slow = r.subscribe({});
    auto fast = r.subscribe({});
    stream_client client{sse::framing::raw};
    CHECK(body(fast.read_until(block(2'000))) == blocks(1, 2'000));
    CHECK(r.counters().past_replaying.value() == 1);
    CHECK(body(slow.read_until(block(2'000))) == blocks(1, 2'000));
}

TEST_CASE("a reader of the past that takes nothing is closed, as any other", "[hub]")
{
    auto limits = quiet_limits();
    limits.past.write = 20ms;
    limits.stalled = 100ms;
    limits.socket.send_buffer_bytes = 4'096;
    past_rig r{2'000, limits};
    auto slow = r.subscribe({});
    CHECK(soon([&] { return r.counters().stalled.value() == 1; }));
    CHECK(soon([&] { return r.ended(past_outcome::left) == 1; }));
    CHECK(r.counters().past_replaying.value() == 0);
}

TEST_CASE("a reader of the past that takes none of a batch is closed as well", "[hub]")
{
    auto limits = quiet_limits();
    limits.past.batch_ticks = 1;  // smaller than the send buffer: the last is taken whole or not
    limits.past.write = 20ms;
    limits.stalled = 100ms;
    limits.socket.send_buffer_bytes = 4'096;
    past_rig r{2'000, limits};
    auto stalled = r.subscribe({});
    CHECK(soon([&] { return r.counters().stalled.value() == 1; }));
    CHECK(soon([&] { return r.ended(past_outcome::left) == 1; }));
    CHECK(r.counters().past_replaying.value() == 0);
}

TEST_CASE("a reader of the past that stopped reading asks for no batch until it reads", "[hub]")
{
    auto limits = quiet_limits();
    limits.past.permits = 1;
    limits.past.batch_ticks = 1;
    limits.past.write = 0ms;
    limits.socket.send_buffer_bytes = 4'096;
    past_rig r{500, limits};
    auto stopped = r.subscribe({});
    auto reading = r.subscribe({});
    CHECK(body(reading.read_until(block(500))) == blocks(1, 500));
    // The one that reads asks for each of its ticks, the other for those that fit into its buffer.
    CHECK(r.older.asked() < 500 + 200);
    CHECK(r.counters().past_replaying.value() == 1);
    CHECK(body(stopped.read_until(block(500))) == blocks(1, 500));
}

TEST_CASE("a client that leaves during its replay is forgotten", "[hub]")
{
    auto limits = quiet_limits();
    limits.past.permits = 1;
    past_rig r{6, limits};
    r.older.hold(true);
    auto end = r.subscribe({});
    CHECK(soon([&] { return r.older.waiting() == 1; }));
    end.close();
    CHECK(soon([&] { return r.counters().past_replaying.value() == 0; }));
    r.older.hold(false);
    auto next = r.subscribe({});
    CHECK(body(next.read_until(block(6))) == blocks(1, 6));
}

TEST_CASE("a client that closes its half during its replay gets the end, and no gap", "[hub]")
{
    past_rig r{6};
    r.older.hold(true);
    auto end = r.subscribe({});
    CHECK(soon([&] { return r.older.waiting() == 1; }));
    end.finish();
    CHECK(body(end.read_until("never")).empty());
    CHECK_FALSE(end.read_some().has_value());
}

TEST_CASE("a drain sends readers of the past away without a gap", "[hub]")
{
    past_rig r{6};
    r.older.hold(true);
    auto end = r.subscribe({});
    CHECK(soon([&] { return r.older.waiting() == 1; }));
    std::promise<void> done;
    r.rig.streams.drain(1'000s, [&] { done.set_value(); });
    CHECK(body(end.read_until("never")).starts_with("event: moving\nretry: "));
    end.close();
    CHECK(done.get_future().wait_for(5s) == std::future_status::ready);
    auto latecomer = r.subscribe({});
    CHECK(body(latecomer.read_until("never")).starts_with("event: moving\nretry: "));
}

TEST_CASE("readers of the past are closed with the others, and answers to them dropped", "[hub]")
{
    const bool ends = GENERATE(true, false);
    past_rig r{6};
    r.older.hold(true);
    auto end = r.subscribe({});
    CHECK(soon([&] { return r.older.waiting() == 1; }));
    if (ends)
        r.rig.streams.stop();
    else
        r.rig.streams.abandon();
    CHECK(body(end.read_until("never")).empty());
    CHECK_FALSE(end.read_some().has_value());
    CHECK(r.counters().past_replaying.value() == 0);
}

TEST_CASE("a new era during a replay is told, and the past asked no more", "[hub]")
{
    past_rig r{6};
    r.older.hold(true);
    auto end = r.subscribe(position{}.next());
    CHECK(soon([&] { return r.older.waiting() == 1; }));
    const tick kept{position{5'000, 0}, symbol_id{0}, *price::from(6), *r.h.sources.intern("test")};
    r.h.ticks.restart_at(at_ms(5'500), std::array{kept});
    r.rig.streams.ring();
    r.older.hold(false);
    CHECK(
        body(end.read_until("\"restarted\"}\n\n")) ==
        "id: 5000-0\nevent: gap\ndata: "
        "{\"from\":\"0-1\",\"to\":\"5000-0\",\"reason\":\"restarted\"}"
        "\n\n");
    CHECK(r.older.asked() == 1);
}

TEST_CASE("a cursor that is unknown here is told so, and the past is not asked", "[hub]")
{
    past_rig r{6};
    auto end = r.rig.subscribe(
        0, btc, sse::framing::raw, [&] { return stream_cursor::unknown(r.h.ticks.epoch()); },
        "head\r\n\r\n");
    CHECK(
        body(end.read_until(block(6))) ==
        "id: 5000-0\nevent: gap\ndata: "
        "{\"from\":\"999-1048575\",\"to\":\"5000-0\",\"reason\":\"restarted\"}\n\n" +
            blocks(5, 6));
    CHECK(r.older.asked() == 0);
}
