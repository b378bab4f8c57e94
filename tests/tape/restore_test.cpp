// Tapes that begin with ticks of before: from disk, or from another instance.
#include "support/catch.hpp"
#include "tape/merged_reader.hpp"
#include "tape/tape_writer.hpp"

#include <array>

using namespace tickertape;
using namespace tickertape::tape;
using namespace std::chrono_literals;

namespace {

constexpr wall_time started{1'700'000'000'000ms};

struct restored {
    const symbol_table symbols{*symbol_table::from(std::vector<std::string>{"BTC-USD", "ETH-USD"})};
    tapes ticks;
    clock_reading now{started, boot_time{50s}};

    explicit restored(std::size_t capacity = 100) : ticks{symbols, capacity, started} {}

    tick at(std::chrono::milliseconds before, std::size_t symbol, double value) const
    {
        return {
            position::at(started - before), static_cast<symbol_id>(symbol), *price::from(value),
            source_id{3}};
    }
    std::vector<double> values_after(position p) const
    {
        merged_reader reader{ticks};
        reader.start(symbols.all(), p, ticks.committed());
        std::vector<double> values;
        while (const auto t = reader.next())
            values.push_back(t->value.value());
        return values;
    }
};

}  // namespace

TEST_CASE("what is restored is read like what was appended, and followed by it", "[tape]")
{
    restored r;
    const auto known_since = position::at(started - 1h);
    const std::array past{r.at(30min, 0, 1), r.at(20min, 1, 2), r.at(10s, 0, 3)};
    r.ticks.restore(past, known_since, r.now);
    CHECK(r.ticks.epoch() == known_since);
    CHECK(r.ticks.committed() == past.back().at);
    CHECK(r.values_after(known_since) == std::vector<double>{1, 2, 3});

    tape_writer writer{r.ticks, r.now};
    writer.look(r.now);
    const auto next = writer.write({symbol_id{1}, *price::from(4), source_id{3}});
    CHECK(next.at == position::at(started));
    CHECK(r.values_after(past[1].at) == std::vector<double>{3, 4});
}

TEST_CASE("restored prices are as old as the wall clock says", "[tape]")
{
    restored r;
    r.ticks.restore(std::array{r.at(30min, 0, 1), r.at(-1min, 1, 2)}, position{}, r.now);
    CHECK(r.now.boot - *r.ticks.observed(symbol_id{0}) == 30min);
    CHECK(r.now.boot - *r.ticks.observed(symbol_id{1}) == 0ms);
}

TEST_CASE("more than is held is evicted as usual", "[tape]")
{
    restored r{2};
    const std::array past{r.at(30s, 0, 1), r.at(20s, 0, 2), r.at(10s, 0, 3)};
    r.ticks.restore(past, position::at(started - 1h), r.now);
    CHECK(r.ticks.of(symbol_id{0}).evicted() == past.front().at);
    CHECK(r.values_after(position{}) == std::vector<double>{2, 3});
}

TEST_CASE("with nothing to restore, what was known is known all the same", "[tape]")
{
    restored r;
    const auto known_since = position::at(started - 1h);
    r.ticks.restore({}, known_since, r.now);
    CHECK(r.ticks.epoch() == known_since);
    tape_writer writer{r.ticks, r.now};
    writer.look(r.now);
    CHECK(writer.write({symbol_id{0}, *price::from(1), source_id{}}).at == position::at(started));
}

TEST_CASE("positions go on after a past that is ahead of the clock", "[tape]")
{
    restored r;
    r.ticks.restore(std::array{r.at(-1h, 0, 1)}, position{}, r.now);
    tape_writer writer{r.ticks, r.now};
    CHECK(writer.time().lead() == 1h);
    CHECK_FALSE(writer.look(r.now).has_value());
    const auto next = writer.write({symbol_id{0}, *price::from(2), source_id{}});
    CHECK(next.at == position::at(started + 1h).next());
    // A year ahead is more than reality would catch up with.
    restored far;
    far.ticks.restore(std::array{far.at(-24h * 365, 0, 1)}, position{}, far.now);
    tape_writer other{far.ticks, far.now};
    const auto step = other.look(far.now);
    REQUIRE(step.has_value());
    CHECK(step->starts_anew);
    CHECK(far.ticks.epoch() <= position::at(started));
}
