#include "hub/frame_cache.hpp"

#include "hub/held.hpp"
#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::hub;
using namespace tickertape::tape;

namespace {

std::string bytes_of(const frame_run& run)
{
    return run.marks.empty()
               ? std::string{}
               : std::string{run.bytes.substr(run.base, run.marks.back().end - run.base)};
}

constexpr symbol_id btc{0};

}  // namespace

TEST_CASE("frames of consecutive ticks lie in one piece", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1.5, 2'000);
    h.add(0, 2.5, 3'000);
    frame_cache cache{h.ticks, h.sources, sse::framing::raw, {}};

    const auto run = cache.frames_from(btc, 0, h.ticks.committed());
    CHECK(bytes_of(run) == tick_block("2000-0", 2, "1.5") + tick_block("3000-0", 3, "2.5"));
    REQUIRE(run.marks.size() == 2);
    CHECK(run.marks[0].at == position{2'000, 0});
    CHECK(run.marks[1].at == position{3'000, 0});

    CHECK(
        bytes_of(cache.frames_from(btc, 1, h.ticks.committed())) == tick_block("3000-0", 3, "2.5"));
    CHECK(cache.frames_from(btc, 2, h.ticks.committed()).marks.empty());
}

TEST_CASE("the frame of a combined price says how many providers are in it", "[hub]")
{
    held h{{"BTC-USD"}};
    h.ticks.publish(
        {btc, *price::from(1.5), *h.sources.intern("median(coinbase,kraken)", 2)}, at_ms(2'000));
    frame_cache cache{h.ticks, h.sources, sse::framing::raw, {}};
    CHECK(
        bytes_of(cache.frames_from(btc, 0, h.ticks.committed())) ==
        "id: 2000-0\ndata: {\"timestamp\":2,\"price\":1.5,\"symbol\":\"BTC-USD\","
        "\"source\":\"median(coinbase,kraken)\",\"sources\":2}\n\n");
}

TEST_CASE("frames stop at the position that was asked for", "[hub]")
{
    held h{{"BTC-USD"}};
    const auto first = h.add(0, 1, 2'000);
    h.add(0, 2, 3'000);
    frame_cache cache{h.ticks, h.sources, sse::framing::raw, {}};

    CHECK(bytes_of(cache.frames_from(btc, 0, first.at)) == tick_block("2000-0", 2, "1"));
    CHECK(cache.frames_from(btc, 0, h.ticks.committed()).marks.size() == 2);
}

TEST_CASE("a block grows with its tape", "[hub]")
{
    held h{{"BTC-USD"}, 1'000};
    frame_cache cache{h.ticks, h.sources, sse::framing::chunked, {}};
    for (std::size_t i = 0; i < 3 * frame_cache::block_ticks; ++i) {
        h.add(0, 1 + static_cast<double>(i), 2'000 + static_cast<std::int64_t>(i));
        const auto run = cache.frames_from(btc, i, h.ticks.committed());
        REQUIRE(run.marks.size() == 1);
        REQUIRE(run.marks.front().at.ms() == 2'000 + i);
    }
    CHECK(cache.frames_from(btc, 0, h.ticks.committed()).marks.size() == frame_cache::block_ticks);
}

TEST_CASE(
    "a block that was begun late is encoded anew for a subscriber that is further behind", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    h.add(0, 2, 3'000);
    frame_cache cache{h.ticks, h.sources, sse::framing::raw, {}};

    CHECK(cache.frames_from(btc, 1, h.ticks.committed()).marks.size() == 1);
    CHECK(cache.frames_from(btc, 0, h.ticks.committed()).marks.size() == 2);
}

TEST_CASE("a block goes on behind ticks that were lapped before they were encoded", "[hub]")
{
    held h{{"BTC-USD"}, 4};
    frame_cache cache{h.ticks, h.sources, sse::framing::raw, {}};
    h.add(0, 1, 2'000);
    CHECK(cache.frames_from(btc, 0, h.ticks.committed()).marks.size() == 1);
    for (int i = 1; i < 12; ++i)
        h.add(0, 1 + i, 2'000 + i);

    // 1 to 7 were never asked for and are gone.
    const auto run = cache.frames_from(btc, 8, h.ticks.committed());
    REQUIRE(run.marks.size() == 4);
    CHECK(run.marks.front().at == position{2'008, 0});
    CHECK(cache.frames_from(btc, 3, h.ticks.committed()).marks.empty());
}

TEST_CASE("blocks of ticks that are no longer held go", "[hub]")
{
    held h{{"BTC-USD"}, 2 * frame_cache::block_ticks};
    frame_cache cache{h.ticks, h.sources, sse::framing::raw, {}};
    std::size_t most = 0;
    for (std::size_t i = 0; i < 50 * frame_cache::block_ticks; ++i) {
        h.add(0, 1 + static_cast<double>(i), 2'000 + static_cast<std::int64_t>(i));
        REQUIRE(cache.frames_from(btc, i, h.ticks.committed()).marks.size() == 1);
        most = std::max(most, cache.bytes_held());
    }
    // Two blocks' worth of ticks lie in three blocks at the most, and one may be about to go.
    CHECK(most < 4 * frame_cache::block_ticks * 300);
}

TEST_CASE("blocks nobody has asked for lately make room", "[hub]")
{
    held h{{"BTC-USD"}, 10'000};
    for (int i = 0; i < 5'000; ++i)
        h.add(0, 1 + i, 2'000 + i);
    const std::size_t bytes_max = 100'000;
    frame_cache cache{h.ticks, h.sources, sse::framing::raw, {.bytes_max = bytes_max}};

    std::string all;
    for (symbol_tape::index i = 0; i < 5'000;) {
        const auto run = cache.frames_from(btc, i, h.ticks.committed());
        REQUIRE_FALSE(run.marks.empty());
        all += bytes_of(run);
        i += run.marks.size();
        CHECK(cache.bytes_held() <= bytes_max + 40'000);  // the block in hand may stand above it
    }
    std::string expected;
    for (int i = 0; i < 5'000; ++i)
        expected += tick_block(
            std::to_string(2'000 + i) + "-0", (2'000 + i) / 1'000, std::to_string(1 + i));
    CHECK(all == expected);
}
