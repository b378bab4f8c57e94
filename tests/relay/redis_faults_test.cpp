// A real Redis that dies, forgets, hangs, refuses.
#include "relay/redis_fixture.hpp"
#include "relay/redis_log.hpp"
#include "support/catch.hpp"
#include "support/own_redis.hpp"
#include "support/stringify.hpp"

#include "support/tls_authority.hpp"
#include <algorithm>
#include <thread>

#include <fstream>

using namespace tickertape;
using namespace tickertape::relay;
using namespace tickertape::relay::testing;
using namespace std::chrono_literals;
using tickertape::testing::own_redis;
using tickertape::testing::tls_authority;
using outcome = append_answer::outcome;

namespace {

void quick(redis_log_settings& s)
{
    s.limits.again = {20ms, 200ms};
}

}  // namespace

TEST_CASE("A Redis that is killed comes back with what it has answered for", "[relay]")
{
    // With everysec it answers before it writes while a sync of before is still under way.
    own_redis server{{"appendfsync always"}};
    redis_user user{server.url(), quick};
    const auto begun = user.done(user.log.lease("a:1", 600s));
    REQUIRE(begun.is_ours);
    const auto batch = chain({}, {{5, 0}, {6, 0}});
    REQUIRE(user.done(user.log.append("a:1", {}, batch)).how == outcome::done);
    auto waiting = user.begin(user.log.read({6, 0}, 10, 30s));
    user.run_until([&] { return user.log.figures().links.connections == 2; });

    server.kill();
    CHECK(user.outcome_of(waiting).error() == relay_errc::unreachable);
    CHECK(user.failed(user.log.look()) == relay_errc::unreachable);
    server.start();

    const auto state =
        sooner_or_later([&] { return user.outcome_of(user.begin(user.log.look())); });
    CHECK(state.top == position{6, 0});
    CHECK(state.lineage != begun.state.lineage);
    CHECK(sooner_or_later([&] {
              return user.outcome_of(user.begin(user.log.read({}, 10, 0ms)));
          }) == batch);
    // The scripts went with the server that was killed.
    CHECK(user.done(user.log.append("a:1", {6, 0}, chain({6, 0}, {{7, 0}}))).how == outcome::done);
}

TEST_CASE("A connection that was closed in a pause is replaced unnoticed", "[relay]")
{
    own_redis server;
    redis_user user{server.url(), quick};
    REQUIRE(user.done(user.log.lease("a:1", 600s)).is_ours);
    REQUIRE(user.done(user.log.read({}, 10, 0ms)).empty());

    server.ask({"CLIENT", "KILL", "TYPE", "normal"});
    CHECK(user.done(user.log.append("a:1", {}, chain({}, {{5, 0}}))).how == outcome::done);
    CHECK(user.done(user.log.read({}, 10, 0ms)).size() == 1);
}

TEST_CASE("Scripts that a server has forgotten are loaded again", "[relay]")
{
    own_redis server;
    redis_user user{server.url()};
    REQUIRE(user.done(user.log.lease("a:1", 600s)).is_ours);

    for (int i = 0; i < 3; ++i) {
        server.ask({"SCRIPT", "FLUSH"});
        CHECK(user.done(user.log.lease("a:1", 600s)).is_ours);
    }
    CHECK(user.log.figures().script_loads == 4);
    CHECK(user.log.figures().links.connections == 1);
}

TEST_CASE("A Redis that hangs is left, and found again when it goes on", "[relay]")
{
    own_redis server;
    redis_user user{server.url(), [](redis_log_settings& s) {
                        quick(s);
                        s.limits.answer = 50ms;
                        s.limits.dial.connect = 50ms;
                        s.limits.call = 300ms;
                    }};
    sooner_or_later([&] { return user.outcome_of(user.begin(user.log.look())); });

    server.pause();
    CHECK(user.failed(user.log.look()) == relay_errc::too_slow);
    CHECK(user.failed(user.log.look()) == relay_errc::unreachable);
    CHECK(user.failed(user.log.read({}, 10, 10ms)) == relay_errc::unreachable);
    server.go_on();
    sooner_or_later([&] { return user.outcome_of(user.begin(user.log.look())); });
    sooner_or_later([&] { return user.outcome_of(user.begin(user.log.read({}, 10, 0ms))); });
}

TEST_CASE("A Redis that hung gives nobody the lease who has given up asking", "[relay]")
{
    own_redis server;
    redis_user user{server.url(), [](redis_log_settings& s) {
                        s.limits.answer = 200ms;
                        s.limits.call = 300ms;
                    }};
    // The script is loaded, and the server's clock is known.
    CHECK(user.done(user.log.lease("a:1", 1ms)).is_ours);
    user.run_until([&] { return server.ask({"EXISTS", "tickertape:{live}:lease"}).number == 0; });
    server.pause();
    CHECK(user.failed(user.log.lease("a:1", 60s)) == relay_errc::too_slow);
    // Longer makes no difference.
    std::this_thread::sleep_for(600ms);
    server.go_on();
    // Our connection is closed: the server has read what it was asked there.
    user.run_until([&] {
        const auto all = server.ask({"CLIENT", "LIST"}).text;
        return std::ranges::count(all, '\n') == 1;
    });
    CHECK(server.ask({"EXISTS", "tickertape:{live}:lease"}).number == 0);
    const auto now =
        sooner_or_later([&] { return user.outcome_of(user.begin(user.log.lease("a:1", 60s))); });
    CHECK(now.is_ours);
}

TEST_CASE("Redis is asked for a connection at most five times a second", "[relay]")
{
    own_redis server;
    redis_user user{server.url(), [](redis_log_settings& s) { s.limits.again = {0ms, 0ms}; }};
    server.kill();

    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 6; ++i) {
        auto reading = user.begin(user.log.read({}, 10, 0ms));
        CHECK(user.failed(user.log.look()) == relay_errc::unreachable);
        CHECK(user.outcome_of(reading).error() == relay_errc::unreachable);
    }
    // Twelve attempts: five, a second, five, a second, two.
    CHECK(std::chrono::steady_clock::now() - begun >= 2s);
    CHECK(user.log.figures().links.failures == 12);
}

TEST_CASE("A caller that is cancelled is let go", "[relay]")
{
    own_redis server;
    redis_user user{server.url()};
    auto reading = user.begin(user.log.read({}, 10, 60s));
    user.run_until([&] {
        return server.ask({"CLIENT", "LIST"}).text.find("cmd=xread") != std::string::npos;
    });
    reading->cancel.emit(boost::asio::cancellation_type::terminal);
    CHECK(user.outcome_of(reading).error() == boost::asio::error::operation_aborted);
    // It can be asked again.
    CHECK(user.done(user.log.read({}, 10, 0ms)).empty());

    // Also while it waits for its turn to connect.
    server.kill();
    static_cast<void>(user.outcome_of(user.begin(user.log.look())));
    auto waiting = user.begin(user.log.look());
    waiting->cancel.emit(boost::asio::cancellation_type::terminal);
    CHECK(user.outcome_of(waiting).has_error());
}

TEST_CASE("A server that became a replica is left", "[relay]")
{
    own_redis server;
    own_redis other;
    redis_user user{server.url(), quick};
    REQUIRE(user.done(user.log.lease("a:1", 600s)).is_ours);

    server.ask({"REPLICAOF", "127.0.0.1", other.port()});
    CHECK(user.failed(user.log.append("a:1", {}, chain({}, {{5, 0}}))) == relay_errc::unreachable);
    CHECK(user.failed(user.log.look()) == relay_errc::unreachable);
    auto reading = user.begin(user.log.read({}, 10, 0ms));
    CHECK(user.outcome_of(reading).error() == relay_errc::unreachable);

    server.ask({"REPLICAOF", "NO", "ONE"});
    sooner_or_later([&] { return user.outcome_of(user.begin(user.log.look())); });
}

TEST_CASE("A reader is sent away by a server that becomes a replica", "[relay]")
{
    own_redis server;
    own_redis other;
    redis_user user{server.url(), quick};
    auto reading = user.begin(user.log.read({}, 10, 60s));
    user.run_until([&] {
        return server.ask({"CLIENT", "LIST"}).text.find("cmd=xread") != std::string::npos;
    });

    server.ask({"REPLICAOF", "127.0.0.1", other.port()});
    CHECK(user.outcome_of(reading).error() == relay_errc::unreachable);
}

TEST_CASE("A master without its replicas, or without memory, takes no entries", "[relay]")
{
    own_redis server;
    redis_user user{server.url(), quick};
    REQUIRE(user.done(user.log.lease("a:1", 600s)).is_ours);
    const auto batch = chain({}, {{5, 0}, {6, 0}});

    server.ask({"CONFIG", "SET", "min-replicas-to-write", "1"});
    CHECK(user.failed(user.log.append("a:1", {}, batch)) == relay_errc::unreachable);
    server.ask({"CONFIG", "SET", "min-replicas-to-write", "0"});
    server.ask({"CONFIG", "SET", "maxmemory", "1"});
    CHECK(user.failed(user.log.append("a:1", {}, batch)) == relay_errc::refused);
    server.ask({"CONFIG", "SET", "maxmemory", "0"});

    CHECK(user.done(user.log.append("a:1", {}, batch)).how == outcome::done);
    CHECK(user.done(user.log.read({}, 10, 0ms)) == batch);
}

TEST_CASE("A password, a user and a database are those of the address", "[relay]")
{
    own_redis server{{"requirepass secret", "databases 4"}};
    const auto at = "127.0.0.1:" + server.port();
    const command login{"AUTH", "secret"};
    server.ask_as(
        login, {"ACL",
                "SETUSER",
                "tape",
                "on",
                ">s@cret",
                "~tickertape:*",
                "+info",
                "+evalsha",
                "+script|load",
                "+select",
                "+time",
                "+xadd",
                "+xread",
                "+xrevrange",
                "+xinfo|stream",
                "+exists",
                "+get",
                "+set",
                "+del",
                "+pexpire",
                "+zadd",
                "+zrange",
                "+zremrangebyscore",
                "+zremrangebyrank"});
    server.ask_as(login, {"ACL", "SETUSER", "poor", "on", ">p", "~other:*", "+@all"});

    SECTION("a password alone")
    {
        redis_user user{"redis://:secret@" + at};
        CHECK(user.done(user.log.lease("a:1", 60s)).is_ours);
    }
    SECTION("a user with no more rights than are needed, and a database")
    {
        redis_user user{"redis://tape:s%40cret@" + at + "/3"};
        CHECK(user.done(user.log.lease("a:1", 60s)).is_ours);
        CHECK(user.done(user.log.append("a:1", {}, chain({}, {{5, 0}}))).how == outcome::done);
        CHECK(user.done(user.log.heal({5, 0}, chain({5, 0}, {{6, 0}}))).how == outcome::done);
        CHECK(user.done(user.log.read({}, 9, 0ms)).size() == 2);
        CHECK(user.done(user.log.read_back({9, 0}, 9)).size() == 2);
        CHECK(user.done(user.log.look()).top == position{6, 0});
        CHECK(user.done(user.log.claim_slot("a", 1, 60s)) == 1);
        CHECK(user.done(user.log.announce({"a", "{}"}, 60s)).size() == 1);
        user.done(user.log.put_latest("a:1", {{"BTC-USD", "{}"}}, 60s));
        user.done(user.log.resign("a:1"));
        redis_user elsewhere{"redis://:secret@" + at};
        CHECK(elsewhere.done(elsewhere.log.look()).top == position{});
    }
    SECTION("none, a wrong one, one without rights, a database that is not there")
    {
        for (const auto& url :
             {"redis://" + at, "redis://:wrong@" + at, "redis://nobody:secret@" + at,
              "redis://poor:p@" + at, "redis://:secret@" + at + "/4"}) {
            redis_user user{url, quick};
            CHECK(user.failed(user.log.lease("a:1", 60s)) == relay_errc::refused);
        }
    }
}

TEST_CASE("Redis over TLS proves who it is", "[relay]")
{
    const tls_authority authority;
    const auto identity = authority.issue("127.0.0.1", 24h);
    own_redis server;
    const auto certificate = server.directory() + "/cert";
    const auto key = server.directory() + "/key";
    std::ofstream{certificate} << identity.certificate;
    std::ofstream{key} << identity.key;
    // Its other port stays without TLS, for the test itself.
    const auto port = own_redis::free_port();
    REQUIRE(
        server
            .ask(
                {"CONFIG", "SET", "tls-cert-file", certificate, "tls-key-file", key,
                 "tls-ca-cert-file", authority.ca_file(), "tls-auth-clients", "no", "tls-port",
                 port})
            .text == "OK");
    const auto url = "rediss://127.0.0.1:" + port;

    redis_user user{url, {}, authority.ca_file()};
    CHECK(user.done(user.log.lease("a:1", 60s)).is_ours);
    CHECK(user.done(user.log.append("a:1", {}, chain({}, {{5, 0}}))).how == outcome::done);
    CHECK(user.done(user.log.read({}, 9, 0ms)).size() == 1);

    const tls_authority stranger;
    redis_user distrustful{url, quick, stranger.ca_file()};
    CHECK(distrustful.failed(distrustful.log.look()) == relay_errc::unreachable);
    redis_user plain{"redis://127.0.0.1:" + port, quick};
    CHECK(plain.failed(plain.log.look()) == relay_errc::unreachable);
}
