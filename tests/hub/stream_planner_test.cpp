#include "hub/stream_planner.hpp"

#include "hub/held.hpp"
#include "support/catch.hpp"

using namespace tickertape;

namespace {

// A subscriber that takes everything at once, and what it was given.
struct reader {
    reader(held& from, stream_place start, std::vector<symbol_id> wanted = {symbol_id{0}})
        : reader{from, start, stream_terms{.symbols = std::move(wanted), .how = sse::framing::raw}}
    {
    }
    reader(held& from, stream_place start, stream_terms wanted)
        : h{from}, terms{std::move(wanted)}, place{start}
    {
    }

    std::string take()
    {
        std::string out;
        for (;;) {
            const auto batch = planner.next(terms, place, h.seen(), now);
            if (batch.empty()) {
                place = batch.then;
                return out;
            }
            out += batch.bytes();
            place = stream_planner::advance(place, batch, batch.bytes().size()).place;
        }
    }

    held& h;
    stream_terms terms;
    stream_place place;
    boot_time now = at_ms(1'000'000);
    stream_planner planner{h.ticks, h.sources, h.board, {}};
};

const std::vector<symbol_id> both{symbol_id{0}, symbol_id{1}};
const stream_terms both_raw{.symbols = both, .how = sse::framing::raw};

}  // namespace

TEST_CASE("without a past, the newest tick comes at once and then what is new", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    h.add(0, 2, 3'000);
    reader r{h, stream_place::newest(h.ticks.committed())};

    CHECK(r.take() == tick_block("3000-0", 3, "2"));
    CHECK(r.take().empty());
    h.add(0, 3, 4'000);
    CHECK(r.take() == tick_block("4000-0", 4, "3"));
}

TEST_CASE("whoever comes before the first tick is sent it when it comes", "[hub]")
{
    held h{{"BTC-USD"}};
    reader r{h, stream_place::newest(h.ticks.committed())};
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
    reader r{h, stream_place::newest(h.ticks.committed()), both};
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
    reader newest_of_both{h, stream_place::newest(h.ticks.committed()), both};
    CHECK(newest_of_both.take() == frame);
    reader history_of_one{h, stream_place::after({1'000, 0})};
    CHECK(history_of_one.take() == frame);
}

TEST_CASE("everything after a position is sent, and nothing at it", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    h.add(0, 1, 2'000);
    h.add(1, 10, 2'000);
    h.add(0, 2, 3'000);
    reader one{h, stream_place::after({2'000, 0})};
    CHECK(one.take() == tick_block("3000-0", 3, "2"));
    reader two{h, stream_place::after({2'000, 0}), both};
    CHECK(two.take() == tick_block("2000-1", 2, "10", "ETH-USD") + tick_block("3000-0", 3, "2"));
}

TEST_CASE("what lies before this process is told as a gap", "[hub]")
{
    held h{{"BTC-USD"}, 100, 1'000};
    h.add(0, 1, 2'000);
    reader r{h, stream_place::after({500, 7})};
    CHECK(
        r.take() == "id: 1000-0\nevent: gap\n"
                    "data: {\"from\":\"500-7\",\"to\":\"1000-0\",\"reason\":\"restarted\"}\n\n" +
                        tick_block("2000-0", 2, "1"));
}

TEST_CASE("what is no longer held is told as a gap", "[hub]")
{
    held h{{"BTC-USD"}, 2};
    for (int i = 2; i <= 5; ++i)
        h.add(0, i, i * 1'000);
    reader r{h, stream_place::after({1'000, 0})};
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
    reader r{h, stream_place::newest(h.ticks.committed())};
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
    reader r{h, stream_place::after({1'000, 0}), both};
    // Without an id: whoever resumed after it would miss the tick that follows.
    CHECK(
        r.take() == "event: gap\n"
                    "data: {\"from\":\"1000-0\",\"to\":\"3000-0\",\"reason\":\"evicted\","
                    "\"symbols\":[\"BTC-USD\"]}\n\n" +
                        tick_block("2500-0", 2, "10", "ETH-USD") + tick_block("4000-0", 4, "4") +
                        tick_block("5000-0", 5, "5"));
}

TEST_CASE("a gap that lies ahead is told again to whoever stops before its end", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}, 2};
    h.add(0, 2, 2'000);
    h.add(1, 10, 2'500);
    for (int i = 3; i <= 5; ++i)
        h.add(0, i, i * 1'000);
    const auto start = stream_place::after({1'000, 0});
    stream_planner planner{h.ticks, h.sources, h.board, {}};
    const auto batch = planner.next(both_raw, start, h.seen(), at_ms(6'000));
    // The gap and the tick behind it are one frame: a single byte of it stands for both.
    const auto progress = stream_planner::advance(start, batch, 1);
    CHECK(progress.ticks == 1);
    CHECK(progress.gaps[0] == 1);
    CHECK(progress.rest.ends_with(tick_block("2500-0", 2, "10", "ETH-USD")));

    reader again{h, stream_place::after({2'500, 0}), both};
    CHECK(again.take().starts_with("event: gap\ndata: {\"from\":\"2500-0\",\"to\":\"3000-0\","));
}

TEST_CASE("where nothing is left of several symbols, the gaps alone are told", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}, 2};
    const auto first = h.add(0, 2, 2'000);
    h.add(1, 10, 2'500);
    h.add(0, 2, 2'500);
    const horizon a_while_ago = h.seen();
    for (int i = 3; i <= 6; ++i) {
        h.add(0, i, i * 1'000);
        h.add(1, i, i * 1'000);
    }
    stream_planner planner{h.ticks, h.sources, h.board, {}};
    const auto start = stream_place::after(first.at);
    // All that had been seen is gone by now.
    const auto batch = planner.next(both_raw, start, a_while_ago, at_ms(6'000));
    const std::string gap_to = "event: gap\ndata: {\"from\":\"2000-0\",\"to\":\"";
    CHECK(
        batch.bytes() == gap_to + "4000-0\",\"reason\":\"evicted\",\"symbols\":[\"BTC-USD\"]}\n\n" +
                             gap_to +
                             "4000-1\",\"reason\":\"evicted\",\"symbols\":[\"ETH-USD\"]}\n\n");
    CHECK(stream_planner::advance(start, batch, 1).gaps[0] == 2);
    CHECK(batch.then.at == position{2'500, 1});
}

TEST_CASE("a stale price is told to whoever comes and to whoever is there", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    reader there{h, stream_place::newest(h.ticks.committed())};
    there.take();
    h.board.set_stale(symbol_id{0}, true);
    reader newcomer{h, stream_place::newest(h.ticks.committed())};
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
    reader later{h, stream_place::newest(h.ticks.committed())};
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
    stream_planner planner{h.ticks, h.sources, h.board, {}};
    const auto start = stream_place::after(h.ticks.committed());
    const auto batch = planner.next(both_raw, start, h.seen(), at_ms(3'000));
    const std::string eth = "event: stale\ndata: {\"symbol\":\"ETH-USD\",\"age\":1}\n\n";
    const std::string btc = "event: stale\ndata: {\"symbol\":\"BTC-USD\",\"age\":1}\n\n";
    REQUIRE(batch.bytes() == eth + btc);

    const auto cut = stream_planner::advance(start, batch, 5);
    CHECK(cut.rest == eth.substr(5));
    CHECK(planner.next(both_raw, cut.place, h.seen(), at_ms(3'000)).bytes() == btc);
}

TEST_CASE("a write that was cut short counts whole frames and keeps the rest", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    h.add(0, 2, 3'000);
    h.add(0, 3, 4'000);
    const auto first = tick_block("2000-0", 2, "1");
    const auto second = tick_block("3000-0", 3, "2");
    const auto start = stream_place::after({1'000, 0});
    stream_planner planner{h.ticks, h.sources, h.board, {}};
    const stream_terms terms{.symbols = {symbol_id{0}}, .how = sse::framing::raw};
    const auto batch = planner.next(terms, start, h.seen(), at_ms(5'000));

    const auto none = stream_planner::advance(start, batch, 0);
    CHECK(none.place == start);
    CHECK(none.rest.empty());
    CHECK(none.ticks == 0);

    const auto exact = stream_planner::advance(start, batch, first.size());
    CHECK(exact.place.at == position{2'000, 0});
    CHECK(exact.rest.empty());
    CHECK(exact.ticks == 1);

    const auto cut = stream_planner::advance(start, batch, first.size() + 5);
    CHECK(cut.place.at == position{3'000, 0});
    CHECK(cut.rest == second.substr(5));
    CHECK(cut.ticks == 2);

    const auto all = stream_planner::advance(start, batch, batch.bytes().size());
    CHECK(all.place == batch.then);
    CHECK(all.ticks == 3);
}

TEST_CASE("chunked frames of several symbols are chunks", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    h.add(1, 10, 2'000);
    stream_planner planner{h.ticks, h.sources, h.board, {}};
    const auto batch = planner.next(
        stream_terms{.symbols = both, .how = sse::framing::chunked},
        stream_place::after({1'000, 0}), h.seen(), at_ms(5'000));
    CHECK(batch.bytes() == "50\r\n" + tick_block("2000-0", 2, "10", "ETH-USD") + "\r\n");
}

TEST_CASE(
    "whoever asked for the latest is sent the newest tick, and how many it passes over", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    reader r{
        h, stream_place::newest(h.ticks.committed()),
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
    reader r{h, stream_place::after({1'000, 0}), latest};
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
    stream_planner planner{h.ticks, h.sources, h.board, {}};
    const stream_terms latest{.symbols = both, .how = sse::framing::raw, .newest_only = true};
    const auto start = stream_place::after({1'000, 0});
    const auto batch = planner.next(latest, start, h.seen(), at_ms(5'000));
    const auto cut = stream_planner::advance(start, batch, 1);
    CHECK(cut.skipped == 1);
    CHECK(cut.place.at == position{3'000, 0});
    h.add(1, 12, 5'000);  // not of this pass any more

    auto place = cut.place;
    const auto rest = planner.next(latest, place, h.seen(), at_ms(5'000));
    CHECK(rest.bytes() == tick_block("4000-0", 4, "11", "ETH-USD", 1));
    place = stream_planner::advance(place, rest, rest.bytes().size()).place;
    CHECK(
        planner.next(latest, place, h.seen(), at_ms(5'000)).bytes() ==
        tick_block("5000-0", 5, "12", "ETH-USD"));
}

TEST_CASE("those who are in step are in the same place, however they began", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    const bool newest_only = GENERATE(false, true);
    const stream_terms terms{
        .symbols = {symbol_id{0}}, .how = sse::framing::raw, .newest_only = newest_only};
    reader first{h, stream_place::newest(h.ticks.committed()), terms};
    first.take();
    h.add(0, 2, 3'000);
    first.take();
    reader second{h, stream_place::newest(h.ticks.committed()), terms};
    second.take();
    h.add(0, 3, 4'000);
    reader resumed{h, stream_place::after({3'000, 0}), terms};
    for (auto* r : {&first, &second, &resumed})
        r->take();
    CHECK(first.place == second.place);
    CHECK(first.place == resumed.place);
}

TEST_CASE("what is passed over but no longer held is told as a gap", "[hub]")
{
    held h{{"BTC-USD"}, 2};
    h.add(0, 1, 2'000);
    reader r{
        h, stream_place::newest(h.ticks.committed()),
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
    reader r{h, stream_place::newest(h.ticks.committed())};
    r.take();
    for (int i = 2; i <= 5; ++i)
        h.add(0, i, 1'000 + i * 1'000);
    r.place.pass_to(h.ticks.committed(), stream_place::telling::gap);
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
    reader r{h, stream_place::after({1'000, 0}), both};
    r.place.live = true;
    r.place.pass_to(h.ticks.committed(), stream_place::telling::gap);
    const auto batch = r.planner.next(r.terms, r.place, h.seen(), r.now);
    // Both gaps and the first tick are one frame: a single byte of it stands for all.
    const auto progress = stream_planner::advance(r.place, batch, 1);
    CHECK(progress.gaps[2] == 2);
    CHECK(progress.ticks == 1);
    CHECK(
        r.take() ==
        lapped_block("1000-0", position({5'000, 0}).previous().text(), "BTC-USD", false) +
            lapped_block("1000-0", position({5'500, 0}).previous().text(), "ETH-USD", false) +
            tick_block("5000-0", 5, "4") + tick_block("5500-0", 5, "4", "ETH-USD"));
    CHECK(r.take().empty());
}

TEST_CASE("a slow reader that missed one tick only is not told of a gap", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 2'000);
    reader r{h, stream_place::newest(h.ticks.committed())};
    r.take();
    h.add(0, 2, 3'000);
    r.place.pass_to(h.ticks.committed(), stream_place::telling::gap);
    CHECK(r.take() == tick_block("3000-0", 3, "2"));
}

TEST_CASE("how far a subscriber is behind is the oldest tick it lacks", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    h.add(0, 1, 2'000);
    h.add(1, 1, 3'000);
    const horizon earlier = h.seen();
    h.add(0, 2, 4'000);
    stream_planner planner{h.ticks, h.sources, h.board, {}};
    CHECK(planner.first_unsent(both, {2'000, 0}, h.seen()) == position{3'000, 0});
    CHECK(planner.first_unsent(both, {3'000, 0}, h.seen()) == position{4'000, 0});
    CHECK_FALSE(planner.first_unsent(both, {4'000, 0}, h.seen()));
    CHECK_FALSE(planner.first_unsent(both, {3'000, 0}, earlier));
}
