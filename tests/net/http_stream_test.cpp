#include "net/http_stream.hpp"

#include "net/tls_trust.hpp"
#include "support/catch.hpp"
#include "support/fake_http_server.hpp"
#include "support/stringify.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <cstdio>
#include <functional>
#include <optional>

using namespace tickertape;
using namespace tickertape::net;
using namespace tickertape::testing;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

constexpr http_stream_limits patient{
    .dial = {2000ms, 2000ms, 3000ms}, .head = 5000ms, .silence_max = 5000ms};
constexpr http_stream_limits hasty{
    .dial = {2000ms, 2000ms, 3000ms}, .head = 100ms, .silence_max = 100ms};

const std::string stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

// A host that answers every request alike, and what a stream makes of it.
struct streamed {
    explicit streamed(
        reply answer, const http_stream_limits& limits = patient,
        std::optional<tls_identity> identity = std::nullopt, const std::string& ca_file = "")
        : server{io, identity, [answer](const std::string&) { return answer; }},
          trust{make_tls_context(ca_file)}, stream{
                                                asio::make_strand(io),
                                                *parse_base_url(
                                                    (identity ? "https://localhost:"
                                                              : "http://localhost:") +
                                                    server.port() + "/v1"),
                                                trust, limits, loopback}
    {
    }
    ~streamed()
    {
        stream.close();
        server.stop();
        io.restart();
        io.run_for(1s);
    }
    static result<endpoints> loopback(std::string, std::string port)
    {
        return endpoints{
            {asio::ip::address_v4::loopback(), static_cast<asio::ip::port_type>(std::stoi(port))}};
    }

    asio::awaitable<void> read_all()
    {
        co_await asio::this_coro::throw_if_cancelled(false);
        http_request request{.target = "/stream"};
        request.accept = "text/event-stream";
        auto opened = co_await stream.open(std::move(request));
        if (!opened) {
            failed = opened.error();
            co_return;
        }
        head = *opened;
        for (;;) {
            auto piece = co_await stream.read();
            if (!piece) {
                failed = piece.error();
                co_return;
            }
            if (piece->empty())
                co_return;
            ++pieces;
            body += *piece;
        }
    }
    // Until the body is over, or something failed.
    void run(asio::cancellation_signal* cancel = nullptr)
    {
        bool is_over = false;
        asio::co_spawn(
            io, read_all(),
            asio::bind_cancellation_slot(
                cancel == nullptr ? asio::cancellation_slot{} : cancel->slot(),
                [&](std::exception_ptr escaped) {
                    CHECK_FALSE(escaped);
                    is_over = true;
                    io.stop();
                }));
        io.restart();
        io.run_for(20s);
        REQUIRE(is_over);
    }

    asio::io_context io{1};
    fake_http_server server;
    asio::ssl::context trust;
    http_stream stream;
    std::optional<http_stream::head> head;
    std::optional<fetch_error> failed;
    std::string body;
    int pieces = 0;
};

std::string chunk(const std::string& bytes)
{
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    return size + bytes + "\r\n";
}

}  // namespace

TEST_CASE("A chunked body comes without its chunks, and its end is told", "[net]")
{
    streamed s{{stream_head + chunk("one") + chunk("two") + "0\r\n\r\n"}};

    s.run();

    CHECK_FALSE(s.failed);
    REQUIRE(s.head);
    CHECK(s.head->status == 200);
    CHECK(s.head->content_type == "text/event-stream");
    CHECK(s.body == "onetwo");
    CHECK(
        s.server.requests().at(0) ==
        "GET /v1/stream HTTP/1.1\r\nHost: localhost:" + s.server.port() +
            "\r\nUser-Agent: tickertape/" TICKERTAPE_VERSION " (real-time price server)\r\n"
            "Accept: text/event-stream\r\nAccept-Encoding: identity\r\n\r\n");
}

TEST_CASE("A chunked body may come byte by byte", "[net]")
{
    streamed s{{stream_head + chunk("one") + chunk("two") + "0\r\n\r\n", afterwards::hang, true}};

    s.run();

    CHECK_FALSE(s.failed);
    CHECK(s.body == "onetwo");
    CHECK(s.pieces > 1);
}

TEST_CASE("A body without a length ends with the connection", "[net]")
{
    streamed s{{"HTTP/1.0 200 OK\r\n\r\nall of it", afterwards::close}};

    s.run();

    CHECK_FALSE(s.failed);
    CHECK(s.body == "all of it");
}

TEST_CASE("A body with a length ends there", "[net]")
{
    streamed s{{"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody and more"}};

    s.run();

    CHECK_FALSE(s.failed);
    CHECK(s.body == "body");
}

TEST_CASE("A long body comes in pieces", "[net]")
{
    const std::string much(1'000'000, 'x');
    streamed s{{stream_head + chunk(much) + chunk("end") + "0\r\n\r\n"}};

    s.run();

    CHECK_FALSE(s.failed);
    CHECK(s.body == much + "end");
}

TEST_CASE("A chunked body that ends with the connection was cut", "[net]")
{
    streamed s{{stream_head + chunk("one"), afterwards::close}};

    s.run();

    CHECK(s.body == "one");
    REQUIRE(s.failed);
    CHECK(s.failed->code == net_errc::response_truncated);
}

TEST_CASE("What came before malformed chunks is read first", "[net]")
{
    streamed s{{stream_head + chunk("one") + "nonsense\r\n", afterwards::hang}};

    s.run();

    CHECK(s.body == "one");
    REQUIRE(s.failed);
    CHECK(s.failed->code == net_errc::bad_http);
}

TEST_CASE("A chunk's extension without an end is refused", "[net]")
{
    streamed s{{stream_head + "3;" + std::string(100'000, 'x'), afterwards::hang}};

    s.run();

    REQUIRE(s.failed);
    CHECK(s.failed->code == net_errc::bad_http);
}

TEST_CASE("A body that is silent for too long has failed", "[net]")
{
    streamed s{{stream_head + chunk("one"), afterwards::hang}, hasty};

    s.run();

    CHECK(s.body == "one");
    REQUIRE(s.failed);
    CHECK(s.failed->code == net_errc::peer_silent);
}

TEST_CASE("A head that does not end in time has failed", "[net]")
{
    streamed s{{"HTTP/1.1 200 OK\r\n", afterwards::hang}, hasty};

    s.run();

    REQUIRE(s.failed);
    CHECK(s.failed->code == net_errc::response_timeout);
}

TEST_CASE("A head that is too large is refused", "[net]")
{
    streamed s{
        {"HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", afterwards::hang}};

    s.run();

    REQUIRE(s.failed);
    CHECK(s.failed->code == net_errc::header_too_large);
}

TEST_CASE("A redirect is not followed by a stream", "[net]")
{
    streamed s{{"HTTP/1.1 307 Elsewhere\r\nLocation: https://other.test/\r\n\r\n"}};

    s.run();

    REQUIRE(s.failed);
    CHECK(s.failed->code == net_errc::redirect);
    CHECK(s.failed->detail == "https://other.test/");
    CHECK(s.failed->http_status == 307);
}

TEST_CASE("A compressed stream is refused", "[net]")
{
    streamed s{{"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nxx", afterwards::hang}};

    s.run();

    REQUIRE(s.failed);
    CHECK(s.failed->code == net_errc::unexpected_encoding);
}

TEST_CASE("A status that is none of success is told with its fields", "[net]")
{
    streamed s{
        {"HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 2\r\nHeartbeat: 1\r\n\r\nno"}};

    s.run();

    REQUIRE(s.head);
    CHECK(s.head->status == 503);
    CHECK(s.head->retry_after == "7");
    CHECK(s.stream.field("heartbeat") == "1");
    CHECK(s.stream.field("other").empty());
}

TEST_CASE("An answer that is not HTTP is refused", "[net]")
{
    streamed s{{"SSH-2.0-OpenSSH_9.2\r\n", afterwards::hang}};

    s.run();

    REQUIRE(s.failed);
    CHECK(s.failed->code == net_errc::bad_http);
}

TEST_CASE("A stream over TLS is checked and decrypted", "[net]")
{
    const tls_authority authority;
    streamed s{
        {stream_head + chunk("secret") + "0\r\n\r\n"},
        patient,
        authority.issue("localhost", 24h),
        authority.ca_file()};

    s.run();

    CHECK_FALSE(s.failed);
    CHECK(s.body == "secret");
}

TEST_CASE("A stream whose certificate nobody vouches for is not read", "[net]")
{
    const tls_authority authority;
    streamed s{{stream_head}, patient, authority.issue("localhost", 24h)};

    s.run();

    REQUIRE(s.failed);
    CHECK(s.failed->code == net_errc::tls_untrusted);
}

TEST_CASE("A stream that is cancelled while it waits ends at once", "[net]")
{
    asio::cancellation_signal cancel;
    streamed s{{stream_head + chunk("one"), afterwards::hang}};
    std::function<void()> cancel_when_read = [&] {
        if (s.body.empty()) {
            asio::post(s.io, cancel_when_read);
            return;
        }
        cancel.emit(asio::cancellation_type::terminal);
    };
    asio::post(s.io, cancel_when_read);

    s.run(&cancel);

    REQUIRE(s.failed);
    CHECK(s.failed->code == asio::error::operation_aborted);
}
