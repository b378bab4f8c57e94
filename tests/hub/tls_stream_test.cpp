// Subscribers whose streams are encrypted, beside others whose are not.
#include "hub/lane_rig.hpp"

#include "support/catch.hpp"
#include "support/fake_past.hpp"
#include "tls/tls_pair.hpp"

#include <random>

using namespace tickertape;
using namespace tickertape::hub;
using namespace tickertape::tls;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

const std::vector<symbol_id> btc{symbol_id{0}};

lane_limits limits_of_a_test()
{
    auto limits = quiet_limits();
    limits.retry = 0ms;  // and so without jitter: streams can be compared
    return limits;
}

// A stream on the first lane for the client of `p`, which has shaken hands.
void subscribe(lane_rig& rig, tls_pair& p, stream_cursor from)
{
    REQUIRE(p.connect() == tls_session::progress::done);
    auto writer = p.server.release();
    REQUIRE(writer);
    const int descriptor = std::exchange(p.wire.ends[0], -1);  // the lane's from now on
    lane& on = *rig.streams.lanes()[0];
    boost::asio::post(on.context(), [&on, descriptor, from, writer = std::move(writer)]() mutable {
        on.subscribe(
            {.socket = stream_socket{descriptor, std::move(writer)},
             .terms = {.symbols = btc},
             .cursor = from,
             .head = "the head\r\n\r\n"});
    });
}

std::string last_frame(std::string_view stream)
{
    const auto at = stream.rfind("id: ");
    return std::string{at == std::string_view::npos ? stream : stream.substr(at)};
}

}  // namespace

TEST_CASE("an encrypted stream has the bytes of one that is not", "[hub]")
{
    held h{{"BTC-USD"}, 10'000};
    for (int i = 0; i < 8'000; ++i)
        h.add(0, 1 + i, 2'000 + i);
    lane_rig rig{h, 1, limits_of_a_test()};
    const tls_files files;
    const tls_context context{files.issue()};
    const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    tls_pair p{context, {.version_max = version}};
    subscribe(rig, p, stream_cursor{});
    auto plain = rig.subscribe(
        0, btc, sse::framing::chunked, [] { return stream_cursor{}; }, "the head\r\n\r\n");

    // One reads as fast as it can, the other in pieces, so that records are cut.
    const auto seed = std::random_device{}();
    CAPTURE(seed, version);
    std::minstd_rand random{seed};
    const auto expected = plain.read_until("\"price\":8000,");
    std::string got;
    while (got.size() < expected.size() && !p.client.is_over())
        got += p.client.read_some(1 + random() % 20'000);
    CHECK(got.starts_with("the head\r\n\r\n"));
    CHECK(got.substr(0, expected.size()) == expected);

    // Live, and the end.
    h.add(0, 0.5, 20'000);
    rig.streams.ring();
    CHECK(last_frame(p.client.read_until("\"price\":0.5,")).starts_with("id: 20000-0\n"));
    rig.streams.drain(std::chrono::milliseconds{0}, [] {});
    CHECK(p.client.read_to_end().ends_with("\r\n0\r\n\r\n"));
    CHECK(p.client.was_told_goodbye());
}

TEST_CASE("an encrypted stream whose reader stopped goes on when it reads again", "[hub]")
{
    held h{{"BTC-USD"}, 10'000};
    lane_rig rig{h, 1, limits_of_a_test()};
    const tls_files files;
    const tls_context context{files.issue()};
    tls_pair p{context};
    subscribe(rig, p, stream_cursor{});
    const auto& counts = rig.streams.lanes()[0]->counters();
    std::int64_t ms = 2'000;
    while (counts.behind.value() == 0) {
        h.add(0, 7, ++ms);
        rig.streams.ring();
    }
    // Nothing more comes: what the kernel did not take has to go out by itself.
    const auto newest = "id: " + std::to_string(ms) + "-";
    CHECK(p.client.read_until(newest).find(newest) != std::string::npos);
    h.add(0, 9, ++ms);
    rig.streams.ring();
    CHECK(p.client.read_until("\"price\":9,").find("\"price\":9,") != std::string::npos);
}

TEST_CASE("a subscriber of an encrypted stream who leaves is gone", "[hub]")
{
    held h{{"BTC-USD"}};
    lane_rig rig{h, 1, limits_of_a_test()};
    const tls_files files;
    const tls_context context{files.issue()};
    tls_pair p{context};
    subscribe(rig, p, stream_cursor{});
    p.client.read_until("retry");
    const auto& counts = rig.streams.lanes()[0]->counters();
    CHECK(counts.subscribers.value() == 1);
    p.client.close();
    const auto last = std::chrono::steady_clock::now() + 5s;
    while (counts.subscribers.value() > 0 && std::chrono::steady_clock::now() < last)
        std::this_thread::yield();
    CHECK(counts.subscribers.value() == 0);
}

TEST_CASE("older ticks of an encrypted stream have the bytes of one that is not", "[hub]")
{
    auto limits = limits_of_a_test();
    limits.past.batch_ticks = GENERATE(1U, 256U);
    limits.past.write = 20ms;
    limits.socket.send_buffer_bytes = 4'096;
    held h{{"BTC-USD"}, 2};
    fake_past older;
    for (int i = 1; i <= 500; ++i) {
        const auto t = h.add(0, i, 1'000 + i);
        older.add({t.at, t.symbol, t.value, "test", 0});
    }
    lane_rig rig{h, 1, limits, &older};
    const tls_files files;
    const tls_context context{files.issue()};
    const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    tls_pair p{context, {.version_max = version}};
    subscribe(rig, p, stream_cursor{});
    auto plain = rig.subscribe(
        0, btc, sse::framing::chunked, [] { return stream_cursor{}; }, "the head\r\n\r\n");

    // The encrypted one reads in pieces and with pauses, so that records and batches are cut.
    const auto seed = std::random_device{}();
    CAPTURE(seed, version);
    std::minstd_rand random{seed};
    const auto expected = plain.read_until("\"price\":500,");
    CHECK(expected.find("event: gap") == std::string::npos);
    std::string got;
    while (got.size() < expected.size() && !p.client.is_over())
        got += p.client.read_some(1 + random() % 5'000);
    CHECK(got.substr(0, expected.size()) == expected);
    const auto& counts = rig.streams.lanes()[0]->counters();
    CHECK(counts.past_ticks.value() >= 2 * 498);

    h.add(0, 0.5, 20'000);
    rig.streams.ring();
    CHECK(last_frame(p.client.read_until("\"price\":0.5,")).starts_with("id: 20000-0\n"));
}

TEST_CASE("a reader of older ticks that takes nothing of an encrypted stream is closed", "[hub]")
{
    auto limits = limits_of_a_test();
    limits.past.batch_ticks = GENERATE(1U, 256U);
    limits.past.write = 20ms;
    limits.stalled = 100ms;
    limits.socket.send_buffer_bytes = 4'096;
    held h{{"BTC-USD"}, 2};
    fake_past older;
    for (int i = 1; i <= 20'000; ++i) {
        const auto t = h.add(0, i, 1'000 + i);
        older.add({t.at, t.symbol, t.value, "test", 0});
    }
    lane_rig rig{h, 1, limits, &older};
    const tls_files files;
    const tls_context context{files.issue()};
    tls_pair p{context};
    subscribe(rig, p, stream_cursor{});
    const auto& counts = rig.streams.lanes()[0]->counters();
    const auto last = std::chrono::steady_clock::now() + 60s;
    while (counts.stalled.value() == 0 && std::chrono::steady_clock::now() < last)
        std::this_thread::yield();
    CHECK(counts.stalled.value() == 1);
    CHECK(counts.subscribers.value() == 0);
}
