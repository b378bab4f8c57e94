#include "hub/subscriber_table.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <fcntl.h>

using namespace tickertape;
using namespace tickertape::hub;

namespace {

// A descriptor to own; nothing is sent over it.
stream_socket some_socket()
{
    return stream_socket{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
}

const symbol_id btc{0};
const symbol_id eth{1};

std::vector<group_id> interested_in(const subscriber_table& t, symbol_id symbol)
{
    std::vector<group_id> all;
    t.for_each_interested(symbol, [&](group_id id) { all.push_back(id); });
    return all;
}

}  // namespace

TEST_CASE("subscribers that ask for the same share a group", "[hub]")
{
    subscriber_table t{2};
    const auto a = t.add(some_socket(), {{eth, btc}, sse::framing::chunked}, {});
    const auto b = t.add(some_socket(), {{btc, eth}, sse::framing::chunked}, {});
    const auto c = t.add(some_socket(), {{btc, eth}, sse::framing::raw}, {});
    const auto d = t.add(some_socket(), {{btc}, sse::framing::chunked}, {});

    CHECK(t[a].group == t[b].group);
    CHECK(t[a].group != t[c].group);
    CHECK(t[a].group != t[d].group);
    CHECK(t.group(t[a].group).terms.symbols == std::vector{btc, eth});
    CHECK(interested_in(t, btc).size() == 3);
    CHECK(interested_in(t, eth).size() == 2);
    CHECK(t.size() == 4);
}

TEST_CASE("a group goes when its last member has gone", "[hub]")
{
    subscriber_table t{2};
    const auto a = t.add(some_socket(), {{btc, eth}, sse::framing::chunked}, {});
    const auto b = t.add(some_socket(), {{btc, eth}, sse::framing::chunked}, {});
    const auto group = t[a].group;

    t.remove(a);
    CHECK_FALSE(t.remove_if_empty(group));
    CHECK(t.group(group).members == std::vector{b});
    t.remove(b);
    CHECK(t.remove_if_empty(group));
    CHECK(interested_in(t, btc).empty());
    CHECK(interested_in(t, eth).empty());
    CHECK(t.size() == 0);
}

TEST_CASE("an empty group that waits for the sweep is left to it", "[hub]")
{
    subscriber_table t{1};
    const auto a = t.add(some_socket(), {{btc}, sse::framing::chunked}, {});
    const auto group = t[a].group;
    t.group(group).state = subscriber_group::sweep_state::queued;
    t.remove(a);
    CHECK_FALSE(t.remove_if_empty(group));
    t.group(group).state = subscriber_group::sweep_state::idle;
    CHECK(t.remove_if_empty(group));
}

TEST_CASE("an entry that is used again is told from the one before", "[hub]")
{
    subscriber_table t{1};
    const auto a = t.add(some_socket(), {{btc}, sse::framing::chunked}, {});
    const auto before = t[a].generation;
    t.remove(a);
    CHECK_FALSE(t.is_used(a));
    const auto b = t.add(some_socket(), {{btc}, sse::framing::chunked}, {});
    CHECK(a == b);
    CHECK(t[b].generation == before + 1);
}

TEST_CASE("a member that takes the place of one the sweep has passed is not missed", "[hub]")
{
    subscriber_table t{1};
    const auto a = t.add(some_socket(), {{btc}, sse::framing::chunked}, {});
    t.add(some_socket(), {{btc}, sse::framing::chunked}, {});
    const auto last = t.add(some_socket(), {{btc}, sse::framing::chunked}, {});
    auto& g = t.group(t[a].group);
    g.state = subscriber_group::sweep_state::queued;
    g.swept = 1;

    t.remove(a);
    CHECK(g.members.front() == last);
    CHECK(t[last].member == 0);
    CHECK(g.again);
}

TEST_CASE("groups that leave in any order leave the others interested", "[hub]")
{
    subscriber_table t{2};
    const std::vector<std::vector<symbol_id>> wishes{{btc}, {eth}, {btc, eth}};
    std::vector<subscriber_id> ids;
    for (std::size_t i = 0; i < 20; ++i)
        ids.push_back(t.add(
            some_socket(),
            {.symbols = wishes[i % 3],
             .newest_only = true,
             .interval = std::chrono::milliseconds{i + 1}},
            {}));
    for (const std::size_t i : {7, 0, 19, 8, 2, 5, 13, 12, 1}) {
        const auto group = t[ids[i]].group;
        t.remove(ids[i]);
        REQUIRE(t.remove_if_empty(group));
        ids[i] = t.end();
        for (const auto symbol : {btc, eth}) {
            std::vector<group_id> left;
            for (const auto id : ids)
                if (id != t.end() &&
                    std::ranges::count(t.group(t[id].group).terms.symbols, symbol) > 0)
                    left.push_back(t[id].group);
            const auto interested = interested_in(t, symbol);
            CHECK(interested.size() == left.size());
            CHECK(std::ranges::is_permutation(interested, left));
        }
    }
}

TEST_CASE("groups of many symbols come and go like those of few", "[hub]")
{
    constexpr std::size_t symbols = 200;
    subscriber_table t{symbols};
    std::vector<subscriber_id> ids;
    for (std::size_t i = 0; i < 20; ++i) {
        stream_terms terms;
        // Every symbol but some, or some only.
        for (std::size_t s = 0; s < symbols; ++s)
            if ((s % 20 == i) == (i % 3 == 0))
                terms.symbols.push_back(static_cast<symbol_id>(s));
        ids.push_back(t.add(some_socket(), terms, {}));
    }
    CHECK(t.watched().size() == symbols);
    for (const std::size_t gone : {19, 0, 7, 8, 2, 5, 13, 12, 1, 18, 3}) {
        const auto group = t[ids[gone]].group;
        t.remove(ids[gone]);
        REQUIRE(t.remove_if_empty(group));
        ids[gone] = t.end();
        std::size_t watched = 0;
        for (std::size_t s = 0; s < symbols; ++s) {
            const auto symbol = static_cast<symbol_id>(s);
            std::vector<group_id> left;
            for (const auto id : ids)
                if (id != t.end() &&
                    std::ranges::count(t.group(t[id].group).terms.symbols, symbol) > 0)
                    left.push_back(t[id].group);
            REQUIRE(std::ranges::is_permutation(interested_in(t, symbol), left));
            watched += !left.empty();
            REQUIRE(std::ranges::count(t.watched(), symbol) == (left.empty() ? 0 : 1));
        }
        CHECK(t.watched().size() == watched);
    }
}

TEST_CASE("what a group costs does not grow much with its symbols", "[hub]")
{
    constexpr std::size_t symbols = 1'024;
    subscriber_table t{symbols};
    stream_terms terms;
    for (std::size_t s = 0; s < symbols; ++s)
        terms.symbols.push_back(static_cast<symbol_id>(s));
    const auto& g = t.group(t[t.add(some_socket(), terms, {})].group);
    CHECK(g.terms.symbols.capacity() * sizeof(symbol_id) == 2'048);
    CHECK(g.seats.size() == 1);
    CHECK(g.wanted.size() * 8 == 128);
}
