#include "hub/subscriber_table.hpp"

#include "support/catch.hpp"

#include <fcntl.h>

using namespace tickertape;

namespace {

// A descriptor to own; nothing is sent over it.
stream_socket some_socket()
{
    return stream_socket{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
}

const symbol_id btc{0};
const symbol_id eth{1};

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
    CHECK(t.interested_in(btc).size() == 3);
    CHECK(t.interested_in(eth).size() == 2);
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
    CHECK(t.interested_in(btc).empty());
    CHECK(t.interested_in(eth).empty());
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
    g.cursor = 1;

    t.remove(a);
    CHECK(g.members.front() == last);
    CHECK(t[last].member == 0);
    CHECK(g.again);
}
