// Over a stream that says what a test wants.
#include "relay/redis_connection.hpp"

#include "asio/no_throw.hpp"
#include "relay/errors.hpp"
#include "support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cstring>
#include <deque>
#include <functional>
#include <optional>

using namespace tickertape;
using namespace tickertape::relay;
using namespace std::chrono_literals;
using boost::system::error_code;

namespace {

// Gives its pieces one by one; then it ends, or says nothing more.
class scripted_stream final : public net::byte_stream {
public:
    struct script {
        std::deque<std::string> pieces;
        bool ends = false;
        std::string heard{};
        std::function<void()> on_silence{};
    };

    scripted_stream(asio::io_context& io, script& plays) : socket_{io}, plays_{plays} {}

    asio::awaitable<error_code> connect(asio::ip::tcp::endpoint) override
    {
        co_return error_code{};
    }
    asio::awaitable<error_code> handshake(std::string) override { co_return error_code{}; }
    asio::awaitable<net::bytes_read> read_some(asio::mutable_buffer into) override
    {
        if (plays_.pieces.empty() && plays_.ends)
            co_return net::bytes_read{asio::error::eof, 0};
        if (plays_.pieces.empty()) {
            if (plays_.on_silence)
                plays_.on_silence();
            asio::steady_timer never{
                co_await asio::this_coro::executor, std::chrono::steady_clock::time_point::max()};
            const auto [ended] = co_await never.async_wait(no_throw);
            co_return net::bytes_read{ended, 0};
        }
        const auto piece = std::move(plays_.pieces.front());
        plays_.pieces.pop_front();
        std::memcpy(into.data(), piece.data(), std::min(piece.size(), into.size()));
        co_return net::bytes_read{{}, std::min(piece.size(), into.size())};
    }
    asio::awaitable<error_code> write(asio::const_buffer all) override
    {
        plays_.heard.append(static_cast<const char*>(all.data()), all.size());
        co_return error_code{};
    }
    asio::ip::tcp::socket& socket() noexcept override { return socket_; }

private:
    asio::ip::tcp::socket socket_;
    script& plays_;
};

struct talk {
    explicit talk(std::deque<std::string> pieces, bool ends = false)
        : plays{std::move(pieces), ends}, connection{
                                              std::make_unique<scripted_stream>(io, plays),
                                              reply_limits{.bytes_max = 1000, .elements_max = 10}}
    {
    }
    error_code run(redis_connection::task what)
    {
        std::optional<error_code> outcome;
        asio::co_spawn(
            io,
            [&what]() -> redis_connection::task {
                co_await asio::this_coro::throw_if_cancelled(false);
                co_return co_await std::move(what);
            },
            asio::bind_cancellation_slot(
                cancel.slot(), [&](std::exception_ptr escaped, error_code ec) {
                    CHECK_FALSE(escaped);
                    outcome = ec;
                }));
        io.restart();
        io.run_for(60s);
        REQUIRE(outcome);
        return *outcome;
    }
    error_code ask(std::size_t count, std::chrono::milliseconds limit = 60s)
    {
        const std::vector<command> questions(count, command{"PING"});
        return run(connection.ask(questions, replies, limit));
    }

    asio::io_context io;
    scripted_stream::script plays;
    redis_connection connection;
    asio::cancellation_signal cancel;
    std::vector<reply> replies;
};

const std::string greetings = "$10\r\nrun_id:abc\r\n$11\r\nrole:master\r\n"
                              "$27\r\nmaxmemory_policy:noeviction\r\n";

}  // namespace

TEST_CASE("Questions that go out together are answered in their order", "[relay]")
{
    talk t{{"+PO", "NG\r", "\n:7\r\n$3\r\nab", "c\r\n"}};

    CHECK_FALSE(t.ask(3));

    REQUIRE(t.replies.size() == 3);
    CHECK(t.replies[0].text == "PONG");
    CHECK(t.replies[1].number == 7);
    CHECK(t.replies[2].text == "abc");
    CHECK(t.plays.heard == "*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n");
}

TEST_CASE("A connection that ends before the last reply is lost", "[relay]")
{
    talk t{{"+PONG\r\n+PO"}, true};
    CHECK(t.ask(2) == relay_errc::unreachable);
}

TEST_CASE("A server that does not answer is left after the limit", "[relay]")
{
    talk t{{"+PO"}};
    CHECK(t.ask(1, 5ms) == relay_errc::too_slow);
}

TEST_CASE("Bytes that are no reply, or too many, are no answer", "[relay]")
{
    CHECK(talk{{"HTTP/1.1 400 Bad Request\r\n"}}.ask(1) == relay_errc::bad_answer);
    CHECK(talk{{"*11\r\n"}}.ask(1) == relay_errc::bad_answer);
    CHECK(talk{{"$2000\r\n", std::string(1500, 'x')}}.ask(1) == relay_errc::bad_answer);
    // The second one would be taken for the answer to the next question.
    CHECK(talk{{"+PONG\r\n+PONG\r\n"}}.ask(1) == relay_errc::bad_answer);
}

TEST_CASE("A question ends when its caller is cancelled", "[relay]")
{
    talk t{{}};
    t.plays.on_silence = [&] {
        asio::post(t.io, [&] { t.cancel.emit(asio::cancellation_type::terminal); });
    };
    CHECK(t.ask(1) == asio::error::operation_aborted);
}

TEST_CASE("A greeting says user, password and database, and learns who answers", "[relay]")
{
    talk t{{"+OK\r\n+OK\r\n" + greetings}};

    CHECK_FALSE(t.run(t.connection.greet({"someone", "secret"}, 3, 60s)));

    CHECK(t.connection.run_id() == "abc");
    CHECK(
        t.plays.heard == "*3\r\n$4\r\nAUTH\r\n$7\r\nsomeone\r\n$6\r\nsecret\r\n"
                         "*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n"
                         "*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n"
                         "*2\r\n$4\r\nINFO\r\n$11\r\nreplication\r\n"
                         "*2\r\n$4\r\nINFO\r\n$6\r\nmemory\r\n");
    CHECK(t.connection.eviction().empty());
}

TEST_CASE("A greeting that is not welcome says why", "[relay]")
{
    struct unwelcome {
        std::string said;
        relay_errc why;
        std::string word;
    };
    for (const auto& u : std::vector<unwelcome>{
             {"-WRONGPASS no\r\n-NOAUTH no\r\n-NOAUTH no\r\n-NOAUTH no\r\n", relay_errc::refused,
              "WRONGPASS"},
             {"-ERR unknown command 'AUTH', with args beginning with: 'secret'\r\n" + greetings,
              relay_errc::refused, "ERR"},
             {"+OK\r\n-NOPERM no\r\n-NOPERM no\r\n-NOPERM no\r\n", relay_errc::refused, "NOPERM"},
             {"+OK\r\n-LOADING no\r\n-LOADING no\r\n-LOADING no\r\n", relay_errc::unreachable,
              "LOADING"},
             {"+OK\r\n$10\r\nrun_id:abc\r\n$10\r\nrole:slave\r\n$0\r\n\r\n",
              relay_errc::unreachable, "READONLY"},
             {"+OK\r\n$0\r\n\r\n$0\r\n\r\n$0\r\n\r\n", relay_errc::bad_answer, ""}}) {
        INFO(u.said);
        talk t{{u.said}};
        CHECK(t.run(t.connection.greet({"", "secret"}, 0, 60s)) == u.why);
        CHECK(t.connection.refusal_word() == u.word);
    }
}
