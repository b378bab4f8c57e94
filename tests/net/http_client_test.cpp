#include "net/http_client.hpp"

#include "net/tls_trust.hpp"
#include "provider/fixtures.hpp"
#include "support/catch.hpp"
#include "support/fake_http_server.hpp"
#include "support/stringify.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <optional>

using namespace tickertape;
using namespace tickertape::net;
using namespace tickertape::testing;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

const tls_authority& authority()
{
    static const tls_authority instance;
    return instance;
}

const tls_identity& localhost()
{
    static const auto instance = authority().issue("localhost", 24h);
    return instance;
}

constexpr http_limits short_limits{
    .resolve = 2000ms, .connect = 2000ms, .handshake = 150ms, .response = 150ms};
constexpr http_limits long_limits{
    .resolve = 2000ms, .connect = 2000ms, .handshake = 3000ms, .response = 3000ms};

// One server, one client, and the loop both run on.
struct pair {
    explicit pair(
        fake_http_server::answer_function answer,
        std::optional<tls_identity> identity = localhost(), const http_limits& limits = long_limits,
        const std::string& host = "localhost", const std::string& ca_file = authority().ca_file())
        : server{io, identity, std::move(answer)}, trust{make_tls_context(ca_file)},
          client{
              asio::make_strand(io),
              *parse_base_url(
                  (identity ? "https://" : "http://") + host + ":" + server.port() + "/v1"),
              trust, limits, loopback}
    {
    }
    static result<endpoints> loopback(std::string, std::string port)
    {
        return endpoints{
            {asio::ip::address_v4::loopback(), static_cast<asio::ip::port_type>(std::stoi(port))}};
    }
    ~pair()
    {
        server.stop();
        io.restart();
        io.run_for(1s);
    }

    static http_request request() { return {.target = "/x", .headers = {{"x-key", "secret"}}}; }
    fetched<http_response> get(asio::cancellation_signal* cancel = nullptr)
    {
        return send(request(), cancel);
    }
    fetched<http_response>
    send(const http_request& what, asio::cancellation_signal* cancel = nullptr)
    {
        std::optional<fetched<http_response>> answer;
        asio::co_spawn(
            io,
            [this, what]() -> asio::awaitable<fetched<http_response>> {
                co_await asio::this_coro::throw_if_cancelled(false);
                co_return co_await client.send(what);
            },
            asio::bind_cancellation_slot(
                cancel == nullptr ? asio::cancellation_slot{} : cancel->slot(),
                [&](std::exception_ptr escaped, fetched<http_response> got) {
                    CHECK_FALSE(escaped);
                    answer.emplace(std::move(got));
                    io.stop();
                }));
        io.restart();
        io.run_for(5s);
        REQUIRE(answer);
        return *answer;
    }
    boost::system::error_code failure()
    {
        const auto got = get();
        REQUIRE_FALSE(got);
        return got.error().code;
    }

    asio::io_context io{1};
    fake_http_server server;
    asio::ssl::context trust;
    http_client client;
};

fake_http_server::answer_function always(reply r)
{
    return [r](const std::string&) { return r; };
}

}  // namespace

TEST_CASE("A certificate of an authority we do not trust is refused", "[net]")
{
    const tls_authority stranger;
    pair p{always(json_reply("{}")), stranger.issue("localhost", 24h)};

    const auto got = p.get();

    REQUIRE_FALSE(got);
    CHECK(got.error().code == net_errc::tls_untrusted);
    CHECK_FALSE(got.error().detail.empty());
    CHECK(p.server.requests().empty());
}

TEST_CASE("A certificate for another host is refused", "[net]")
{
    pair p{always(json_reply("{}")), authority().issue("elsewhere.test", 24h)};

    CHECK(p.failure() == net_errc::tls_wrong_host);
    CHECK(p.server.requests().empty());
}

TEST_CASE("A certificate for another address is refused", "[net]")
{
    pair p{always(json_reply("{}")), authority().issue("127.0.0.2", 24h), long_limits, "127.0.0.1"};

    CHECK(p.failure() == net_errc::tls_wrong_host);
}

TEST_CASE("A certificate that has expired is refused", "[net]")
{
    pair p{always(json_reply("{}")), authority().issue("localhost", -1h)};

    CHECK(p.failure() == net_errc::tls_expired);
}

TEST_CASE("The system's authorities do not vouch for a test's certificate", "[net]")
{
    pair p{always(json_reply("{}")), localhost(), long_limits, "localhost", ""};

    CHECK(p.failure() == net_errc::tls_untrusted);
}

TEST_CASE("A server that does not speak TLS is refused", "[net]")
{
    pair p{always({"", afterwards::close}), std::nullopt, short_limits};
    auto base = p.client.base();
    base.is_tls = true;
    http_client client{asio::make_strand(p.io), base, p.trust, short_limits, p.loopback};

    std::optional<fetched<http_response>> got;
    asio::co_spawn(p.io, client.send(pair::request()), [&](auto, fetched<http_response> answer) {
        got.emplace(std::move(answer));
        p.io.stop();
    });
    // The server waits for the end of a line that a TLS greeting does not have.
    p.io.run_for(1s);

    REQUIRE(got);
    CHECK(got->error().code == net_errc::handshake_timeout);
}

TEST_CASE("A good certificate is accepted, and the request says who asks for what", "[net]")
{
    pair p{always(json_reply("{\"a\":1}"))};

    const auto got = p.get();

    REQUIRE(got);
    CHECK(got->status == 200);
    CHECK(got->body == "{\"a\":1}");
    CHECK(got->content_type == "application/json; charset=utf-8");
    CHECK(
        p.server.requests().at(0) ==
        "GET /v1/x HTTP/1.1\r\nHost: localhost:" + p.server.port() +
            "\r\nUser-Agent: tickertape/" TICKERTAPE_VERSION " (real-time price server)\r\n"
            "Accept: application/json\r\nAccept-Encoding: identity\r\nx-key: secret\r\n\r\n");
}

TEST_CASE("A certificate for an address is good for that address", "[net]")
{
    pair p{always(json_reply("{}")), authority().issue("127.0.0.1", 24h), long_limits, "127.0.0.1"};

    CHECK(p.get());
}

TEST_CASE("Plain HTTP works as well", "[net]")
{
    pair p{always(json_reply("[]")), std::nullopt};

    CHECK(p.get()->body == "[]");
}

TEST_CASE("A server that hangs before the handshake costs the handshake's limit", "[net]")
{
    pair p{always(json_reply("{}")), localhost(), short_limits};
    p.server.hang_before_handshake();

    const auto began = std::chrono::steady_clock::now();
    CHECK(p.failure() == net_errc::handshake_timeout);
    CHECK(std::chrono::steady_clock::now() - began < 10s);
}

TEST_CASE("A server that hangs after the request costs the response's limit", "[net]")
{
    pair p{always({"", afterwards::hang}), localhost(), short_limits};

    CHECK(p.failure() == net_errc::response_timeout);
}

TEST_CASE("An answer that drips does not stretch the response's limit", "[net]")
{
    auto slow = json_reply(std::string(1000, ' '));
    slow.is_dripping = true;
    pair p{always(slow), localhost(), short_limits};

    const auto began = std::chrono::steady_clock::now();
    CHECK(p.failure() == net_errc::response_timeout);
    CHECK(std::chrono::steady_clock::now() - began < 10s);
}

TEST_CASE("A port nobody listens on is a failure to connect", "[net]")
{
    pair p{always(json_reply("{}"))};
    p.server.stop();

    CHECK(p.failure() == net_errc::connect_failed);
}

TEST_CASE("Answers that are too large are refused", "[net]")
{
    const std::string begin = "HTTP/1.1 200 OK\r\n";
    CHECK(
        pair{always({begin + "X: " + std::string(20'000, 'x') + "\r\n\r\n", afterwards::close})}
            .failure() == net_errc::header_too_large);
    CHECK(
        pair{always({begin + "Content-Length: 1048577\r\n\r\n", afterwards::hang})}.failure() ==
        net_errc::body_too_large);
    CHECK(
        pair{always(
                 {begin + "Connection: close\r\n\r\n" + std::string(1'100'000, 'x'),
                  afterwards::close})}
            .failure() == net_errc::body_too_large);
    CHECK(
        pair{always(
                 {begin + "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n" +
                      std::string(1'100'000, 'x'),
                  afterwards::close})}
            .failure() == net_errc::body_too_large);
}

TEST_CASE("Answers that are cut off or no HTTP are refused", "[net]")
{
    const std::string begin = "HTTP/1.1 200 OK\r\n";
    CHECK(
        pair{always({begin + "Content-Length: 10\r\n\r\n12345", afterwards::close})}.failure() ==
        net_errc::response_truncated);
    CHECK(
        pair{always({begin + "Content-Length: 10\r\n\r\n12345", afterwards::close}), std::nullopt}
            .failure() == net_errc::response_truncated);
    CHECK(
        pair{always({begin + "Content-Le", afterwards::close}), std::nullopt}.failure() ==
        net_errc::response_truncated);
    CHECK(
        pair{always({begin + "Content-Length: ten\r\n\r\n12345", afterwards::close})}.failure() ==
        net_errc::bad_http);
    CHECK(
        pair{always({"SSH-2.0-OpenSSH_9.2\r\n\r\n", afterwards::close})}.failure() ==
        net_errc::bad_http);
    CHECK(
        pair{always({"", afterwards::close}), std::nullopt}.failure() == net_errc::connection_lost);
}

TEST_CASE("A body that ends with the connection must end with TLS's goodbye", "[net]")
{
    const reply cut{"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", afterwards::close};

    CHECK(pair{always(cut)}.failure() == net_errc::response_truncated);
    CHECK(pair{always(cut), std::nullopt}.get()->body == "{}");
}

TEST_CASE("A POST carries its body, its type and its length", "[net]")
{
    const auto identity = GENERATE(true, false);
    pair p{
        always(json_reply("{}", 202)),
        identity ? std::optional{localhost()} : std::optional<tls_identity>{}};

    const auto got = p.send(
        {.target = "/hooks?id=1",
         .headers = {{"x-signature", "abc"}},
         .method = http_method::post,
         .accept = "text/plain, */*;q=0.1",
         .body = http_body{"application/x-protobuf", std::string{"\0\r\n\r\n\xff", 6}}});

    REQUIRE(got);
    CHECK(got->status == 202);
    CHECK(
        p.server.requests().at(0) ==
        "POST /v1/hooks?id=1 HTTP/1.1\r\nHost: localhost:" + p.server.port() +
            "\r\nUser-Agent: tickertape/" TICKERTAPE_VERSION " (real-time price server)\r\n"
            "Accept: text/plain, */*;q=0.1\r\nAccept-Encoding: identity\r\nx-signature: abc\r\n"
            "Content-Type: application/x-protobuf\r\nContent-Length: 6\r\n\r\n" +
            std::string{"\0\r\n\r\n\xff", 6});
}

TEST_CASE("A body larger than any buffer on the way arrives whole", "[net]")
{
    pair p{always(json_reply("{}"))};
    const std::string large(3'000'000, 'x');

    REQUIRE(p.send({.target = "/", .method = http_method::post, .body = http_body{"a/b", large}}));

    CHECK(p.server.requests().at(0).ends_with("\r\n\r\n" + large));
}

TEST_CASE("A POST without a body says that it has none", "[net]")
{
    pair p{always({"HTTP/1.1 204 No Content\r\n\r\n"})};

    const auto got = p.send({.target = "/x", .method = http_method::post, .accept = ""});

    REQUIRE(got);
    CHECK(got->status == 204);
    CHECK(got->body.empty());
    CHECK(p.server.requests().at(0).ends_with("\r\nContent-Length: 0\r\n\r\n"));
    CHECK(p.server.requests().at(0).find("Accept:") == std::string::npos);
    CHECK(p.server.requests().at(0).find("Content-Type") == std::string::npos);
}

TEST_CASE("A POST is never sent twice", "[net]")
{
    int answered = 0;
    pair p{[&](const std::string&) {
        return answered++ == 0 ? json_reply("{}") : reply{"", afterwards::close};
    }};
    REQUIRE(p.get());

    const auto got = p.send({.target = "/x", .method = http_method::post});

    REQUIRE_FALSE(got);
    CHECK(got.error().code == net_errc::connection_lost);
    CHECK(p.server.requests().size() == 2);
}

TEST_CASE("A POST does not fail by a kept connection that was closed meanwhile", "[net]")
{
    pair p{always(json_reply("{}"))};
    REQUIRE(p.get());
    p.server.drop_connections();

    CHECK(p.send({.target = "/x", .method = http_method::post}));
    CHECK(p.server.requests().size() == 2);
    // The connection of a POST is kept for the next GET.
    CHECK(p.get());
    CHECK(p.server.connections() == 2);
}

TEST_CASE("The redirect of a POST is reported and not followed", "[net]")
{
    const std::string status = GENERATE("301 Moved", "303 See Other", "307 Temporary", "308 Gone");
    pair p{always(
        {"HTTP/1.1 " + status +
         "\r\nLocation: https://elsewhere.test/\r\nContent-Length: 0\r\n\r\n"})};

    const auto got =
        p.send({.target = "/x", .method = http_method::post, .body = http_body{"text/plain", "a"}});

    REQUIRE_FALSE(got);
    CHECK(got.error().code == net_errc::redirect);
    CHECK(p.server.requests().size() == 1);
}

TEST_CASE("A request that takes redirects is told of them, and of what to send back", "[net]")
{
    pair p{[](const std::string&) {
        return reply{
            "HTTP/1.1 308 Permanent Redirect\r\nLocation: /other?x=1\r\nETag: W/\"a-1\"\r\n"
            "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Cache-Control: max-age=60\r\nContent-Length: 0\r\n\r\n"};
    }};
    auto wanted = pair::request();
    wanted.takes_3xx = true;
    const auto got = p.send(wanted);
    REQUIRE(got);
    CHECK(got->status == 308);
    CHECK(got->location == "/other?x=1");
    CHECK(got->etag == "W/\"a-1\"");
    CHECK(got->last_modified == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(got->cache_control == "max-age=60");
    CHECK(p.get().error().code == net_errc::redirect);
    CHECK(p.server.connections() == 1);
}

TEST_CASE("An answer that is not modified has no body, and the connection is kept", "[net]")
{
    pair p{[](const std::string&) {
        return reply{"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 9000\r\n\r\n"};
    }};
    auto wanted = pair::request();
    wanted.takes_3xx = true;
    for (int i = 0; i < 2; ++i) {
        const auto got = p.send(wanted);
        REQUIRE(got);
        CHECK(got->status == 304);
        CHECK(got->body.empty());
    }
    CHECK(p.server.connections() == 1);
}

TEST_CASE("A header that is not fit to be sent back is not kept", "[net]")
{
    const std::string long_one(kept_header_bytes_max + 1, 'x');
    pair p{[&](const std::string&) {
        return reply{
            "HTTP/1.1 200 OK\r\nETag: \"\xc3\xa9\"\r\nLocation: " + long_one +
            "\r\nLast-Modified: a\tb\r\nContent-Length: 2\r\n\r\n{}"};
    }};
    const auto got = p.get();
    REQUIRE(got);
    CHECK(got->etag.empty());
    CHECK(got->location.empty());
    CHECK(got->last_modified.empty());
}

TEST_CASE("A redirect is reported and not followed", "[net]")
{
    pair p{always(
        {"HTTP/1.1 301 Moved\r\nLocation: https://elsewhere.test/\r\nContent-Length: 0\r\n\r\n"})};

    const auto got = p.get();

    REQUIRE_FALSE(got);
    CHECK(got.error().code == net_errc::redirect);
    CHECK(got.error().detail == "https://elsewhere.test/");
    CHECK(got.error().http_status == 301);
}

TEST_CASE("A compressed answer is refused", "[net]")
{
    pair p{always({"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx"})};

    CHECK(p.failure() == net_errc::unexpected_encoding);
}

TEST_CASE("Errors of the provider are answers, web pages included", "[net]")
{
    const int status = GENERATE(429, 500);
    const auto page = fixture("mempool.429.html");
    pair p{always(
        {"HTTP/1.1 " + std::to_string(status) +
         " No\r\nContent-Type: text/html\r\nContent-Length: " + std::to_string(page.size()) +
         "\r\n\r\n" + page})};

    const auto got = p.get();

    REQUIRE(got);
    CHECK(got->status == status);
    CHECK(got->body == page);
}

TEST_CASE("Requests share one connection", "[net]")
{
    pair p{always(json_reply("{}"))};

    for (int i = 0; i < 5; ++i)
        REQUIRE(p.get());

    CHECK(p.server.requests().size() == 5);
    CHECK(p.server.connections() == 1);
}

TEST_CASE("A connection the server wants closed is not used again", "[net]")
{
    auto last = json_reply("{}");
    last.bytes.insert(last.bytes.find("Content-Type"), "Connection: close\r\n");
    pair p{always(last)};

    REQUIRE(p.get());
    REQUIRE(p.get());

    CHECK(p.server.connections() == 2);
}

TEST_CASE("Bytes beyond an answer never become the next one", "[net]")
{
    auto twice = json_reply("{\"a\":1}");
    twice.bytes += json_reply("{\"a\":666}").bytes;
    pair p{always(twice)};

    CHECK(p.get()->body == "{\"a\":1}");
    CHECK(p.get()->body == "{\"a\":1}");
    CHECK(p.server.connections() == 2);
}

TEST_CASE("A kept connection that was closed meanwhile is replaced once", "[net]")
{
    pair p{always(json_reply("{}"))};
    REQUIRE(p.get());
    p.server.drop_connections();

    CHECK(p.get());
    CHECK(p.server.connections() == 2);
    CHECK(p.server.requests().size() == 2);
}

TEST_CASE("A server that always closes without an answer is asked twice at most", "[net]")
{
    int answered = 0;
    pair p{[&](const std::string&) {
        return answered++ == 0 ? json_reply("{}") : reply{"", afterwards::close};
    }};
    REQUIRE(p.get());

    CHECK(p.failure() == net_errc::connection_lost);
    CHECK(p.server.requests().size() == 3);
}

TEST_CASE("A request that is cancelled ends promptly and leaves no connection", "[net]")
{
    pair p{always({"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123", afterwards::hang})};
    asio::cancellation_signal cancel;
    asio::steady_timer soon{p.io, 100ms};
    soon.async_wait([&](auto) { cancel.emit(asio::cancellation_type::terminal); });

    const auto began = std::chrono::steady_clock::now();
    const auto got = p.get(&cancel);

    REQUIRE_FALSE(got);
    CHECK(got.error().code == asio::error::operation_aborted);
    CHECK(std::chrono::steady_clock::now() - began < 10s);
}

TEST_CASE("Every address of a host is tried", "[net]")
{
    asio::io_context io{1};
    fake_http_server server{io, std::nullopt, always(json_reply("{}"))};
    auto trust = make_tls_context("");
    http_client client{
        asio::make_strand(io), *parse_base_url("http://two.test:" + server.port()), trust,
        long_limits, [](std::string, std::string port) -> result<endpoints> {
            const auto number = static_cast<asio::ip::port_type>(std::stoi(port));
            return endpoints{
                {asio::ip::make_address("127.0.0.9"), number},
                {asio::ip::address_v4::loopback(), number}};
        }};
    std::optional<fetched<http_response>> got;
    asio::co_spawn(
        io, client.send({.target = "/"}), [&](std::exception_ptr, fetched<http_response> answer) {
            got.emplace(std::move(answer));
            server.stop();
        });
    io.run_for(5s);

    REQUIRE(got);
    CHECK(got->has_value());
}
