// Connections that the server ends because their clients do not.
#include "plain_server.hpp"

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

constexpr const char* idle_closed = "tickertape_idle_connections_closed_total{lane=\"0\"}";
constexpr const char* lingering_closed = "tickertape_lingering_closed_total{lane=\"0\"}";

void add_hello(router& to, plain_server&)
{
    to.add("/", [](const request&) {
        response r;
        r.content_type = "text/plain";
        r.body = "hello";
        return r;
    });
}

std::string asking(std::string_view connection)
{
    return "GET / HTTP/1.1\r\nHost: a\r\nConnection: " + std::string{connection} + "\r\n\r\n";
}

}  // namespace

TEST_CASE("a connection on which no further request comes is closed and counted", "[http]")
{
    const plain_server s{add_hello, {.idle = 10ms}};
    peer p{s};
    CHECK(status_of(p.ask(asking("keep-alive"))) == 200);
    CHECK(p.read_to_end().empty());
    CHECK(comes_true([&] { return s.figure(idle_closed) == 1; }));
    CHECK(s.figure(lingering_closed) == 0);
}

TEST_CASE("a client that stays after its last answer is closed and counted", "[http]")
{
    const plain_server s{add_hello, {.linger = 10ms}};
    peer stays{s};
    CHECK(status_of(stays.ask(asking("close"))) == 200);
    CHECK(comes_true([&] { return s.figure(lingering_closed) == 1; }));
    CHECK(s.figure(idle_closed) == 0);
}

TEST_CASE("a client that goes on sending after its last answer is closed and counted", "[http]")
{
    const plain_server s{add_hello, {.linger = 60s, .linger_bytes = 100}};
    peer sends{s};
    CHECK(status_of(sends.ask(asking("close"))) == 200);
    sends.send(std::string(100, 'x'));
    CHECK(comes_true([&] { return s.figure(lingering_closed) == 1; }));
}

TEST_CASE("a client that leaves after its last answer is not counted", "[http]")
{
    const plain_server s{add_hello, {.linger = 60s}};
    {
        peer leaves{s};
        CHECK(status_of(leaves.ask(asking("close"))) == 200);
    }
    CHECK(comes_true([&] { return s.connections().connections == 0; }));
    CHECK(s.figure(lingering_closed) == 0);
}
