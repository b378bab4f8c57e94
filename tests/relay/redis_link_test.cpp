// Which server a link is connected to, and what is said of it.
#include "relay/redis_link.hpp"

#include "relay/redis_fixture.hpp"
#include "support/catch.hpp"
#include "support/own_redis.hpp"

using namespace tickertape;
using namespace tickertape::relay;
using namespace tickertape::relay::testing;
using namespace std::chrono_literals;
using tickertape::testing::own_redis;
namespace asio = boost::asio;

namespace {

// One link, and the lines that it wants in the log.
struct linked {
    explicit linked(const std::string& url) : address{*parse_redis_address(url)}
    {
        limits.again = {1ms, 2ms};
    }
    boost::system::error_code ask(const command& c)
    {
        std::optional<boost::system::error_code> outcome;
        const std::vector<command> questions{c};
        asio::co_spawn(
            io,
            [&]() -> redis_link::task {
                co_await asio::this_coro::throw_if_cancelled(false);
                co_return co_await link.ask(
                    questions, replies, std::chrono::steady_clock::now() + 60s, 60s);
            },
            [&](std::exception_ptr escaped, boost::system::error_code ec) {
                CHECK_FALSE(escaped);
                outcome = ec;
            });
        io.restart();
        io.run_for(120s);
        REQUIRE(outcome);
        return *outcome;
    }

    asio::io_context io{1};
    asio::ssl::context trust{net::make_tls_context("")};
    redis_address address;
    redis_limits limits;
    attempt_pace pace{1000};
    std::vector<std::string> lines;
    std::vector<reply> replies;
    redis_link link{
        {asio::make_strand(io), trust, address, limits, pace, net::system_resolve},
        [] { return 0.5; },
        [this](std::string_view what, std::string_view why, const std::string&) {
            lines.push_back(std::string{what} + ": " + std::string{why});
        }};
};

using all_lines = std::vector<std::string>;

// Names mean what a test wants at that moment.
struct directory {
    std::string port;
    net::resolve_function lookup()
    {
        return [this](std::string, std::string) -> result<net::endpoints> {
            return net::endpoints{
                {asio::ip::address_v4::loopback(),
                 static_cast<asio::ip::port_type>(std::stoi(port))}};
        };
    }
};

}  // namespace

TEST_CASE("Trouble is said once, and without a password", "[relay]")
{
    own_redis server{{"requirepass secret"}};
    linked wrong{"redis://:secret2@127.0.0.1:" + server.port()};
    for (int i = 0; i < 3; ++i)
        CHECK(wrong.ask({"PING"}) == relay_errc::refused);
    CHECK(wrong.lines == all_lines{"cannot connect: WRONGPASS"});

    linked right{"redis://:secret@127.0.0.1:" + server.port()};
    CHECK_FALSE(right.ask({"AUTH", "secret3", "secret4"}));
    CHECK_FALSE(right.ask({"NOSUCH", "secret5"}));
    CHECK_FALSE(right.ask({"NOSUCH", "secret5"}));
    server.kill();
    for (int i = 0; i < 3; ++i)
        CHECK(right.ask({"PING"}) == relay_errc::unreachable);
    const auto at = "127.0.0.1:" + server.port();
    // A login that fails means that the rights have changed: it is made anew.
    CHECK(
        right.lines == all_lines{
                           "connected: " + at, "refused: WRONGPASS", "connection left: WRONGPASS",
                           "connected: " + at, "refused: ERR",
                           "connection lost: the relay cannot be reached",
                           "cannot connect: the relay cannot be reached"});
}

TEST_CASE("A server that may throw the log away is told of", "[relay]")
{
    own_redis server{{"maxmemory-policy allkeys-lru"}};
    linked one{server.url()};
    CHECK_FALSE(one.ask({"PING"}));
    REQUIRE(one.lines.size() == 2);
    CHECK(one.lines[1] == "it may throw the log away: allkeys-lru");
}

TEST_CASE("A name is looked up for every connection", "[relay]")
{
    own_redis old_server;
    own_redis new_server;
    directory names{old_server.port()};
    redis_user user{
        "redis://redis.test",
        [](redis_log_settings& s) {
            s.limits.again = {1ms, 2ms};
        },
        {},
        names.lookup()};
    REQUIRE(user.done(user.log.lease("a:1", 60s)).is_ours);
    const auto old_batch = chain({}, {{5, 0}});
    REQUIRE(user.done(user.log.append("a:1", {}, old_batch)).how == append_answer::outcome::done);
    REQUIRE(user.done(user.log.read({}, 10, 0ms)) == old_batch);

    // Only the connection of calls is lost; the one that reads would be kept for ever.
    names.port = new_server.port();
    const auto clients = old_server.ask({"CLIENT", "LIST"}).text;
    const auto line_begin = clients.rfind('\n', clients.find("cmd=evalsha"));
    const auto id = clients.find("id=", line_begin == std::string::npos ? 0 : line_begin) + 3;
    old_server.ask({"CLIENT", "KILL", "ID", clients.substr(id, clients.find(' ', id) - id)});

    CHECK(user.done(user.log.look()).top == position{});
    const auto new_batch = chain({}, {{9, 0}});
    REQUIRE(user.done(user.log.heal({}, new_batch)).how == append_answer::outcome::done);
    CHECK(user.done(user.log.read({}, 10, 0ms)) == new_batch);
}
