// Routes that read bodies, and methods other than GET, as their clients see them.
#include "plain_server.hpp"

#include <memory>

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

std::string with(std::string_view first, std::string_view headers, std::string_view body = {})
{
    return std::string{first} + " HTTP/1.1\r\nHost: a\r\nX-Request-Id: t\r\n" +
           std::string{headers} + "\r\n" + std::string{body};
}

std::string body_of(const std::string& answer)
{
    const auto end = answer.find("\r\n\r\n");
    return end == std::string::npos ? std::string{} : answer.substr(end + 4);
}

bool has(std::string_view answer, std::string_view text)
{
    return answer.find(text) != std::string_view::npos;
}

response echo(const request& r)
{
    response out;
    out.status = r.what == method::post ? 201 : 200;
    out.content_type = "text/plain";
    out.body = std::string{r.method_name} + " " + std::string{r.header("content-type")} + " " +
               std::string{r.body};
    return out;
}

// /notes is listed by GET and added to by POST; one is replaced by PUT and removed by DELETE.
void add_notes(router& to, plain_server&)
{
    to.add("/notes", echo);
    to.add(
        route{.pattern = "/notes", .handle = echo, .methods = {method::post}, .reads_body = true});
    to.add(route{
        .pattern = "/notes/{}",
        .handle = echo,
        .methods = {method::put, method::remove},
        .reads_body = true});
}

constexpr std::string_view json = "Content-Type: application/json\r\n";

}  // namespace

TEST_CASE("a body reaches the handler that wants it", "[http]")
{
    const plain_server s{add_notes};
    peer p{s};
    const auto told =
        p.ask(with("POST /notes", std::string{json} + "Content-Length: 7\r\n", "{\"a\":1}"));
    CHECK(status_of(told) == 201);
    CHECK(body_of(told) == "POST application/json {\"a\":1}");
    CHECK(body_of(p.ask(with("PUT /notes/1", "Content-Length: 1\r\n", "x"))) == "PUT  x");
    CHECK(body_of(p.ask(with("DELETE /notes/1", ""))) == "DELETE  ");
    CHECK(body_of(p.ask(with("POST /notes", "Content-Length: 0\r\n"))) == "POST  ");
}

TEST_CASE("a chunked body reaches it without its chunks", "[http]")
{
    const plain_server s{add_notes};
    peer p{s};
    p.send(with("POST /notes", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n4;x=y\r\nde"));
    p.send("fg\r\n0\r\nTrailer: t\r\n\r\n");
    CHECK(body_of(p.read_answer()) == "POST  abcdefg");
    CHECK(body_of(p.ask(with("GET /notes", ""))) == "GET  ");
}

TEST_CASE("a client that waits to be told to send its body is told", "[http]")
{
    const plain_server s{add_notes};
    peer p{s};
    p.send(with("POST /notes", "Content-Length: 3\r\nExpect: 100-continue\r\n"));
    CHECK(p.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    p.send("abc");
    CHECK(body_of(p.read_answer()) == "POST  abc");
}

TEST_CASE("a body that nobody wants is not asked for", "[http]")
{
    const plain_server s{add_notes};
    peer p{s};
    p.send(with("DELETE /notes", "Content-Length: 3\r\nExpect: 100-continue\r\n"));
    CHECK(status_of(p.read_to_end()) == 405);
}

TEST_CASE("a body that is too large is a 413, however its length is told", "[http]")
{
    const plain_server s{add_notes, {.body_bytes = 8, .linger = 50ms}};
    peer announced{s};
    CHECK(status_of(announced.ask(with("POST /notes", "Content-Length: 9\r\n"))) == 413);
    peer chunked{s};
    CHECK(
        status_of(chunked.ask(with(
            "POST /notes", "Transfer-Encoding: chunked\r\n", "8\r\n12345678\r\n1\r\n"))) == 413);
    peer fits{s};
    CHECK(
        body_of(fits.ask(
            with("POST /notes", "Transfer-Encoding: chunked\r\n", "8\r\n12345678\r\n0\r\n\r\n"))) ==
        "POST  12345678");
}

TEST_CASE("bodies that are held at once have a budget", "[http]")
{
    const plain_server s{add_notes, {.body_bytes = 100, .held_body_bytes = 150}};
    peer first{s};
    first.send(with("POST /notes", "Content-Length: 100\r\n", std::string(99, 'y')));
    CHECK(comes_true([&] { return s.body_bytes() == 99; }));
    peer second{s};
    const auto told =
        second.ask(with("POST /notes", "Content-Length: 100\r\n", std::string(100, 'x')));
    CHECK(status_of(told) == 503);
    CHECK(has(told, "Retry-After: "));
    CHECK(s.refused("max_bodies") == 1);
    first.send("y");
    CHECK(status_of(first.read_answer()) == 201);
    CHECK(comes_true([&] { return s.body_bytes() == 0; }));
    peer third{s};
    CHECK(
        status_of(third.ask(
            with("POST /notes", "Content-Length: 100\r\n", std::string(100, 'x')))) == 201);
}

TEST_CASE("a body that is announced and does not come takes nothing of the budget", "[http]")
{
    const plain_server s{add_notes, {.body_bytes = 100, .held_body_bytes = 150}};
    std::vector<std::unique_ptr<peer>> silent;
    for (int i = 0; i < 5; ++i) {
        silent.push_back(std::make_unique<peer>(s));
        // The first is answered when the head of the second has been read with it.
        silent.back()->send(
            with("GET /notes", "") + with("POST /notes", "Content-Length: 100\r\n"));
        CHECK(status_of(silent.back()->read_answer()) == 200);
    }
    CHECK(s.body_bytes() == 0);
    peer p{s};
    CHECK(
        status_of(p.ask(with("POST /notes", "Content-Length: 100\r\n", std::string(100, 'x')))) ==
        201);
    CHECK(s.refused("max_bodies") == 0);
}

TEST_CASE("a body counts as much as it takes, never more than it may become", "[http]")
{
    const plain_server s{add_notes, {.body_bytes = 1'000, .held_body_bytes = 1'100}};
    const auto large = std::string(600, 'x');
    peer announced{s};
    announced.send(with("POST /notes", "Content-Length: 700\r\n", large));
    CHECK(comes_true([&] { return s.body_bytes() == 600; }));
    // In chunks it might become 1,000 bytes, for which there is no room; it counts for what it is.
    peer chunked{s};
    chunked.send(with("POST /notes", "Transfer-Encoding: chunked\r\n", "64\r\n"));
    chunked.send(std::string(100, 'y') + "\r\n");
    CHECK(comes_true([&] { return s.body_bytes() > 600 && s.body_bytes() <= 800; }));
    chunked.send("0\r\n\r\n");
    CHECK(body_of(chunked.read_answer()) == "POST  " + std::string(100, 'y'));
    // One that grows past the budget is dropped, read to its end, and refused.
    peer grows{s};
    grows.send(with("POST /notes", "Transfer-Encoding: chunked\r\n", "258\r\n" + large));
    grows.send("\r\n0\r\n\r\n");
    CHECK(status_of(grows.read_answer()) == 503);
    CHECK(s.refused("max_bodies") == 1);
    CHECK(comes_true([&] { return s.body_bytes() == 600; }));
    announced.send(std::string(100, 'x'));
    CHECK(status_of(announced.read_answer()) == 201);
}

TEST_CASE("a client that is refused is not asked for its body, and takes no room for it", "[http]")
{
    const plain_server s{add_notes, {.body_bytes = 100}, {.requests_per_second_per_client = 0.001}};
    peer p{s};
    CHECK(status_of(p.ask(with("GET /notes", ""))) == 200);
    p.send(with("POST /notes", "Content-Length: 100\r\nExpect: 100-continue\r\n"));
    CHECK(status_of(p.read_to_end()) == 429);
    peer other{s};
    other.send(with("POST /notes", "Content-Length: 100\r\n", std::string(99, 'x')));
    CHECK(status_of(peer{s}.ask(with("GET /notes", ""))) == 429);  // the lane goes on meanwhile
    CHECK(s.body_bytes() == 0);
    other.send("x");
    CHECK(status_of(other.read_to_end()) == 429);
}

TEST_CASE("each path says which methods it has, and its preflight says the same", "[http]")
{
    const plain_server s{add_notes};
    peer p{s};
    const auto wrong = p.ask(with("PATCH /notes", ""));
    CHECK(status_of(wrong) == 405);
    CHECK(has(wrong, "\r\nAllow: GET, HEAD, POST, OPTIONS\r\n"));
    CHECK(has(p.ask(with("GET /notes/1", "")), "\r\nAllow: PUT, DELETE, OPTIONS\r\n"));
    CHECK(status_of(p.ask(with("BREW /notes", ""))) == 405);

    const auto preflight = p.ask(with(
        "OPTIONS /notes/1", "Origin: https://a.example\r\nAccess-Control-Request-Method: PUT\r\n"));
    CHECK(status_of(preflight) == 204);
    CHECK(has(preflight, "\r\nAllow: PUT, DELETE, OPTIONS\r\n"));
    CHECK(has(preflight, "\r\nAccess-Control-Allow-Methods: PUT, DELETE, OPTIONS\r\n"));
    CHECK(has(
        preflight, "\r\nAccess-Control-Allow-Headers: Last-Event-ID, Cache-Control, X-Request-Id, "
                   "Content-Type\r\n"));
    CHECK(
        has(p.ask(with("OPTIONS *", "")), "\r\nAllow: GET, HEAD, POST, PUT, DELETE, OPTIONS\r\n"));
}

TEST_CASE("HEAD is answered where GET is, and nowhere else", "[http]")
{
    const plain_server s{add_notes};
    peer p{s};
    p.send(with("HEAD /notes", ""));
    CHECK(status_of(p.read_answer(true)) == 200);
    p.send(with("HEAD /notes/1", ""));
    CHECK(status_of(p.read_answer(true)) == 405);
}
