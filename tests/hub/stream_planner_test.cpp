#include "hub/stream_planner.hpp"

#include "hub/held.hpp"
#include "support/catch.hpp"

#include <array>

using namespace tickertape;
using namespace tickertape::hub;

namespace {

// A subscriber that takes everything at once, and what it was given.
struct reader {
    reader(held& from, stream_cursor start, std::vector<symbol_id> wanted = {symbol_id{0}})
        : reader{from, start, stream_terms{.symbols = std::move(wanted), .how = sse::framing::raw}}
    {
    }
    reader(held& from, stream_cursor start, stream_terms wanted)
        : h{from}, terms{std::move(wanted)}, cursor{start}
    {
    }

    std::string take()
    {
        std::string out;
        for (;;) {
            const auto batch = planner.next(terms, cursor, h.seen(), now);
            if (batch.empty()) {
                cursor = batch.then;
                return out;
            }
            out += batch.bytes();
            cursor = progress_of(cursor, batch, batch.bytes().size()).cursor;
        }
    }

    held& h;
    stream_terms terms;
    stream_cursor cursor;
    boot_time now = at_ms(1'000'000);
    stream_planner planner{h.ticks, h.sources, h.board, h.topics, {}};
};

const std::vector<symbol_id> both{symbol_id{0}, symbol_id{1}};
const stream_terms both_raw{.symbols = both, .how = sse::framing::raw};

}  // namespace

TEST_CASE("without a past, the newest tick comes at once and then what is new", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    h.add(0, 2, 3'000);
    reader r{h, stream_cursor::newest(h.ticks.committed())};

    CHECK(r.take() == tick_block("3000-0", 3, "2"));
    CHECK(r.take().empty());
    h.add(0, 3, 4'000);
    CHECK(r.take() == tick_block("4000-0", 4, "3"));
}

TEST_CASE("an id of elsewhere is told restarted, also after a restart with an archive", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    const auto test = *h.sources.intern("test");
    const std::array ticks{
        tick{position{5'000, 0}, symbol_id{0}, *price::from(5), test},
        tick{position{6'000, 0}, symbol_id{1}, *price::from(6), test}};
    // Positions have never begun anew: the archive goes on from the life before.
    REQUIRE(h.ticks.restore({ticks, position{4'000, 0}, position{}}, {at_ms(6'500), at_ms(1'000)}));
    const auto last = tick_block("5000-0", 5, "5");
    const std::string told =
        "id: 4000-0\nevent: gap\n"
        "data: {\"from\":\"0-0\",\"to\":\"4000-0\",\"reason\":\"restarted\"}\n\n";
    reader alone{h, stream_cursor::unknown(h.ticks.epoch())};
    CHECK(alone.take() == told + last);
    CHECK(alone.take().empty());
    reader all{h, stream_cursor::unknown(h.ticks.epoch()), both};
    CHECK(all.take() == told + last + tick_block("6000-0", 6, "6", "ETH-USD"));
    // One that was given is not.
    reader known{h, stream_cursor::after(position{4'000, 0})};
    CHECK(known.take() == last);
}

TEST_CASE("a subscriber that comes before the first tick is sent it when it comes", "[hub]")
{
    held h{{"BTC-USD"}};
    reader r{h, stream_cursor::newest(h.ticks.committed())};
    CHECK(r.take().empty());
    h.add(0, 1, 2'000);
    CHECK(r.take() == tick_block("2000-0", 2, "1"));
}

TEST_CASE("of several symbols the newest tick of each comes first, in their order", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    h.add(1, 10, 2'000);
    h.add(0, 1, 3'000);
    h.add(0, 2, 4'000);
    reader r{h, stream_cursor::newest(h.ticks.committed()), both};
    // What comes after the connection is sent whole, whatever is newest by then.
    h.add(0, 3, 5'000);
    h.add(0, 4, 6'000);

    CHECK(
        r.take() == tick_block("2000-0", 2, "10", "ETH-USD") + tick_block("4000-0", 4, "2") +
                        tick_block("5000-0", 5, "3") + tick_block("6000-0", 6, "4"));
}

TEST_CASE("a combined price says how many providers are in it on every stream", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    h.ticks.publish(
        {symbol_id{0}, *price::from(1.5), *h.sources.intern("median(coinbase,kraken)", 2)},
        at_ms(2'000));
    const std::string frame =
        "id: 2000-0\ndata: {\"timestamp\":2,\"price\":1.5,\"symbol\":\"BTC-USD\","
        "\"source\":\"median(coinbase,kraken)\",\"sources\":2}\n\n";
    reader newest_of_both{h, stream_cursor::newest(h.ticks.committed()), both};
    CHECK(newest_of_both.take() == frame);
    reader history_of_one{h, stream_cursor::after({1'000, 0})};
    CHECK(history_of_one.take() == frame);
}

TEST_CASE("everything after a position is sent, and nothing at it", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    h.add(0, 1, 2'000);
    h.add(1, 10, 2'000);
    h.add(0, 2, 3'000);
    reader one{h, stream_cursor::after({2'000, 0})};
    CHECK(one.take() == tick_block("3000-0", 3, "2"));
    reader two{h, stream_cursor::after({2'000, 0}), both};
    CHECK(two.take() == tick_block("2000-1", 2, "10", "ETH-USD") + tick_block("3000-0", 3, "2"));
}

TEST_CASE("what lies before this process is told as a gap", "[hub]")
{
    held h{{"BTC-USD"}, 100, 1'000};
    h.add(0, 1, 2'000);
    reader r{h, stream_cursor::after({500, 7})};
    CHECK(
        r.take() == "id: 1000-0\nevent: gap\n"
                    "data: {\"from\":\"500-7\",\"to\":\"1000-0\",\"reason\":\"restarted\"}\n\n" +
                        tick_block("2000-0", 2, "1"));
}

TEST_CASE(
    "where history begins later than ids, who has had older ones is told, and nobody else", "[hub]")
{
    held h{{"BTC-USD"}, 100, 0};
    reader early{h, stream_cursor::newest(h.ticks.committed())};
    CHECK(early.take().empty());
    h.ticks.begin_after({2'000, 0});
    h.add(0, 1, 3'000);
    const auto frame = tick_block("3000-0", 3, "1");
    CHECK(early.take() == frame);
    reader at_the_beginning{h, stream_cursor::after({2'000, 0})};
    CHECK(at_the_beginning.take() == frame);
    reader older{h, stream_cursor::after({500, 7})};
    CHECK(
        older.take() ==
        "id: 2000-0\nevent: gap\n"
        "data: {\"from\":\"500-7\",\"to\":\"2000-0\",\"reason\":\"restarted\"}\n\n" +
            frame);
}

TEST_CASE("what is no longer held is told as a gap", "[hub]")
{
    held h{{"BTC-USD"}, 2};
    for (int i = 2; i <= 5; ++i)
        h.add(0, i, i * 1'000);
    reader r{h, stream_cursor::after({1'000, 0})};
    CHECK(
        r.take() == "id: 3000-0\nevent: gap\n"
                    "data: {\"from\":\"1000-0\",\"to\":\"3000-0\",\"reason\":\"evicted\","
                    "\"symbols\":[\"BTC-USD\"]}\n\n" +
                        tick_block("4000-0", 4, "4") + tick_block("5000-0", 5, "5"));
}

TEST_CASE("a subscriber that was overtaken is told so", "[hub]")
{
    held h{{"BTC-USD"}, 2};
    h.add(0, 2, 2'000);
    reader r{h, stream_cursor::newest(h.ticks.committed())};
    CHECK(r.take() == tick_block("2000-0", 2, "2"));
    for (int i = 3; i <= 6; ++i)
        h.add(0, i, i * 1'000);
    CHECK(
        r.take() == "id: 4000-0\nevent: gap\n"
                    "data: {\"from\":\"2000-0\",\"to\":\"4000-0\",\"reason\":\"lapped\","
                    "\"symbols\":[\"BTC-USD\"]}\n\n" +
                        tick_block("5000-0", 5, "5") + tick_block("6000-0", 6, "6"));
}

TEST_CASE("a gap of one of several symbols is told before the next tick of any", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}, 2};
    h.add(1, 10, 2'500);
    for (int i = 2; i <= 5; ++i)
        h.add(0, i, i * 1'000);
    reader r{h, stream_cursor::after({1'000, 0}), both};
    // Without an id: a client that resumed after it would miss the tick that follows.
    CHECK(
        r.take() == "event: gap\n"
                    "data: {\"from\":\"1000-0\",\"to\":\"3000-0\",\"reason\":\"evicted\","
                    "\"symbols\":[\"BTC-USD\"]}\n\n" +
                        tick_block("2500-0", 2, "10", "ETH-USD") + tick_block("4000-0", 4, "4") +
                        tick_block("5000-0", 5, "5"));
}

TEST_CASE("a gap that lies ahead is told again to a client that stops before its end", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}, 2};
    h.add(0, 2, 2'000);
    h.add(1, 10, 2'500);
    for (int i = 3; i <= 5; ++i)
        h.add(0, i, i * 1'000);
    const auto start = stream_cursor::after({1'000, 0});
    stream_planner planner{h.ticks, h.sources, h.board, h.topics, {}};
    const auto batch = planner.next(both_raw, start, h.seen(), at_ms(6'000));
    // Cut within the gap, the subscriber stands where it stood, and is sent the rest of it alone.
    const auto progress = progress_of(start, batch, 1);
    CHECK(progress.ticks == 0);
    CHECK(progress.gaps[0] == 1);
    CHECK(progress.cursor.at == start.at);
    CHECK(progress.rest.ends_with("\"symbols\":[\"BTC-USD\"]}\n\n"));
    reader on{h, progress.cursor, both};
    CHECK(on.take().starts_with(tick_block("2500-0", 2, "10", "ETH-USD")));

    reader again{h, stream_cursor::after({2'500, 0}), both};
    CHECK(again.take().starts_with("event: gap\ndata: {\"from\":\"2500-0\",\"to\":\"3000-0\","));
}

TEST_CASE("where nothing is left of several symbols, the gaps alone are told", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}, 2};
    const auto first = h.add(0, 2, 2'000);
    h.add(1, 10, 2'500);
    h.add(0, 2, 2'500);
    const commit_horizon a_while_ago = h.seen();
    for (int i = 3; i <= 6; ++i) {
        h.add(0, i, i * 1'000);
        h.add(1, i, i * 1'000);
    }
    stream_planner planner{h.ticks, h.sources, h.board, h.topics, {}};
    const auto start = stream_cursor::after(first.at);
    // All that had been seen is gone by now.
    const auto batch = planner.next(both_raw, start, a_while_ago, at_ms(6'000));
    const std::string gap_to = "event: gap\ndata: {\"from\":\"2000-0\",\"to\":\"";
    CHECK(
        batch.bytes() == gap_to + "4000-0\",\"reason\":\"evicted\",\"symbols\":[\"BTC-USD\"]}\n\n" +
                             gap_to +
                             "4000-1\",\"reason\":\"evicted\",\"symbols\":[\"ETH-USD\"]}\n\n");
    CHECK(progress_of(start, batch, 1).gaps[0] == 1);
    CHECK(progress_of(start, batch, batch.bytes().size()).gaps[0] == 2);
    CHECK(batch.then.at == position{2'500, 1});
}

namespace {

// Many symbols of which the oldest ticks are gone.
struct lossy {
    static constexpr std::size_t count = 1'000;

    explicit lossy(std::size_t ticks_each = 5)
    {
        for (std::size_t i = 0; i < ticks_each; ++i)
            for (std::size_t s = 0; s < count; ++s)
                tick_of(s);
    }
    static std::vector<std::string> names()
    {
        std::vector<std::string> all;
        for (std::size_t i = 0; i < count; ++i)
            all.push_back("S" + std::to_string(i) + "-USD");
        return all;
    }
    void tick_of(std::size_t symbol) { h.add(symbol, 1, ms++); }
    stream_batch next(const stream_cursor& from)
    {
        return planner.next(terms, from, h.seen(), at_ms(1'000'000));
    }

    std::int64_t ms = 2'000;
    held h{names(), 3};
    stream_terms terms{
        .symbols = {h.symbols.all().begin(), h.symbols.all().end()}, .how = sse::framing::raw};
    stream_planner planner{h.ticks, h.sources, h.board, h.topics, {}};
};

std::size_t count_of(const std::string& text, std::string_view what)
{
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++n;
    return n;
}

}  // namespace

TEST_CASE(
    "whatever is lost of many symbols, what is left of a cut write is part of an event", "[hub]")
{
    lossy l;
    l.terms.newest_only = GENERATE(false, true);
    auto cursor = stream_cursor::after({1'000, 0});
    if (GENERATE(false, true))
        cursor.pass_to(l.h.seen().until(), stream_cursor::telling::gap);
    std::string got;
    // A reader that takes a hundred bytes at a time.
    for (int turns = 0; turns < 20'000; ++turns) {
        const auto batch = l.next(cursor);
        if (batch.empty()) {
            CHECK(count_of(got, "event: gap") == lossy::count);
            return;
        }
        REQUIRE(batch.bytes().size() < 2 * stream_planner::limits{}.batch_bytes_max + 1'000);
        const auto sent = std::min<std::size_t>(100, batch.bytes().size());
        const auto progress = progress_of(cursor, batch, sent);
        REQUIRE(progress.rest.size() < 300);
        got += batch.bytes().substr(0, sent);
        got += progress.rest;
        cursor = progress.cursor;
    }
    FAIL("it never ends");
}

TEST_CASE("a loss that has been told is told again only where more is lost since", "[hub]")
{
    lossy l;
    auto cursor = stream_cursor::after({1'000, 0});
    // Half of the gaps are sent.
    const auto first = l.next(cursor);
    const auto told = count_of(std::string{first.bytes()}, "event: gap");
    REQUIRE(told > 100);
    REQUIRE(told < lossy::count);
    cursor = progress_of(cursor, first, first.bytes().size()).cursor;
    CHECK(cursor.at == position{1'000, 0});
    // Of two that have been told, and of one that has not, more goes.
    for (const auto s : {0U, 1U, 999U})
        l.tick_of(s);
    std::string rest;
    for (auto batch = l.next(cursor); !batch.empty(); batch = l.next(cursor)) {
        rest += batch.bytes();
        cursor = progress_of(cursor, batch, batch.bytes().size()).cursor;
    }
    const auto ticks = rest.find("\ndata: {\"timestamp\"");
    CHECK(count_of(rest, "event: gap") == lossy::count - told + 2);
    CHECK(rest.rfind("event: gap") < ticks);
    const auto last_word_of = [&](const std::string& name) {
        return rest.rfind("event: gap", rest.find("\"symbols\":[\"" + name + "\"]"));
    };
    for (const auto* name : {"S0-USD", "S1-USD"}) {
        const auto event = rest.substr(last_word_of(name));
        CHECK(event.starts_with("event: gap\ndata: {\"from\":\"1000-0\",\"to\":\"4"));
    }
    CHECK(count_of(rest, "\"symbols\":[\"S2-USD\"]") == 0);
}

TEST_CASE("what is told of a loss is not forgotten among the ticks behind it", "[hub]")
{
    // One symbol has lost what lies ahead of many ticks of another.
    held h{{"BTC-USD", "ETH-USD"}, 2'000};
    for (int i = 0; i < 2'000; ++i)
        h.add(1, 1, 2'000 + i);
    for (int i = 0; i < 2'001; ++i)
        h.add(0, 1, 5'000 + i);
    reader r{h, stream_cursor::after({1'000, 0}), both};
    const auto all = r.take();
    CHECK(count_of(all, "event: gap") == 1);
    CHECK(count_of(all, "\"source\":\"test\"") == 4'000);
    CHECK(r.cursor.told_until == position{});
}

TEST_CASE("news of many symbols at once is told in pieces", "[hub]")
{
    lossy l;
    for (const auto s : l.h.symbols.all())
        l.h.board.set_stale(s, true);
    auto cursor = stream_cursor::after(l.h.ticks.committed());
    std::size_t told = 0;
    for (auto batch = l.next(cursor); !batch.empty(); batch = l.next(cursor)) {
        CHECK(batch.bytes().size() < stream_planner::limits{}.batch_bytes_max + 100);
        told += count_of(std::string{batch.bytes()}, "event: stale");
        cursor = progress_of(cursor, batch, batch.bytes().size()).cursor;
    }
    CHECK(told == lossy::count);
}

TEST_CASE("a stale price is told to a subscriber that comes and to those there are", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    reader there{h, stream_cursor::newest(h.ticks.committed())};
    there.take();
    h.board.set_stale(symbol_id{0}, true);
    reader newcomer{h, stream_cursor::newest(h.ticks.committed())};
    there.now = newcomer.now = at_ms(133'500);

    const std::string stale = "event: stale\ndata: {\"symbol\":\"BTC-USD\",\"age\":131}\n\n";
    CHECK(there.take() == stale);
    CHECK(newcomer.take() == tick_block("2000-0", 2, "1") + stale);
    CHECK(there.take().empty());

    h.add(0, 2, 134'000);
    h.board.set_stale(symbol_id{0}, false);
    there.now = at_ms(134'000);
    CHECK(
        there.take() == tick_block("134000-0", 134, "2") +
                            "event: fresh\ndata: {\"symbol\":\"BTC-USD\",\"age\":0}\n\n");
    reader later{h, stream_cursor::newest(h.ticks.committed())};
    CHECK(later.take() == tick_block("134000-0", 134, "2"));
}

TEST_CASE("notices that are cut short go on where they were cut", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    h.add(0, 1, 2'000);
    h.add(1, 10, 2'000);
    // Not in the order of the symbols.
    h.board.set_stale(symbol_id{1}, true);
    h.board.set_stale(symbol_id{0}, true);
    stream_planner planner{h.ticks, h.sources, h.board, h.topics, {}};
    const auto start = stream_cursor::after(h.ticks.committed());
    const auto batch = planner.next(both_raw, start, h.seen(), at_ms(3'000));
    const std::string eth = "event: stale\ndata: {\"symbol\":\"ETH-USD\",\"age\":1}\n\n";
    const std::string btc = "event: stale\ndata: {\"symbol\":\"BTC-USD\",\"age\":1}\n\n";
    REQUIRE(batch.bytes() == eth + btc);

    const auto cut = progress_of(start, batch, 5);
    CHECK(cut.rest == eth.substr(5));
    CHECK(planner.next(both_raw, cut.cursor, h.seen(), at_ms(3'000)).bytes() == btc);
}

TEST_CASE("a write that was cut short counts whole frames and keeps the rest", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    h.add(0, 2, 3'000);
    h.add(0, 3, 4'000);
    const auto first = tick_block("2000-0", 2, "1");
    const auto second = tick_block("3000-0", 3, "2");
    const auto start = stream_cursor::after({1'000, 0});
    stream_planner planner{h.ticks, h.sources, h.board, h.topics, {}};
    const stream_terms terms{.symbols = {symbol_id{0}}, .how = sse::framing::raw};
    const auto batch = planner.next(terms, start, h.seen(), at_ms(5'000));

    const auto none = progress_of(start, batch, 0);
    CHECK(none.cursor == start);
    CHECK(none.rest.empty());
    CHECK(none.ticks == 0);

    const auto exact = progress_of(start, batch, first.size());
    CHECK(exact.cursor.at == position{2'000, 0});
    CHECK(exact.rest.empty());
    CHECK(exact.ticks == 1);

    const auto cut = progress_of(start, batch, first.size() + 5);
    CHECK(cut.cursor.at == position{3'000, 0});
    CHECK(cut.rest == second.substr(5));
    CHECK(cut.ticks == 2);

    const auto all = progress_of(start, batch, batch.bytes().size());
    CHECK(all.cursor == batch.then);
    CHECK(all.ticks == 3);
}

TEST_CASE("chunked frames of several symbols are chunks", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    h.add(1, 10, 2'000);
    stream_planner planner{h.ticks, h.sources, h.board, h.topics, {}};
    const auto batch = planner.next(
        stream_terms{.symbols = both, .how = sse::framing::chunked},
        stream_cursor::after({1'000, 0}), h.seen(), at_ms(5'000));
    CHECK(batch.bytes() == "50\r\n" + tick_block("2000-0", 2, "10", "ETH-USD") + "\r\n");
}

TEST_CASE(
    "a subscriber of the latest is sent the newest tick, and how many it passes over", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    reader r{
        h, stream_cursor::newest(h.ticks.committed()),
        stream_terms{.symbols = {symbol_id{0}}, .how = sse::framing::raw, .newest_only = true}};
    CHECK(r.take() == tick_block("2000-0", 2, "1"));
    h.add(0, 2, 3'000);
    CHECK(r.take() == tick_block("3000-0", 3, "2"));
    for (int i = 3; i <= 6; ++i)
        h.add(0, i, 1'000 + i * 1'000);
    CHECK(r.take() == tick_block("7000-0", 7, "6", "BTC-USD", 3));
    CHECK(r.take().empty());
}

TEST_CASE("the latest of several symbols count what they pass over each for itself", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    h.add(0, 1, 2'000);
    h.add(1, 10, 2'500);
    h.add(0, 2, 3'000);
    h.add(1, 11, 3'500);
    h.add(1, 12, 4'000);
    const stream_terms latest{.symbols = both, .how = sse::framing::raw, .newest_only = true};
    reader r{h, stream_cursor::after({1'000, 0}), latest};
    CHECK(
        r.take() ==
        tick_block("3000-0", 3, "2", "BTC-USD", 1) + tick_block("4000-0", 4, "12", "ETH-USD", 2));
}

TEST_CASE(
    "a pass that was cut goes on from where it was cut and counts from where it began", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    h.add(1, 10, 1'500);
    h.add(0, 1, 2'000);
    h.add(0, 2, 3'000);
    h.add(1, 11, 4'000);
    stream_planner planner{h.ticks, h.sources, h.board, h.topics, {}};
    const stream_terms latest{.symbols = both, .how = sse::framing::raw, .newest_only = true};
    const auto start = stream_cursor::after({1'000, 0});
    const auto batch = planner.next(latest, start, h.seen(), at_ms(5'000));
    const auto cut = progress_of(start, batch, 1);
    CHECK(cut.skipped == 1);
    CHECK(cut.cursor.at == position{3'000, 0});
    h.add(1, 12, 5'000);  // not of this pass any more

    auto cursor = cut.cursor;
    const auto rest = planner.next(latest, cursor, h.seen(), at_ms(5'000));
    CHECK(rest.bytes() == tick_block("4000-0", 4, "11", "ETH-USD", 1));
    cursor = progress_of(cursor, rest, rest.bytes().size()).cursor;
    CHECK(
        planner.next(latest, cursor, h.seen(), at_ms(5'000)).bytes() ==
        tick_block("5000-0", 5, "12", "ETH-USD"));
}

TEST_CASE("those who are in step are in the same place, however they began", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    const bool newest_only = GENERATE(false, true);
    const stream_terms terms{
        .symbols = {symbol_id{0}}, .how = sse::framing::raw, .newest_only = newest_only};
    reader first{h, stream_cursor::newest(h.ticks.committed()), terms};
    first.take();
    h.add(0, 2, 3'000);
    first.take();
    reader second{h, stream_cursor::newest(h.ticks.committed()), terms};
    second.take();
    h.add(0, 3, 4'000);
    reader resumed{h, stream_cursor::after({3'000, 0}), terms};
    for (auto* r : {&first, &second, &resumed})
        r->take();
    CHECK(first.cursor == second.cursor);
    CHECK(first.cursor == resumed.cursor);
}

TEST_CASE("what is passed over but no longer held is told as a gap", "[hub]")
{
    held h{{"BTC-USD"}, 2};
    h.add(0, 1, 2'000);
    reader r{
        h, stream_cursor::newest(h.ticks.committed()),
        stream_terms{.symbols = {symbol_id{0}}, .how = sse::framing::raw, .newest_only = true}};
    r.take();
    for (int i = 2; i <= 5; ++i)
        h.add(0, i, 1'000 + i * 1'000);
    CHECK(
        r.take() == lapped_block("2000-0", "4000-0", "BTC-USD", true) +
                        tick_block("6000-0", 6, "5", "BTC-USD", 1));
}

TEST_CASE("a slow reader is brought up to date by a gap and the newest tick", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    reader r{h, stream_cursor::newest(h.ticks.committed())};
    r.take();
    for (int i = 2; i <= 5; ++i)
        h.add(0, i, 1'000 + i * 1'000);
    r.cursor.pass_to(h.ticks.committed(), stream_cursor::telling::gap);
    h.add(0, 6, 7'000);
    CHECK(
        r.take() ==
        lapped_block("2000-0", position({6'000, 0}).previous().text(), "BTC-USD", true) +
            tick_block("6000-0", 6, "5") + tick_block("7000-0", 7, "6"));
}

TEST_CASE("a slow reader of several symbols is told all its gaps before any tick", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    for (int i = 1; i <= 4; ++i) {
        h.add(0, i, 1'000 + i * 1'000);
        h.add(1, i, 1'500 + i * 1'000);
    }
    reader r{h, stream_cursor::after({1'000, 0}), both};
    r.cursor.live = true;
    r.cursor.pass_to(h.ticks.committed(), stream_cursor::telling::gap);
    const auto batch = r.planner.next(r.terms, r.cursor, h.seen(), r.now);
    // One that is cut in the first gap has still to be sent the second, and then the ticks.
    const auto progress = progress_of(r.cursor, batch, 1);
    CHECK(progress.gaps[2] == 1);
    CHECK(progress.ticks == 0);
    reader on{h, progress.cursor, both};
    const auto rest = on.take();
    CHECK(
        r.take() ==
        lapped_block("1000-0", position({5'000, 0}).previous().text(), "BTC-USD", false) +
            lapped_block("1000-0", position({5'500, 0}).previous().text(), "ETH-USD", false) +
            tick_block("5000-0", 5, "4") + tick_block("5500-0", 5, "4", "ETH-USD"));
    CHECK(
        rest == lapped_block("1000-0", position({5'500, 0}).previous().text(), "ETH-USD", false) +
                    tick_block("5000-0", 5, "4") + tick_block("5500-0", 5, "4", "ETH-USD"));
    CHECK(r.take().empty());
}

TEST_CASE("a slow reader that missed one tick only is not told of a gap", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    reader r{h, stream_cursor::newest(h.ticks.committed())};
    r.take();
    h.add(0, 2, 3'000);
    r.cursor.pass_to(h.ticks.committed(), stream_cursor::telling::gap);
    CHECK(r.take() == tick_block("3000-0", 3, "2"));
}

TEST_CASE("how far a subscriber is behind is the oldest tick it lacks", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    h.add(0, 1, 2'000);
    h.add(1, 1, 3'000);
    const commit_horizon earlier = h.seen();
    h.add(0, 2, 4'000);
    stream_planner planner{h.ticks, h.sources, h.board, h.topics, {}};
    CHECK(planner.first_unsent(both, {2'000, 0}, h.seen()) == position{3'000, 0});
    CHECK(planner.first_unsent(both, {3'000, 0}, h.seen()) == position{4'000, 0});
    CHECK_FALSE(planner.first_unsent(both, {4'000, 0}, h.seen()));
    CHECK_FALSE(planner.first_unsent(both, {3'000, 0}, earlier));
}

namespace {

std::string hole_block(const std::string& from, const std::string& to, bool resumes = true)
{
    return (resumes ? "id: " + to + "\n" : "") + "event: gap\ndata: {\"from\":\"" + from +
           "\",\"to\":\"" + to + "\",\"reason\":\"evicted\"}\n\n";
}

}  // namespace

TEST_CASE("a hole is told once, between the ticks before it and those after it", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    h.add(0, 1, 2'000);
    h.add(1, 2, 3'000);
    h.ticks.lose(position{3'000, 0}, position{4'000, 0});
    h.add(0, 3, 5'000);
    const auto hole = hole_block("3000-0", "4000-0");
    const auto last = tick_block("5000-0", 5, "3");

    reader one{h, stream_cursor::after(position{1'500, 0})};
    CHECK(one.take() == tick_block("2000-0", 2, "1") + hole + last);
    CHECK(one.take().empty());
    reader two{h, stream_cursor::after(position{1'500, 0}), both};
    CHECK(
        two.take() ==
        tick_block("2000-0", 2, "1") + tick_block("3000-0", 3, "2", "ETH-USD") + hole + last);
    reader latest{
        h, stream_cursor::after(position{1'500, 0}),
        stream_terms{.symbols = both, .how = sse::framing::raw, .newest_only = true}};
    CHECK(
        latest.take() ==
        tick_block("2000-0", 2, "1") + tick_block("3000-0", 3, "2", "ETH-USD") + hole + last);
    reader within{h, stream_cursor::after(position{3'500, 0})};
    CHECK(within.take() == hole_block("3500-0", "4000-0") + last);
    reader behind{h, stream_cursor::after(position{4'000, 0})};
    CHECK(behind.take() == last);
    reader newest{h, stream_cursor::newest(h.ticks.committed())};
    CHECK(newest.take() == last);
}

TEST_CASE("a hole before ticks that were sent has no id, and is told at its place", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    h.add(0, 2, 3'000);
    reader r{h, stream_cursor::newest(h.ticks.committed())};
    CHECK(r.take() == tick_block("3000-0", 3, "2"));
    h.ticks.lose(position{2'000, 0}, position{2'500, 0});
    const auto hole = hole_block("2000-0", "2500-0", false);
    CHECK(r.take() == hole);
    CHECK(r.take().empty());
    reader new_one{h, stream_cursor::newest(h.ticks.committed())};
    CHECK(new_one.take() == tick_block("3000-0", 3, "2"));
    h.add(0, 3, 4'000);
    CHECK(r.take() == tick_block("4000-0", 4, "3"));
    CHECK(new_one.take() == tick_block("4000-0", 4, "3"));
    reader resumed{h, stream_cursor::after(position{3'000, 0})};
    CHECK(resumed.take() == hole + tick_block("4000-0", 4, "3"));
}

TEST_CASE("a subscriber ahead of the tapes waits at its id", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    h.add(0, 1, 2'000);
    reader one{h, stream_cursor::after(position{4'000, 0})};
    reader two{h, stream_cursor::after(position{4'000, 0}), both};
    reader latest{
        h, stream_cursor::after(position{4'000, 0}),
        stream_terms{.symbols = both, .how = sse::framing::raw, .newest_only = true}};
    for (auto* r : {&one, &two, &latest})
        CHECK(r->take().empty());
    h.add(0, 2, 3'000);
    h.add(0, 3, 4'000);
    for (auto* r : {&one, &two, &latest})
        CHECK(r->take().empty());
    h.add(0, 4, 5'000);
    for (auto* r : {&one, &two, &latest})
        CHECK(r->take() == tick_block("5000-0", 5, "4"));
}
