// Too many connections and too many requests, as peers see it.
#include "running_server.hpp"

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

std::string asking(std::string_view target, std::string_view more = {})
{
    return "GET " + std::string{target} + " HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: t\r\n" +
           std::string{more} + "\r\n";
}

constexpr std::string_view event_source = "Accept: text/event-stream\r\n";
const std::string first_bytes_of_tick = "data: {";

// A stream, and the first tick on it.
peer stream_of(const running_server& s, std::string_view more = {})
{
    peer p{s};
    p.send(asking("/prices/stream", more));
    p.read_until(first_bytes_of_tick);
    return p;
}

double refused(const running_server& s, const std::string& reason)
{
    return s.figure("tickertape_refused_total{reason=\"" + reason + "\"}");
}

std::vector<ip_network> loopback()
{
    return {ip_network::parse("127.0.0.0/8").value()};
}

bool has(std::string_view answer, std::string_view text)
{
    return answer.find(text) != std::string_view::npos;
}

// The whole answer to somebody for whom there is no room, for that reason.
std::string busy_answer(const std::string& detail)
{
    const auto body = "{\"type\":\"urn:tickertape:problem:busy\",\"title\":\"Service Unavailable\","
                      "\"status\":503,\"detail\":\"" +
                      detail + "\"}\n";
    return answered(
        "503 Service Unavailable",
        "Content-Type: application/problem+json\r\nCache-Control: no-store\r\n"
        "Retry-After: 1\r\n"
        "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: X-Request-Id, "
        "Retry-After\r\n"
        "Content-Length: " +
            std::to_string(body.size()) + "\r\n",
        "close", body);
}

}  // namespace

TEST_CASE("an EventSource that finds the server full is told busy, and the response ends", "[web]")
{
    running_server s{{.busy = 0ms}, 1, {.connections = 1}};
    s.publish(1712525476123, 69420.25);
    const auto held = stream_of(s);
    peer p{s};
    p.send(asking("/prices/stream", event_source));
    CHECK(
        p.read_to_end() == answered(
                               "200 OK",
                               "Content-Type: text/event-stream\r\nCache-Control: no-store\r\n"
                               "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: "
                               "X-Request-Id, Retry-After\r\n"
                               "Content-Length: 40\r\n",
                               "close", "event: busy\nretry: 0\ndata: {\"retry\":0}\n\n"));
    CHECK(refused(s, "max_connections") == 1);
}

TEST_CASE(
    "any other client that finds the server full gets a 503 that says when to come back", "[web]")
{
    running_server s{{.busy = 0ms}, 1, {.connections = 1}};
    s.publish(1712525476123, 69420.25);
    const auto held = stream_of(s);
    const auto target = GENERATE("/prices/stream", "/api/prices", "/");
    peer p{s};
    p.send(asking(target) + asking(target));
    CHECK(p.read_to_end() == busy_answer("this server has no room for more connections"));
}

TEST_CASE("a server that is full still says how it is, once for each connection", "[web]")
{
    running_server s{{}, 1, {.connections = 1}};
    s.publish(1712525476123, 69420.25);
    const auto held = stream_of(s);
    for (const auto* target : {"/healthz", "/readyz?x", "/metrics"}) {
        CAPTURE(target);
        peer p{s};
        p.send(asking(target) + asking(target));
        const auto answer = p.read_to_end();
        CHECK(status_of(answer) == 200);
        CHECK(has(answer, "Connection: close\r\n"));
        CHECK(answer.find("HTTP/1.1 ", 1) == std::string::npos);
    }
    CHECK(refused(s, "max_connections") == 0);
}

TEST_CASE("a permit is free again when its stream or its session has ended", "[web]")
{
    running_server s{{}, 1, {.connections = 1}};
    s.publish(1712525476123, 69420.25);
    for (int i = 0; i < 3; ++i) {
        auto held = stream_of(s);
        CHECK(s.connections().connections == 1);
        held.close();
        while (s.connections().connections > 0)
            std::this_thread::yield();
        peer{s}.ask(asking("/api/prices"));
        while (s.connections().connections > 0)
            std::this_thread::yield();
    }
}

TEST_CASE("who takes no answer for too long is reset, and counted", "[web]")
{
    // Of a piece of an answer, and of a whole one.
    const auto limits = GENERATE(
        server_limits{.write = 50ms, .send_buffer_bytes = 4 << 10},
        server_limits{.answer = 50ms, .send_buffer_bytes = 4 << 10});
    running_server s{limits};
    peer p{s, {.receive_buffer_bytes = 4 << 10}};
    std::string all;
    for (int i = 0; i < 50; ++i)
        all += asking("/static/stream.js");
    p.send(all);
    while (refused(s, "slow_reader") < 1)
        std::this_thread::yield();
    CHECK(p.read_to_end().ends_with("(and no end)"));
}

TEST_CASE("where too many answers are held, large ones are refused, and small ones not", "[web]")
{
    running_server s{{.busy = 0ms, .answer_bytes = 0, .small_answer_bytes = 100}};
    s.publish(1712525476123, 69420.25);
    peer p{s};
    p.send(asking("/api/prices"));
    CHECK(p.read_to_end() == busy_answer("this server holds as many answers as it has room for"));
    CHECK(refused(s, "max_answers") == 1);
    for (const auto* target : {"/healthz", "/static/stream.js"})
        CHECK(status_of(peer{s}.ask(asking(target))) == 200);
    auto stream = stream_of(s);
    CHECK(refused(s, "max_answers") == 1);
}

TEST_CASE("an answer that was taken makes room for the next", "[web]")
{
    running_server s{{.answer_bytes = 600, .small_answer_bytes = 0}};
    s.publish(1712525476123, 69420.25);
    peer p{s};
    for (int i = 0; i < 5; ++i)
        CHECK(status_of(p.ask(asking("/api/prices"))) == 200);
    CHECK(refused(s, "max_answers") == 0);
}

TEST_CASE("what an idle peer has not taken goes with it", "[web]")
{
    // The kernel has all that was answered, and nobody takes it.
    running_server s{{.idle = 50ms}};
    peer p{s, {.receive_buffer_bytes = 4 << 10}};
    p.send(asking("/static/stream.js") + asking("/static/stream.js"));
    while (refused(s, "slow_reader") < 1)
        std::this_thread::yield();
    CHECK(p.read_to_end().ends_with("(and no end)"));
}

TEST_CASE("an idle peer that has taken all is told goodbye", "[web]")
{
    running_server s{{.idle = 50ms}};
    peer p{s};
    p.ask(asking("/static/stream.js"));
    CHECK(p.read_to_end().empty());
    CHECK(refused(s, "slow_reader") == 0);
}

TEST_CASE("beyond the reserve a connection is closed at once, and counted", "[web]")
{
    running_server s{{}, 1, {.connections = 1, .reserve = 1}};
    s.publish(1712525476123, 69420.25);
    const auto held = stream_of(s);
    const peer waits{s};
    while (s.connections().reserve == 0)
        std::this_thread::yield();
    CHECK(peer{s}.read_to_end().empty());
    CHECK(refused(s, "reserve") == 1);
}

TEST_CASE("a connection in the reserve that says nothing does not stay there for long", "[web]")
{
    running_server s{{.reserve_time = 50ms}, 1, {.connections = 1}};
    s.publish(1712525476123, 69420.25);
    const auto held = stream_of(s);
    CHECK(peer{s}.read_to_end().empty());
    peer half{s};
    half.send("GET /prices");
    CHECK(status_of(half.read_to_end()) == 408);
}

TEST_CASE("a client that has its share is told so, and others are served", "[web]")
{
    running_server s{{.busy = 0ms}, 1, {.connections_per_client = 2}, loopback()};
    s.publish(1712525476123, 69420.25);
    constexpr std::string_view anna = "X-Forwarded-For: 192.0.2.1\r\n";
    const auto first = stream_of(s, anna);
    const auto second = stream_of(s, anna);
    const auto answer = peer{s}.ask(asking("/prices/stream", anna));
    CHECK(status_of(answer) == 429);
    CHECK(has(answer, "\r\nRetry-After: 1\r\n"));
    const auto told =
        peer{s}.ask(asking("/prices/stream", std::string{anna} + std::string{event_source}));
    CHECK(told.ends_with("event: busy\nretry: 0\ndata: {\"retry\":0}\n\n"));
    CHECK(status_of(peer{s}.ask(asking("/api/prices", "X-Forwarded-For: 192.0.2.2\r\n"))) == 200);
    CHECK(refused(s, "max_connections_per_ip") == 2);
}

TEST_CASE("what a stranger says of X-Forwarded-For changes nothing", "[web]")
{
    running_server s{{}, 1, {.connections_per_client = 1}};
    s.publish(1712525476123, 69420.25);
    const auto first = stream_of(s, "X-Forwarded-For: 192.0.2.1\r\n");
    CHECK(
        status_of(peer{s}.ask(asking("/prices/stream", "X-Forwarded-For: 192.0.2.2\r\n"))) == 429);
}

TEST_CASE("a kept connection of a proxy counts as nobody's between two requests", "[web]")
{
    const running_server s{{}, 1, {.connections_per_client = 1}, loopback()};
    peer first{s};
    peer second{s};
    for (int i = 0; i < 3; ++i) {
        CHECK(status_of(first.ask(asking("/api/prices", "X-Forwarded-For: 192.0.2.1\r\n"))) == 200);
        CHECK(
            status_of(second.ask(asking("/api/prices", "X-Forwarded-For: 192.0.2.1\r\n"))) == 200);
    }
    // It is given back once the answer is out, which its reader may see a moment earlier.
    while (s.connections().clients > 0)
        std::this_thread::yield();
}

TEST_CASE("a client that asks too often gets a 429 and loses its connection", "[web]")
{
    const running_server s{{}, 1, {.requests_per_second_per_client = 1}};
    peer p{s};
    std::string all;
    for (int i = 0; i < 5; ++i)
        all += asking("/crypto-price");
    p.send(all);
    const auto answers = p.read_to_end();
    CHECK(has(answers, "HTTP/1.1 429 Too Many Requests\r\n"));
    CHECK(answers.ends_with(
        "{\"type\":\"urn:tickertape:problem:too-many-requests\",\"title\":\"Too Many Requests\","
        "\"status\":429,\"detail\":\"your address asks more often than one may\"}\n"));
    CHECK(refused(s, "rate") == 1);
}

TEST_CASE("monitoring is not refused for how often it asks", "[web]")
{
    const running_server s{{}, 1, {.requests_per_second_per_client = 1}};
    peer p{s};
    for (const auto* target : {"/healthz", "/metrics", "/healthz", "/metrics", "/healthz"}) {
        CAPTURE(target);
        CHECK(status_of(p.ask(asking(target))) == 200);
    }
    CHECK(refused(s, "rate") == 0);
}

TEST_CASE("what is refused is counted by its reason", "[web]")
{
    const running_server s{{.request = 50ms, .linger = 50ms}};
    const auto counted = [&s](const std::string& reason, std::string_view sent) {
        const auto before = refused(s, reason);
        peer p{s};
        p.send(sent);
        p.read_to_end();
        return refused(s, reason) - before;
    };
    const std::string begin = "POST / HTTP/1.1\r\nHost: a\r\n";
    CHECK(counted("silent", "") == 1);
    CHECK(counted("slow_request", "GET / HT") == 1);
    CHECK(counted("slow_request", begin + "Content-Length: 3\r\n\r\nab") == 1);
    CHECK(counted("header_too_large", std::string(1'000'000, 'a')) == 1);
    CHECK(counted("body_too_large", begin + "Content-Length: 1000000\r\n\r\n") == 1);
    CHECK(counted("bad_request_line", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 1);
    CHECK(counted("bad_header", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n") == 1);
    CHECK(
        counted(
            "bad_length",
            begin + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 1);
    CHECK(counted("bad_body", begin + "Transfer-Encoding: chunked\r\n\r\nx\r\n") == 1);
}

TEST_CASE("nothing that follows a refused request is answered", "[web]")
{
    const running_server s;
    const std::string smuggled = asking("/healthz");
    const auto sent = GENERATE_COPY(
        "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
            smuggled,
        "GET /healthz HTTP/1.1\r\nHost: a\r\nX: y\n\r\n" + smuggled,
        "GET /healthz HTTP/1.1\r\nHost: a\r\nX: y\r\n\tz\r\n\r\n" + smuggled,
        "POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "1\r\nab\r\n0\r\n\r\n" +
            smuggled);
    peer p{s};
    p.send(sent);
    const auto answers = p.read_to_end();
    CHECK(status_of(answers) == 400);
    CHECK(answers.find("HTTP/1.1 ", 1) == std::string::npos);
}

TEST_CASE("who waits for 100 Continue gets the answer itself, and the end", "[web]")
{
    const running_server s;
    peer p{s};
    p.send("POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
           "Expect: 100-continue\r\n\r\n");
    const auto answer = p.read_to_end();
    CHECK(status_of(answer) == 405);
    CHECK(has(answer, "Connection: close\r\n"));
}

TEST_CASE("a page of another origin can read an early refusal", "[web]")
{
    const running_server s;
    peer p{s};
    p.send("nonsense\r\n");
    CHECK(has(p.read_to_end(), "\r\nAccess-Control-Allow-Origin: *\r\n"));
}
