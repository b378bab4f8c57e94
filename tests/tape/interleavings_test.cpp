// The slot protocol in every interleaving of its steps, in sequentially consistent and in weak
// memory, as it is built and with each of its parts taken away. See
// docs/decisions/0001-tape-slot-protocol.md for what this covers and what not.
#include "slot_model.hpp"
#include "support/catch.hpp"

#include <set>

namespace tickertape::interleaving {
namespace {

constexpr auto torn_tick = "a torn tick";
constexpr auto unknown_loss = "lapped but not known as evicted";
constexpr auto lost_below = "held ticks begin after what is known as evicted";
constexpr auto unseen_tick = "appended but not yet";
constexpr auto stale_end = "the end is older than the eviction";
constexpr auto hole = "a later tick without the earlier";
constexpr auto uncommitted = "a committed tick that is not there";

// For the proof: a slot of two is used three times. To find what is broken, less is enough.
constexpr int ticks_to_prove = 5;
constexpr int ticks_to_break = 3;

struct sum {
    std::uint64_t states = 0;
    std::uint64_t executions = 0;
    std::map<std::string, std::string> forbidden;
    std::set<std::string> seen;

    void add(exploration e)
    {
        states += e.states;
        executions += e.executions;
        forbidden.merge(e.forbidden);
    }
};

std::vector<store> publish_all(const protocol& p, const tape_model& t, int ticks)
{
    std::vector<store> steps;
    for (int i = 0; i < ticks; ++i)
        publish(steps, p, t, i);
    return steps;
}

// A reader that asks for the end and then for tick i, which may be there, be gone, or never come.
void read_one(sum& all, const protocol& p, memory model, int ticks, int capacity, int i)
{
    const tape_model t{.first = 0, .capacity = capacity};
    const reg end = reading::registers_used;
    const reading r{t, i, 0};
    std::vector<load> steps{{end, t.end(), p.load_end}};
    r.add_to(steps, p);
    const auto judge = [&](const registers& got) -> std::string {
        all.seen.insert(r.says_not_yet(got) ? "not_yet" : r.says_lapped(got) ? "lapped" : "ok");
        if (r.gives_torn(got))
            return torn_tick;
        if (r.says_lapped(got) && !r.knows_evicted(got))
            return unknown_loss;
        if (r.says_not_yet(got) && i < got[end])
            return unseen_tick;
        return {};
    };
    all.add(explorer{publish_all(p, t, ticks), steps, model, judge}.run());
}

// Where first_after() begins to search: what lies below is gone, and evicted() must say so.
void look_below(sum& all, const protocol& p, memory model, int ticks, int capacity)
{
    const tape_model t{.first = 0, .capacity = capacity};
    const std::vector<load> steps{{0, t.end(), p.load_end}, {1, t.evicted(), p.load_evicted}};
    const auto judge = [&](const registers& got) -> std::string {
        const int first_held = got[0] - capacity;
        return first_held > 0 && got[1] < t.position_of(first_held - 1) ? lost_below : "";
    };
    all.add(explorer{publish_all(p, t, ticks), steps, model, judge}.run());
}

// A reader that goes on from what evicted() says finds the end there was when that tick went.
void go_on_from_evicted(sum& all, const protocol& p, memory model, int ticks, int capacity)
{
    const tape_model t{.first = 0, .capacity = capacity};
    const std::vector<load> steps{{0, t.evicted(), p.load_evicted}, {1, t.end(), p.load_end}};
    const auto judge = [&](const registers& got) -> std::string {
        for (int i = 0; i + capacity < ticks; ++i)
            if (got[0] == t.position_of(i) && got[1] < i + capacity)
                return stale_end;
        return {};
    };
    all.add(explorer{publish_all(p, t, ticks), steps, model, judge}.run());
}

// A reader of two tapes that are written in turn: it takes what is committed, and nothing else.
void read_two(
    sum& all, const protocol& p, memory model, int ticks, int capacity, int first, int second)
{
    const tape_model a{.first = 0, .capacity = capacity, .first_position = 1, .position_step = 2};
    const tape_model b{
        .first = a.past(), .capacity = capacity, .first_position = 2, .position_step = 2};
    const location committed = b.past();

    std::vector<store> writes;
    for (int n = 0; n < ticks; ++n) {
        const auto commit = store{committed, static_cast<word>(n + 1), p.store_committed};
        if (!p.committed_after_tape)
            writes.push_back(commit);
        publish(writes, p, n % 2 == 0 ? a : b, n / 2);
        if (p.committed_after_tape)
            writes.push_back(commit);
    }

    // Ticks are counted over both tapes here.
    const std::array readings{
        reading{first % 2 == 0 ? a : b, first / 2, 0},
        reading{second % 2 == 0 ? a : b, second / 2, reading::registers_used}};
    const reg until = 2 * reading::registers_used;
    std::vector<load> steps;
    if (p.committed_loaded_first)
        steps.push_back({until, committed, p.load_committed});
    for (const auto& r : readings)
        r.add_to(steps, p);
    if (!p.committed_loaded_first)
        steps.push_back({until, committed, p.load_committed});

    const auto judge = [&](const registers& got) -> std::string {
        const auto takes = [&](const reading& r) {
            return r.position() <= got[until] && r.gives_tick(got);
        };
        for (const auto& r : readings) {
            if (takes(r) && r.gives_torn(got))
                return torn_tick;
            if (r.position() > got[until] || r.gives_tick(got) || r.knows_evicted(got))
                continue;
            const auto& other = &r == &readings[0] ? readings[1] : readings[0];
            return takes(other) && other.position() > r.position() ? hole : uncommitted;
        }
        return {};
    };
    all.add(explorer{writes, steps, model, judge}.run());
}

sum explore_one_tape(const protocol& p, memory model, int ticks)
{
    sum all;
    for (const int capacity : {1, 2}) {
        for (int i = 0; i <= ticks; ++i)
            read_one(all, p, model, ticks, capacity, i);
        look_below(all, p, model, ticks, capacity);
        go_on_from_evicted(all, p, model, ticks, capacity);
    }
    return all;
}

sum explore_two_tapes(const protocol& p, memory model, int ticks)
{
    sum all;
    for (const int capacity : {1, 2})
        for (int first = 0; first < ticks; ++first)
            for (int second = 1 - first % 2; second < ticks; second += 2)
                read_two(all, p, model, ticks, capacity, first, second);
    return all;
}

std::set<std::string> found_in(const protocol& p, memory model)
{
    auto all = explore_one_tape(p, model, ticks_to_break).forbidden;
    all.merge(explore_two_tapes(p, model, ticks_to_break).forbidden);
    std::set<std::string> names;
    for (const auto& [name, example] : all)
        names.insert(name);
    return names;
}

const std::map<std::string, std::string> none;

}  // namespace

TEST_CASE("no interleaving of a writer and a reader of one tape has a forbidden outcome", "[tape]")
{
    for (const auto model : {memory::sequential, memory::weak}) {
        const auto all = explore_one_tape({}, model, ticks_to_prove);
        CHECK(all.forbidden == none);
        CHECK(all.seen == std::set<std::string>{"lapped", "not_yet", "ok"});
    }
}

TEST_CASE("no interleaving with a reader of two tapes hides a tick before a later one", "[tape]")
{
    for (const auto model : {memory::sequential, memory::weak})
        CHECK(explore_two_tapes({}, model, ticks_to_prove).forbidden == none);
}

TEST_CASE("the explorer finds what breaks when a step is left out or out of place", "[tape]")
{
    const auto model = GENERATE(memory::sequential, memory::weak);
    const auto broken = [model](const protocol& p) { return found_in(p, model); };
    using names = std::set<std::string>;

    // Words of two ticks, and nothing that says so.
    CHECK(broken({.has_torn_stamp = false}) == names{torn_tick});
    CHECK(broken({.looks_twice = false}) == names{torn_tick});
    CHECK(broken({.whole_after_words = false}) == names{torn_tick});
    // The tick is gone before evicted() says so.
    CHECK(broken({.evicts_before_torn = false}) == names{unknown_loss, hole, uncommitted});
    CHECK(broken({.end_after_whole = false}) == names{unseen_tick});
    CHECK(broken({.committed_after_tape = false}) == names{uncommitted});
    // The tapes were looked at before what had to be on them was known.
    CHECK(broken({.committed_loaded_first = false}) == names{hole, uncommitted});
}

TEST_CASE("the explorer finds what breaks when a memory order is relaxed", "[tape]")
{
    const std::set<std::string> torn_only{torn_tick};
    const std::set<std::string> loss{unknown_loss, hole, uncommitted};
    const std::set<std::string> loss_or_torn{torn_tick, unknown_loss, hole, uncommitted};
    const std::set<std::string> wrong_end{unseen_tick, lost_below};
    // For going on from evicted() alone: who goes by committed() is safe without.
    const std::set<std::string> old_end{stale_end};
    const std::set<std::string> not_there{hole, uncommitted};

    struct variant {
        std::string name;
        protocol with;
        std::set<std::string> breaks;
    };
    const std::vector<variant> variants{
        {"store evicted", {.store_evicted = relaxed}, old_end},
        {"store torn", {.store_torn = relaxed}, loss},
        {"store word 0", {.store_word = {relaxed, release, release}}, torn_only},
        {"store word 1", {.store_word = {release, relaxed, release}}, torn_only},
        {"store word 2", {.store_word = {release, release, relaxed}}, torn_only},
        {"store whole", {.store_whole = relaxed}, loss_or_torn},
        {"store end", {.store_end = relaxed}, wrong_end},
        {"store committed", {.store_committed = relaxed}, not_there},
        {"load stamp", {.load_stamp = relaxed}, loss_or_torn},
        {"load word 0", {.load_word = {relaxed, acquire, acquire}}, torn_only},
        {"load word 1", {.load_word = {acquire, relaxed, acquire}}, torn_only},
        {"load word 2", {.load_word = {acquire, acquire, relaxed}}, torn_only},
        {"load stamp again", {.load_stamp_again = relaxed}, loss},
        {"load end", {.load_end = relaxed}, wrong_end},
        {"load evicted", {.load_evicted = relaxed}, old_end},
        {"load committed", {.load_committed = relaxed}, not_there},
    };
    for (const auto& v : variants) {
        CAPTURE(v.name);
        CHECK(found_in(v.with, memory::weak) == v.breaks);
    }
    // In sequentially consistent memory orders mean nothing, not even all at once: it would prove
    // none of them.
    const protocol all_relaxed{
        .store_evicted = relaxed,
        .store_torn = relaxed,
        .store_word = {relaxed, relaxed, relaxed},
        .store_whole = relaxed,
        .store_end = relaxed,
        .store_committed = relaxed,
        .load_stamp = relaxed,
        .load_word = {relaxed, relaxed, relaxed},
        .load_stamp_again = relaxed,
        .load_end = relaxed,
        .load_evicted = relaxed,
        .load_committed = relaxed};
    CHECK(found_in(all_relaxed, memory::sequential).empty());
}

// The model of memory itself, on two textbook programs.
TEST_CASE("in weak memory a flag says nothing about what was stored before it", "[tape]")
{
    const location word_at = 0;
    const location flag = 1;
    const auto explore = [&](std::memory_order store_flag, std::memory_order load_flag) {
        return explorer{
            {{word_at, 7, relaxed}, {flag, 1, store_flag}},
            {{0, flag, load_flag}, {1, word_at, relaxed}},
            memory::weak,
            [](const registers& r) { return r[0] == 1 && r[1] == 0 ? "old word" : ""; }}
            .run()
            .forbidden.size();
    };
    CHECK(explore(relaxed, relaxed) == 1);
    CHECK(explore(release, relaxed) == 1);
    CHECK(explore(relaxed, acquire) == 1);
    CHECK(explore(release, acquire) == 0);
}

TEST_CASE("in weak memory one location is still never read backwards", "[tape]")
{
    const auto all = explorer{
        {{0, 1, relaxed}, {0, 2, relaxed}},
        {{0, 0, relaxed}, {1, 0, relaxed}},
        memory::weak,
        [](const registers& r) {
            return r[1] < r[0] ? "backwards" : "";
        }}.run();
    CHECK(all.forbidden == none);
    // The loads after a and b of the two stores, and what they may return, rising and no newer:
    // 1 way for (0, 0), 2 for (0, 1), 3 for (0, 2), 3 for (1, 1), 5 for (1, 2), 6 for (2, 2).
    CHECK(all.executions == 20);
}

// Not run by default: the figures in docs/decisions/0001-tape-slot-protocol.md.
TEST_CASE("how much the explorer explores", "[.figures]")
{
    for (const auto model : {memory::sequential, memory::weak}) {
        const auto one = explore_one_tape({}, model, ticks_to_prove);
        const auto two = explore_two_tapes({}, model, ticks_to_prove);
        WARN((model == memory::weak ? "weak" : "sequentially consistent"));
        WARN("one tape: " << one.states << " states, " << one.executions << " executions");
        WARN("two tapes: " << two.states << " states, " << two.executions << " executions");
    }
}

}  // namespace tickertape::interleaving
