#include "http/client_admission.hpp"

#include "support/catch.hpp"

#include <array>

using namespace tickertape;
using namespace tickertape::http;
using namespace std::chrono_literals;

namespace {

constexpr steady_time start{1h};

ip_address address(std::string_view text)
{
    return ip_address::parse(text).value();
}

const ip_address stranger = address("203.0.113.9");
const ip_address proxy = address("10.0.0.1");

struct gate {
    explicit gate(admission_limits limits) : doors{limits} {}

    client_admission arrives(const ip_address& peer) { return client_admission{doors, ours, peer}; }

    admission doors;
    const trusted_proxies ours{{ip_network::parse("10.0.0.0/8").value()}};
};

client_admission::judgement
judged(client_admission& v, std::string_view forwarded = {}, steady_time at = start)
{
    const std::array lines{forwarded};
    return v.judge(std::span{lines}.first(forwarded.empty() ? 0 : 1), {}, at);
}

}  // namespace

TEST_CASE("a stranger's connection counts as its own before it asks anything", "[http]")
{
    gate g{{.connections_per_client = 1}};
    auto first = g.arrives(stranger);
    CHECK_FALSE(first.refused());
    auto second = g.arrives(stranger);
    CHECK(second);
    CHECK(second.refused() == refusal::max_connections_per_ip);
    CHECK(judged(second).refused == refusal::max_connections_per_ip);
    // It cannot speak for somebody else.
    CHECK(judged(second, "192.0.2.1").client == stranger);
    CHECK_FALSE(judged(first, "192.0.2.1").refused);
}

TEST_CASE("a proxy's connection counts as whose the request on it is", "[http]")
{
    gate g{{.connections_per_client = 1}};
    auto first = g.arrives(proxy);
    auto second = g.arrives(proxy);
    CHECK_FALSE(second.refused());
    CHECK_FALSE(judged(first, "192.0.2.1").refused);
    CHECK(judged(first, "192.0.2.1").client == address("192.0.2.1"));
    CHECK(judged(second, "192.0.2.1").refused == refusal::max_connections_per_ip);
    CHECK_FALSE(judged(second, "192.0.2.2").refused);
    first.answered();
    CHECK_FALSE(judged(second, "192.0.2.1").refused);
}

TEST_CASE("a stream keeps its client's share when its session is gone", "[http]")
{
    gate g{{.connections_per_client = 1}};
    lease held;
    {
        auto streams = g.arrives(proxy);
        CHECK_FALSE(judged(streams, "192.0.2.1").refused);
        held = streams.take_permit();
        streams.answered();
    }
    CHECK(g.doors.now().connections == 1);
    auto next = g.arrives(proxy);
    CHECK(judged(next, "192.0.2.1").refused == refusal::max_connections_per_ip);
    held.reset();
    CHECK_FALSE(judged(next, "192.0.2.1").refused);
}

TEST_CASE("a refused client is held in the reserve until the reserve is full", "[http]")
{
    gate g{{.connections = 1, .reserve = 1}};
    const auto inside = g.arrives(stranger);
    const auto outside = g.arrives(stranger);
    CHECK(outside);
    CHECK(outside.refused() == refusal::max_connections);
    CHECK_FALSE(g.arrives(stranger));
}

TEST_CASE("a permit given back goes to a client that waits to be refused", "[http]")
{
    gate g{{.connections = 1, .reserve = 1}};
    auto inside = std::optional{g.arrives(stranger)};
    auto outside = g.arrives(proxy);
    CHECK(judged(outside, "192.0.2.1").refused == refusal::max_connections);
    inside.reset();
    CHECK_FALSE(judged(outside, "192.0.2.1").refused);
    CHECK_FALSE(outside.refused());
    CHECK(g.doors.now().connections == 1);
    CHECK(g.doors.now().reserve == 0);
}

TEST_CASE("a client that asks too often is told how long to wait, behind a proxy as well", "[http]")
{
    gate g{{.requests_per_second_per_client = 1}};
    auto v = g.arrives(proxy);
    for (int i = 0; i < 2; ++i)
        CHECK_FALSE(judged(v, "192.0.2.1").refused);
    const auto third = judged(v, "192.0.2.1");
    CHECK(third.refused == refusal::rate);
    CHECK(third.wait == 1s);
    CHECK_FALSE(judged(v, "192.0.2.2").refused);
    CHECK_FALSE(judged(v, "192.0.2.1", start + 1s).refused);
}

TEST_CASE("what is asked for operators needs no permit", "[http]")
{
    gate g{{.connections = 1}};
    const auto inside = g.arrives(stranger);
    auto outside = g.arrives(stranger);
    CHECK(judged(outside).refused == refusal::max_connections);
    CHECK_FALSE(outside.judge({}, {.for_operators = true}, start).refused);
    CHECK(outside.refused() == refusal::max_connections);
}

TEST_CASE("requests of a route that does not count them are never too many", "[http]")
{
    gate g{{.requests_per_second_per_client = 0.5}};
    auto v = g.arrives(stranger);
    for (int i = 0; i < 100; ++i)
        CHECK_FALSE(v.judge({}, {.is_counted = false}, start).refused);
    CHECK_FALSE(judged(v).refused);
    CHECK(judged(v).refused == refusal::rate);
    CHECK_FALSE(v.judge({}, {.is_counted = false}, start).refused);
}
