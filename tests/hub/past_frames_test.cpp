#include "hub/past_frames.hpp"

#include "hub/held.hpp"
#include "support/catch.hpp"

#include <array>

using namespace tickertape;
using namespace tickertape::hub;
using namespace tickertape::tape;

namespace {

const std::vector<symbol_id> btc{symbol_id{0}};
const std::vector<symbol_id> both{symbol_id{0}, symbol_id{1}};

past_tick tick_at(std::uint64_t ms, std::size_t symbol = 0)
{
    return {position{ms, 0}, static_cast<symbol_id>(symbol), *price::from(1), "test", 0};
}

bool needs(const held& h, position after, const std::vector<symbol_id>& symbols = btc)
{
    return needs_past({.symbols = symbols}, stream_cursor::after(after), 0, h.ticks);
}

}  // namespace

TEST_CASE("the past is needed before the first tick that every tape of a stream holds", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}, 2};
    CHECK_FALSE(needs(h, position{1'000, 0}));
    for (int i = 2; i <= 5; ++i)
        h.add(0, 1, i * 1'000);
    h.add(1, 1, 6'000);
    CHECK(held_after(h.ticks, btc) == position{3'000, 0});
    CHECK(needs(h, position{2'999, 0}));
    CHECK_FALSE(needs(h, position{3'000, 0}));
    CHECK(needs(h, position{2'999, 0}, both));
    CHECK_FALSE(needs(h, position{2'999, 0}, {symbol_id{1}}));
    CHECK(needs(h, {}));
}

TEST_CASE("an unknown cursor, one of another era and one of the newest need no past", "[hub]")
{
    held h{{"BTC-USD"}, 2};
    for (int i = 2; i <= 5; ++i)
        h.add(0, 1, i * 1'000);
    CHECK_FALSE(needs_past({.symbols = btc}, stream_cursor::unknown(h.ticks.epoch()), 0, h.ticks));
    const auto all = stream_cursor::after({});
    CHECK_FALSE(needs_past({.symbols = btc}, all, 2, h.ticks));
    CHECK_FALSE(needs_past({.symbols = btc, .newest_only = true}, all, 0, h.ticks));
    const auto newest = stream_cursor::newest(h.ticks.committed());
    CHECK_FALSE(needs_past({.symbols = btc}, newest, 0, h.ticks));

    // The true past is still there when a wrong future is over.
    h.ticks.restart_at(at_ms(1'500));
    CHECK(needs_past({.symbols = btc}, all, h.ticks.era(), h.ticks));
    const auto unknown = stream_cursor::unknown(h.ticks.epoch());
    CHECK_FALSE(needs_past({.symbols = btc}, unknown, h.ticks.era(), h.ticks));
}

TEST_CASE("an answer that breaks its promise is not sound", "[hub]")
{
    const past_query asked{btc, position{1'000, 0}, position{9'000, 0}, 2};
    const auto sound = [&](std::uint64_t from, std::uint64_t to, std::vector<past_tick> ticks) {
        return is_sound({position{from, 0}, position{to, 0}, std::move(ticks)}, asked);
    };
    CHECK(sound(1'000, 3'000, {tick_at(2'000), tick_at(3'000)}));
    CHECK(sound(2'000, 2'000, {}));
    CHECK_FALSE(sound(999, 3'000, {}));
    CHECK_FALSE(sound(2'000, 1'500, {}));
    CHECK_FALSE(sound(1'000, 3'000, {tick_at(1'000)}));
    CHECK_FALSE(sound(1'000, 3'000, {tick_at(3'001)}));
    CHECK_FALSE(sound(1'000, 3'000, {tick_at(3'000), tick_at(2'000)}));
    CHECK_FALSE(sound(1'000, 3'000, {tick_at(2'000), tick_at(2'000)}));
    CHECK_FALSE(sound(1'000, 3'000, {tick_at(2'000, 1)}));
    CHECK_FALSE(sound(1'000, 3'000, {tick_at(1'500), tick_at(2'000), tick_at(2'500)}));
}

TEST_CASE("an answer becomes frames, and its end the cursor behind them", "[hub]")
{
    held h{{"BTC-USD"}, 2};
    past_frames frames{h.ticks, h.sources};
    const auto from = stream_cursor::after({});
    const past_query asked{btc, {}, position{9'000, 0}, 10};
    auto two = tick_at(3'000);
    two.combined = 2;
    frames.build(
        {.symbols = btc, .how = sse::framing::raw}, from, asked,
        {{}, position{5'000, 0}, {tick_at(2'000), two}});
    const auto batch = frames.batch();
    auto of_two = tick_block("3000-0", 3, "1");
    of_two.insert(of_two.find("}\n\n"), ",\"sources\":2");
    CHECK(batch.bytes() == tick_block("2000-0", 2, "1") + of_two);
    CHECK(batch.then.at == position{5'000, 0});
    // Cut in the first frame, the cursor is behind that, and its rest is to be sent.
    const auto cut = progress_of(from, batch, tick_block("2000-0", 2, "1").size() - 3);
    CHECK(cut.cursor.at == position{2'000, 0});
    CHECK(cut.rest == "}\n\n");
    CHECK(cut.ticks == 1);
}

TEST_CASE("an answer of the past ends at a hole of the tapes, which is told once to all", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}, 2};
    h.add(0, 1, 2'000);
    h.ticks.lose(position{2'000, 0}, position{3'000, 0});
    for (int i = 4; i <= 9; ++i)
        h.add(0, 1, i * 1'000);
    const stream_terms terms{.symbols = both, .how = sse::framing::raw};
    const past_query asked{both, {}, position{7'000, 0}, 10};
    past_frames before{h.ticks, h.sources};
    before.build(
        terms, stream_cursor::after({}), asked,
        {{}, position{5'000, 0}, {tick_at(2'000), tick_at(4'000), tick_at(5'000)}});
    CHECK(before.batch().bytes() == tick_block("2000-0", 2, "1"));
    CHECK(before.batch().then.at == position{2'000, 0});

    past_frames at_it{h.ticks, h.sources};
    const past_query next{both, position{2'000, 0}, position{7'000, 0}, 10};
    // The past knows of the hole too.
    at_it.build(
        terms, stream_cursor::after(next.after), next,
        {position{3'000, 0}, position{5'000, 0}, {tick_at(4'000), tick_at(5'000)}});
    CHECK(
        at_it.batch().bytes() == "id: 3000-0\nevent: gap\ndata: {\"from\":\"2000-0\",\"to\":"
                                 "\"3000-0\",\"reason\":\"evicted\"}\n\n");
    CHECK(at_it.batch().then.at == position{3'000, 0});
}
