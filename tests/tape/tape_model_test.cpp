// The tape and the tapes against a model: a vector of all ticks ever, and arithmetic for which of
// them are held. One thread; the races are in tape_race_test.cpp.
#include "said.hpp"
#include "support/catch.hpp"
#include "support/dated_tapes.hpp"

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace tickertape {
namespace {

using namespace std::chrono_literals;

class random_source {
public:
    explicit random_source(unsigned seed) : engine_{seed} {}

    // Between `low` and `high`, both included.
    std::uint64_t between(std::uint64_t low, std::uint64_t high)
    {
        return std::uniform_int_distribution<std::uint64_t>{low, high}(engine_);
    }
    price any_price() { return *price::from(static_cast<double>(between(1, 100'000'000)) / 100); }
    source_id any_source()
    {
        return static_cast<source_id>(between(0, std::numeric_limits<std::uint16_t>::max()));
    }

private:
    std::mt19937_64 engine_;
};

class tape_model {
public:
    explicit tape_model(std::size_t capacity) : capacity_{capacity} {}

    void publish(const tape::symbol_tape::entry& e) { all_.push_back(e); }

    const std::vector<tape::symbol_tape::entry>& all() const { return all_; }
    tape::symbol_tape::index end() const { return all_.size(); }
    tape::symbol_tape::index first_held() const
    {
        return all_.size() > capacity_ ? all_.size() - capacity_ : 0;
    }
    position evicted() const { return first_held() == 0 ? position{} : all_[first_held() - 1].at; }
    result<tape::symbol_tape::entry> read(tape::symbol_tape::index i) const
    {
        if (i >= end())
            return tape::tape_errc::not_yet;
        if (i < first_held())
            return tape::tape_errc::lapped;
        return all_[i];
    }
    result<tape::symbol_tape::entry> newest() const
    {
        if (all_.empty())
            return tape::tape_errc::not_yet;
        return all_.back();
    }
    tape::symbol_tape::index first_after(position p) const
    {
        auto i = first_held();
        while (i < end() && all_[i].at <= p)
            ++i;
        return i;
    }

private:
    std::size_t capacity_;
    std::vector<tape::symbol_tape::entry> all_;
};

// At, beside and between the ticks there have been, before all and after all of them.
position any_position(const tape_model& model, random_source& random)
{
    if (model.all().empty() || random.between(0, 9) == 0)
        return position::from_packed(random.between(0, 100));
    const auto at = model.all()[random.between(0, model.end() - 1)].at;
    switch (random.between(0, 4)) {
    case 0:
        return at;
    case 1:
        return at.previous();
    case 2:
        return at.next();
    case 3:
        return model.all().back().at;
    default:
        return position::from_packed(random.between(0, model.all().back().at.packed() + 100));
    }
}

void compare(const tape::symbol_tape& t, const tape_model& model, random_source& random)
{
    CHECK(t.end() == model.end());
    CHECK(t.evicted().text() == model.evicted().text());
    CHECK(said(t.newest()) == said(model.newest()));
    const auto first = model.first_held() < 3 ? 0 : model.first_held() - 3;
    const auto i = random.between(first, model.end() + 3);
    CAPTURE(i);
    CHECK(said(t.read(i)) == said(model.read(i)));
    const auto p = any_position(model, random);
    CAPTURE(p.text());
    CHECK(t.first_after(p) == model.first_after(p));
}

void drive(std::size_t capacity, unsigned seed)
{
    CAPTURE(capacity, seed);
    random_source random{seed};
    tape::symbol_tape t{capacity};
    tape_model model{capacity};
    // A tape of close neighbours is searched differently from one of far ones.
    const std::uint64_t distance_max = random.between(0, 1) == 0 ? 2 : 5'000'000;
    std::uint64_t last = 0;
    for (std::size_t step = 0; step < 4 * capacity + 20; ++step) {
        compare(t, model, random);
        for (auto n = random.between(0, 3); n > 0; --n) {
            last += random.between(1, distance_max);
            const tape::symbol_tape::entry e{
                position::from_packed(last), random.any_price(), random.any_source()};
            t.publish(e);
            model.publish(e);
        }
    }
    for (tape::symbol_tape::index i = 0; i < model.end() + 3; ++i)
        CHECK(said(t.read(i)) == said(model.read(i)));
    for (const auto& e : model.all())
        for (const auto p : {e.at.previous(), e.at, e.at.next()})
            CHECK(t.first_after(p) == model.first_after(p));
}

}  // namespace

TEST_CASE("an empty tape says that nothing has been appended", "[tape]")
{
    const tape::symbol_tape t{3};
    CHECK(t.capacity() == 3);
    CHECK(t.end() == 0);
    CHECK(t.evicted() == position{});
    CHECK(t.first_after({}) == 0);
    CHECK(t.first_after(position{1712525476123, 0}) == 0);
    CHECK(t.newest().error() == tape::tape_errc::not_yet);
    CHECK(t.read(0).error() == tape::tape_errc::not_yet);
    CHECK(t.read(std::numeric_limits<std::uint32_t>::max()).error() == tape::tape_errc::not_yet);
}

TEST_CASE("a tape holds the last ticks of its capacity and names the newest that is gone", "[tape]")
{
    for (std::size_t capacity = 1; capacity <= 17; ++capacity)
        for (unsigned seed = 1; seed <= 8; ++seed)
            drive(capacity, seed);
    for (unsigned seed = 1; seed <= 2; ++seed)
        drive(500, seed);
}

TEST_CASE("positions rise by the clock, or by one where the clock does not", "[tape]")
{
    for (unsigned seed = 1; seed <= 30; ++seed) {
        CAPTURE(seed);
        random_source random{seed};
        const std::vector<std::string> names{"BTC-USD", "ETH-USD", "SOL-USD", "XRP-USD"};
        const auto symbols = *symbol_table::from(
            std::span{names}.first(static_cast<std::size_t>(random.between(1, 4))));
        const std::size_t capacity = random.between(1, 9);
        const wall_time started{1712525476123ms};
        testing::dated_tapes all{symbols, capacity, started};
        std::vector<tape_model> models(symbols.size(), tape_model{capacity});
        CHECK(all.epoch() == position::at(started));
        CHECK(all.committed() == all.epoch());

        auto now = started;
        auto last = all.epoch();
        for (int step = 0; step < 60; ++step) {
            // On, still, or back; seldom to before the start.
            now += std::chrono::milliseconds{random.between(0, 4)} - 2ms;
            if (random.between(0, 20) == 0)
                now -= 1h;
            if (random.between(0, 20) == 0)
                now = started + 10s;
            const auto symbol = symbols.all()[random.between(0, symbols.size() - 1)];
            const observation seen{symbol, random.any_price(), random.any_source()};
            const auto t = all.publish(seen, now);

            const auto expected = position::at(now) > last ? position::at(now) : last.next();
            CHECK(t.at.text() == expected.text());
            CHECK(t == tick{expected, symbol, seen.value, seen.source});
            CHECK(all.committed() == t.at);
            CHECK(all.epoch() == position::at(started));
            last = t.at;
            models[index_of(symbol)].publish({t.at, t.value, t.source});
            for (const auto each : symbols.all())
                compare(all.of(each), models[index_of(each)], random);
        }
    }
}

}  // namespace tickertape
