#include "candles/held_candles.hpp"
#include "candles/live_candles.hpp"
#include "market.hpp"

using namespace tickertape;
using namespace tickertape::candles;
using namespace tickertape::testing;

namespace {

const std::vector both{symbol_id{0}, symbol_id{1}};

// Both symbols from what their tapes hold.
std::vector<track_start> starts_of(const market& m, interval of = interval::m1)
{
    std::vector<track_start> starts;
    for (const auto symbol : both) {
        const auto found = held_candles(
            m.ticks, {.symbol = symbol,
                      .of = of,
                      .from = {},
                      .until = at_second(86'400),
                      .candles_max = 100,
                      .with_forming = true});
        starts.push_back({.state = *found.state, .known_from = closed_bound(*found.state)});
    }
    return starts;
}

struct following {
    market& m;
    live_candles live{m.ticks};
    position at{};

    explicit following(market& of) : m{of}
    {
        auto starts = starts_of(m);
        at = position::at(m.ticks.settled()).previous();
        at = before_bucket(interval::m1, m.ticks.settled());
        live.join(both, interval::m1, std::move(starts), m.ticks.era());
    }
    // What a subscriber is sent that reads now; "lost" where it is sent away.
    std::string read()
    {
        live.look();
        std::vector<candle_event> events;
        if (!live.events_after(both, interval::m1, at, events))
            return "lost";
        if (!events.empty())
            at = events.back().id;
        return words(events);
    }
};

}  // namespace

TEST_CASE("a candle is sent as it forms, then once when it has closed", "[candles]")
{
    market m;
    m.publish(1, 10);
    following f{m};
    CHECK(f.read() == "0=0:10-10/1~");
    CHECK(f.read().empty());
    m.publish(2, 11);
    m.publish(3, 12);
    CHECK(f.read() == "0=0:10-12/3~");
    m.publish(61, 13);
    CHECK(f.read() == "0=0:10-12/3 0=60:13-13/1~");
    CHECK(f.read().empty());
}

TEST_CASE(
    "the tick of any symbol closes the candles of all, in the order of their names", "[candles]")
{
    market m;
    m.publish(1, 10, 0);
    m.publish(2, 20, 1);
    following f{m};
    CHECK(f.read() == "0=0:10-10/1~ 1=0:20-20/1~");
    m.publish(60, 21, 1);
    // 1 is BTC-USD, and comes before ETH-USD.
    CHECK(f.read() == "1=0:20-20/1 0=0:10-10/1 1=60:21-21/1~");
}

TEST_CASE("a candle closes without a tick once the writer's time is past it", "[candles]")
{
    market m;
    m.publish(1, 10);
    following f{m};
    CHECK(f.read() == "0=0:10-10/1~");
    m.ticks.note_settled(at_second(59));
    CHECK(f.read().empty());
    m.ticks.note_settled(at_second(60));
    std::string news;
    f.live.look();
    f.live.read_all([&](symbol_id s) { news += std::to_string(index_of(s)); });
    CHECK(news == "0");
    CHECK(f.read() == "0=0:10-10/1");
    f.live.read_all([&](symbol_id) { news += "again"; });
    CHECK(news == "0");
}

TEST_CASE("a candle does not close while a tick of it is placed and not committed", "[candles]")
{
    market m;
    m.publish(1, 10);
    following f{m};
    CHECK(f.read() == "0=0:10-10/1~");
    m.ticks.place(
        {position::at(at_second(59)), symbol_id{0}, price::from(12).value(), source_id{0}},
        boot_time{});
    m.ticks.note_settled(at_second(61));
    CHECK(f.read().empty());
    m.ticks.commit(m.ticks.placed());
    CHECK(f.read() == "0=0:10-12/2");
}

TEST_CASE("who goes on from the id of an event gets the events after it, each once", "[candles]")
{
    market m;
    m.publish(1, 10, 0);
    m.publish(2, 20, 1);
    following f{m};
    m.publish(61, 11, 0);
    f.live.look();
    std::vector<candle_event> all;
    REQUIRE(f.live.events_after(both, interval::m1, f.at, all));
    REQUIRE(words(all) == "1=0:20-20/1 0=0:10-10/1 0=60:11-11/1~");
    std::vector<candle_event> rest;
    for (std::size_t i = 0; i < all.size(); ++i) {
        REQUIRE(f.live.events_after(both, interval::m1, all[i].id, rest));
        CHECK(words(rest) == words({all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end()}));
    }
}

TEST_CASE(
    "ticks that were overwritten before they were read are missing in their candle", "[candles]")
{
    market m{2};
    m.publish(1, 10);
    following f{m};
    CHECK(f.read() == "0=0:10-10/1~");
    for (int i = 0; i < 5; ++i)
        m.publish(10 + i, 11 + i);
    CHECK(f.read() == "0=0:10-15/3~?");
    m.publish(60, 20);
    CHECK(f.read() == "0=0:10-15/3? 0=60:20-20/1~");
}

TEST_CASE(
    "who lacks more closed candles than are kept is sent away, and so is one of an old era",
    "[candles]")
{
    market m{1'000};
    m.publish(1, 10);
    following f{m};
    CHECK(f.read() == "0=0:10-10/1~");
    const auto began = f.at;
    for (std::size_t i = 1; i <= closed_kept_max; ++i)
        m.publish(60.0 * static_cast<double>(i) + 1, 10);
    CHECK(f.read().starts_with("0=0:10-10/1 0=60:"));
    m.publish(60.0 * (closed_kept_max + 1) + 1, 10);
    CHECK_FALSE(f.read().empty());
    f.at = began;
    CHECK(f.read() == "lost");

    following later{m};
    m.ticks.restart_at(at_second(30));
    CHECK(later.read() == "lost");
    // Those that come after it begin anew.
    later.live.leave(both, interval::m1);
    CHECK(later.live.empty());
    following anew{m};
    m.publish(31, 7);
    CHECK(anew.read() == "0=0:7-7/1~?");
}

TEST_CASE("a track is shared, and gone when the last follower leaves", "[candles]")
{
    market m;
    live_candles live{m.ticks};
    CHECK(live.empty());
    live.join(both, interval::m1, starts_of(m), 0);
    live.join(both, interval::m1, starts_of(m), 0);
    CHECK(live.size() == 2);
    live.join(both, interval::m5, starts_of(m, interval::m5), 0);
    CHECK(live.size() == 4);
    live.leave(both, interval::m1);
    live.leave(both, interval::m5);
    CHECK(live.size() == 2);
    live.leave(both, interval::m1);
    CHECK(live.empty());
}

TEST_CASE("a candle over a hole of the tapes says so when it closes", "[candles]")
{
    market m;
    m.publish(1, 10);
    following f{m};
    CHECK(f.read() == "0=0:10-10/1~");
    m.ticks.lose(position::at(at_second(1)), position::at(at_second(5)));
    m.publish(6, 11);
    m.publish(61, 12);
    m.publish(121, 13);
    CHECK(f.read() == "0=0:10-11/2? 0=60:12-12/1 0=120:13-13/1~");
}
