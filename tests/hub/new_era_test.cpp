// Positions start anew, below those of before: every subscriber is told by a gap, goes on behind
// it, and neither misses a tick of the new era nor gets one twice.
#include "hub/lane_rig.hpp"
#include "hub/stream_client.hpp"
#include "support/catch.hpp"

#include <set>

using namespace tickertape;
using namespace tickertape::hub;
using namespace std::chrono_literals;

namespace {

const std::vector<symbol_id> both{symbol_id{0}, symbol_id{1}};

tick tick_at(std::size_t symbol, double value, std::int64_t ms, held& h)
{
    return {
        position::at(at_ms(ms)), static_cast<symbol_id>(symbol), *price::from(value),
        *h.sources.intern("test")};
}

std::string restarted_block(const std::string& from, const std::string& to)
{
    return "id: " + to + "\nevent: gap\ndata: {\"from\":\"" + from + "\",\"to\":\"" + to +
           "\",\"reason\":\"restarted\"}\n\n";
}

}  // namespace

TEST_CASE("a live subscriber is told of a new era, and gets what comes in it once", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    lane_rig rig{h};
    h.add(0, 1, 900'000);
    h.add(1, 2, 900'001);
    auto live = rig.subscribe(
        0, both, sse::framing::raw, [&] { return stream_cursor::newest(h.ticks.committed()); });
    live.read_until(tick_block("900001-0", 900, "2", "ETH-USD"));

    h.ticks.restart_at(at_ms(5'000), std::array{tick_at(0, 1, 4'000, h), tick_at(1, 2, 4'500, h)});
    rig.streams.ring();
    const auto gap = restarted_block("4499-1048575", "4500-0");
    CHECK(live.read_until(gap) == gap);
    h.add(0, 3, 6'000);
    rig.streams.ring();
    const auto next = tick_block("6000-0", 6, "3");
    CHECK(live.read_until(next) == next);
}

TEST_CASE("who comes after a new era began knows nothing of the one before", "[hub]")
{
    held h{{"BTC-USD", "ETH-USD"}};
    h.add(0, 1, 900'000);
    h.ticks.restart_at(at_ms(5'000), std::array{tick_at(0, 1, 4'000, h)});
    lane_rig rig{h};
    const auto kept = tick_block("4000-0", 4, "1");
    auto newest = rig.subscribe(
        0, both, sse::framing::raw, [&] { return stream_cursor::newest(h.ticks.committed()); });
    CHECK(newest.read_until("}\n\n").find(kept) != std::string::npos);
}

TEST_CASE("a place of the era before is put right where the subscriber comes", "[hub]")
{
    held h{{"BTC-USD"}};
    h.add(0, 1, 900'000);
    const auto newest = stream_cursor::newest(h.ticks.committed());
    const auto after = stream_cursor::after(h.ticks.committed());
    h.ticks.restart_at(at_ms(5'000), std::array{tick_at(0, 1, 4'000, h)});
    CHECK(newest.in_new_era(h.ticks.epoch()) == stream_cursor::newest(position{4'000, 0}));
    CHECK(after.in_new_era(h.ticks.epoch()) == stream_cursor::after(position{4'000, 0}.previous()));
    // One that had been sent its tick is told, one in the middle of a pass as well.
    auto passing = after;
    passing.pass_to(position{900'500, 0}, stream_cursor::telling::skipped);
    CHECK(
        passing.in_new_era(h.ticks.epoch()) == stream_cursor::after(position{4'000, 0}.previous()));
}

TEST_CASE(
    "through many eras every tick comes once, or a gap says that positions began anew", "[hub]")
{
    constexpr int eras = 40;
    constexpr int ticks_each = 60;
    held h{{"BTC-USD", "ETH-USD"}, 10'000, 1'000'000};
    lane_rig rig{h, 2};
    std::vector<far_end> ends;
    for (std::size_t i = 0; i < 8; ++i)
        ends.push_back(rig.subscribe(i % 2, both, sse::framing::raw, [&h, i] {
            return i < 4 ? stream_cursor::newest(h.ticks.committed())
                         : stream_cursor::after(position{1'000'000 + i, 0});
        }));

    // Values count all ticks; where an era begins is kept.
    std::set<int> first_of_era{1};
    int n = 0;
    std::int64_t ms = 20'000'000;
    for (int era = 0; era < eras; ++era) {
        for (int i = 0; i < ticks_each; ++i) {
            h.add(static_cast<std::size_t>(n % 2), n + 1, ++ms);
            ++n;
            rig.streams.ring();
            if (i % 16 == 0)
                std::this_thread::yield();
        }
        if (era + 1 == eras)
            break;
        ms -= era % 2 == 0 ? 500'000 : 100;
        const auto btc = static_cast<double>(n % 2 == 1 ? n : n - 1);
        const auto eth = static_cast<double>(n % 2 == 0 ? n : n - 1);
        h.ticks.restart_at(
            at_ms(ms), std::array{tick_at(0, btc, ms - 1, h), tick_at(1, eth, ms, h)});
        first_of_era.insert(n + 1);
        rig.streams.ring();
    }

    const auto last = "\"price\":" + std::to_string(n) + ",";
    for (std::size_t i = 0; i < ends.size(); ++i) {
        CAPTURE(i);
        stream_client client{sse::framing::raw};
        int before = 0;      // the last value; 0: none since a gap
        bool began = false;  // it is past the newest ticks that it was sent first
        position at;
        for (const auto& e : client.take(ends[i].read_until(last))) {
            if (e.type == "gap") {
                if (member_of(e.data, "reason") != "restarted")
                    FAIL("a gap of another kind: " << e.data);
                before = 0;
                began = true;
                at = *position::parse(e.id);
                continue;
            }
            if (e.type != "message")
                continue;
            const auto value = std::stoi(member_of(e.data, "price"));
            const auto id = *position::parse(e.id);
            if (id <= at)
                FAIL("position " << e.id << " after " << at.text());
            at = id;
            if (before > 0 && began && value != before + 1)
                FAIL("value " << value << " after " << before);
            if (before == 0 && began && !first_of_era.contains(value))
                FAIL("value " << value << " is not the first of an era");
            // The newest of each symbol comes first where that was asked for.
            if (before > 0 && value == before + 1)
                began = true;
            before = value;
        }
        CHECK(before == n);
    }
}
