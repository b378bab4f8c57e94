#include "http/wire.hpp"

#include "http/cors.hpp"
#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::http;
using namespace std::chrono_literals;

namespace {

wire_options some_options()
{
    return {
        .keep_alive = true, .head_only = false, .now = wall_time{1712525476s}, .request_id = "r1"};
}

response some_response(unsigned status)
{
    response r;
    r.status = status;
    r.headers.emplace_back("Cache-Control", "no-store");
    return r;
}

response stream(const cors_policy::headers& more)
{
    auto r = some_response(200);
    r.content_type = "text/event-stream";
    r.headers.emplace_back("X-Accel-Buffering", "no");
    r.headers.insert(r.headers.end(), more.begin(), more.end());
    return r;
}

}  // namespace

TEST_CASE("the head of an answer is these bytes", "[http]")
{
    auto r = some_response(200);
    r.content_type = "application/json";
    r.body = "{}\n";
    CHECK(
        head_of(r, some_options()) == "HTTP/1.1 200 OK\r\n"
                                      "Date: Sun, 07 Apr 2024 21:31:16 GMT\r\n"
                                      "X-Request-Id: r1\r\n"
                                      "X-Content-Type-Options: nosniff\r\n"
                                      "Content-Type: application/json\r\n"
                                      "Cache-Control: no-store\r\n"
                                      "Content-Length: 3\r\n"
                                      "Connection: keep-alive\r\n"
                                      "\r\n");
}

TEST_CASE("the last answer of a connection says so", "[http]")
{
    auto options = some_options();
    options.keep_alive = false;
    CHECK(
        head_of(some_response(404), options) == "HTTP/1.1 404 Not Found\r\n"
                                                "Date: Sun, 07 Apr 2024 21:31:16 GMT\r\n"
                                                "X-Request-Id: r1\r\n"
                                                "X-Content-Type-Options: nosniff\r\n"
                                                "Cache-Control: no-store\r\n"
                                                "Content-Length: 0\r\n"
                                                "Connection: close\r\n"
                                                "\r\n");
}

TEST_CASE("what may have no body has no length either", "[http]")
{
    CHECK(
        head_of(some_response(204), some_options()) == "HTTP/1.1 204 No Content\r\n"
                                                       "Date: Sun, 07 Apr 2024 21:31:16 GMT\r\n"
                                                       "X-Request-Id: r1\r\n"
                                                       "X-Content-Type-Options: nosniff\r\n"
                                                       "Cache-Control: no-store\r\n"
                                                       "Connection: keep-alive\r\n"
                                                       "\r\n");
    CHECK(
        head_of(some_response(304), some_options()) == "HTTP/1.1 304 Not Modified\r\n"
                                                       "Date: Sun, 07 Apr 2024 21:31:16 GMT\r\n"
                                                       "X-Request-Id: r1\r\n"
                                                       "X-Content-Type-Options: nosniff\r\n"
                                                       "Cache-Control: no-store\r\n"
                                                       "Connection: keep-alive\r\n"
                                                       "\r\n");
}

TEST_CASE("the head is the same for HEAD, the length of the body included", "[http]")
{
    auto r = some_response(200);
    r.shared_body = "0123456789";
    auto options = some_options();
    const auto for_get = head_of(r, options);
    options.head_only = true;
    CHECK(head_of(r, options) == for_get);
    CHECK(for_get.find("Content-Length: 10\r\n") != std::string::npos);
}

TEST_CASE("the head of a chunked stream is these bytes", "[http]")
{
    CHECK(
        open_head(stream({{"Vary", "Origin"}}), body_end::last_chunk, some_options()) ==
        "HTTP/1.1 200 OK\r\n"
        "Date: Sun, 07 Apr 2024 21:31:16 GMT\r\n"
        "X-Request-Id: r1\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Content-Type: text/event-stream\r\n"
        "Cache-Control: no-store\r\n"
        "X-Accel-Buffering: no\r\n"
        "Vary: Origin\r\n"
        "Transfer-Encoding: chunked\r\n"
        "Connection: keep-alive\r\n"
        "\r\n");
}

TEST_CASE("a raw stream ends with its connection and says so", "[http]")
{
    CHECK(
        open_head(stream({}), body_end::connection_end, some_options()) ==
        "HTTP/1.1 200 OK\r\n"
        "Date: Sun, 07 Apr 2024 21:31:16 GMT\r\n"
        "X-Request-Id: r1\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Content-Type: text/event-stream\r\n"
        "Cache-Control: no-store\r\n"
        "X-Accel-Buffering: no\r\n"
        "Connection: close\r\n"
        "\r\n");
}

TEST_CASE("every status that is answered has its words", "[http]")
{
    for (const unsigned status : {200u, 204u, 304u, 400u, 404u, 405u, 408u, 413u, 431u, 500u, 503u})
        CHECK(reason_phrase(status) != "Unknown");
}
