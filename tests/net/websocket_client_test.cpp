#include "net/websocket_client.hpp"

#include "net/tls_trust.hpp"
#include "support/catch.hpp"
#include "support/fake_websocket_server.hpp"
#include "support/stringify.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <functional>
#include <optional>

using namespace tickertape;
using namespace tickertape::net;
using namespace tickertape::testing;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::awaitable;

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

// Short where a test waits for the limit, long where it must not meet it.
websocket_limits
limits_of(std::chrono::milliseconds upgrade = 3000ms, std::chrono::milliseconds silence = 3000ms)
{
    websocket_limits limits;
    limits.dial = {2000ms, 2000ms, 3000ms};
    limits.upgrade = upgrade;
    limits.silence_max = silence;
    limits.write = 200ms;
    limits.goodbye = 100ms;
    limits.message_bytes_max = 10'000;
    return limits;
}

// One server, one client, and the loop both run on.
struct pair {
    using script = fake_websocket_server::script;

    explicit pair(
        script plays, const websocket_limits& limits = limits_of(),
        std::optional<tls_identity> identity = localhost())
        : server{io, identity, std::move(plays)}, trust{make_tls_context(authority().ca_file())},
          client{
              asio::make_strand(io),
              *parse_websocket_url(
                  (identity ? "wss://localhost:" : "ws://localhost:") + server.port() + "/ws/v5"),
              trust, limits, [](std::string, std::string port) -> result<endpoints> {
                  const auto number = static_cast<asio::ip::port_type>(std::stoi(port));
                  return endpoints{{asio::ip::address_v4::loopback(), number}};
              }}
    {
    }
    ~pair()
    {
        server.stop();
        client.abort();
        io.restart();
        io.run_for(1s);
    }

    // Runs `steps` to their end.
    void
    run(std::function<awaitable<void>(websocket_client&)> steps,
        asio::cancellation_signal* cancel = nullptr)
    {
        bool ended = false;
        asio::co_spawn(
            io,
            [&]() -> awaitable<void> {
                co_await asio::this_coro::throw_if_cancelled(false);
                co_await steps(client);
            },
            asio::bind_cancellation_slot(
                cancel == nullptr ? asio::cancellation_slot{} : cancel->slot(),
                [&](std::exception_ptr escaped) {
                    CHECK_FALSE(escaped);
                    ended = true;
                    io.stop();
                }));
        io.restart();
        io.run_for(60s);
        REQUIRE(ended);
        // What is on its way to the server arrives.
        io.restart();
        io.poll();
    }

    // Why the connection could not be opened.
    fetch_error refusal()
    {
        std::optional<fetched<void>> opened;
        run([&](websocket_client& c) -> awaitable<void> { opened.emplace(co_await c.open("")); });
        REQUIRE_FALSE(*opened);
        return opened->error();
    }

    // Opens, and reads until it ends: the messages, and why it ended.
    struct whole {
        std::vector<std::string> messages;
        fetch_error end;
    };
    whole read_to_the_end(asio::cancellation_signal* cancel = nullptr)
    {
        whole all;
        run(
            [&](websocket_client& c) -> awaitable<void> {
                const auto opened = co_await c.open("");
                CHECK(opened);
                if (!opened) {
                    all.end = opened.error();
                    co_return;
                }
                for (std::string message;;) {
                    const auto got = co_await c.read(message);
                    if (!got) {
                        all.end = got.error();
                        co_return;
                    }
                    all.messages.push_back(message);
                }
            },
            cancel);
        return all;
    }

    asio::io_context io{1};
    fake_websocket_server server;
    asio::ssl::context trust;
    websocket_client client;
};

// What a server does that accepts, sends these bytes and then listens.
pair::script sends(std::string bytes)
{
    return [bytes](websocket_peer& peer) -> awaitable<void> {
        co_await peer.accept();
        co_await peer.send(bytes);
        co_await peer.hang();
    };
}

// What a server does that accepts, sends these bytes and is gone.
pair::script sends_and_goes(std::string bytes)
{
    return [bytes](websocket_peer& peer) -> awaitable<void> {
        co_await peer.accept();
        co_await peer.send(bytes);
    };
}

// What a server does that answers the upgrade with these bytes, and is gone.
pair::script answers_with(std::string bytes)
{
    return [bytes](websocket_peer& peer) -> awaitable<void> { co_await peer.send(bytes); };
}

// Catch2's macros name their argument more than once, and g++ awaits it each time.
void succeed(const fetched<void>& result)
{
    CHECK(result);
}

using strings = std::vector<std::string>;

}  // namespace

TEST_CASE("A refused upgrade says its status, when to return, and what its body is", "[net]")
{
    pair p{answers_with("HTTP/1.1 429 Too Many\r\nRetry-After: 120\r\nContent-Length: 23\r\n\r\n"
                        "{\"message\":\"slow down\"}\n")};

    const auto why = p.refusal();

    CHECK(why.code == net_errc::upgrade_refused);
    CHECK(why.http_status == 429);
    CHECK(why.detail.empty());
    CHECK(p.client.answer().status == 429);
    CHECK(p.client.answer().body == "{\"message\":\"slow down\"}");
    CHECK(p.client.answer().retry_after == "120");
}

TEST_CASE("A refusal is known by its status whatever becomes of its body", "[net]")
{
    const std::string begin = "HTTP/1.1 451 No\r\nContent-Type: text/html\r\n";
    const auto body = GENERATE(
        std::string{"Content-Length: 100000000\r\n\r\n<html><title>Blocked</title>"},
        std::string{"Transfer-Encoding: chunked\r\n\r\nffffffff\r\n<html><title>Blocked</title>"},
        "\r\n<html><title>Blocked</title>" + std::string(100'000, ' '));
    const bool hangs = GENERATE(true, false);
    pair p{
        [&](websocket_peer& peer) -> awaitable<void> {
            co_await peer.send(begin + body);
            if (hangs)
                co_await peer.hang();
        },
        limits_of(150ms)};

    const auto why = p.refusal();

    CHECK(why.code == net_errc::upgrade_refused);
    CHECK(why.http_status == 451);
    CHECK(p.client.answer().body.find("Blocked") != std::string::npos);
}

TEST_CASE("A page in place of an upgrade, and a redirect, are refusals", "[net]")
{
    pair page{answers_with("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")};
    CHECK(page.refusal().http_status == 200);

    pair redirect{answers_with(
        "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.test/\r\nContent-Length: 0\r\n\r\n")};
    const auto why = redirect.refusal();
    CHECK(why.code == net_errc::upgrade_refused);
    CHECK(why.http_status == 302);
    CHECK(why.detail == "to https://elsewhere.test/");
    CHECK(redirect.server.connections() == 1);
}

TEST_CASE("An upgrade that proves nothing is no WebSocket", "[net]")
{
    pair p{answers_with(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: bm90IHRoZSBhbnN3ZXIgdG8gaXQ=\r\n\r\n")};

    CHECK(p.refusal().code == net_errc::bad_websocket);
}

TEST_CASE("An answer to the upgrade that is none has a reason of its own", "[net]")
{
    CHECK(pair{answers_with("SSH-2.0-OpenSSH_9.2\r\n\r\n")}.refusal().code == net_errc::bad_http);
    CHECK(pair{answers_with("")}.refusal().code == net_errc::connection_lost);
    CHECK(pair{answers_with("HTTP/1.1 101 Swi")}.refusal().code == net_errc::connection_lost);
    CHECK(
        pair{answers_with("HTTP/1.1 403 No\r\nX: " + std::string(100'000, 'x'))}.refusal().code ==
        net_errc::header_too_large);
}

TEST_CASE("A server that hangs before TLS costs the handshake's limit", "[net]")
{
    auto limits = limits_of();
    limits.dial.handshake = 150ms;
    pair p{answers_with(""), limits};
    p.server.hang_before_handshake();

    CHECK(p.refusal().code == net_errc::handshake_timeout);
}

TEST_CASE("A server that hangs before the upgrade costs the upgrade's limit", "[net]")
{
    pair p{[](websocket_peer& peer) -> awaitable<void> { co_await peer.hang(); }, limits_of(150ms)};

    CHECK(p.refusal().code == net_errc::response_timeout);
}

TEST_CASE("A stream of a host with another's certificate is refused", "[net]")
{
    pair p{answers_with(""), limits_of(), authority().issue("elsewhere.test", 24h)};

    CHECK(p.refusal().code == net_errc::tls_wrong_host);
    CHECK(p.server.requests().empty());
}

TEST_CASE("A port nobody listens on has no stream", "[net]")
{
    pair p{answers_with("")};
    p.server.stop();

    CHECK(p.refusal().code == net_errc::connect_failed);
}

TEST_CASE("The upgrade says who asks for what, and offers no compression", "[net]")
{
    pair p{sends(""), limits_of(), std::nullopt};

    p.run([](websocket_client& c) -> awaitable<void> { succeed(co_await c.open("/stream?a=b")); });

    const auto& request = p.server.requests().at(0);
    CHECK(request.starts_with("GET /ws/v5/stream?a=b HTTP/1.1\r\n"));
    CHECK(request.find("Host: localhost:" + p.server.port() + "\r\n") != std::string::npos);
    CHECK(
        request.find("User-Agent: tickertape/" TICKERTAPE_VERSION
                     " (real-time price server)\r\n") != std::string::npos);
    CHECK(request.find("Extensions") == std::string::npos);
}

TEST_CASE("Messages come whole and in order, in however many frames and pieces", "[net]")
{
    pair p{[](websocket_peer& peer) -> awaitable<void> {
        co_await peer.accept();
        co_await peer.say("one");
        co_await peer.send(frame(opcode::text, "t", false) + frame(opcode::ping, "between"));
        co_await peer.send(frame(opcode::more, "w", false) + frame(opcode::more, "o"));
        for (const char c : text_frame("three"))
            co_await peer.send(std::string(1, c));
        co_await peer.send(close_frame(1000, ""));
        co_await peer.hang();
    }};

    CHECK(p.read_to_the_end().messages == strings{"one", "two", "three"});
    CHECK(p.server.pongs() == strings{"between"});
}

TEST_CASE("Frames that arrive with the answer to the upgrade are not lost", "[net]")
{
    // The header is longer than Beast's buffer, and so is what comes behind it at once.
    const auto header_bytes = GENERATE(std::size_t{0}, 2000, 4000, 5000, 6000, 7000);
    strings sent;
    std::string frames;
    for (int i = 0; i < 100; ++i) {
        sent.push_back("message " + std::to_string(i) + std::string(90, '.'));
        frames += text_frame(sent.back());
    }
    frames += close_frame(1000, "");
    pair p{
        [&](websocket_peer& peer) -> awaitable<void> {
            co_await peer.accept("Set-Cookie: " + std::string(header_bytes, 'c') + "\r\n", frames);
            co_await peer.hang();
        },
        limits_of(), std::nullopt};

    CHECK(p.read_to_the_end().messages == sent);
}

TEST_CASE("Binary messages are counted and passed over", "[net]")
{
    pair p{sends(frame(opcode::binary, "\xff\xfe") + text_frame("x") + close_frame(1000, ""))};

    CHECK(p.read_to_the_end().messages == strings{"x"});
    CHECK(p.client.binary_messages() == 1);
}

TEST_CASE("A goodbye of the provider says why", "[net]")
{
    pair p{sends(close_frame(1001, "going away\nfor maintenance"))};

    const auto all = p.read_to_the_end();

    CHECK(all.end.code == net_errc::peer_closed);
    CHECK(all.end.detail == "1001 going away for maintenance");
    CHECK(p.server.goodbyes().size() == 1);
}

TEST_CASE("A connection cut in the middle of a frame is lost", "[net]")
{
    const auto whole_frame = text_frame("a message");
    const auto identity = GENERATE(true, false) ? std::optional{localhost()} : std::nullopt;
    pair p{sends_and_goes(whole_frame + whole_frame.substr(0, 5)), limits_of(), identity};

    const auto all = p.read_to_the_end();

    CHECK(all.messages == strings{"a message"});
    CHECK(all.end.code == net_errc::connection_lost);
}

TEST_CASE("What is no WebSocket ends the connection", "[net]")
{
    CHECK(
        pair{sends("HTTP/1.1 400 Bad Request\r\n\r\n")}.read_to_the_end().end.code ==
        net_errc::bad_websocket);
    CHECK(pair{sends("\x8f\x01")}.read_to_the_end().end.code == net_errc::bad_websocket);
    CHECK(
        pair{sends(text_frame("\xc3\x28"))}.read_to_the_end().end.code == net_errc::bad_websocket);
    CHECK(
        pair{sends(frame(opcode::more, "of nothing"))}.read_to_the_end().end.code ==
        net_errc::bad_websocket);
}

TEST_CASE("A message over its limit ends the connection, in one frame or in many", "[net]")
{
    CHECK(
        pair{sends(text_frame(std::string(10'001, 'x')))}.read_to_the_end().end.code ==
        net_errc::message_too_large);
    CHECK(
        pair{sends(
                 frame(opcode::text, std::string(6000, 'x'), false) +
                 frame(opcode::more, std::string(6000, 'x')))}
            .read_to_the_end()
            .end.code == net_errc::message_too_large);
    // Announced, and never sent.
    CHECK(
        pair{sends(std::string{"\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 10})}
            .read_to_the_end()
            .end.code == net_errc::message_too_large);
    CHECK(
        pair{sends(text_frame(std::string(10'000, 'x')) + close_frame(1000, ""))}
            .read_to_the_end()
            .messages.size() == 1);
}

TEST_CASE("A connection on which nothing comes is given up", "[net]")
{
    pair p{sends(text_frame("x")), limits_of(3000ms, 150ms)};

    const auto began = std::chrono::steady_clock::now();
    const auto all = p.read_to_the_end();

    CHECK(all.messages == strings{"x"});
    CHECK(all.end.code == net_errc::peer_silent);
    CHECK(std::chrono::steady_clock::now() - began >= 150ms);
    CHECK(std::chrono::steady_clock::now() - began < 10s);
}

TEST_CASE("Pings are answered with their payload and count as being heard of", "[net]")
{
    pair p{
        [](websocket_peer& peer) -> awaitable<void> {
            co_await peer.accept();
            for (int i = 0; i < 5; ++i) {
                co_await peer.send(frame(opcode::ping, "no " + std::to_string(i)));
                co_await peer.pause(250ms);
            }
            co_await peer.send(close_frame(1000, "enough"));
            co_await peer.hang();
        },
        limits_of(3000ms, 600ms)};

    CHECK(p.read_to_the_end().end.code == net_errc::peer_closed);
    CHECK(p.server.pongs() == strings{"no 0", "no 1", "no 2", "no 3", "no 4"});
}

TEST_CASE("A frame that drips in does not count as silence", "[net]")
{
    pair p{
        [](websocket_peer& peer) -> awaitable<void> {
            co_await peer.accept();
            for (const char c : text_frame("abcd") + close_frame(1000, "")) {
                co_await peer.send(std::string(1, c));
                co_await peer.pause(250ms);
            }
            co_await peer.hang();
        },
        limits_of(30'000ms, 1'500ms)};

    CHECK(p.read_to_the_end().messages == strings{"abcd"});
}

TEST_CASE("What we write is one text message", "[net]")
{
    const std::string large(5000, 'y');
    pair p{[&](websocket_peer& peer) -> awaitable<void> {
        co_await peer.accept();
        while (const auto message = co_await peer.hear())
            co_await peer.say("heard " + std::to_string(message->size()));
    }};

    std::string first, second;
    p.run([&](websocket_client& c) -> awaitable<void> {
        succeed(co_await c.open(""));
        succeed(co_await c.write("{\"a\":1}"));
        succeed(co_await c.read(first));
        succeed(co_await c.write(large));
        succeed(co_await c.read(second));
    });

    CHECK(p.server.heard() == strings{"{\"a\":1}", large});
    CHECK(first == "heard 7");
    CHECK(second == "heard 5000");
}

TEST_CASE("A provider that takes nothing is given up, though it talks", "[net]")
{
    pair p{
        [](websocket_peer& peer) -> awaitable<void> {
            co_await peer.accept();
            for (int i = 0; i < 100; ++i) {
                if (!co_await peer.say("still here"))
                    co_return;
                co_await peer.pause(20ms);
            }
        },
        limits_of(), std::nullopt};

    fetched<void> written = fetched<void>{};
    fetched<void> last_read = fetched<void>{};
    p.run([&](websocket_client& c) -> awaitable<void> {
        succeed(co_await c.open(""));
        asio::co_spawn(
            co_await asio::this_coro::executor,
            [&]() -> awaitable<void> {
                for (std::string message; last_read;)
                    last_read = co_await c.read(message);
            },
            asio::detached);
        // More than the kernel takes for a peer that reads nothing.
        written = co_await c.write(std::string(64 * 1024 * 1024, 'x'));
        asio::steady_timer soon{co_await asio::this_coro::executor, 50ms};
        co_await soon.async_wait(asio::use_awaitable);
    });

    REQUIRE_FALSE(written);
    CHECK(written.error().code == net_errc::connection_lost);
    REQUIRE_FALSE(last_read);
    CHECK(last_read.error().code == net_errc::connection_lost);
}

TEST_CASE("Our goodbye is said beside a read, and ends it", "[net]")
{
    pair p{[](websocket_peer& peer) -> awaitable<void> {
        co_await peer.accept();
        co_await peer.hear();
    }};

    std::optional<fetched<void>> read;
    p.run([&](websocket_client& c) -> awaitable<void> {
        succeed(co_await c.open(""));
        asio::co_spawn(
            co_await asio::this_coro::executor,
            [&]() -> awaitable<void> {
                std::string message;
                read.emplace(co_await c.read(message));
            },
            asio::detached);
        co_await c.close();
        asio::steady_timer soon{co_await asio::this_coro::executor, 50ms};
        co_await soon.async_wait(asio::use_awaitable);
    });

    REQUIRE(read);
    CHECK_FALSE(*read);
    CHECK(p.server.goodbyes() == strings{"\x03\xe8"});
}

TEST_CASE("A goodbye that nobody answers takes a bounded time", "[net]")
{
    pair p{sends("")};

    const auto began = std::chrono::steady_clock::now();
    p.run([&](websocket_client& c) -> awaitable<void> {
        succeed(co_await c.open(""));
        co_await c.close();
    });

    CHECK(std::chrono::steady_clock::now() - began < 10s);
    CHECK(p.server.goodbyes().size() == 1);
}

TEST_CASE("Cancelling ends an upgrade and a read promptly", "[net]")
{
    const bool is_open = GENERATE(true, false);
    pair p{[&](websocket_peer& peer) -> awaitable<void> {
        if (is_open)
            co_await peer.accept();
        co_await peer.hang();
    }};
    asio::cancellation_signal cancel;
    asio::steady_timer soon{p.io, 100ms};
    soon.async_wait([&](auto) { cancel.emit(asio::cancellation_type::terminal); });

    const auto began = std::chrono::steady_clock::now();
    std::optional<fetched<void>> end;
    p.run(
        [&](websocket_client& c) -> awaitable<void> {
            end.emplace(co_await c.open(""));
            std::string message;
            if (*end)
                end.emplace(co_await c.read(message));
        },
        &cancel);

    REQUIRE_FALSE(*end);
    CHECK(end->error().code == asio::error::operation_aborted);
    CHECK(std::chrono::steady_clock::now() - began < 10s);
}

TEST_CASE("A flood leaves turns to what else runs on the strand", "[net]")
{
    std::string flood;
    for (int i = 0; i < 5000; ++i)
        flood += text_frame("{\"price\":\"1\"}");
    pair p{sends(flood + close_frame(1000, "")), limits_of(), std::nullopt};
    std::size_t messages = 0;
    std::size_t most_between = 0;
    std::size_t since_turn = 0;
    bool ended = false;
    p.run([&](websocket_client& c) -> awaitable<void> {
        succeed(co_await c.open(""));
        const auto strand = co_await asio::this_coro::executor;
        std::function<void()> turn = [&] {
            since_turn = 0;
            if (!ended)
                asio::post(strand, turn);
        };
        turn();
        for (std::string message;;) {
            const auto got = co_await c.read(message);
            if (!got)
                break;
            ++messages;
            most_between = std::max(most_between, ++since_turn);
        }
        ended = true;
        asio::steady_timer soon{strand, 10ms};
        co_await soon.async_wait(asio::use_awaitable);
    });

    CHECK(messages == 5000);
    CHECK(most_between <= 4);
}
