// Against a real Redis.
#include "relay/redis_log.hpp"

#include "core/text.hpp"
#include "relay/message.hpp"
#include "relay/redis_fixture.hpp"
#include "support/catch.hpp"
#include "support/own_redis.hpp"
#include "support/stringify.hpp"

#include <set>

using namespace tickertape;
using namespace tickertape::relay;
using namespace tickertape::relay::testing;
using namespace std::chrono_literals;
using tickertape::testing::own_redis;
using outcome = append_answer::outcome;

TEST_CASE("A log that is not there yet has no top, and the server's time", "[relay]")
{
    own_redis server;
    redis_user user{server.url()};

    const auto state = user.done(user.log.look());

    CHECK(state.top == position{});
    CHECK_FALSE(state.lineage.empty());
    const auto now =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    CHECK(state.time <= now + 1h);
    CHECK(state.time >= now - 1h);
    CHECK(user.done(user.log.read({}, 10, 0ms)).empty());
    CHECK(user.done(user.log.read_back({5, 0}, 10)).empty());
}

TEST_CASE("What the leader appends is read in order, with the id before each", "[relay]")
{
    own_redis server;
    redis_user leader{server.url()};
    redis_user other{server.url()};
    REQUIRE(leader.done(leader.log.lease("a:1", 60s)).is_ours);
    const auto batch = chain({}, {{5, 0}, {5, 16}, {7, 3}});

    const auto answer = leader.done(leader.log.append("a:1", {}, batch));

    CHECK(answer.how == outcome::done);
    CHECK(answer.top == position{7, 3});
    CHECK(other.done(other.log.read({}, 10, 0ms)) == batch);
    CHECK(other.done(other.log.read({5, 0}, 1, 0ms)) == std::vector{batch[1]});
    CHECK(other.done(other.log.read_back({6, 0}, 10)) == std::vector{batch[1], batch[0]});
    CHECK(other.done(other.log.look()).top == position{7, 3});
}

TEST_CASE("A reader is given an entry as soon as it is there", "[relay]")
{
    own_redis server;
    redis_user leader{server.url()};
    redis_user other{server.url()};
    REQUIRE(leader.done(leader.log.lease("a:1", 60s)).is_ours);
    const auto batch = chain({}, {{5, 0}});

    auto waiting = other.begin(other.log.read({}, 10, 30s));
    other.run_until([&] {
        return server.ask({"CLIENT", "LIST"}).text.find("cmd=xread") != std::string::npos;
    });
    CHECK(leader.done(leader.log.append("a:1", {}, batch)).how == outcome::done);

    CHECK(other.end(waiting) == batch);
}

TEST_CASE("A reader that waits in vain is told that nothing came", "[relay]")
{
    own_redis server;
    redis_user user{server.url()};

    CHECK(user.done(user.log.read({}, 10, 20ms)).empty());
    CHECK(user.log.figures().links.losses == 0);
}

TEST_CASE("Only who holds the lease appends", "[relay]")
{
    own_redis server;
    redis_user user{server.url()};
    const auto batch = chain({}, {{5, 0}});

    CHECK(user.done(user.log.append("a:1", {}, batch)).how == outcome::not_leader);
    REQUIRE(user.done(user.log.lease("b:1", 60s)).is_ours);
    CHECK(user.done(user.log.append("a:1", {}, batch)).how == outcome::not_leader);
    CHECK(user.done(user.log.look()).top == position{});
}

TEST_CASE("Of two that follow the same entry one is refused", "[relay]")
{
    own_redis server;
    redis_user user{server.url()};
    REQUIRE(user.done(user.log.lease("a:1", 60s)).is_ours);
    REQUIRE(user.done(user.log.append("a:1", {}, chain({}, {{5, 0}}))).how == outcome::done);

    const auto late = user.done(user.log.append("a:1", {}, chain({}, {{6, 0}})));

    CHECK(late.how == outcome::moved);
    CHECK(late.top == position{5, 0});
    CHECK(user.done(user.log.look()).top == position{5, 0});
}

TEST_CASE("A batch that is repeated is appended once", "[relay]")
{
    own_redis server;
    redis_user user{server.url(), [](redis_log_settings& s) { s.limits.append_max = 2; }};
    REQUIRE(user.done(user.log.lease("a:1", 60s)).is_ours);
    const auto batch = chain({}, {{5, 0}, {6, 0}, {7, 0}, {8, 0}, {9, 0}});

    // Wholly, and where only a part of it had come to the log.
    const std::vector<entry> part{batch.begin(), batch.begin() + 3};
    REQUIRE(user.done(user.log.append("a:1", {}, part)).how == outcome::done);
    for (int i = 0; i < 3; ++i) {
        const auto answer = user.done(user.log.append("a:1", {}, batch));
        CHECK(answer.how == outcome::done);
        CHECK(answer.top == position{9, 0});
    }
    CHECK(user.done(user.log.read({}, 10, 0ms)) == batch);
}

TEST_CASE("A batch that is no chain is not sent", "[relay]")
{
    own_redis server;
    redis_user user{server.url()};
    REQUIRE(user.done(user.log.lease("a:1", 60s)).is_ours);
    auto broken = chain({}, {{5, 0}, {6, 0}});
    broken[1].after = {4, 0};
    auto long_words = chain({}, {{5, 0}});
    long_words[0].words = std::string(words_of_entry_max + 1, 'x');

    for (const auto& batch :
         {std::vector<entry>{}, chain({}, {{6, 0}, {5, 0}}), chain({}, {{5, 0}, {5, 0}}),
          chain({}, {{0, 0}}), broken, long_words})
        CHECK(user.failed(user.log.append("a:1", {}, batch)) == relay_errc::bad_entry);
    CHECK(
        user.failed(user.log.append("a:1", {9, 0}, chain({9, 0}, {{8, 0}}))) ==
        relay_errc::bad_entry);
    CHECK(user.done(user.log.look()).top == position{});
}

TEST_CASE("What the log has lost is put back by anybody, once", "[relay]")
{
    own_redis server;
    redis_user leader{server.url()};
    redis_user healer{server.url()};
    redis_user another{server.url()};
    REQUIRE(leader.done(leader.log.lease("a:1", 60s)).is_ours);
    const auto batch = chain({}, {{5, 0}, {6, 0}, {7, 0}, {8, 0}});
    REQUIRE(leader.done(leader.log.append("a:1", {}, batch)).how == outcome::done);

    server.ask({"FLUSHALL"});
    CHECK(healer.done(healer.log.look()).top == position{});
    const std::vector<entry> first{batch.begin(), batch.begin() + 2};
    CHECK(healer.done(healer.log.heal({}, first)).how == outcome::done);
    // This one has more. It thought that the log was empty, and goes on behind what is there.
    const auto ahead = another.done(another.log.heal({}, batch));
    CHECK(ahead.how == outcome::moved);
    CHECK(ahead.top == position{6, 0});
    const std::vector<entry> rest{batch.begin() + 2, batch.end()};
    CHECK(another.done(another.log.heal({6, 0}, rest)).how == outcome::done);
    const auto behind = healer.done(healer.log.heal({}, first));

    CHECK(behind.how == outcome::moved);
    CHECK(behind.top == position{8, 0});
    CHECK(healer.done(healer.log.read({}, 10, 0ms)) == batch);
}

TEST_CASE("What is put back keeps what it followed at first, and the log is marked", "[relay]")
{
    own_redis server;
    redis_user leader{server.url()};
    redis_user healer{server.url()};
    REQUIRE(leader.done(leader.log.lease("a:1", 60s)).is_ours);
    CHECK(leader.done(leader.log.look()).mark.empty());
    const auto batch = chain({}, {{5, 0}, {6, 0}, {7, 0}});
    REQUIRE(leader.done(leader.log.append("a:1", {}, batch)).how == outcome::done);
    const auto begun = leader.done(leader.log.look()).mark;
    CHECK_FALSE(begun.empty());
    const auto more = chain({7, 0}, {{8, 0}});
    REQUIRE(leader.done(leader.log.append("a:1", {7, 0}, more)).how == outcome::done);
    CHECK(leader.done(leader.log.look()).mark == begun);

    server.ask({"DEL", stream_key});
    // This one never had 6-0.
    std::vector<entry> held{batch[2], more[0]};
    held[0].born_after = position{6, 0};
    held[0].after = {};
    REQUIRE(healer.done(healer.log.heal({}, held)).how == outcome::done);

    CHECK(leader.done(leader.log.read({}, 10, 0ms)) == held);
    CHECK_FALSE(leader.log.read_from().empty());
    CHECK(leader.done(leader.log.look()).mark != begun);
    CHECK(leader.done(leader.log.lease("a:1", 60s)).state.mark != begun);
}

TEST_CASE("The top of a log stays what it was when its entries are gone", "[relay]")
{
    own_redis server;
    redis_user user{server.url(), [](redis_log_settings& s) { s.entries_max = 100; }};
    REQUIRE(user.done(user.log.lease("a:1", 60s)).is_ours);
    std::vector<position> ids;
    for (std::uint64_t ms = 1; ms <= 1000; ++ms)
        ids.emplace_back(ms, 0);
    REQUIRE(user.done(user.log.append("a:1", {}, chain({}, ids))).how == outcome::done);

    // It is trimmed as it grows, by whole nodes of some 100 entries.
    const auto held = user.done(user.log.read({}, 10'000, 0ms));
    CHECK(held.size() >= 100);
    CHECK(held.size() <= 300);
    CHECK(held.back().at == position{1000, 0});

    server.ask({"XTRIM", stream_key, "MAXLEN", "0"});
    CHECK(user.done(user.log.look()).top == position{1000, 0});
    CHECK(user.done(user.log.lease("a:1", 60s)).state.top == position{1000, 0});
    CHECK(
        user.done(user.log.append("a:1", {1000, 0}, chain({1000, 0}, {{1001, 0}}))).how ==
        outcome::done);
    server.ask({"DEL", stream_key});
    CHECK(user.done(user.log.look()).top == position{});
}

TEST_CASE("Entries that somebody else has put into the stream are passed by", "[relay]")
{
    own_redis server;
    redis_user user{server.url()};
    REQUIRE(user.done(user.log.lease("a:1", 60s)).is_ours);
    server.ask({"XADD", stream_key, "4-0", "by", "hand"});
    const auto batch = chain({4, 0}, {{5, 0}});
    REQUIRE(user.done(user.log.append("a:1", {4, 0}, batch)).how == outcome::done);

    CHECK(user.done(user.log.read({}, 10, 0ms)) == batch);
    server.ask({"XADD", stream_key, "6-0", "by", "hand"});
    CHECK(user.done(user.log.read({5, 0}, 10, 10ms)).empty());
    CHECK(user.log.figures().entries_passed == 2);
}

TEST_CASE("An entry with an id that is none of ours stops nobody", "[relay]")
{
    own_redis server;
    redis_user user{server.url()};
    REQUIRE(user.done(user.log.lease("a:1", 60s)).is_ours);
    const auto batch = chain({}, {{5, 0}});
    REQUIRE(user.done(user.log.append("a:1", {}, batch)).how == outcome::done);

    for (const auto* id : {"6-9999999", "9999999999999-0", "99999999999999999-0"}) {
        INFO(id);
        REQUIRE(server.ask({"XADD", stream_key, id, "by", "hand"}).is == reply::kind::text);
        CHECK(user.done(user.log.read({}, 10, 0ms)) == batch);
        CHECK(user.done(user.log.read({5, 0}, 10, 10ms)).empty());
        CHECK(user.done(user.log.read_back({7, 0}, 10)) == batch);
        CHECK(user.done(user.log.lease("a:1", 60s)).state.top == position{5, 0});
    }
    const auto next = chain({5, 0}, {{6, 0}});
    CHECK(user.done(user.log.append("a:1", {5, 0}, next)).how == outcome::done);
    CHECK(user.log.foreign() > 0);
}

TEST_CASE("An entry that is longer than any answer stops nobody", "[relay]")
{
    own_redis server;
    redis_user user{
        server.url(), [](redis_log_settings& s) { s.limits.replies.bytes_max = 10'000; }};
    REQUIRE(user.done(user.log.lease("a:1", 60s)).is_ours);
    const auto batch = chain({}, {{5, 0}, {6, 0}});
    REQUIRE(user.done(user.log.append("a:1", {}, batch)).how == outcome::done);
    server.ask({"XADD", stream_key, "7-0", "d", std::string(50'000, 'x')});
    const auto more = chain({7, 0}, {{8, 0}});
    REQUIRE(user.done(user.log.append("a:1", {7, 0}, more)).how == outcome::done);

    CHECK(user.failed(user.log.read({5, 0}, 10, 0ms)) == relay_errc::bad_answer);
    CHECK(user.done(user.log.read({5, 0}, 10, 0ms)) == std::vector{batch[1], more[0]});
    CHECK(user.done(user.log.read({8, 0}, 10, 0ms)).empty());
    CHECK(user.failed(user.log.read_back({9, 0}, 10)) == relay_errc::bad_answer);
    CHECK(user.done(user.log.read_back({9, 0}, 10)) == std::vector{more[0], batch[1], batch[0]});
}

TEST_CASE("What is none of ours ends no reading back", "[relay]")
{
    own_redis server;
    redis_user user{server.url()};
    REQUIRE(user.done(user.log.lease("a:1", 60s)).is_ours);
    const auto batch = chain({}, {{5, 0}, {6, 0}, {7, 0}});
    REQUIRE(user.done(user.log.append("a:1", {}, batch)).how == outcome::done);
    for (const auto* id : {"8-0", "8-1", "8-9999999"})
        server.ask({"XADD", stream_key, id, "by", "hand"});

    CHECK(user.done(user.log.read_back({9, 0}, 2)).size() >= 2);
    CHECK(user.done(user.log.read_back({9, 0}, 10)).size() == 3);
}

TEST_CASE("The lease is one's until it ends or is given back", "[relay]")
{
    own_redis server;
    redis_user user{server.url()};

    const auto taken = user.done(user.log.lease("a:1", 60s));
    CHECK(taken.is_ours);
    CHECK(taken.holder == "a:1");
    CHECK(user.done(user.log.lease("a:1", 60s)).is_ours);
    const auto denied = user.done(user.log.lease("b:1", 60s));
    CHECK_FALSE(denied.is_ours);
    CHECK(denied.holder == "a:1");

    user.done(user.log.resign("b:1"));  // not its own
    CHECK_FALSE(user.done(user.log.lease("b:1", 60s)).is_ours);
    user.done(user.log.resign("a:1"));
    CHECK(user.done(user.log.lease("b:1", 1ms)).is_ours);
    // A lease that nobody renews ends.
    user.run_until([&] { return server.ask({"GET", lease_key}).is == reply::kind::nil; });
    CHECK(user.done(user.log.lease("a:1", 60s)).is_ours);
    // Renewing makes it last.
    const auto left = server.ask({"PTTL", lease_key}).number;
    CHECK(left > 30'000);
}

TEST_CASE("Each living instance has a slot of its own", "[relay]")
{
    own_redis server;
    redis_user user{server.url()};
    std::set<unsigned> slots;
    for (int i = 0; i < 16; ++i)
        slots.insert(user.done(user.log.claim_slot("i" + std::to_string(i), 3, 60s)));

    CHECK(slots.size() == 16);
    CHECK(user.failed(user.log.claim_slot("late", 3, 60s)) == relay_errc::no_slot);
    // The first instance had the slot that it wanted. An instance keeps its slot, also where it
    // asks for another one.
    CHECK(user.done(user.log.claim_slot("i0", 3, 60s)) == 3);
    CHECK(user.done(user.log.claim_slot("i0", 4, 60s)) == 3);
    server.ask({"DEL", "tickertape:{live}:slot:9"});
    CHECK(user.done(user.log.claim_slot("late", 3, 60s)) == 9);
    CHECK(server.ask({"PTTL", "tickertape:{live}:slot:3"}).number > 30'000);
}

TEST_CASE("Instances that live know of each other", "[relay]")
{
    own_redis server;
    redis_user user{server.url()};

    CHECK(user.done(user.log.announce({"a b", R"({"x":1})"}, 60s)).size() == 1);
    const auto both = user.done(user.log.announce({"c", "{}"}, 60s));
    REQUIRE(both.size() == 2);
    CHECK(both[0].instance == "a b");
    CHECK(both[0].words == R"({"x":1})");
    CHECK(both[1].instance == "c");

    user.done(user.log.announce({"a b", "{}"}, 1ms));
    user.run_until([&] {
        return server.ask({"EXISTS", "tickertape:{live}:instance:a b"}).number == 0;
    });
    CHECK(user.done(user.log.announce({"c", "{}"}, 60s)).size() == 1);
    // However many there are, no more are told than fit.
    std::size_t told = 0;
    for (std::size_t i = 0; i < redis_log::instances_max + 10; ++i)
        told = user.done(user.log.announce({"i" + std::to_string(i), "{}"}, 60s)).size();
    CHECK(told == redis_log::instances_max);
}

TEST_CASE("Other programs find the newest prices for as long as they are fresh", "[relay]")
{
    own_redis server;
    redis_user user{server.url()};

    user.done(user.log.lease("me", 60s));
    CHECK(
        user.done(user.log.put_latest("me", {{"BTC-USD", "{1}"}, {"ETH-USD", "{2}"}}, 30s)) ==
        put_outcome::done);
    CHECK(user.done(user.log.put_latest("me", {{"BTC-USD", "{3}"}}, 1500ms)) == put_outcome::done);
    // One that led before, and does not know yet that it does not any more.
    CHECK(
        user.done(user.log.put_latest("other", {{"BTC-USD", "{4}"}}, 30s)) ==
        put_outcome::not_leader);

    CHECK(server.ask({"GET", "tickertape:price:BTC-USD"}).text == "{3}");
    CHECK(server.ask({"GET", "tickertape:price:ETH-USD"}).text == "{2}");
    CHECK(server.ask({"TTL", "tickertape:price:BTC-USD"}).number <= 2);
    CHECK(server.ask({"TTL", "tickertape:price:ETH-USD"}).number > 2);
}

TEST_CASE("Clusters of different kinds of feed do not see each other", "[relay]")
{
    own_redis server;
    redis_user live{server.url()};
    redis_user simulated{server.url(), [](redis_log_settings& s) { s.kind = "simulator"; }};
    REQUIRE(live.done(live.log.lease("a:1", 60s)).is_ours);
    REQUIRE(live.done(live.log.append("a:1", {}, chain({}, {{5, 0}}))).how == outcome::done);

    CHECK(simulated.done(simulated.log.look()).top == position{});
    CHECK(simulated.done(simulated.log.lease("b:1", 60s)).is_ours);
    CHECK(live.done(live.log.put_latest("a:1", {{"BTC-USD", "{1}"}}, 60s)) == put_outcome::done);
    CHECK(
        simulated.done(simulated.log.put_latest("b:1", {{"BTC-USD", "{2}"}}, 60s)) ==
        put_outcome::done);
    CHECK(server.ask({"GET", "tickertape:price:BTC-USD"}).text == "{1}");
    CHECK(server.ask({"GET", "tickertape:simulator:price:BTC-USD"}).text == "{2}");
}

TEST_CASE("What others have put there is not told at length", "[relay]")
{
    own_redis server;
    redis_user user{server.url()};
    server.ask({"SET", "tickertape:{live}:lease", std::string(5'000, 'x') + "\n"});
    CHECK(user.done(user.log.lease("a:1", 60s)).holder.size() <= words_bytes_max);
    server.ask({"ZADD", "tickertape:{live}:instances", "9999999999999", std::string(5'000, 'y')});
    server.ask({"SET", "tickertape:{live}:instance:" + std::string(5'000, 'y'), "{}"});
    CHECK(user.done(user.log.announce({"a", "{}"}, 60s)).size() == 1);
}
