#include "relay/outbox.hpp"
#include "relay/sequencer.hpp"

#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::relay;
using namespace std::chrono_literals;

namespace {

const steady_time start{1h};
position at(std::uint64_t n)
{
    return {1000, n};
}
moment moment_at(std::chrono::milliseconds t)
{
    return {start + t, wall_time{t + 1'700'000'000'000ms}, boot_time{t + 1h}};
}

}  // namespace

TEST_CASE("What waits is a chain behind the top, until the log has it", "[relay][outbox]")
{
    outbox box;
    box.put(at(1), "a", start);
    box.put(at(2), "b", start);
    box.put(at(3), "c", start);
    const auto batch = box.batch(at(0), 2);
    CHECK(batch == std::vector<entry>{{at(1), at(0), "a"}, {at(2), at(1), "b"}});
    CHECK(box.size() == 3);
    CHECK(box.explains(at(1)));
    CHECK_FALSE(box.explains(at(3)));
    box.settle(at(1));
    CHECK(box.batch(at(1), 9) == std::vector<entry>{{at(2), at(1), "b"}, {at(3), at(2), "c"}});
    CHECK(box.dropped() == 0);
}

TEST_CASE("What another has written past is dropped", "[relay][outbox]")
{
    outbox box;
    box.put(at(1), "a", start);
    box.put(at(5), "b", start);
    box.settle(at(3));
    CHECK(box.dropped() == 1);
    CHECK(box.size() == 1);
    box.clear();
    CHECK(box.dropped() == 2);
}

TEST_CASE("What waits too long, or is too much, is dropped, the oldest first", "[relay][outbox]")
{
    outbox box{{.age_max = 10s, .entries_max = 2}};
    box.put(at(1), "a", start);
    box.put(at(2), "b", start + 5s);
    box.put(at(3), "c", start + 5s);
    CHECK(box.size() == 2);
    box.expire(start + 15s);
    CHECK(box.size() == 2);
    box.expire(start + 16s);
    CHECK(box.is_empty());
    CHECK(box.dropped() == 3);
}

TEST_CASE("A leader's positions lie after the log's top and have its slot", "[relay][outbox]")
{
    sequencer s{{}};
    CHECK_FALSE(s.put("early", moment_at(0ms)));
    const position top{1'700'000'005'000, 7};
    s.begin(top, 3, moment_at(0ms));
    CHECK(s.put("a", moment_at(1ms)));
    s.raise({1'700'000'006'000, 0});
    CHECK(s.put("b", moment_at(2ms)));
    CHECK(s.put("c", moment_at(9s)));
    const auto batch = s.batch(top);
    REQUIRE(batch.size() == 3);
    CHECK(batch[0].at == position{1'700'000'005'000, 19});
    CHECK(batch[1].at == position{1'700'000'006'000, 3});
    CHECK(batch[2].at.slot() == 3);
    CHECK(s.heartbeat_due() == moment_at(14s).steady);
    s.end();
    CHECK_FALSE(s.is_open());
    CHECK(s.waiting().is_empty());
}

TEST_CASE("A position that the log may have is not given again", "[relay][outbox]")
{
    sequencer s{{}};
    s.begin({}, 3, moment_at(5s));
    REQUIRE(s.put("a", moment_at(5s)));
    const auto sent = s.batch({}).front().at;
    s.end();
    // The clock was set back meanwhile.
    s.begin({}, 3, moment_at(1s));
    REQUIRE(s.put("b", moment_at(1s)));
    const auto next = s.batch({}).front().at;
    CHECK(next > sent);
    CHECK(next.slot() == 3);

    // By a clock that was an hour ahead: it is not followed.
    s.end();
    s.begin({}, 3, moment_at(1h));
    REQUIRE(s.put("c", moment_at(1h)));
    CHECK(s.batch({}).front().at.time() == moment_at(1h).wall);
    s.end();
    s.begin({}, 3, moment_at(20s));
    REQUIRE(s.put("d", moment_at(20s)));
    CHECK(s.batch({}).front().at.time() == moment_at(20s).wall);
}

TEST_CASE("What was lost is told once, with its first and its last", "[relay][outbox]")
{
    outbox box{{.age_max = 10s, .entries_max = 3}};
    for (std::uint64_t n = 1; n <= 5; ++n)
        box.put(at(n), "a", start);
    auto lost = box.take_loss();
    CHECK(lost.count == 2);
    CHECK(lost.first == at(1));
    CHECK(lost.last == at(2));
    CHECK(box.take_loss().count == 0);
    box.clear();
    lost = box.take_loss();
    CHECK(lost.count == 3);
    CHECK(lost.last == at(5));
    CHECK(box.dropped() == 5);
}
