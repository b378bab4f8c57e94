// Requests as bytes: what is one, where it ends, and why something is none.
#include "http/request_reader.hpp"

#include "support/catch.hpp"

#include <random>
#include <vector>

using namespace tickertape;
using namespace tickertape::http;

namespace {

constexpr request_reader::limits small{.head_bytes = 200, .body_bytes = 20};

// What becomes of the bytes, in words: "GET /x, 12 used", "refused bad_header 400" or "more".
std::string outcome_of(std::string_view bytes, request_reader::limits limits = {})
{
    request_reader r{limits};
    const auto used = r.take(bytes);
    if (const auto& no = r.refusal_found())
        return "refused " + std::string{to_string(no->why)} + " " + std::to_string(no->told.status);
    if (!r.is_over())
        return "more";
    return std::string{r.asked().method_name} + " " + std::string{r.asked().target} + ", " +
           (used == bytes.size() ? "all" : std::to_string(bytes.size() - used) + " left");
}

// A request of HTTP/1.1 with these lines.
std::string with(std::string_view lines, std::string_view body = {})
{
    return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string{lines} + "\r\n" + std::string{body};
}

std::string chunked(std::string_view body)
{
    return with("Transfer-Encoding: chunked\r\n", body);
}

}  // namespace

TEST_CASE("what is asked for is known once the first line has come", "[http]")
{
    request_reader r{{}};
    r.take("GET /prices/stream?since=0 HTTP/1.1\r");
    CHECK(r.target_so_far().empty());
    r.take("\nHost: a b c\r\n");
    CHECK(r.target_so_far() == "/prices/stream?since=0");
    r.take("\r\n");
    CHECK(r.target_so_far().empty());  // it is in asked() now
}

TEST_CASE("a request is what its head and its body say", "[http]")
{
    request_reader r{{}};
    const std::string_view text =
        "GET /prices/stream?since=0 HTTP/1.1\r\nHost: a\r\nlast-event-id:  1-0 \t\r\n"
        "If-None-Match: \"x\"\r\nOrigin: https://a.example\r\nAccept: text/event-stream\r\n"
        "Accept-Encoding: gzip, br;q=0.5\r\nX-Request-Id: t\r\nX-Forwarded-For: "
        "1.1.1.1\r\nX-Forwarded-For: 2.2.2.2, 3.3.3.3\r\n\r\n";
    CHECK(r.take(text) == text.size());
    REQUIRE(r.is_over());
    CHECK_FALSE(r.refusal_found());
    const auto& h = r.asked();
    CHECK(h.what == method::get);
    CHECK(h.target == "/prices/stream?since=0");
    CHECK(h.is_http_1_1);
    CHECK(h.keep_alive);
    CHECK(h.header("Last-Event-ID") == "1-0");
    CHECK(h.header("If-None-Match") == "\"x\"");
    CHECK(h.header("Origin") == "https://a.example");
    CHECK(h.header("Accept") == "text/event-stream");
    CHECK(h.only_header("Accept-Encoding") == "gzip, br;q=0.5");
    CHECK(h.header("X-Request-Id") == "t");
    CHECK(
        h.all_headers("X-Forwarded-For") ==
        std::vector<std::string_view>{"1.1.1.1", "2.2.2.2, 3.3.3.3"});
}

TEST_CASE("codings that are wanted in two lines are none", "[http]")
{
    request_reader r{{}};
    r.take("GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nAccept-Encoding: br\r\n\r\n");
    REQUIRE(r.is_over());
    CHECK_FALSE(r.refusal_found());
    CHECK(r.asked().only_header("Accept-Encoding").empty());
}

TEST_CASE("what stands behind a request is left for the next reader", "[http]")
{
    CHECK(outcome_of("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b") == "GET /a, 6 left");
    CHECK(outcome_of(with("Content-Length: 3\r\n", "abcGET")) == "POST /, 3 left");
    CHECK(outcome_of(with("Content-Length: 0\r\n", "GET")) == "POST /, 3 left");
    CHECK(outcome_of(chunked("3\r\nabc\r\n0\r\n\r\nGET")) == "POST /, 3 left");
    CHECK(outcome_of(chunked("0\r\nX: y\r\n\r\nGET")) == "POST /, 3 left");
}

TEST_CASE("half a request needs more", "[http]")
{
    const auto text = GENERATE(
        "", "G", "GET / HTTP/1.1\r", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r");
    CAPTURE(text);
    CHECK(outcome_of(text) == "more");
}

TEST_CASE("whether another request may follow is up to version and Connection", "[http]")
{
    const auto stays = [](std::string_view text) {
        request_reader r{{}};
        r.take(text);
        REQUIRE((r.is_over() && !r.refusal_found()));
        return r.asked().keep_alive;
    };
    CHECK(stays("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK_FALSE(stays("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    CHECK_FALSE(stays("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n"));
    CHECK_FALSE(stays("GET / HTTP/1.0\r\n\r\n"));
    CHECK(stays("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST_CASE("the first line is a method, a target and a version we speak, or refused", "[http]")
{
    const auto line = GENERATE(
        "\r\n", "\nGET / HTTP/1.1\r\n", " GET / HTTP/1.1\r\n", "GET\r\n", "GET \r\n", "GET /\r\n",
        "GET  / HTTP/1.1\r\n", "GET / HTTP/1.1 \r\n", "GET /  HTTP/1.1\r\n", "GET\t/ HTTP/1.1\r\n",
        "GET / HTTP/1.2\r\n", "GET / HTTP/2.0\r\n", "GET / HTTP/1.10\r\n", "GET / http/1.1\r\n",
        "GET / HTTP/1.1\n", "GET / HTTP/1.1\rX\n", "GE\x01T / HTTP/1.1\r\n", "G(T / HTTP/1.1\r\n",
        "GET /\x7f HTTP/1.1\r\n", "GET /\xc3\xa4 HTTP/1.1\r\n", "GET /\t HTTP/1.1\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02", "SSH-2.0-OpenSSH_9.2\r\n",
        "\xff\xf4\xff\xfd\x06");
    CAPTURE(line);
    CHECK(outcome_of(line) == "refused bad_request_line 400");
    CHECK(
        outcome_of(std::string_view{"GET /\0 HTTP/1.1\r\n", 17}) == "refused bad_request_line 400");
}

TEST_CASE("a field is one line of a name, a colon and a value, or refused", "[http]")
{
    const auto lines = GENERATE(
        "X: a\r\n folded\r\n", "X: a\r\n\tfolded\r\n", " X: a\r\n", "X : a\r\n", "X\t: a\r\n",
        ": a\r\n", "no colon\r\n", "nocolon\r\n", "X: a\n", "X: a\rb\r\n", "X: a\r\rb\r\n",
        "X: a\x01\r\n", "X: a\x7f\r\n", "X\x80: a\r\n", "X(: a\r\n", "X: a\r\n\n", "X: a\x0b\r\n");
    CAPTURE(lines);
    CHECK(outcome_of(with(lines)) == "refused bad_header 400");
    CHECK(
        outcome_of(std::string_view{"GET / HTTP/1.1\r\nX: \0\r\n\r\n", 24}) ==
        "refused bad_header 400");
    CHECK(
        outcome_of(std::string_view{"GET / HTTP/1.1\r\nX\0: a\r\n\r\n", 25}) ==
        "refused bad_header 400");
}

TEST_CASE("a field may have any value of visible characters, blanks and other bytes", "[http]")
{
    const auto lines =
        GENERATE("X:\r\n", "X: \t \r\n", "X: a\tb\r\n", "X: \xc3\xa4\r\n", "X:a:b\r\n");
    CHECK(outcome_of(with(lines)) == "POST /, all");
}

TEST_CASE("a request of HTTP/1.1 has one Host, and none has two", "[http]")
{
    CHECK(outcome_of("GET / HTTP/1.1\r\n\r\n") == "refused bad_header 400");
    CHECK(outcome_of("GET / HTTP/1.0\r\n\r\n") == "GET /, all");
    const auto version = GENERATE("1.0", "1.1");
    const auto text = "GET / HTTP/" + std::string{version} + "\r\nHost: a\r\nhost: a\r\n\r\n";
    CHECK(outcome_of(text) == "refused bad_header 400");
}

TEST_CASE("a Host is a host, with a port or without, or the request is refused", "[http]")
{
    const auto outcome = [](std::string_view host, std::string_view version = "1.1") {
        return outcome_of(
            "GET / HTTP/" + std::string{version} + "\r\nHost: " + std::string{host} + "\r\n\r\n");
    };
    for (const auto* host :
         {"a", "a.example", "a.example.", "A-b_c~1", "xn--nxasmq6b", "%61", "127.0.0.1", "[::1]",
          "a:80", "a:", "127.0.0.1:65535", "[2001:db8::1]:8080", "[::ffff:192.0.2.1]", "", " \t"}) {
        CAPTURE(host);
        CHECK(outcome(host) == "GET /, all");
    }
    for (const auto* host :
         {"a b",
          "a\tb",
          "a/b",
          "u@a",
          "u:p@a",
          "@a",
          "a, b",
          "a?b",
          "a#b",
          "a\\b",
          "a\"",
          "<a>",
          "a:b",
          "a:-1",
          "a:8 0",
          "a:65536",
          "a:99999999999999999999",
          ":80",
          ":",
          "::1",
          "[::1",
          "::1]",
          "[]",
          "[a]",
          "[::1]a",
          "[::1]:x",
          "%",
          "%g1",
          "http://a",
          "\xc3\xa4.example"}) {
        CAPTURE(host);
        CHECK(outcome(host) == "refused bad_header 400");
        CHECK(outcome(host, "1.0") == "refused bad_header 400");
    }
}

TEST_CASE("the length of a body is said once and in one way, or refused", "[http]")
{
    const auto lines = GENERATE(
        "Content-Length: 1\r\nContent-Length: 2\r\n", "Content-Length: 1\r\nContent-Length: 1\r\n",
        "Content-Length: 1, 1\r\n", "Content-Length: 1, 2\r\n", "Content-Length:\r\n",
        "Content-Length: +1\r\n", "Content-Length: -1\r\n", "Content-Length: 0x1\r\n",
        "Content-Length: 1 1\r\n", "Content-Length: 18446744073709551616\r\n",
        "Content-Length: 1.0\r\n", "Content-Length: one\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked, chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, gzip\r\n", "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: identity\r\n", "Transfer-Encoding: identity\r\nContent-Length: 1\r\n",
        "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: chunked;x=y\r\n",
        "Transfer-Encoding: \"chunked\"\r\n", "Transfer-Encoding:\r\n",
        "Transfer-Encoding: ,chunked\r\n", "Transfer-Encoding: chunked\x0b\r\n");
    CAPTURE(lines);
    const auto found = outcome_of(with(lines, "1\r\na\r\n0\r\n\r\n"));
    // The last has a character that is in no field at all.
    CHECK((found == "refused bad_length 400" || found == "refused bad_header 400"));
}

TEST_CASE("chunks in a request of HTTP/1.0 are refused: a proxy might not know them", "[http]")
{
    CHECK(
        outcome_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") ==
        "refused bad_length 400");
}

TEST_CASE("a transfer encoding is the same in any case and between blanks", "[http]")
{
    CHECK(outcome_of(with("transfer-encoding:\t CHUNKED \r\n", "0\r\n\r\n")) == "POST /, all");
}

TEST_CASE("chunks are sizes in hexadecimal and as many bytes, or refused", "[http]")
{
    const auto body = GENERATE(
        "\r\n", " 1\r\na\r\n", "1 \r\na\r\n", "0x1\r\na\r\n", "-1\r\na\r\n", "g\r\n", "1\na\r\n",
        "1\r\naX", "1\r\na\n0\r\n\r\n", "1\r\na\rX", "1\r\nab\r\n", "1;a\x01\r\n", "1;\n",
        "1;x\ra\r\n", "00000000000000001\r\na\r\n", "fffffffffffffffff\r\n", "1,\r\na\r\n",
        "0\r\nX : y\r\n\r\n", "0\r\n folded\r\n\r\n", "0\r\nnocolon\r\n\r\n", "0\r\nX: y\n\r\n",
        "0\r\n\n", "0\n\r\n");
    CAPTURE(body);
    CHECK(outcome_of(chunked(body)) == "refused bad_body 400");
}

TEST_CASE("chunks may have extensions and trailers, which change nothing", "[http]")
{
    request_reader r{{}};
    r.take(with("Transfer-Encoding: chunked\r\nLast-Event-ID: 1-0\r\n"));
    CHECK_FALSE(r.is_over());
    r.take("A;x=y\r\n0123456789\r\n0;\"z\"\r\nLast-Event-ID: 2-0\r\nConnection: close\r\n"
           "X-Forwarded-For: 6.6.6.6\r\nContent-Length: 5\r\n\r\n");
    REQUIRE(r.is_over());
    CHECK_FALSE(r.refusal_found());
    CHECK(r.asked().header("Last-Event-ID") == "1-0");
    CHECK(r.asked().keep_alive);
    CHECK(r.asked().all_headers("X-Forwarded-For").empty());
}

TEST_CASE("a head may have as many bytes as its limit", "[http]")
{
    const std::string begin = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    const auto fill = small.head_bytes - begin.size() - 4;
    const auto of = [&](std::size_t more) { return begin + std::string(fill + more, 'x'); };
    CHECK(outcome_of(of(0) + "\r\n\r\n", small) == "GET /, all");
    CHECK(outcome_of(of(1) + "\r\n\r\n", small) == "refused header_too_large 431");
    CHECK(outcome_of(of(4), small) == "more");
    CHECK(outcome_of(of(5), small) == "refused header_too_large 431");
    CHECK(
        outcome_of("GET /" + std::string(1'000'000, 'a'), small) == "refused header_too_large 431");
    CHECK(outcome_of(std::string(1'000'000, 'A'), small) == "refused header_too_large 431");
}

TEST_CASE("a body may have as many bytes as its limit, announced or in chunks", "[http]")
{
    const std::string body(20, 'b');
    CHECK(outcome_of(with("Content-Length: 20\r\n", body), small) == "POST /, all");
    CHECK(outcome_of(with("Content-Length: 21\r\n"), small) == "refused body_too_large 413");
    CHECK(
        outcome_of(with("Content-Length: 18446744073709551615\r\n"), small) ==
        "refused body_too_large 413");
    CHECK(outcome_of(chunked("14\r\n" + body + "\r\n0\r\n\r\n"), small) == "POST /, all");
    CHECK(outcome_of(chunked("15\r\n"), small) == "refused body_too_large 413");
    CHECK(
        outcome_of(chunked("14\r\n" + body + "\r\n1\r\n"), small) == "refused body_too_large 413");
    CHECK(outcome_of(chunked("ffffffffffffffff\r\n"), small) == "refused body_too_large 413");
}

TEST_CASE("what surrounds the chunks may have as many bytes as a head", "[http]")
{
    const auto much = std::string(300, 'x');
    CHECK(outcome_of(chunked("1;" + much), small) == "refused header_too_large 431");
    CHECK(outcome_of(chunked("0\r\nX: " + much), small) == "refused header_too_large 431");
    std::string endless = "0\r\n";
    for (int i = 0; i < 100; ++i)
        endless += "X: y\r\n";
    CHECK(outcome_of(chunked(endless), small) == "refused header_too_large 431");
    std::string extended;
    for (int i = 0; i < 20; ++i)
        extended += "1;0123456789\r\nb\r\n";
    CHECK(outcome_of(chunked(extended), small) == "refused header_too_large 431");
}

TEST_CASE("who waits to be told to send a body is answered without it, for the last time", "[http]")
{
    request_reader r{{}};
    r.take(with("Content-Length: 5\r\nExpect: 100-Continue\r\n"));
    REQUIRE(r.is_over());
    CHECK_FALSE(r.refusal_found());
    CHECK_FALSE(r.asked().keep_alive);
    // Without a body there is nothing to wait for.
    request_reader none{{}};
    none.take(with("Expect: 100-continue\r\n"));
    REQUIRE(none.is_over());
    CHECK(none.asked().keep_alive);
    CHECK(
        outcome_of(with("Content-Length: 21\r\nExpect: 100-continue\r\n"), small) ==
        "refused body_too_large 413");
}

TEST_CASE("a refusal knows who asked, where the head could be read", "[http]")
{
    request_reader r{small};
    r.take(with("Content-Length: 21\r\nOrigin: https://a.example\r\nX-Request-Id: t\r\n"));
    REQUIRE(r.refusal_found());
    CHECK(r.asked().header("Origin") == "https://a.example");
    CHECK(r.asked().header("X-Request-Id") == "t");
    request_reader nobody{small};
    nobody.take("nonsense\r\n");
    CHECK(nobody.asked().method_name == "-");
    CHECK(nobody.asked().header("Origin").empty());
}

TEST_CASE("a request is the same however its bytes are cut into pieces", "[http]")
{
    const std::vector<std::string> all{
        "GET /prices/stream HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n",
        with("Content-Length: 7\r\n", "1234567"),
        chunked("3;x\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nX: y\r\n\r\n"),
        chunked("3\r\nabcd\r\n"),
        with("X: a\r\n b\r\n"),
        "GET / HTTP/1.1\nHost: a\n\n",
    };
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random{seed};
    for (const auto& text : all) {
        const auto whole = outcome_of(text + "BEHIND");
        for (int round = 0; round < 50; ++round) {
            request_reader r{{}};
            std::size_t used = 0;
            const auto input = text + "BEHIND";
            while (!r.is_over() && used < input.size()) {
                const auto size = std::min<std::size_t>(1 + random() % 9, input.size() - used);
                const auto taken = r.take(std::string_view{input}.substr(used, size));
                CHECK((taken == size || r.is_over()));
                used += taken;
            }
            REQUIRE(r.is_over());
            const bool refused = r.refusal_found().has_value();
            CHECK(refused == whole.starts_with("refused"));
            if (!refused)
                CHECK(used == text.size());
        }
    }
}
