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
    bool take(std::span<const tick> past, position known_since = {}, position epoch = {})
    {
        return ticks.restore({past, known_since, epoch}, now).has_value();
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
    REQUIRE(r.take(past, known_since));
    CHECK(r.ticks.epoch() == position{});
    CHECK(r.ticks.of(symbol_id{0}).evicted() == known_since);
    CHECK(r.ticks.committed() == past.back().at);

    tape_writer writer{r.ticks, r.now};
    writer.look(r.now);
    const auto next = writer.write({symbol_id{1}, *price::from(4), source_id{3}});
    CHECK(next.at == position::at(started));
    CHECK(r.values_after(past[1].at) == std::vector<double>{3, 4});
}

TEST_CASE("restored prices are as old as the wall clock says", "[tape]")
{
    restored r;
    REQUIRE(r.take(std::array{r.at(30min, 0, 1), r.at(-1min, 1, 2)}));
    CHECK(r.now.boot - *r.ticks.observed(symbol_id{0}) == 30min);
    CHECK(r.now.boot - *r.ticks.observed(symbol_id{1}) == 0ms);
}

TEST_CASE("more than is held is evicted as usual", "[tape]")
{
    restored r{2};
    const std::array past{r.at(30s, 0, 1), r.at(20s, 0, 2), r.at(10s, 0, 3)};
    REQUIRE(r.take(past, position::at(started - 1h)));
    CHECK(r.ticks.of(symbol_id{0}).evicted() == past.front().at);
    CHECK(r.values_after(position{}) == std::vector<double>{2, 3});
}

TEST_CASE("with nothing to restore, what was known is known all the same", "[tape]")
{
    restored r;
    const auto known_since = position::at(started - 1h);
    REQUIRE(r.take({}, known_since, position::at(started - 24h)));
    CHECK(r.ticks.epoch() == position::at(started - 24h));
    CHECK(r.ticks.committed() == known_since);
    tape_writer writer{r.ticks, r.now};
    writer.look(r.now);
    CHECK(writer.write({symbol_id{0}, *price::from(1), source_id{}}).at == position::at(started));
}

TEST_CASE("a tape that was restored without a tick tells what it lacks", "[tape]")
{
    restored r;
    const auto known_since = position::at(started - 1h);
    REQUIRE(r.take({}, known_since));
    const auto before = position::at(started - 2h);
    merged_reader reader{r.ticks};
    reader.start(r.symbols.all(), before, r.ticks.committed());
    CHECK_FALSE(reader.next().has_value());
    REQUIRE(reader.lost().size() == 2);
    CHECK(reader.lost()[0].to == known_since);
    CHECK(reader.lost()[1].to == known_since);
    reader.start(r.symbols.all(), known_since, r.ticks.committed());
    CHECK(reader.lost().empty());
}

TEST_CASE("positions go on after a past that is ahead of the clock", "[tape]")
{
    restored r;
    REQUIRE(r.take(std::array{r.at(-1h, 0, 1)}));
    tape_writer writer{r.ticks, r.now};
    CHECK(writer.time().lead() == 1h);
    CHECK_FALSE(writer.look(r.now).has_value());
    const auto next = writer.write({symbol_id{0}, *price::from(2), source_id{}});
    CHECK(next.at == position::at(started + 1h).next());
    // A year ahead is more than reality would catch up with.
    restored far;
    REQUIRE(far.take(std::array{far.at(-24h * 365, 0, 1)}));
    tape_writer other{far.ticks, far.now};
    const auto step = other.look(far.now);
    REQUIRE(step.has_value());
    CHECK(step->starts_anew);
    CHECK(far.ticks.epoch() <= position::at(started));
}

TEST_CASE("a full tape says that it may lack ticks before its first", "[tape]")
{
    restored r{2};
    const std::array past{r.at(30s, 0, 1), r.at(20s, 1, 2), r.at(10s, 0, 3)};
    const auto known_since = position::at(started - 1h);
    REQUIRE(r.take(past, known_since));
    CHECK(r.ticks.of(symbol_id{0}).evicted() == past[0].at.previous());
    CHECK(r.ticks.of(symbol_id{1}).evicted() == known_since);
    CHECK(r.values_after(position{}) == std::vector<double>{1, 2, 3});
}

TEST_CASE("a past that is not in order is refused", "[tape]")
{
    restored twice;
    CHECK_FALSE(twice.take(std::array{twice.at(20s, 0, 1), twice.at(20s, 1, 2)}));
    restored back;
    CHECK_FALSE(back.take(std::array{back.at(20s, 0, 1), back.at(30s, 0, 2)}));
    restored early;
    CHECK_FALSE(early.take(std::array{early.at(20s, 0, 1)}, position::at(started - 10s)));
}

TEST_CASE("ticks of another instance keep their positions, and ours lie after them", "[tape]")
{
    restored r;
    source_table names;
    tape_writer writer{r.ticks, r.now};
    writer.look(r.now);
    const past_tick ahead{
        position::at(started + 5s), symbol_id{0}, *price::from(7), "median(coinbase,kraken)", 2};
    REQUIRE(writer.append(ahead, names).has_value());
    CHECK(r.ticks.committed() == ahead.at);
    const auto source = r.ticks.newest_tick(symbol_id{0})->source;
    CHECK(names.name(source) == ahead.source);
    CHECK(names.combined(source) == 2);
    CHECK(r.now.boot - *r.ticks.observed(symbol_id{0}) == 0ms);
    CHECK(writer.append(ahead, names).error() == tape_errc::out_of_order);
    auto before = ahead;
    before.at = position::at(started - 1s);
    CHECK(writer.append(before, names).error() == tape_errc::out_of_order);
    CHECK(writer.write({symbol_id{1}, *price::from(8), source_id{}}).at == ahead.at.next());
}

TEST_CASE("a tick of another instance whose source has no more room is refused", "[tape]")
{
    restored r;
    source_table names;
    for (std::size_t i = 0; i < source_table::sources_max; ++i)
        REQUIRE(names.intern("s" + std::to_string(i)).has_value());
    tape_writer writer{r.ticks, r.now};
    const past_tick t{position::at(started + 5s), symbol_id{0}, *price::from(7), "new"};
    CHECK_FALSE(writer.append(t, names).has_value());
    CHECK(r.ticks.placed() == r.ticks.epoch());
}
