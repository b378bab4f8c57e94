// The server as its peers see it: over sockets, byte by byte.
#include "http/bind.hpp"
#include "running_server.hpp"
#include "web/busy_stream.hpp"

#include <thread>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

// What every answer of a route says beside its own headers, since any site may read it.
const std::string json_headers = "Content-Type: application/json\r\nCache-Control: no-store\r\n"
                                 "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: "
                                 "X-Request-Id, Retry-After\r\n";
const std::string health_headers = json_headers + "Content-Length: 16\r\n";
const std::string health_body = "{\"status\":\"ok\"}\n";
const std::string problem_headers =
    "Content-Type: application/problem+json\r\nCache-Control: no-store\r\n";

std::string asking(std::string_view line, std::string_view more = {})
{
    return std::string{line} + "\r\nHost: localhost\r\nX-Request-Id: t\r\n" + std::string{more} +
           "\r\n";
}

bool is_healthy(const running_server& s)
{
    return status_of(peer{s}.ask(asking("GET /healthz HTTP/1.1"))) == 200;
}

std::string id_of(std::string_view answer)
{
    static constexpr std::string_view name = "X-Request-Id: ";
    const auto at = answer.find(name) + name.size();
    return std::string{answer.substr(at, answer.find('\r', at) - at)};
}

std::string refusal_of(std::string_view answer, std::string_view status, std::string_view body)
{
    return answered(
        status,
        problem_headers +
            "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: X-Request-Id, "
            "Retry-After\r\n"
            "Content-Length: " +
            std::to_string(body.size()) + "\r\n",
        "close", body, id_of(answer));
}

}  // namespace

TEST_CASE("what is not HTTP is a 400, and the end of the connection", "[web]")
{
    const running_server s;
    const auto sent = GENERATE(
        "nonsense\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/2.0\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\n: x\r\n\r\n",
        "GET /a b HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "\x16\x03\x01\x02\x01\x01\xfc\x03\x03 a TLS hello\r\n\r\n");
    CAPTURE(sent);
    peer p{s};
    p.send(sent);
    const auto answer = p.read_to_end();
    CHECK(
        answer == refusal_of(
                      answer, "400 Bad Request",
                      "{\"type\":\"urn:tickertape:problem:bad-request\",\"title\":\"Bad Request\","
                      "\"status\":400,\"detail\":\"this is not a valid HTTP request\"}\n"));
    CHECK(is_healthy(s));
}

TEST_CASE("a request that two readers could understand differently is a 400", "[web]")
{
    const running_server s;
    const auto sent = GENERATE(
        "GET /healthz HTTP/1.1\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n");
    CAPTURE(sent);
    peer p{s};
    p.send(sent);
    const auto answer = p.read_to_end();
    CHECK(status_of(answer) == 400);
    CHECK(answer.find("Connection: close\r\n") != std::string::npos);
    CHECK(is_healthy(s));
}

TEST_CASE("a head past its limit is a 431, however it grows", "[web]")
{
    const running_server s;
    const auto sent = GENERATE(
        "GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nX: " + std::string(9'000, 'a') + "\r\n\r\n",
        "GET / HTTP/1.1\r\nX: " + std::string(9'000, 'a'), std::string(20'000, 'a'));
    peer p{s};
    p.send(sent);
    const auto answer = p.read_to_end();
    CHECK(
        answer ==
        refusal_of(
            answer, "431 Request Header Fields Too Large",
            "{\"type\":\"urn:tickertape:problem:header-too-large\",\"title\":\"Request Header "
            "Fields Too Large\",\"status\":431,\"detail\":\"the head of a request may have 8192 "
            "bytes\"}\n"));
    CHECK(is_healthy(s));
}

TEST_CASE("a head of ever more small fields is bounded like one of few large ones", "[web]")
{
    const running_server s;
    std::string sent = "GET / HTTP/1.1\r\n";
    for (int i = 0; i < 2'000; ++i)
        sent += "a:b\r\n";
    peer p{s};
    p.send(sent);
    CHECK(status_of(p.read_to_end()) == 431);
    CHECK(is_healthy(s));
}

TEST_CASE("a head may have as many bytes as its limit, and not one more", "[web]")
{
    const running_server s{{.header_bytes = 1'000}};
    const auto head_of_bytes = [](std::size_t bytes) {
        const auto rest = asking("GET /healthz HTTP/1.1", "X: \r\n");
        return asking(
            "GET /healthz HTTP/1.1", "X: " + std::string(bytes - rest.size(), 'x') + "\r\n");
    };
    peer p{s};
    CHECK(status_of(p.ask(head_of_bytes(1'000))) == 200);
    CHECK(status_of(p.ask(head_of_bytes(1'000) + head_of_bytes(900))) == 200);
    CHECK(status_of(p.read_answer()) == 200);
    CHECK(status_of(p.ask(head_of_bytes(1'001))) == 431);
}

TEST_CASE("what surrounds the chunks of a body is bounded as well", "[web]")
{
    const running_server s;
    const auto begin = asking("GET /healthz HTTP/1.1", "Transfer-Encoding: chunked\r\n");
    const auto sent = GENERATE_COPY(
        begin + "1;" + std::string(20'000, 'x'),
        begin + "1;x=\"" + std::string(20'000, 'x') + "\"\r\na\r\n0\r\n\r\n",
        begin + "0\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n",
        begin + std::string(20'000, '0'));
    peer p{s};
    p.send(sent);
    const auto status = status_of(p.read_to_end());
    CHECK((status == 431 || status == 400));
    CHECK(is_healthy(s));
}

TEST_CASE("a body past its limit is a 413, announced or not", "[web]")
{
    const running_server s;
    const auto sent = GENERATE(
        asking("POST / HTTP/1.1", "Content-Length: 65537\r\n") + std::string(65'537, 'b'),
        asking("POST / HTTP/1.1", "Content-Length: 18446744073709551615\r\n"),
        asking("GET /healthz HTTP/1.1", "Transfer-Encoding: chunked\r\n") + "10001\r\n" +
            std::string(65'537, 'b') + "\r\n0\r\n\r\n");
    peer p{s};
    p.send(sent);
    const auto answer = p.read_to_end();
    CHECK(
        answer ==
        refusal_of(
            answer, "413 Content Too Large",
            "{\"type\":\"urn:tickertape:problem:body-too-large\",\"title\":\"Content Too Large\","
            "\"status\":413,\"detail\":\"the body of a request may have 65536 bytes\"}\n"));
    CHECK(is_healthy(s));
}

TEST_CASE("a body up to its limit is read, and the next request found behind it", "[web]")
{
    const running_server s;
    peer p{s};
    p.send(
        asking("POST /healthz HTTP/1.1", "Content-Length: 65536\r\n") + std::string(65'536, 'b'));
    CHECK(status_of(p.read_answer()) == 405);
    p.send(
        asking("GET /healthz HTTP/1.1", "Transfer-Encoding: chunked\r\n") +
        "3\r\nabc\r\n0\r\n\r\n");
    CHECK(status_of(p.read_answer()) == 200);
    CHECK(status_of(p.ask(asking("GET /healthz HTTP/1.1"))) == 200);
}

TEST_CASE("half a request in all the time it has is a 408", "[web]")
{
    const running_server s{{.request = 200ms}};
    const auto sent = GENERATE(
        "G", "GET /healthz HT", "GET /healthz HTTP/1.1\r\nHost: local",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    peer p{s};
    p.send(sent);
    const auto answer = p.read_to_end();
    CHECK(
        answer ==
        refusal_of(
            answer, "408 Request Timeout",
            "{\"type\":\"urn:tickertape:problem:slow-request\",\"title\":\"Request Timeout\","
            "\"status\":408,\"detail\":\"the request took too long\"}\n"));
}

TEST_CASE("half a request for a stream is no 408: it may be an EventSource's", "[web]")
{
    const running_server s{{.request = 200ms}};
    const auto sent = GENERATE(
        "GET /prices/stream HTTP/1.1\r\n", "GET /prices/stream?since=0 HTTP/1.1\r\nHost: local",
        "GET /prices/stream HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n");
    peer p{s};
    p.send(sent);
    CHECK(p.read_to_end().empty());
    CHECK(s.figure("tickertape_refused_total{reason=\"slow_request\"}") == 1);
}

TEST_CASE("a failure of ours is a 500, and for an EventSource a reason to come back", "[web]")
{
    const auto fail = [](const request&) -> answer { throw std::bad_alloc{}; };
    const running_server s{
        {.busy = 0ms}, 1, {}, {}, nullptr, [&](router& routes) {
            routes = {};
            routes.add(route{.pattern = "/prices/stream", .handle = fail, .busy = busy_stream});
        }};
    peer reader{s};
    CHECK(status_of(reader.ask(asking("GET /prices/stream HTTP/1.1"))) == 500);
    CHECK(reader.read_to_end().empty());
    peer source{s};
    source.send(asking("GET /prices/stream HTTP/1.1", "Accept: text/event-stream\r\n"));
    const auto told = source.read_to_end();
    CHECK(status_of(told) == 200);
    CHECK(told.ends_with("\r\n\r\nevent: busy\nretry: 0\ndata: {\"retry\":0}\n\n"));
}

TEST_CASE("a request that comes byte by byte has no more time than any other", "[web]")
{
    const running_server s{{.request = 100ms, .linger = 50ms}};
    peer p{s};
    // Never silent for long, and never done: as fast as it is taken, until the server has enough.
    const auto began = std::chrono::steady_clock::now();
    std::thread dripping{[&] {
        p.send("GET / HTTP/1.1\r\nX: ");
        for (int i = 0; i < 8'000 && p.send("a"); ++i)
            std::this_thread::yield();
    }};
    const auto answer = p.read_to_end();
    const auto took = std::chrono::steady_clock::now() - began;
    dripping.join();
    CHECK((status_of(answer) == 408 || status_of(answer) == 0));
    CHECK(took < 3s);
}

TEST_CASE("a client that connects and says nothing is closed without a word", "[web]")
{
    const running_server s{{.request = 50ms}};
    CHECK(peer{s}.read_to_end().empty());
}

TEST_CASE("a client that leaves in the middle of a request leaves nothing behind", "[web]")
{
    const running_server s;
    peer half{s};
    half.send("GET /healthz HTTP/1.1\r\nHost:");
    half.finish();
    CHECK(half.read_to_end().empty());
    peer gone{s};
    gone.send("GET /healthz HTTP/1.1\r\nHost:");
    gone.close();
    CHECK(is_healthy(s));
}

TEST_CASE("a peer that has said all it will is answered whole", "[web]")
{
    running_server s;
    for (int i = 0; i < 1'000; ++i)
        s.publish(1712525476000 + i, 69420.25);
    const auto request = asking("GET /api/prices/btc-usd/history?since=0 HTTP/1.1");
    const auto usual = peer{s}.ask(request);
    // More than the kernel holds for one peer.
    peer p{s, {.receive_buffer_bytes = 4'096}};
    p.send(request + request + request);
    p.finish();
    CHECK(p.read_to_end() == usual + usual + usual);
}

TEST_CASE("the stream of a peer that has said all it will ends as a response should", "[web]")
{
    running_server s;
    s.publish(1712525476123, 69420.25);
    peer chunked{s};
    chunked.send(asking("GET /prices/stream HTTP/1.1"));
    chunked.finish();
    const auto whole = chunked.read_to_end();
    CHECK(whole.find("data: {\"timestamp\":1712525476,") != std::string::npos);
    CHECK(whole.ends_with("\r\n0\r\n\r\n"));
    peer raw{s};
    raw.send(asking("GET /prices/stream HTTP/1.0"));
    raw.finish();
    CHECK(raw.read_to_end().ends_with("\"source\":\"coingecko\"}\n\n"));
}

TEST_CASE("a refused peer that will not stop talking is closed on", "[web]")
{
    const running_server s{{.linger = 5s, .linger_bytes = 4'096}};
    peer p{s};
    p.send("nonsense\r\n\r\n");
    const std::string more(4'096, 'x');
    int rounds = 0;
    while (p.send(more) && rounds < 10'000)
        ++rounds;
    CHECK(rounds < 10'000);
    CHECK(is_healthy(s));
}

TEST_CASE("another method is a 405 over the wire, whatever it is called", "[web]")
{
    const running_server s;
    for (const auto* name : {"POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "BREW"}) {
        CAPTURE(name);
        const auto answer = peer{s}.ask(asking(std::string{name} + " /prices/stream HTTP/1.1"));
        CHECK(status_of(answer) == 405);
        CHECK(answer.find("\r\nAllow: GET, HEAD, OPTIONS\r\n") != std::string::npos);
    }
}

TEST_CASE("a connection is kept for more requests", "[web]")
{
    const running_server s;
    peer p{s};
    for (int i = 0; i < 3; ++i)
        CHECK(
            p.ask(asking("GET /healthz HTTP/1.1")) ==
            answered("200 OK", health_headers, "keep-alive", health_body));
    CHECK(status_of(p.ask(asking("GET /nothing HTTP/1.1"))) == 404);
    CHECK(status_of(p.ask(asking("GET /prices/stream?since=x HTTP/1.1"))) == 400);
    CHECK(status_of(p.ask(asking("GET /healthz HTTP/1.1"))) == 200);
}

TEST_CASE("requests sent at once are answered in their order", "[web]")
{
    const running_server s;
    peer p{s};
    p.send("GET /healthz HTTP/1.1\r\nHost: a\r\nX-Request-Id: 1\r\n\r\n"
           "GET /readyz HTTP/1.1\r\nHost: a\r\nX-Request-Id: 2\r\n\r\n"
           "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Request-Id: 3\r\nConnection: close\r\n\r\n");
    const std::string not_ready =
        "{\"type\":\"urn:tickertape:problem:not-ready\",\"title\":\"Service Unavailable\","
        "\"status\":503,\"detail\":\"no price has been seen yet\"}\n";
    CHECK(
        p.read_to_end() ==
        answered("200 OK", health_headers, "keep-alive", health_body, "1") +
            answered(
                "503 Service Unavailable",
                problem_headers +
                    "Retry-After: 5\r\n"
                    "Access-Control-Allow-Origin: *\r\n"
                    "Access-Control-Expose-Headers: X-Request-Id, Retry-After\r\n"
                    "Content-Length: " +
                    std::to_string(not_ready.size()) + "\r\n",
                "keep-alive", not_ready, "2") +
            answered("200 OK", health_headers, "close", health_body, "3"));
}

TEST_CASE("a request that arrives in pieces is one request", "[web]")
{
    const running_server s;
    peer p{s};
    for (const char c : asking("GET /healthz HTTP/1.1"))
        p.send({&c, 1});
    CHECK(p.read_answer() == answered("200 OK", health_headers, "keep-alive", health_body));
}

TEST_CASE("HTTP/1.0 is answered once, unless it asks to stay", "[web]")
{
    const running_server s;
    peer once{s};
    once.send(asking("GET /healthz HTTP/1.0"));
    CHECK(once.read_to_end() == answered("200 OK", health_headers, "close", health_body));
    peer stays{s};
    for (int i = 0; i < 2; ++i)
        CHECK(
            stays.ask(asking("GET /healthz HTTP/1.0", "Connection: keep-alive\r\n")) ==
            answered("200 OK", health_headers, "keep-alive", health_body));
}

TEST_CASE("who asks for the connection to be closed gets that", "[web]")
{
    const running_server s;
    peer p{s};
    p.send(asking("GET /healthz HTTP/1.1", "Connection: close\r\n"));
    CHECK(p.read_to_end() == answered("200 OK", health_headers, "close", health_body));
}

TEST_CASE("HEAD has the head of GET and no body", "[web]")
{
    const running_server s;
    peer p{s};
    p.send(asking("HEAD /healthz HTTP/1.1") + asking("GET /healthz HTTP/1.1"));
    CHECK(p.read_answer(true) == answered("200 OK", health_headers, "keep-alive", {}));
    CHECK(p.read_answer() == answered("200 OK", health_headers, "keep-alive", health_body));
}

TEST_CASE("OPTIONS over the wire is a preflight, without length or body", "[web]")
{
    const running_server s;
    peer p{s};
    p.send(asking("OPTIONS /prices/stream HTTP/1.1", "Origin: https://prices.example\r\n"));
    CHECK(
        p.read_answer() ==
        answered(
            "204 No Content",
            "Allow: GET, HEAD, OPTIONS\r\n"
            "Access-Control-Allow-Origin: *\r\n"
            "Access-Control-Expose-Headers: X-Request-Id, Retry-After\r\n"
            "Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"
            "Access-Control-Allow-Headers: Last-Event-ID, Cache-Control, X-Request-Id\r\n"
            "Access-Control-Max-Age: 86400\r\n",
            "keep-alive", {}));
    CHECK(status_of(p.ask(asking("GET /healthz HTTP/1.1"))) == 200);
}

TEST_CASE("who has the page is told so over the wire", "[web]")
{
    const running_server s;
    peer p{s};
    const auto first = p.ask(asking("GET / HTTP/1.1"));
    REQUIRE(status_of(first) == 200);
    const auto at = first.find("ETag: ") + 6;
    const auto tag = first.substr(at, first.find('\r', at) - at);
    CHECK(
        p.ask(asking("GET / HTTP/1.1", "If-None-Match: W/" + tag + "\r\n")) ==
        answered(
            "304 Not Modified",
            "ETag: " + tag +
                "\r\nCache-Control: no-cache\r\nVary: Accept-Encoding\r\n"
                "Access-Control-Allow-Origin: *\r\n"
                "Access-Control-Expose-Headers: X-Request-Id, Retry-After\r\n",
            "keep-alive", {}));
    CHECK(status_of(p.ask(asking("GET /static/../../etc/passwd HTTP/1.1"))) == 404);
}

TEST_CASE("a connection that is idle for too long is closed without a word", "[web]")
{
    const running_server s{{.idle = 50ms}};
    peer p{s};
    CHECK(status_of(p.ask(asking("GET /healthz HTTP/1.1"))) == 200);
    CHECK(p.read_to_end().empty());
}

TEST_CASE("requests are counted by route and status", "[web]")
{
    const running_server s;
    peer p{s};
    p.ask(asking("GET /api/prices/btc-usd HTTP/1.1"));
    p.ask(asking("GET /api/prices/doge-usd HTTP/1.1"));
    p.ask(asking("GET /nothing HTTP/1.1"));
    const auto text = p.ask(asking("GET /metrics HTTP/1.1"));
    CHECK(
        text.find("\ntickertape_requests_total{route=\"/api/prices/{}\",status=\"503\"} 1\n") !=
        std::string::npos);
    CHECK(
        text.find("\ntickertape_requests_total{route=\"/api/prices/{}\",status=\"404\"} 1\n") !=
        std::string::npos);
    CHECK(
        text.find("\ntickertape_requests_total{route=\"none\",status=\"404\"} 1\n") !=
        std::string::npos);
    CHECK(text.find("\ntickertape_sessions{lane=\"0\"} 1\n") != std::string::npos);
}

namespace {

const std::string stream_headers =
    "Content-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
    "Heartbeat-Ms: 15000\r\n"
    "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: X-Request-Id, "
    "Retry-After\r\n";

const std::string first_tick =
    "id: 1712525476123-0\n"
    "data: {\"timestamp\":1712525476,\"price\":69420.25,\"symbol\":\"BTC-USD\","
    "\"source\":\"coingecko\"}\n\n";
const std::string second_tick =
    "id: 1712525477000-0\n"
    "data: {\"timestamp\":1712525477,\"price\":88927,\"symbol\":\"BTC-USD\","
    "\"source\":\"coingecko\"}\n\n";

}  // namespace

TEST_CASE("a stream over HTTP/1.1 is these bytes, a chunk per event", "[web]")
{
    running_server s;
    s.publish(1712525476123, 69420.25);
    peer p{s};
    p.send(asking("GET /prices/stream HTTP/1.1"));
    const auto begin =
        answered("200 OK", stream_headers + "Transfer-Encoding: chunked\r\n", "keep-alive", {}) +
        "a\r\nretry: 0\n\n\r\n"
        "6d\r\n" +
        first_tick + "\r\n";
    CHECK(p.read(begin.size()) == begin);
    s.publish(1712525477000, 88927);
    const auto live = "6a\r\n" + second_tick + "\r\n";
    CHECK(p.read(live.size()) == live);
    CHECK(s.stop());
    CHECK(
        p.read_to_end() == "2a\r\nevent: moving\nretry: 0\ndata: {\"retry\":0}\n\n\r\n"
                           "0\r\n\r\n");
}

TEST_CASE("a stream over HTTP/1.0 is these bytes, and ends with its connection", "[web]")
{
    running_server s;
    s.publish(1712525476123, 69420.25);
    s.publish(1712525477000, 88927);
    const auto request = GENERATE(
        asking("GET /prices/stream?since=1712525477 HTTP/1.0"),
        asking("GET /prices/stream?since=0 HTTP/1.0", "Last-Event-ID: 1712525476123-0\r\n"),
        asking("GET /prices/stream?since=1712525477 HTTP/1.1", "Connection: close\r\n"));
    peer p{s};
    p.send(request);
    const auto begin = answered("200 OK", stream_headers, "close", "retry: 0\n\n") + second_tick;
    CHECK(p.read(begin.size()) == begin);
    CHECK(s.stop());
    CHECK(p.read_to_end() == "event: moving\nretry: 0\ndata: {\"retry\":0}\n\n");
}

TEST_CASE("an id from the future is answered with a gap and all there is", "[web]")
{
    running_server s;
    s.publish(1712525476123, 69420.25);
    s.publish(1712525477000, 88927);
    peer p{s};
    p.send(asking("GET /prices/stream HTTP/1.0", "Last-Event-ID: 1812525476123-0\r\n"));
    const auto begin = answered("200 OK", stream_headers, "close", "retry: 0\n\n") +
                       "id: 1712525000000-0\n"
                       "event: gap\n"
                       "data: {\"from\":\"1712524999999-1048575\",\"to\":\"1712525000000-0\","
                       "\"reason\":\"restarted\"}\n\n" +
                       first_tick + second_tick;
    CHECK(p.read(begin.size()) == begin);
}

TEST_CASE("an id of another server is answered with a gap and all there is", "[web]")
{
    running_server s;
    s.publish(1712525476123, 69420.25);
    peer p{s};
    p.send(asking("GET /prices/stream HTTP/1.0", "Last-Event-ID: 42\r\n"));
    const auto begin = answered("200 OK", stream_headers, "close", "retry: 0\n\n") +
                       "id: 1712525000000-0\n"
                       "event: gap\n"
                       "data: {\"from\":\"1712524999999-1048575\",\"to\":\"1712525000000-0\","
                       "\"reason\":\"restarted\"}\n\n" +
                       first_tick;
    CHECK(p.read(begin.size()) == begin);
}

TEST_CASE("a stream can be asked for behind other requests of a connection", "[web]")
{
    running_server s;
    s.publish(1712525476123, 69420.25);
    peer p{s};
    p.send(
        asking("HEAD /prices/stream HTTP/1.1") + asking("GET /healthz HTTP/1.1") +
        asking("GET /prices/stream HTTP/1.1"));
    const auto head =
        answered("200 OK", stream_headers + "Transfer-Encoding: chunked\r\n", "keep-alive", {});
    CHECK(p.read_answer(true) == head);
    CHECK(p.read_answer() == answered("200 OK", health_headers, "keep-alive", health_body));
    const auto stream = head + "a\r\nretry: 0\n\n\r\n6d\r\n" + first_tick + "\r\n";
    CHECK(p.read(stream.size()) == stream);
}

TEST_CASE("the head of a stream for HTTP/1.0 says close, and means it", "[web]")
{
    const running_server s;
    const auto more = GENERATE("", "Connection: keep-alive\r\n");
    peer p{s};
    p.send(asking("HEAD /prices/stream HTTP/1.0", more));
    CHECK(p.read_to_end() == answered("200 OK", stream_headers, "close", {}));
}

TEST_CASE("a refused stream leaves its connection for the next request", "[web]")
{
    const running_server s;
    peer p{s};
    const auto target = GENERATE(
        "/prices/stream?since=", "/prices/stream?since=-1", "/prices/stream?since=NaN",
        "/prices/stream?since=1e400", "/prices/stream?since=9999999999",
        "/prices/stream?symbols=DOGE-USD", "/prices/stream?mode=some", "/prices/stream/..");
    CAPTURE(target);
    const auto status = status_of(p.ask(asking(std::string{"GET "} + target + " HTTP/1.1")));
    CHECK((status == 400 || status == 404));
    CHECK(status_of(p.ask(asking("GET /healthz HTTP/1.1"))) == 200);
}

TEST_CASE("stop is done once, when idle connections and streams are gone", "[web]")
{
    const unsigned lanes = GENERATE(1u, 3u);
    int reports = 0;
    {
        running_server s{{}, lanes};
        s.publish(1712525476123, 69420.25);
        std::vector<peer> idle;
        std::vector<peer> streams;
        for (int i = 0; i < 8; ++i) {
            idle.emplace_back(s).ask(asking("GET /healthz HTTP/1.1"));
            streams.emplace_back(s).send(asking("GET /prices/stream HTTP/1.1"));
            streams.back().read_until("coingecko\"}\n\n\r\n");
        }
        peer fresh{s};
        peer half{s};
        half.send("GET /healthz HTTP/1.1\r\n");
        idle.front().ask(asking("GET /healthz HTTP/1.1"));
        half.close();
        CHECK(s.stop());
        for (auto& p : idle)
            CHECK(p.read_to_end().empty());
        for (auto& p : streams)
            CHECK(
                p.read_to_end() ==
                "2a\r\nevent: moving\nretry: 0\ndata: {\"retry\":0}\n\n\r\n0\r\n\r\n");
        s.streams().stop();
        for (unsigned lane = 0; lane < lanes; ++lane)
            CHECK(s.figure("tickertape_sessions{lane=\"" + std::to_string(lane) + "\"}") == 0);
        reports = s.reports();
    }
    CHECK(reports == 1);
}

TEST_CASE("stop with nobody there is done at once, and once", "[web]")
{
    running_server s{{}, 2};
    CHECK(s.stop());
    s.streams().stop();
    CHECK(s.reports() == 1);
    CHECK(peer{s.port()}.ask(asking("GET /healthz HTTP/1.1")).empty());
}

TEST_CASE("nobody who connects while the server stops outlives it", "[web]")
{
    for (int round = 0; round < 10; ++round) {
        running_server s{{}, 2};
        std::atomic<bool> over{false};
        std::thread storm{[&] {
            std::vector<peer> some;
            while (!over && some.size() < 500)
                some.emplace_back(s.port()).send("GET /healthz HTTP/1.1\r\n\r\n");
        }};
        // Somewhere in the middle of it: an answer has been given.
        peer{s.port()}.ask(asking("GET /healthz HTTP/1.1"));
        CHECK(s.stop());
        over = true;
        s.streams().stop();
        storm.join();
        CHECK(s.reports() == 1);
        CHECK(s.figure("tickertape_sessions{lane=\"0\"}") == 0);
        CHECK(s.figure("tickertape_sessions{lane=\"1\"}") == 0);
    }
}

TEST_CASE("a port that is taken stops the start with one line", "[web]")
{
    const running_server s;
    try {
        checked_endpoint("127.0.0.1", s.port());
        FAIL("somebody else listens there");
    } catch (const std::runtime_error& e) {
        CHECK(
            std::string{e.what()} ==
            "cannot listen on 127.0.0.1 port " + std::to_string(s.port()) +
                ": Address already in use; PORT and LISTEN_ADDRESS choose another");
    }
    CHECK(is_healthy(s));
}

TEST_CASE("an address that is none, or not ours, stops the start with one line", "[web]")
{
    const auto line_for = [](const std::string& address) -> std::string {
        try {
            checked_endpoint(address, 0);
        } catch (const std::runtime_error& e) {
            return e.what();
        }
        return "(it was taken)";
    };
    CHECK(line_for("") == "LISTEN_ADDRESS: '' is not an IP address");
    CHECK(line_for("localhost") == "LISTEN_ADDRESS: 'localhost' is not an IP address");
    CHECK(line_for("1.2.3") == "LISTEN_ADDRESS: '1.2.3' is not an IP address");
    CHECK(
        line_for("192.0.2.1") ==
        "cannot listen on 192.0.2.1 port 0: Cannot assign requested address; PORT and "
        "LISTEN_ADDRESS choose another");
    CHECK(line_for("127.0.0.1") == "(it was taken)");
    CHECK(line_for("0.0.0.0") == "(it was taken)");
}
