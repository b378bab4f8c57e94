// Invariant 1, under everything at once: a subscriber receives, per symbol, strictly increasing
// positions, and every tick after its start exactly once or a gap that says what is missing.
//
// Real lanes on real sockets; ticks at about a thousand a second into rings so short that slow
// readers are lapped; subscribers that come at random moments from random places, read as they
// like, are cut off in the middle of an event and come back with the last id they saw. Those that
// are too far behind are closed or brought up to date. Some want the latest only: each tick they
// get must say exactly how many it was sent in place of.
//
// With a past behind the tapes the same holds, also where that forgets, fails and is late.
//
// Now and then ticks of another instance are missing, more often than the tapes keep such holes:
// also ticks that lie before what has been sent. A subscriber that passes the place of a hole is
// told of it, once on each connection.
#include "hub/lane_rig.hpp"

#include "hub/stream_client.hpp"
#include "support/catch.hpp"
#include "support/fake_past.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <thread>

using namespace tickertape;
using namespace tickertape::hub;
using namespace std::chrono_literals;

namespace {

constexpr int ticks = 4'000;

// A few symbols that tick often, or many of which hundreds may be lost at once.
struct market {
    std::vector<std::string> names;
    std::size_t ring;  // of a few: a third of a second of one symbol
    double first;  // the share of the ticks that the first symbol has, the second of the rest...
    int received_least;
    std::size_t subscribers;
    std::chrono::milliseconds lag;

    static market of_few()
    {
        return {{"BTC-USD", "ETH-USD", "SOL-USD"}, 400, 0.6, 100, 300, 200ms};
    }
    static market of_many()
    {
        market m{{}, 4, 0.01, 20, 100, 200ms};
        for (int i = 0; i < 300; ++i)
            m.names.push_back("S" + std::to_string(i) + "-USD");
        return m;
    }
};

// What one subscriber asked for and got, over all its connections.
struct diary {
    stream_terms terms;
    // Everything after this was asked for...
    position start;
    // ...or, where it asked for nothing, of what was committed then the newest of each symbol only.
    std::optional<position> newest_until;
    enum class kind { connection, tick, gap };
    struct line {
        kind what;
        position at;             // of the tick; of a gap its end; where a connection began
        position from = {};      // of a gap
        std::string about = {};  // the symbol; of a gap its data
        std::string value = {};
        std::uint64_t skipped = 0;
        bool from_newest = false;  // of a connection: it asked for nothing of the past
        bool is_of_all = false;    // of a gap: of all symbols, and not because it was too slow

        // Of a tick, or of a gap that names one; empty for all others.
        std::string only_symbol() const
        {
            if (what != kind::gap)
                return about;
            const auto begin = about.find("[\"");
            const auto end = about.find('"', begin + 2);
            return begin == std::string::npos || about[end + 1] != ']'
                       ? std::string{}
                       : about.substr(begin + 2, end - begin - 2);
        }
        bool tells_of(const std::string& symbol) const
        {
            return about.find("symbols") == std::string::npos ||
                   about.find('"' + symbol + '"') != std::string::npos;
        }
    };
    std::vector<line> lines;
};

class subscriber_of_test {
public:
    subscriber_of_test(lane_rig& rig, unsigned seed) : rig_{rig}, random_{seed}
    {
        auto& terms = diary_.terms;
        for (std::size_t i = 0; i < rig.h.symbols.size(); ++i)
            if (chance(0.5))
                terms.symbols.push_back(static_cast<symbol_id>(i));
        if (terms.symbols.empty())
            terms.symbols.push_back(symbol_id{0});
        terms.newest_only = chance(0.3);
        if (terms.newest_only && chance(0.5))
            terms.interval = 20ms;
        // A few read hardly at all, most keep up.
        eagerness_ = chance(0.2) ? 0.002 : chance(0.3) ? 0.05 : 0.9;
        joins_after_ = std::uniform_int_distribution<int>{0, ticks / 2}(random_);
    }

    // One step of its life; `published`: how many ticks there have been.
    void step(int published)
    {
        if (published < joins_after_)
            return;
        // Cut off, wherever it is in an event.
        if (!client_ || published >= cut_at_) {
            cut_at_ = published + std::uniform_int_distribution<int>{100, ticks / 2}(random_);
            return connect();
        }
        if (chance(eagerness_) && !read(chance(0.3) ? 50 : 65'536))
            connect();  // it was closed by the server, which nobody asked for
    }

    // Reads on until the newest tick of all its symbols has come.
    bool finish(const std::map<std::string, position>& newest)
    {
        if (!client_ || !read(65'536))
            connect();
        return std::ranges::all_of(diary_.terms.symbols, [&](symbol_id s) {
            const auto& name = rig_.h.symbols.name(s);
            return newest.at(name) <= diary_.start ||
                   (seen_.contains(name) && seen_.at(name) >= newest.at(name));
        });
    }

    const diary& kept() const { return diary_; }
    int connections() const { return connections_; }

private:
    bool chance(double p) { return std::uniform_real_distribution<double>{}(random_) < p; }

    void connect()
    {
        ++connections_;
        diary_.terms.how = chance(0.5) ? sse::framing::chunked : sse::framing::raw;
        const bool first = last_id_ == position{};
        const auto start = first ? first_cursor() : stream_cursor::after(last_id_);
        diary_.lines.push_back(
            {.what = diary::kind::connection,
             .at = std::max(start.at, start.newest_only_until),
             .from_newest = start.is_passing()});
        client_.emplace(diary_.terms.how);
        end_.emplace(rig_.subscribe(chance(0.5) ? 0 : 1, diary_.terms, [start] { return start; }));
    }

    stream_cursor first_cursor()
    {
        const auto committed = rig_.h.ticks.committed();
        stream_cursor cursor;
        if (chance(0.4)) {
            cursor = stream_cursor::newest(committed);
            diary_.newest_until = committed;
        } else {
            const auto back = std::uniform_int_distribution<std::uint64_t>{0, 2'000}(random_);
            const auto ms = committed.ms() > back ? committed.ms() - back : 0;
            cursor = stream_cursor::after(position{ms, 0}.previous());
            diary_.newest_until.reset();
        }
        diary_.start = cursor.at;
        return cursor;
    }

    bool read(std::size_t bytes_max)
    {
        const auto bytes = end_->read_some(bytes_max);
        if (!bytes)
            return false;
        for (const auto& e : client_->take(*bytes))
            note(e);
        return true;
    }

    void note(const stream_event& e)
    {
        if (e.type != "message" && e.type != "gap")
            return;
        if (!e.id.empty())
            last_id_ = *position::parse(e.id);
        if (e.type == "gap") {
            diary_.lines.push_back(
                {.what = diary::kind::gap,
                 .at = *position::parse(member_of(e.data, "to")),
                 .from = *position::parse(member_of(e.data, "from")),
                 .about = e.data,
                 .is_of_all = e.data.find("symbols") == std::string::npos &&
                              e.data.find("lapped") == std::string::npos});
            return;
        }
        diary_.lines.push_back(
            {.what = diary::kind::tick,
             .at = last_id_,
             .about = member_of(e.data, "symbol"),
             .value = member_of(e.data, "price"),
             .skipped = std::stoull('0' + member_of(e.data, "skipped"))});
        seen_[member_of(e.data, "symbol")] = last_id_;
    }

    lane_rig& rig_;
    std::mt19937 random_;
    diary diary_;
    double eagerness_ = 1;
    int joins_after_ = 0;  // in ticks published, as is the next
    int cut_at_ = 0;
    int connections_ = 0;
    std::optional<stream_client> client_;
    std::optional<far_end> end_;
    position last_id_;
    std::map<std::string, position> seen_;  // the last of each symbol
};

using history = std::map<std::string, std::vector<tick>>;

// A diary for each symbol, with the lines that are about it.
std::map<std::string, diary> parts_of(const diary& d, const std::vector<std::string>& names)
{
    std::map<std::string, diary> parts;
    for (const auto symbol : d.terms.symbols)
        parts[names[index_of(symbol)]] = {d.terms, d.start, d.newest_until, {}};
    for (const auto& l : d.lines)
        if (const auto one = parts.find(l.only_symbol()); one != parts.end())
            one->second.lines.push_back(l);
        else
            for (auto& [name, part] : parts)
                if (l.what == diary::kind::connection || l.tells_of(name))
                    part.lines.push_back(l);
    return parts;
}

// What is wrong with the diary's record of one symbol; empty where nothing is.
std::string fault_of(
    const diary& d, const std::string& symbol, const std::vector<tick>& all, std::ptrdiff_t ring)
{
    std::vector<diary::line> got;
    std::vector<diary::line> gaps;
    position given_up;  // up to here it has been told that nothing will come on this connection
    for (const auto& l : d.lines) {
        if (l.what == diary::kind::connection)
            given_up = {};
        if (l.what == diary::kind::gap && l.tells_of(symbol)) {
            gaps.push_back(l);
            given_up = std::max(given_up, l.at);
        } else if (l.what == diary::kind::tick && l.about == symbol) {
            got.push_back(l);
            if (l.at <= given_up)
                return "a tick came after it was said to be lost: " + l.at.text();
        }
    }
    for (std::size_t i = 1; i < got.size(); ++i)
        if (got[i].at <= got[i - 1].at)
            return "repeated or reordered at " + got[i].at.text();

    // Of what had been committed when it came, one that asked for nothing expects the newest only.
    auto expected = all.begin();
    while (expected != all.end() && expected->at <= d.start)
        ++expected;
    if (d.newest_until)
        while (expected != all.end() && std::next(expected) != all.end() &&
               std::next(expected)->at <= *d.newest_until)
            ++expected;

    auto next = got.begin();
    // Cut off among the newest ticks of several symbols, it resumed from a place, as everybody
    // does.
    while (d.newest_until && next != got.end() && expected != all.end() && next->at < expected->at)
        ++next;
    // The newest may be overwritten before it could be sent: newer ones are then sent in its place.
    if (d.newest_until && expected != all.end() && expected->at <= *d.newest_until &&
        all.end() - expected > ring && (next == got.end() || next->at > expected->at))
        ++expected;
    for (; expected != all.end(); ++expected) {
        if (next != got.end() && next->at == expected->at) {
            if (next->value != expected->value.text())
                return "another price at " + next->at.text();
            ++next;
            continue;
        }
        const bool told = std::ranges::any_of(
            gaps, [&](const auto& g) { return g.from < expected->at && expected->at <= g.at; });
        if (!told)
            return "a silent hole at " + expected->at.text();
    }
    return next == got.end() ? "" : "a tick nobody published at " + next->at.text();
}

// A tick that another instance had, and the place where it is told to be missing.
struct missing_tick {
    std::string symbol;
    position at;
    position place_ends;
};

// What is wrong with what was told of holes, of one symbol; empty where nothing is.
std::string
fault_of_holes(const diary& d, const std::string& symbol, const std::vector<missing_tick>& missing)
{
    std::map<position, int> told;
    for (const auto& l : d.lines) {
        if (l.what == diary::kind::connection)
            told.clear();
        if (l.is_of_all && ++told[l.at] > 1)
            return "told twice up to " + l.at.text();
    }
    const auto begins = d.newest_until.value_or(d.start);
    for (const auto& m : missing) {
        if (m.symbol != symbol || m.at <= d.start || m.place_ends <= begins)
            continue;
        const bool is_told = std::ranges::any_of(d.lines, [&](const diary::line& l) {
            return l.what == diary::kind::gap && l.tells_of(symbol) && l.from < m.at &&
                   m.at <= l.at;
        });
        if (!is_told)
            return "nothing was told of " + m.at.text();
    }
    return {};
}

// The same of one that asked for the latest: each tick says how many it was sent in place of, since
// the one before or since its connection began.
std::string fault_of_latest(const diary& d, const std::string& symbol, const std::vector<tick>& all)
{
    std::vector<diary::line> gaps;
    position before;
    bool uncounted = false;
    for (const auto& l : d.lines) {
        if (l.what == diary::kind::connection) {
            gaps.clear();
            before = l.at;
            uncounted = l.from_newest;
        } else if (l.what == diary::kind::gap && l.tells_of(symbol)) {
            gaps.push_back(l);
        } else if (l.what == diary::kind::tick && l.about == symbol) {
            const auto is_it = std::ranges::find(all, l.at, &tick::at);
            if (is_it == all.end() || is_it->value.text() != l.value)
                return "a tick nobody published at " + l.at.text();
            if (uncounted && l.at <= before) {  // the answer to a subscriber that asked for no past
                uncounted = false;
                continue;
            }
            if (l.at <= before)
                return "repeated or reordered at " + l.at.text();
            const auto passed_over = std::ranges::count_if(all, [&](const tick& t) {
                return t.at > before && t.at < l.at && std::ranges::none_of(gaps, [&](auto& g) {
                           return g.from < t.at && t.at <= g.at;
                       });
            });
            if (l.skipped != static_cast<std::uint64_t>(passed_over))
                return std::to_string(passed_over) + " passed over, " + std::to_string(l.skipped) +
                       " told, at " + l.at.text();
            before = l.at;
        }
    }
    return before >= all.back().at ? "" : "the newest is missing";
}

}  // namespace

TEST_CASE("every subscriber gets every tick once, or is told what it lost", "[hub]")
{
    const auto of = GENERATE(as<market (*)()>{}, market::of_few, market::of_many)();
    CAPTURE(of.names.size());
    const auto beyond_lag = GENERATE(slow_reader::close, slow_reader::conflate);
    CAPTURE(beyond_lag == slow_reader::close);
    const bool has_past = GENERATE(false, true);
    CAPTURE(has_past);
    if (has_past && (of.names.size() > 100) == (beyond_lag == slow_reader::close))
        return;  // one of both is enough
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random{seed};
    real_clock time;
    held h{of.names, of.ring, time.wall_now().time_since_epoch().count()};
    lane_limits limits;
    limits.socket.send_buffer_bytes = 4'096;
    limits.planner.cache.bytes_max = 200'000;  // so that blocks are dropped and made again
    limits.planner.batch_bytes_max = 2'048;
    limits.slice_subscribers = 32;
    limits.heartbeat = 1s;  // it paces how often lag is looked for
    limits.lag = of.lag;
    limits.beyond_lag = beyond_lag;
    limits.past.permits = 4;
    limits.past.batch_ticks = 50;
    limits.past.permit_wait = 300ms;
    limits.past.answer = 50ms;
    limits.past.write = 20ms;
    testing::fake_past older;
    lane_rig rig{h, 2, limits, has_past ? &older : nullptr};

    std::atomic<int> published{0};
    history all;
    std::vector<missing_tick> missing;
    std::thread writer{[&] {
        std::vector<position> given;
        std::mt19937 which{seed + 1};
        std::geometric_distribution<> share{of.first};
        const auto each = static_cast<int>(h.symbols.size());
        for (int i = 0; i < ticks; ++i) {
            // The first symbol has most of the ticks, so that the others outlive it on the tape.
            // The first ticks are one of each symbol, and so are the last. There is no hole behind
            // the last ones, so a subscriber that has the newest tick of a symbol has passed all
            // holes.
            const bool is_last = i >= ticks - each;
            const auto symbol = i < each  ? i
                                : is_last ? i - (ticks - each)
                                          : std::min(share(which), each - 1);
            const auto t = h.add(
                static_cast<std::size_t>(symbol), 1 + i,
                time.wall_now().time_since_epoch().count());
            all[h.symbols.name(t.symbol)].push_back(t);
            older.add({t.at, t.symbol, t.value, "test"});
            given.push_back(t.at);
            if (i % 40 == 25 && !is_last) {
                // Every other one is missing among ticks that have been sent.
                const auto from = i % 80 == 25 ? t.at : given[given.size() - 8];
                const position at{from.ms(), from.counter() + 1'000};
                missing.push_back({h.symbols.name(t.symbol), at, h.ticks.lose(from, at).end});
            }
            rig.streams.ring();
            // Now and then it answers late or with an error, and forgets what is old.
            older.hold(i % 500 < 80);
            older.fail(i % 300 < 20);
            if (i == ticks / 2)
                older.forget_before(t.at);
            published.store(i + 1, std::memory_order_relaxed);  // relaxed: paces the test, no more
            std::this_thread::sleep_for(std::chrono::microseconds{900});
        }
    }};
    std::vector<subscriber_of_test> everybody;
    everybody.reserve(of.subscribers);
    for (unsigned i = 0; i < of.subscribers; ++i)
        everybody.emplace_back(rig, static_cast<unsigned>(random()));
    for (int now = 0; now < ticks;) {
        now = published.load(std::memory_order_relaxed);
        for (auto& s : everybody)
            s.step(now);
    }
    writer.join();

    std::map<std::string, position> newest;
    for (const auto& name : of.names)
        newest[name] = all[name].back().at;
    const auto last = std::chrono::steady_clock::now() + 120s;
    bool done = false;
    std::vector<bool> finished(everybody.size(), false);
    while (!done && std::chrono::steady_clock::now() < last) {
        for (std::size_t i = 0; i < everybody.size(); ++i)
            if (!finished[i])
                finished[i] = everybody[i].finish(newest);
        done = std::ranges::find(finished, false) == finished.end();
    }
    CHECK(done);  // what is missing below may else be still to come

    int connections = 0;
    int gaps = 0;
    int received = 0;
    int skipped = 0;
    for (const auto& s : everybody) {
        for (const auto& [name, part] : parts_of(s.kept(), of.names)) {
            const auto fault =
                part.terms.newest_only
                    ? fault_of_latest(part, name, all[name])
                    : fault_of(part, name, all[name], static_cast<std::ptrdiff_t>(of.ring));
            INFO(name << ": " << fault);
            CHECK(fault.empty());
            const auto untold = fault_of_holes(part, name, missing);
            INFO(name << ": " << untold);
            CHECK(untold.empty());
        }
        connections += s.connections();
        for (const auto& l : s.kept().lines) {
            gaps += l.what == diary::kind::gap;
            received += l.what == diary::kind::tick;
            skipped += l.skipped > 0;
        }
    }
    std::uint64_t too_slow = 0;
    for (const auto& l : rig.streams.lanes())
        too_slow += l->counters().lag_closed.value() + l->counters().lag_conflated.value();
    // The run was worth something: people came back, were lapped, and got ticks all the same.
    if (has_past) {
        std::map<past_outcome, std::uint64_t> ended;
        for (const auto& l : rig.streams.lanes())
            for (std::size_t i = 0; i < past_outcomes; ++i)
                ended[static_cast<past_outcome>(i)] += l->counters().past_replays[i].value();
        CHECK(ended[past_outcome::done] > 0);
        CHECK(ended[past_outcome::failed] + ended[past_outcome::late] > 0);
    }
    CHECK(connections > static_cast<int>(of.subscribers) * 3 / 2);
    CHECK(gaps > (has_past ? 10 : 100));
    CHECK(skipped > 100);
    // Of many symbols few have ticks often enough for that on every machine.
    if (of.names.size() < 100)
        CHECK(too_slow > 0);
    CHECK(received > static_cast<int>(of.subscribers) * of.received_least);
}
