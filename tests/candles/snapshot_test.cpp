#include "candles/held_candles.hpp"
#include "candles/snapshot.hpp"
#include "market.hpp"

#include <random>

using namespace tickertape;
using namespace tickertape::candles;
using namespace tickertape::testing;

namespace {

const std::vector both{symbol_id{0}, symbol_id{1}};

// One candle a minute up to `until`, of which those are given that the query asks for.
series::candle_answer kept_until(std::int64_t until, const series::candle_query& query)
{
    series::candle_answer found;
    found.closed_until = opening(until);
    found.state = series::candle_builder_state{
        .of = query.of, .passed = position::at(opening(until)).previous()};
    for (std::int64_t second = -600; second < until; second += 60)
        if (opening(second) >= query.from && opening(second) < query.until)
            found.candles.push_back(made(second, 10));
    if (found.candles.size() <= query.candles_max)
        return found;
    found.has_more = true;
    const auto most = static_cast<std::ptrdiff_t>(query.candles_max);
    if (query.first == series::end::newest)
        found.candles.erase(found.candles.begin(), found.candles.end() - most);
    else
        found.candles.erase(found.candles.begin() + most, found.candles.end());
    return found;
}

struct asked {
    market m{};
    std::size_t most = 3;
    std::int64_t untils[2] = {120, 120};
    std::vector<series::hole> holes{};
    std::vector<series::dated_change> changes{};

    snapshot ask(const beginning& from) const
    {
        std::vector<series::candle_answer> found;
        for (const auto symbol : both) {
            found.push_back(kept_until(
                untils[index_of(symbol)],
                query_for(symbol, interval::m1, from, most, at_second(200))));
            found.back().holes = holes;
            found.back().changes = changes;
        }
        return snapshot_of(both, m.symbols, interval::m1, from, std::move(found));
    }
    std::string events(const beginning& from) const { return words_of(ask(from)); }

    static std::string words_of(const snapshot& made)
    {
        std::string text;
        for (const auto& e : made.events) {
            text += text.empty() ? "" : " ";
            if (const auto* c = std::get_if<candle_event>(&e)) {
                text += std::to_string(index_of(c->symbol)) + "=" +
                        std::to_string(c->what.value.opens.time_since_epoch().count() - minute);
            } else {
                const auto& gap = std::get<candle_gap>(e);
                text += std::to_string(index_of(gap.symbol)) + (gap.is_changed ? "*" : "!") +
                        gap.missing.from.text() + ".." + gap.missing.to.text();
            }
        }
        return text;
    }
};

}  // namespace

TEST_CASE(
    "a stream without a beginning has the newest closed candles, in the order of ids", "[candles]")
{
    const asked a;
    CHECK(a.events(newest_candles{}) == "1=-60 0=-60 1=0 0=0 1=60 0=60");
    const auto made = a.ask(newest_candles{});
    CHECK(made.at == position::at(opening(120)).previous());
    REQUIRE(made.starts.size() == 2);
    CHECK(made.starts[0].closed.size() == 3);
    CHECK(made.starts[0].known_from == opening(-60));
}

TEST_CASE("a stream since a time has the candles that open from then on", "[candles]")
{
    const asked a;
    CHECK(a.events(at_second(0)) == "1=0 0=0 1=60 0=60");
    CHECK(a.events(at_second(1)) == "1=60 0=60");
    CHECK(a.events(at_second(150)).empty());
}

TEST_CASE("a stream that resumes has its bucket again, but no closed candle twice", "[candles]")
{
    const asked a;
    CHECK(a.events(position::at(at_second(30))) == "1=0 0=0 1=60 0=60");
    CHECK(a.events(closed_id(interval::m1, opening(0), 0)) == "0=0 1=60 0=60");
    CHECK(a.events(closed_id(interval::m1, opening(0), 1)) == "1=60 0=60");
    const auto last = closed_id(interval::m1, opening(60), 1);
    CHECK(a.events(last).empty());
    CHECK(a.ask(last).at == position::at(opening(120)).previous());
    // The bucket of a tick that forms is the lane's to send.
    CHECK(a.ask(position::at(at_second(130))).at == position::at(opening(120)).previous());
}

TEST_CASE("a client that is ahead of the history does not get closed candles twice", "[candles]")
{
    const asked a;
    const auto ahead = closed_id(interval::m1, opening(120), 1);
    CHECK(a.events(ahead).empty());
    CHECK(a.ask(ahead).at == ahead);
    CHECK(a.ask(position::at(at_second(190))).at == position::at(opening(180)).previous());
}

TEST_CASE("all symbols go on from the same place", "[candles]")
{
    asked a;
    a.untils[1] = 60;  // its history was asked before the minute closed
    CHECK(a.events(at_second(0)) == "1=0 0=0");
    const auto made = a.ask(at_second(0));
    CHECK(made.at == position::at(opening(60)).previous());
    // The candle that is left out is there for the lane to send.
    REQUIRE(made.starts[0].closed.size() == 2);
    CHECK(made.starts[0].known_from <= opening(60));
}

TEST_CASE("more candles than fit end the snapshot, and its last id brings the others", "[candles]")
{
    asked a;
    std::string all = a.events(at_second(-600));
    CHECK(all == "1=-600 0=-600 1=-540 0=-540 1=-480 0=-480");
    auto made = a.ask(at_second(-600));
    CHECK(made.at == position::at(opening(-420)).previous());
    // The lane does not know the candles that follow.
    CHECK(made.starts[0].known_from == opening(120));
    for (int pages = 0; pages < 20 && made.at < position::at(opening(120)).previous(); ++pages) {
        made = a.ask(std::get<candle_event>(made.events.back()).id);
        all += " " + asked::words_of(made);
    }
    std::string wanted;
    for (int second = -600; second < 120; second += 60)
        wanted += (wanted.empty() ? "1=" : " 1=") + std::to_string(second) +
                  " 0=" + std::to_string(second);
    CHECK(all == wanted);
}

TEST_CASE("what is missing is told where it lies, as far as the client asked for it", "[candles]")
{
    asked a;
    a.holes = {
        {position{}, position::at(at_second(-500))},
        {position::at(at_second(10)), position::at(at_second(70))}};
    const std::string gap = "!1712525470000-0..1712525530000-0";
    CHECK(a.events(at_second(0)) == "0" + gap + " 1" + gap + " 1=0 0=0 1=60 0=60");
    CHECK(a.events(newest_candles{}) == "1=-60 0=-60 0" + gap + " 1" + gap + " 1=0 0=0 1=60 0=60");
    // It is told from the last id on.
    const auto told = a.events(position::at(at_second(30)));
    CHECK(told.find("0!1712525490000-0..1712525530000-0") == 0);
    for (int i = 0; i < 40; ++i)
        a.holes.push_back(
            {position::at(at_second(71 + 0.1 * i)), position::at(at_second(71.05 + 0.1 * i))});
    const auto many = a.ask(at_second(0));
    CHECK(std::ranges::count_if(many.events, [](const auto& e) {
              return e.index() == 1;
          }) == 2 * gaps_told_max);
}

TEST_CASE("a hole in the bucket that forms is known to the lane", "[candles]")
{
    asked a;
    a.holes = {{position::at(at_second(10)), position::at(at_second(125))}};
    auto made = a.ask(newest_candles{});
    REQUIRE(made.starts[0].holes.size() == 1);
    a.m.publish(130, 10);
    live_candles live{a.m.ticks};
    live.join(both, interval::m1, std::move(made.starts), 0);
    std::vector<candle_event> events;
    REQUIRE(live.events_after(both, interval::m1, made.at, events));
    CHECK(words(events) == "0=120:10-10/1~?");
}

TEST_CASE("clients that come and go at random get each closed candle once", "[candles]")
{
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::minstd_rand random{seed};
    for (int round = 0; round < 50; ++round) {
        market m{4'000};
        live_candles live{m.ticks};
        bool follows = false;
        std::optional<position> last;
        position at;
        std::vector<candle_event> got;
        std::vector<candle_event> events;
        double now = 0;
        for (int step = 0; step < 200; ++step) {
            now += static_cast<double>(random() % 20'000) / 1'000;
            m.publish(now, static_cast<double>(1 + random() % 100), random() % 2);
            if (follows && random() % 8 == 0) {
                live.leave(both, interval::m1);
                follows = false;
            }
            if (!follows) {
                if (random() % 4 == 0)
                    continue;
                const beginning from = last ? beginning{*last} : beginning{wall_time{at_second(0)}};
                std::vector<series::candle_answer> found;
                for (const auto symbol : both)
                    found.push_back(held_candles(
                        m.ticks,
                        query_for(symbol, interval::m1, from, 5 + random() % 5, at_second(now))));
                auto made = snapshot_of(both, m.symbols, interval::m1, from, std::move(found));
                at = made.at;
                for (const auto& e : made.events)
                    if (const auto* c = std::get_if<candle_event>(&e)) {
                        got.push_back(*c);
                        last = c->id;
                    }
                live.join(both, interval::m1, std::move(made.starts), 0);
                follows = true;
            }
            live.look();
            if (!live.events_after(both, interval::m1, at, events)) {
                live.leave(both, interval::m1);
                follows = false;
                continue;
            }
            // It may be cut after any event.
            const auto most = random() % 3 == 0 ? random() % 3 : events.size();
            for (std::size_t i = 0; i < std::min<std::size_t>(most, events.size()); ++i) {
                at = events[i].id;
                last = at;
                if (!events[i].what.is_forming)
                    got.push_back(events[i]);
            }
        }
        std::vector<std::string> wanted;
        for (const auto symbol : both)
            for (const auto& c :
                 held_candles(
                     m.ticks,
                     query_for(symbol, interval::m1, newest_candles{}, 9'999, at_second(now)))
                     .candles)
                if (!c.is_forming && closed_id(interval::m1, c.value.opens, 1) <= at)
                    wanted.push_back(std::to_string(index_of(symbol)) + words(c));
        std::vector<std::string> sent;
        for (const auto& e : got)
            if (closed_id(interval::m1, e.what.value.opens, 1) <= at)
                sent.push_back(std::to_string(index_of(e.symbol)) + words(e.what));
        std::ranges::sort(wanted);
        std::ranges::sort(sent);
        CHECK(sent == wanted);
        CHECK(std::ranges::is_sorted(got, {}, &candle_event::id));
        CHECK(got.size() > 5);
    }
}

TEST_CASE("a client that comes back is told which of its candles were changed since", "[candles]")
{
    asked a{.most = 100};
    const auto id = [](double second, std::uint64_t counter) {
        return position{position::at(at_second(second)).ms(), counter};
    };
    // Made 100 s after the minute, of the buckets from -600 to -420.
    a.changes = {{opening(-600), opening(-420), id(100, 0)}};
    const auto range =
        std::string{"*"} + id(-600, 0).previous().text() + ".." + id(-420, 0).previous().text();
    const auto told = "0" + range + " 1" + range;
    CHECK(a.events(closed_id(interval::m1, opening(60), 1)) == told);
    CHECK(a.events(id(125, 3)) == told);
    // One that was sent something a minute later has been told by then.
    CHECK(a.events(id(161, 3)).empty());
    // One that knows less is sent candles for the rest.
    const auto last = closed_id(interval::m1, opening(-540), 1);
    CHECK(a.events(last).starts_with(
        "0*" + id(-600, 0).previous().text() + ".." + last.text() + " 1*" +
        id(-600, 0).previous().text() + ".." + last.text() + " 1=-480 0=-480 1=-420"));
    CHECK(a.events(id(-600, 0).previous()).starts_with("1=-600 0=-600"));
    // Who begins anew has nothing that could have changed.
    CHECK_FALSE(a.events(newest_candles{}).starts_with(told));
    CHECK(query_for(symbol_id{0}, interval::m1, last, 10, at_second(0)).with_changes);
    CHECK_FALSE(query_for(symbol_id{0}, interval::m1, newest_candles{}, 10, {}).with_changes);
}
