// What a clock that steps does to positions and ages.
#include "support/catch.hpp"
#include "tape/merged_reader.hpp"
#include "tape/tape_writer.hpp"

#include <array>

using namespace tickertape;
using namespace tickertape::tape;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr auto year = std::chrono::hours{24 * 365};
constexpr wall_time began{1'700'000'000'000ms};

struct written_tapes {
    explicit written_tapes(std::size_t capacity = 100) : ticks{symbols, capacity, began} {}

    // So many seconds with a price of the symbol at the end of each.
    void run(int seconds, symbol_id s)
    {
        for (int i = 0; i < seconds; ++i) {
            now.wall += 1s;
            now.boot += 1s;
            if (const auto step = writer.look(now))
                steps.push_back(*step);
            last = writer.write({s, *price::from(++value), source_id{1}});
        }
    }
    milliseconds age(symbol_id s) const { return now.boot - *ticks.observed(s); }

    const symbol_table symbols{*symbol_table::from(std::vector<std::string>{"BTC-USD", "ETH-USD"})};
    const symbol_id btc{symbols.all()[0]};
    const symbol_id eth{symbols.all()[1]};
    tapes ticks;
    clock_reading now{began, boot_time{50s}};
    tape_writer writer{ticks, now};
    std::vector<timeline::step> steps;
    tick last{position{}, btc, *price::from(1), source_id{1}};
    double value = 0;
};

}  // namespace

TEST_CASE("positions increase and ages are true through steps that are caught up with", "[tape]")
{
    for (const milliseconds by :
         {milliseconds{-1h}, milliseconds{-2min}, milliseconds{3min}, milliseconds{1h},
          milliseconds{year}}) {
        CAPTURE(by.count());
        written_tapes t;
        t.run(5, t.eth);
        t.run(5, t.btc);
        t.now.wall += by;
        auto before = t.last.at;
        for (int i = 0; i < 60; ++i) {
            t.run(1, t.btc);
            CHECK(t.last.at > before);
            CHECK(t.ticks.committed() == t.last.at);
            before = t.last.at;
        }
        CHECK(t.age(t.btc) == 0ms);
        CHECK(t.age(t.eth) == 65s);
        CHECK(t.steps.size() == 1);
        CHECK(t.ticks.era() == 0);
        CHECK(t.ticks.epoch() == position::at(began));
    }
}

TEST_CASE(
    "where positions start anew, each symbol keeps its newest price, dated by its age", "[tape]")
{
    written_tapes t;
    t.run(5, t.eth);
    t.run(5, t.btc);
    t.now.wall += year;
    t.run(10, t.btc);
    CHECK(t.last.at.time() > began + year);
    t.now.wall -= year;
    t.run(5, t.btc);
    const auto committed_before = t.ticks.committed();
    t.run(1, t.btc);

    REQUIRE(t.steps.size() == 2);
    CHECK(t.steps[1].starts_anew);
    CHECK(t.ticks.era() == 2);
    CHECK(t.ticks.committed() < committed_before);
    // The newest of ETH was 21 s old, that of BTC 1 s.
    const auto eth = t.ticks.of(t.eth).newest();
    REQUIRE(eth.has_value());
    CHECK(eth->value == *price::from(5));
    CHECK(eth->at.time() == t.now.wall - 21s);
    CHECK(t.age(t.eth) == 21s);
    CHECK(t.ticks.epoch().time() == t.now.wall - 1s);
    CHECK(t.last.at == position::at(t.now.wall));
    CHECK(t.ticks.committed() == t.last.at);
    CHECK(t.age(t.btc) == 0ms);

    // What was held before is gone; what is held now can be read from any place in this era.
    merged_reader reader{t.ticks};
    reader.start(std::array{t.btc, t.eth}, position{}, t.ticks.committed());
    std::vector<double> values;
    while (const auto one = reader.next())
        values.push_back(one->value.value());
    CHECK(values == std::vector<double>{5, 25, 26});
    CHECK(reader.is_complete());
    reader.start(std::array{t.btc, t.eth}, t.ticks.epoch(), t.ticks.committed());
    CHECK(reader.lost().empty());
    CHECK(reader.next()->at == t.last.at);
}

TEST_CASE("a tape that starts anew holds as many ticks as before, and tells what goes", "[tape]")
{
    written_tapes t{4};
    t.run(10, t.btc);
    t.now.wall += year;
    t.run(10, t.btc);
    t.now.wall -= year;
    t.run(6, t.btc);
    REQUIRE(t.ticks.era() == 2);
    const symbol_tape& btc = t.ticks.of(t.btc);
    t.run(2, t.btc);
    // One that was kept and three since: none has gone.
    CHECK(btc.evicted() < t.ticks.epoch());
    CHECK(btc.read(btc.first_after(position{}))->at == t.ticks.epoch());
    t.run(1, t.btc);
    CHECK(btc.evicted() == t.ticks.epoch());
    CHECK(btc.read(btc.first_after(position{}))->at > t.ticks.epoch());
    t.run(10, t.btc);
    CHECK(btc.end() - btc.first_after(position{}) == 4);
}

TEST_CASE("tapes without a tick start anew at the clock", "[tape]")
{
    written_tapes t;
    t.now.wall += year;
    t.run(0, t.btc);
    for (int i = 0; i < 10; ++i) {
        t.now.wall += 1s;
        t.now.boot += 1s;
        t.writer.look(t.now);
    }
    t.now.wall -= year;
    for (int i = 0; i < 10; ++i) {
        t.now.wall += 1s;
        t.now.boot += 1s;
        t.writer.look(t.now);
    }
    CHECK(t.ticks.era() == 2);
    CHECK_FALSE(t.ticks.of(t.btc).newest().has_value());
    CHECK_FALSE(t.ticks.observed(t.btc).has_value());
    t.run(1, t.btc);
    CHECK(t.last.at == position::at(t.now.wall));
}
