// Readers racing the writer of a tape, looking for outcomes that must not exist. What a tick holds
// follows from its number, so every reader can tell by itself whether what it got can be true.
//
// Beside each tick goes a note in plain memory, written before the tick. A reader that has been
// given the tick reads the note: ThreadSanitizer reports it where the tape fails to order the two.
// Processors that order their stores hide most of what a too weak order would do; that is what
// interleavings_test.cpp is for.
#include "support/catch.hpp"
#include "support/dated_tapes.hpp"
#include "tape/merged_reader.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <latch>
#include <thread>
#include <vector>

namespace tickertape {
namespace {

using namespace std::chrono_literals;

// What must not happen, each counted on the thread that saw it.
struct forbidden {
    std::uint64_t torn_ticks = 0;
    std::uint64_t reordered_ticks = 0;
    std::uint64_t silent_holes = 0;
    std::uint64_t lapped_but_not_evicted = 0;
    std::uint64_t appended_but_not_yet = 0;
    std::uint64_t false_notes = 0;
    // Not forbidden: how much was seen, so that a test that saw nothing fails.
    std::uint64_t ticks = 0;
    std::uint64_t losses = 0;
};

void check(const forbidden& f)
{
    CHECK(f.torn_ticks == 0);
    CHECK(f.reordered_ticks == 0);
    CHECK(f.silent_holes == 0);
    CHECK(f.lapped_but_not_evicted == 0);
    CHECK(f.appended_but_not_yet == 0);
    CHECK(f.false_notes == 0);
    CHECK(f.ticks > 0);
}

std::uint64_t mixed(std::uint64_t n)
{
    n *= 0x9E3779B97F4A7C15;
    return n ^ n >> 32;
}

price price_at(position p)
{
    return *price::from(static_cast<double>(mixed(p.packed()) | 1));
}
source_id source_at(position p)
{
    return static_cast<source_id>(mixed(~p.packed()));
}
bool is_torn(position at, price value, source_id source)
{
    return value != price_at(at) || source != source_at(at);
}

// One writer and some readers that start together. The writer pauses at times until every reader
// has gone on, so that they meet on a machine of any number of cores. The counters are relaxed:
// they must not order what the tape is to order.
class race {
public:
    explicit race(std::size_t readers)
        : start_{static_cast<std::ptrdiff_t>(readers + 1)}, rounds_(readers)
    {
    }
    ~race()
    {
        for (auto& t : threads_)
            t.join();
    }

    // read_once() is called until it says false.
    template <class F>
    void reader(F read_once)
    {
        threads_.emplace_back([this, read_once, me = threads_.size()]() mutable {
            start_.arrive_and_wait();
            while (read_once())
                rounds_[me].fetch_add(1, std::memory_order_relaxed);  // only counts
            rounds_[me].store(done, std::memory_order_relaxed);
        });
    }

    // write(n) is called for n = 0, 1, ... count - 1.
    template <class F>
    void writer(std::uint64_t count, F write)
    {
        start_.arrive_and_wait();
        for (std::uint64_t n = 0; n < count; ++n) {
            if (n % (count / 8) == 0)
                wait_for_readers();
            write(n);
        }
    }

private:
    static constexpr std::uint64_t done = std::uint64_t{1} << 63;

    void wait_for_readers()
    {
        for (auto& r : rounds_) {
            const auto before = r.load(std::memory_order_relaxed);  // only counts
            while (before < done && r.load(std::memory_order_relaxed) == before)
                std::this_thread::yield();
        }
    }

    std::latch start_;
    std::vector<std::atomic<std::uint64_t>> rounds_;
    std::vector<std::thread> threads_;
};

position position_of(tape::symbol_tape::index i)
{
    return position::from_packed(7 * i + 3);
}
tape::symbol_tape::index index_at(position p)
{
    return (p.packed() - 3) / 7;
}

struct one_tape {
    static constexpr tape::symbol_tape::index count = 120'000;

    explicit one_tape(std::size_t capacity) : written{capacity}, notes(count) {}

    void publish(tape::symbol_tape::index i)
    {
        const auto at = position_of(i);
        notes[i] = ~i;
        written.publish({at, price_at(at), source_at(at)});
    }

    // Looks at one answer to read(i).
    void
    judge(tape::symbol_tape::index i, const result<tape::symbol_tape::entry>& e, forbidden& f) const
    {
        if (e) {
            ++f.ticks;
            f.torn_ticks += is_torn(e->at, e->value, e->source);
            f.reordered_ticks += e->at != position_of(i);
            f.false_notes += notes[i] != ~i;
        } else if (e.error() == tape::tape_errc::lapped) {
            ++f.losses;
            f.lapped_but_not_evicted += written.evicted() < position_of(i);
        }
    }

    tape::symbol_tape written;
    std::vector<std::uint64_t> notes;
};

// Reads around both ends of what is held, where the writer is.
auto prober(const one_tape& t, forbidden& f)
{
    return [&t, &f, n = std::uint64_t{0}]() mutable {
        const auto end = t.written.end();
        const auto reach = t.written.capacity() + 2;
        const auto back = mixed(++n) % reach;
        const auto i = end > back ? end - back : 0;
        const auto e = t.written.read(i);
        t.judge(i, e, f);
        f.appended_but_not_yet += !e && e.error() == tape::tape_errc::not_yet && i < end;
        if (end > 0)
            f.false_notes += t.notes[end - 1] != ~(end - 1);
        if (end > t.written.capacity())
            f.silent_holes += t.written.evicted() < position_of(end - t.written.capacity() - 1);
        return end < one_tape::count;
    };
}

// Reads the newest, which never goes back.
auto watcher(const one_tape& t, forbidden& f)
{
    return [&t, &f, last = position{}]() mutable {
        const auto e = t.written.newest();
        if (!e)
            return true;
        ++f.ticks;
        f.torn_ticks += is_torn(e->at, e->value, e->source);
        f.reordered_ticks += e->at < last;
        f.false_notes += t.notes[index_at(e->at)] != ~index_at(e->at);
        last = e->at;
        return index_at(last) + 1 < one_tape::count;
    };
}

// Follows the tape by position; each tick is the next one, or evicted() has said what is missing.
auto follower(const one_tape& t, forbidden& f)
{
    return [&t, &f, at = position{}, next = tape::symbol_tape::index{0}]() mutable {
        const auto i = t.written.first_after(at);
        const auto e = t.written.read(i);
        const auto gone = t.written.evicted();
        if (gone > at) {
            ++f.losses;
            f.false_notes += t.notes[index_at(gone)] != ~index_at(gone);
            f.reordered_ticks += index_at(gone) < next;
            at = gone;
            next = index_at(gone) + 1;
        } else if (e && e->at > at) {
            // Not after `at`: a tick can be read an instant before end() counts it, and is then
            // found at end() once more.
            t.judge(i, e, f);
            f.silent_holes += i > next;
            at = e->at;
            next = i + 1;
        }
        return next < one_tape::count;
    };
}

struct three_tapes {
    static constexpr std::uint64_t count = 80'000;
    static inline const std::vector<std::string> names{"BTC-USD", "ETH-USD", "SOL-USD"};

    explicit three_tapes(std::size_t capacity)
        : symbols{*symbol_table::from(names)}, written{symbols, capacity, wall_time{5000ms}},
          notes(count), numbers(count)
    {
        for (std::uint64_t n = 0; n < count; ++n) {
            auto& own = of_symbol[index_of(symbol_of(n))];
            numbers[n] = own.size();
            own.push_back(n);
        }
    }

    static symbol_id symbol_of(std::uint64_t n) { return static_cast<symbol_id>(mixed(n) % 3); }
    // The clock stands still, so that positions are consecutive.
    std::uint64_t count_at(position p) const { return p.packed() - written.epoch().packed() - 1; }
    position position_at(std::uint64_t n) const
    {
        return position::from_packed(written.epoch().packed() + 1 + n);
    }
    void publish(std::uint64_t n)
    {
        const auto at = position_at(n);
        notes[n] = ~n;
        written.publish({symbol_of(n), price_at(at), source_at(at)}, wall_time{5000ms});
    }

    symbol_table symbols;
    testing::dated_tapes written;
    std::vector<std::uint64_t> notes;
    std::vector<tape::symbol_tape::index> numbers;        // of each tick on the tape of its symbol
    std::array<std::vector<std::uint64_t>, 3> of_symbol;  // the other way round
};

// Follows all tapes as one and starts anew all the time, from nothing but the position it has
// reached: after a few ticks, or after all, or where it was overtaken.
class merging_follower {
public:
    // Takes up to `ticks_max` at a time, a different number each.
    merging_follower(const three_tapes& t, std::uint64_t ticks_max, forbidden& f)
        : t_{t}, ticks_max_{ticks_max}, f_{f}, reader_{t.written}, at_{t.written.epoch()}
    {
    }

    bool operator()()
    {
        const auto until = t_.written.committed();
        if (until > t_.written.epoch())
            f_.false_notes += t_.notes[t_.count_at(until)] != ~t_.count_at(until);
        reader_.start(t_.symbols.all(), at_, until);
        const auto ticks_max = mixed(++starts_) % (ticks_max_ + 1);
        std::uint64_t taken = 0;
        for (; taken < ticks_max; ++taken) {
            const auto t = reader_.next();
            if (!t)
                break;
            if (taken == 0)
                lose();
            see(*t);
        }
        if (reader_.is_complete()) {
            if (taken == 0)
                lose();
            // All that is committed was given or is lost.
            f_.appended_but_not_yet += !knows_all_up_to(until);
            at_ = until;
        } else {
            // A reader that is overtaken has been given something, or it would never get on.
            f_.appended_but_not_yet += taken == 0 && ticks_max > 0;
        }
        f_.silent_holes += !knows_all_up_to(at_);
        return at_ < t_.position_at(three_tapes::count - 1);
    }

private:
    // Takes note of what was lost from at_ on. Not before it is sure that a tick is taken as well:
    // a loss that is told to nobody has to be told again.
    void lose()
    {
        for (const auto& lost : reader_.lost()) {
            ++f_.losses;
            const auto n = t_.count_at(lost.to);
            if (n >= three_tapes::count || lost.symbol != three_tapes::symbol_of(n)) {
                ++f_.torn_ticks;
                continue;
            }
            f_.false_notes += t_.notes[n] != ~n;
            auto& next = next_[index_of(lost.symbol)];
            // The same loss may be told again. It may not shrink, nor reach back to what was given.
            f_.reordered_ticks += lost.to <= at_ || t_.numbers[n] + 1 < next;
            next = t_.numbers[n] + 1;
        }
    }

    void see(const tick& t)
    {
        ++f_.ticks;
        const auto n = t_.count_at(t.at);
        if (n >= three_tapes::count || t.symbol != three_tapes::symbol_of(n)) {
            ++f_.torn_ticks;
            return;
        }
        f_.torn_ticks += is_torn(t.at, t.value, t.source);
        f_.false_notes += t_.notes[n] != ~n;
        auto& next = next_[index_of(t.symbol)];
        f_.reordered_ticks += t.at <= at_ || t_.numbers[n] < next;
        f_.silent_holes += t_.numbers[n] > next;
        next = t_.numbers[n] + 1;
        at_ = t.at;
    }

    // Whether no tick up to `p` is still to be given or told: what lies behind the position that
    // the next start goes on from is never heard of again.
    bool knows_all_up_to(position p) const
    {
        for (std::size_t symbol = 0; symbol < next_.size(); ++symbol) {
            const auto& own = t_.of_symbol[symbol];
            if (next_[symbol] < own.size() && t_.position_at(own[next_[symbol]]) <= p)
                return false;
        }
        return true;
    }

    const three_tapes& t_;
    std::uint64_t ticks_max_;
    forbidden& f_;
    tape::merged_reader reader_;
    position at_;
    std::uint64_t starts_ = 0;
    std::array<tape::symbol_tape::index, 3>
        next_{};  // the number of the first tick not known, of each symbol
};

}  // namespace

TEST_CASE("readers that are lapped all the time never get a torn or reordered tick", "[tape]")
{
    for (const std::size_t capacity : {1, 2, 5}) {
        CAPTURE(capacity);
        one_tape t{capacity};
        forbidden probed;
        forbidden watched;
        forbidden followed;
        {
            race r{3};
            r.reader(prober(t, probed));
            r.reader(watcher(t, watched));
            r.reader(follower(t, followed));
            r.writer(one_tape::count, [&t](tape::symbol_tape::index i) { t.publish(i); });
        }
        check(probed);
        check(watched);
        check(followed);
        CHECK(probed.losses + followed.losses > 0);
    }
}

TEST_CASE("a reader of several tapes gets every tick in order or is told of its loss", "[tape]")
{
    for (const std::size_t capacity : {2, 5, 64}) {
        CAPTURE(capacity);
        three_tapes t{capacity};
        forbidden hasty;
        forbidden patient;
        {
            race r{2};
            r.reader(merging_follower{t, 3, hasty});
            r.reader(merging_follower{t, 3 * 64, patient});
            r.writer(three_tapes::count, [&t](std::uint64_t n) { t.publish(n); });
        }
        check(hasty);
        check(patient);
        CHECK(hasty.losses + patient.losses > 0);
    }
}

}  // namespace tickertape
