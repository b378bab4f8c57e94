// Several tapes read as one, against a sort of all ticks ever. One thread; where it says that the
// tapes are written meanwhile, the writing happens between two calls.
#include "said.hpp"
#include "support/catch.hpp"
#include "support/dated_tapes.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <vector>

namespace tickertape {
namespace {

using namespace std::chrono_literals;

template <class Range>
std::vector<std::string> said_all(const Range& items)
{
    std::vector<std::string> texts;
    for (const auto& item : items)
        texts.push_back(said(item));
    return texts;
}

std::vector<tick> read_all(tape::merged_reader& reader)
{
    std::vector<tick> ticks;
    while (const auto t = reader.next())
        ticks.push_back(*t);
    return ticks;
}

// What a reader says from start to end.
struct answer {
    std::vector<tape::lost_ticks> lost;
    std::vector<tick> ticks;
};

// Some symbols, their tapes, and every tick that was ever published to them.
class scene {
public:
    explicit scene(unsigned seed)
        : engine_{seed}, symbols_{*symbol_table::from(std::span{names}.first(
                             static_cast<std::size_t>(between(1, names.size()))))},
          capacity_{between(0, 4) == 0 ? 1000 : between(1, 9)},
          tapes_{symbols_, capacity_, wall_time{1712525476123ms}}, weights_(symbols_.size())
    {
        // Some symbols tick often and lap their tapes, some seldom, some never.
        for (auto& w : weights_)
            w = static_cast<double>(std::array{0, 1, 3, 30}[between(0, 3)]);
        weights_.front() += 1;
    }

    std::uint64_t between(std::uint64_t low, std::uint64_t high)
    {
        return std::uniform_int_distribution<std::uint64_t>{low, high}(engine_);
    }

    void publish(std::uint64_t count)
    {
        std::discrete_distribution<std::size_t> which{weights_.begin(), weights_.end()};
        for (; count > 0; --count) {
            now_ += std::chrono::milliseconds{between(0, 3)} - 1ms;
            const observation seen{
                symbols_.all()[which(engine_)],
                *price::from(static_cast<double>(between(1, 1'000'000)) / 100),
                static_cast<source_id>(between(0, 9))};
            history_.push_back(tapes_.publish(seen, now_));
            by_symbol_[seen.symbol].push_back(history_.back());
        }
    }

    std::vector<symbol_id> some_symbols()
    {
        std::vector<symbol_id> some(symbols_.all().begin(), symbols_.all().end());
        std::ranges::shuffle(some, engine_);
        some.resize(between(0, some.size()));
        return some;
    }

    // At, beside and between ticks, before all of them, and now and then after them.
    position some_position()
    {
        if (history_.empty() || between(0, 5) == 0)
            return {};
        const auto at = history_[between(0, history_.size() - 1)].at;
        return std::array{at, at.previous(), at.next(), history_.back().at}[between(0, 3)];
    }

    // One that a reader at `after` may be told to read up to.
    position some_until(position after)
    {
        const auto until =
            between(0, 1) == 0 ? tapes_.committed() : std::min(some_position(), tapes_.committed());
        return std::max(after, until);
    }

    const tape::tapes& all() const { return tapes_; }
    const std::vector<tick>& history() const { return history_; }

    // What a reader that starts now must answer, as long as nothing is published meanwhile.
    answer expected(const std::vector<symbol_id>& symbols, position after, position until) const
    {
        answer a;
        for (const auto symbol : symbols) {
            const auto& own = ticks_of(symbol);
            const auto first_held = own.size() > capacity_ ? own.size() - capacity_ : 0;
            if (first_held > 0 && own[first_held - 1].at > after)
                // A loss is known as a whole, also where it reaches beyond `until`.
                a.lost.push_back({symbol, own[first_held - 1].at});
            for (auto i = first_held; i < own.size(); ++i)
                if (own[i].at > after && own[i].at <= until)
                    a.ticks.push_back(own[i]);
        }
        std::ranges::sort(a.ticks, {}, &tick::at);
        return a;
    }

    const std::vector<tick>& ticks_of(symbol_id symbol) const
    {
        static const std::vector<tick> none;
        const auto found = by_symbol_.find(symbol);
        return found == by_symbol_.end() ? none : found->second;
    }

private:
    static inline const std::vector<std::string> names{"BTC-USD", "ETH-USD", "SOL-USD",
                                                       "XRP-USD", "ADA-USD", "LTC-USD"};

    std::mt19937_64 engine_;
    symbol_table symbols_;
    std::size_t capacity_;
    testing::dated_tapes tapes_;
    std::vector<double> weights_;
    wall_time now_{1712525476123ms};
    std::vector<tick> history_;
    std::map<symbol_id, std::vector<tick>> by_symbol_;
};

// What somebody has been given, and told to have lost, over a whole life of many starts.
class account {
public:
    void give(const tick& t) { ++given_[t.at]; }
    void tell(position from, std::span<const tape::lost_ticks> lost)
    {
        for (const auto& l : lost)
            told_.push_back({l.symbol, from, l.to});
    }

    bool has_losses() const { return !told_.empty(); }

    // How many ticks of those symbols after `after` and up to `until` went untold: neither given
    // nor said to be lost.
    std::size_t untold(
        const scene& s, const std::vector<symbol_id>& symbols, position after, position until) const
    {
        std::size_t count = 0;
        for (const auto symbol : symbols)
            for (const auto& t : s.ticks_of(symbol))
                count += t.at > after && t.at <= until && !given_.contains(t.at) && !is_told(t);
        return count;
    }

    // How many ticks were given twice, or given and said to be lost, or not asked for.
    std::size_t wrong(
        const scene& s, const std::vector<symbol_id>& symbols, position after, position until) const
    {
        std::size_t count = 0;
        std::size_t known = 0;
        for (const auto& t : s.history()) {
            const auto given = given_.find(t.at);
            if (given == given_.end())
                continue;
            ++known;
            const bool asked = std::ranges::count(symbols, t.symbol) == 1;
            count += given->second > 1 || is_told(t) || !asked || t.at <= after || t.at > until;
        }
        return count + (given_.size() - known);
    }

private:
    struct loss {
        symbol_id symbol;
        position from;
        position to;
    };

    bool is_told(const tick& t) const
    {
        return std::ranges::any_of(told_, [&t](const loss& l) {
            return l.symbol == t.symbol && t.at > l.from && t.at <= l.to;
        });
    }

    std::map<position, int> given_;
    std::vector<loss> told_;
};

// BTC-USD and ETH-USD on tapes of two ticks each, where the price is the time.
class two_symbols {
public:
    void publish(symbol_id s, std::initializer_list<int> times)
    {
        for (const int ms : times)
            written.publish(
                {s, *price::from(ms), source_id{7}}, wall_time{std::chrono::milliseconds{ms}});
    }

    const symbol_table symbols{*symbol_table::from(std::vector<std::string>{"BTC-USD", "ETH-USD"})};
    const symbol_id btc{symbols.all()[0]};
    const symbol_id eth{symbols.all()[1]};
    testing::dated_tapes written{symbols, 2, wall_time{1000ms}};
};

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("several tapes are read in position order, and what is lost is known first", "[tape]")
{
    for (unsigned seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        scene s{seed};
        tape::merged_reader reader{s.all()};
        for (int round = 0; round < 5; ++round) {
            s.publish(s.between(0, 25));
            const auto symbols = s.some_symbols();
            const auto after = s.some_position();
            // Also one that lies before `after`.
            const auto until = std::min(s.some_position(), s.some_until({}));
            CAPTURE(round, after.text(), until.text());
            const auto expected = s.expected(symbols, after, until);
            reader.start(symbols, after, until);
            CHECK(said_all(reader.lost()) == said_all(expected.lost));
            CHECK(reader.is_complete() == expected.ticks.empty());

            account told;
            told.tell(after, reader.lost());
            const auto ticks = read_all(reader);
            for (const auto& t : ticks)
                told.give(t);
            CHECK(said_all(ticks) == said_all(expected.ticks));
            CHECK(
                std::ranges::adjacent_find(ticks, std::ranges::greater_equal{}, &tick::at) ==
                ticks.end());
            CHECK(told.untold(s, symbols, after, until) == 0);
            CHECK(told.wrong(s, symbols, after, until) == 0);
            CHECK(reader.is_complete());
            CHECK_FALSE(reader.next().has_value());
            CHECK(said_all(reader.lost()) == said_all(expected.lost));
        }
    }
}

TEST_CASE("a reader that starts anew from any tick goes on with the same ticks", "[tape]")
{
    for (unsigned seed = 1; seed <= 150; ++seed) {
        CAPTURE(seed);
        scene s{seed};
        s.publish(s.between(0, 80));
        const auto symbols = s.some_symbols();
        const auto after = s.some_position();
        const auto until = s.all().committed();
        tape::merged_reader reader{s.all()};
        reader.start(symbols, after, until);
        std::vector<tape::lost_ticks> lost(reader.lost().begin(), reader.lost().end());
        auto ticks = read_all(reader);
        while (!ticks.empty()) {
            const auto at = ticks.front().at;
            CAPTURE(at.text());
            ticks.erase(ticks.begin());
            // Told again as long as it reaches beyond, with the same end.
            std::erase_if(lost, [at](const tape::lost_ticks& l) { return l.to <= at; });
            reader.start(symbols, at, until);
            CHECK(said_all(reader.lost()) == said_all(lost));
            CHECK(said_all(read_all(reader)) == said_all(ticks));
        }
    }
}

TEST_CASE("a reader that is overtaken stops at a tick and does not say that it has all", "[tape]")
{
    int overtaken = 0;
    int complete = 0;
    for (unsigned seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        scene s{seed};
        s.publish(s.between(0, 60));
        const auto symbols = s.some_symbols();
        const auto after = s.some_position();
        const auto until = s.some_until({});
        const auto busy = s.between(0, 3);
        CAPTURE(after.text(), until.text(), busy);
        auto expected = s.expected(symbols, after, until);
        tape::merged_reader reader{s.all()};
        reader.start(symbols, after, until);

        std::vector<tick> ticks;
        bool has_evicted = false;  // something after a tick, by the time it was given
        s.publish(s.between(0, busy));
        while (const auto t = reader.next()) {
            ticks.push_back(*t);
            has_evicted = has_evicted || s.all().of(t->symbol).evicted() > t->at;
            s.publish(s.between(0, busy));
        }

        CHECK(said_all(reader.lost()) == said_all(expected.lost));
        if (reader.is_complete()) {
            ++complete;
        } else {
            ++overtaken;
            CHECK(has_evicted);
            // A reader that starts anew from the last tick is further than before.
            REQUIRE_FALSE(ticks.empty());
            REQUIRE(ticks.size() <= expected.ticks.size());
            expected.ticks.erase(
                expected.ticks.begin() + static_cast<std::ptrdiff_t>(ticks.size()),
                expected.ticks.end());
        }
        CHECK(said_all(ticks) == said_all(expected.ticks));
        CHECK_FALSE(reader.next().has_value());
    }
    CHECK(overtaken > 0);
    CHECK(complete > 0);
}

// The promise to a reader that holds nothing but a position: a browser that reconnects, or a
// subscriber whose socket took only the first ticks of many.
TEST_CASE("a reader that starts anew from where it stopped is given or told every tick", "[tape]")
{
    int lossy = 0;
    int overtaken = 0;
    int stopped = 0;
    for (unsigned seed = 1; seed <= 400; ++seed) {
        CAPTURE(seed);
        scene s{seed};
        s.publish(s.between(0, 60));
        const auto symbols = s.some_symbols();
        const auto after = s.some_position();
        const auto busy = s.between(0, 3);
        CAPTURE(after.text(), busy);
        tape::merged_reader reader{s.all()};
        account told;
        auto at = after;

        // Takes up to `ticks_max` and moves `at`. A loss counts as told once it cannot be lost
        // on the way itself: with the first tick, or where there is none.
        const auto follow = [&](position until, std::uint64_t ticks_max, std::uint64_t writes_max) {
            const auto from = at;
            reader.start(symbols, from, until);
            const std::vector<tape::lost_ticks> lost(reader.lost().begin(), reader.lost().end());
            for (const auto& l : lost) {
                CHECK(l.to > from);
                CHECK(l.to == s.all().of(l.symbol).evicted());
            }
            std::uint64_t taken = 0;
            for (; taken < ticks_max; ++taken) {
                s.publish(s.between(0, writes_max));
                const auto t = reader.next();
                if (!t)
                    break;
                CHECK(t->at > at);
                CHECK(t->at <= until);
                at = t->at;
                told.give(*t);
            }
            if (taken > 0 || reader.is_complete())
                told.tell(from, lost);
            const bool has_ended = taken < ticks_max;
            stopped += !has_ended;
            overtaken += has_ended && !reader.is_complete();
            // A reader that has all up to `until` may as well go on from there.
            if (reader.is_complete() && (taken == 0 || s.between(0, 1) == 0))
                at = until;
        };

        for (auto starts = s.between(1, 20); starts > 0; --starts) {
            s.publish(s.between(0, 3 * busy));
            follow(s.some_until(at), s.between(0, 2) == 0 ? 1000 : s.between(0, 4), busy);
            // All that lies behind is known at any time, not only in the end.
            CHECK(told.untold(s, symbols, after, at) == 0);
        }
        follow(std::max(at, s.all().committed()), s.history().size() + 1, 0);
        CHECK(reader.is_complete());

        CHECK(told.untold(s, symbols, after, s.all().committed()) == 0);
        CHECK(told.wrong(s, symbols, after, s.all().committed()) == 0);
        lossy += told.has_losses();
    }
    CHECK(lossy > 0);
    CHECK(overtaken > 0);
    CHECK(stopped > 0);
}

TEST_CASE("a loss is told at every start until the ticks given lie beyond it", "[tape]")
{
    two_symbols t;
    t.publish(t.btc, {1001, 1002});
    t.publish(t.eth, {1003});
    t.publish(t.btc, {1004});
    t.publish(t.eth, {1005});
    t.publish(t.btc, {1006, 1007});

    // One tick, and then anew from there.
    tape::merged_reader reader{t.written};
    auto at = t.written.epoch();
    texts told;
    for (;;) {
        reader.start(t.symbols.all(), at, t.written.committed());
        for (const auto& l : reader.lost())
            told.push_back("after " + at.text() + ' ' + said(l));
        const auto next = reader.next();
        if (!next)
            break;
        told.push_back(said(*next));
        at = next->at;
    }
    CHECK(
        told == texts{
                    "after 1000-0 symbol 0 lost up to 1004-0",
                    "symbol 1: 1003-0 1003 from 7",
                    "after 1003-0 symbol 0 lost up to 1004-0",
                    "symbol 1: 1005-0 1005 from 7",
                    "symbol 0: 1006-0 1006 from 7",
                    "symbol 0: 1007-0 1007 from 7",
                });
    CHECK(reader.is_complete());
}

TEST_CASE("a reader that is overtaken is told of the loss when it starts anew", "[tape]")
{
    two_symbols t;
    t.publish(t.btc, {1001, 1002});
    t.publish(t.eth, {1003});
    tape::merged_reader reader{t.written};
    reader.start(t.symbols.all(), t.written.epoch(), t.written.committed());
    CHECK(reader.lost().empty());
    t.publish(t.btc, {1004, 1005});
    // Known before 1002 went. ETH-USD is not given: 1002 belongs before it.
    CHECK(said_all(read_all(reader)) == texts{"symbol 0: 1001-0 1001 from 7"});
    CHECK_FALSE(reader.is_complete());

    reader.start(t.symbols.all(), position{1001, 0}, t.written.committed());
    CHECK(said_all(reader.lost()) == texts{"symbol 0 lost up to 1002-0"});
    CHECK(
        said_all(read_all(reader)) == texts{
                                          "symbol 1: 1003-0 1003 from 7",
                                          "symbol 0: 1004-0 1004 from 7",
                                          "symbol 0: 1005-0 1005 from 7",
                                      });
    CHECK(reader.is_complete());
}

TEST_CASE("a loss that reaches beyond where the reader stops is told as a whole", "[tape]")
{
    two_symbols t;
    t.publish(t.btc, {1001, 1002});
    t.publish(t.eth, {1003});
    const auto until = t.written.committed();
    t.publish(t.btc, {1004, 1005, 1006});

    tape::merged_reader reader{t.written};
    reader.start(t.symbols.all(), t.written.epoch(), until);
    CHECK(said_all(reader.lost()) == texts{"symbol 0 lost up to 1004-0"});
    CHECK(said_all(read_all(reader)) == texts{"symbol 1: 1003-0 1003 from 7"});
    CHECK(reader.is_complete());

    // Only of symbols that were asked for.
    reader.start(std::array{t.eth}, t.written.epoch(), until);
    CHECK(reader.lost().empty());
    CHECK(said_all(read_all(reader)) == texts{"symbol 1: 1003-0 1003 from 7"});
}

}  // namespace tickertape
