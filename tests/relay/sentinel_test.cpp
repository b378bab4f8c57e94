// Three Redis with three Sentinels: which one is the master is theirs to say.
#include "relay/redis_fixture.hpp"
#include "relay/redis_log.hpp"
#include "support/catch.hpp"
#include "support/own_redis.hpp"
#include "support/stringify.hpp"

#include <array>
#include <memory>

using namespace tickertape;
using namespace tickertape::relay;
using namespace tickertape::relay::testing;
using namespace std::chrono_literals;
using tickertape::testing::own_redis;
using outcome = append_answer::outcome;

namespace {

using lines = std::vector<std::string>;

// A master, two replicas of it, and Sentinels that agree within a second that it is down.
class watched {
public:
    explicit watched(const std::string& password = {}) : password_{password}
    {
        redis.push_back(std::make_unique<own_redis>(server_lines()));
        for (int i = 0; i < 2; ++i) {
            auto l = server_lines();
            l.push_back("replicaof 127.0.0.1 " + redis[0]->port());
            redis.push_back(std::make_unique<own_redis>(l));
        }
        for (int i = 0; i < 3; ++i) {
            lines l{
                "sentinel monitor prices 127.0.0.1 " + redis[0]->port() + " 2",
                "sentinel down-after-milliseconds prices 500",
                "sentinel failover-timeout prices 3000", "sentinel parallel-syncs prices 2"};
            if (!password.empty()) {
                l.push_back("requirepass " + password);
                l.push_back("sentinel sentinel-pass " + password);
            }
            sentinel.push_back(std::make_unique<own_redis>(l, own_redis::kind::sentinel));
        }
    }

    std::string url() const
    {
        std::string text = "redis+sentinel://";
        for (std::size_t i = 0; i < sentinel.size(); ++i)
            text += (i == 0 ? "127.0.0.1:" : ",127.0.0.1:") + sentinel[i]->port();
        text += "/prices";
        if (!password_.empty())
            text += "?sentinel_password=" + password_;
        return text;
    }
    reply ask_sentinel(std::size_t i, const command& c) const
    {
        if (password_.empty())
            return sentinel[i]->ask(c);
        return sentinel[i]->ask_as({"AUTH", password_}, c);
    }
    // All Sentinels know of both replicas and of each other: they could do a failover now.
    bool is_whole() const
    {
        for (std::size_t i = 0; i < sentinel.size(); ++i) {
            const auto master = ask_sentinel(i, {"SENTINEL", "MASTER", "prices"});
            const auto& field = master.elements;
            for (std::size_t f = 0; f + 1 < field.size(); f += 2) {
                const auto& name = field[f].text;
                const auto& value = field[f + 1].text;
                if ((name == "num-slaves" && value != "2") ||
                    (name == "num-other-sentinels" && value != "2") ||
                    (name == "flags" && value != "master"))
                    return false;
            }
        }
        for (std::size_t i = 1; i < redis.size(); ++i)
            if (redis[i]->ask({"INFO", "replication"}).text.find("master_link_status:up") ==
                std::string::npos)
                return false;
        return true;
    }

    std::vector<std::unique_ptr<own_redis>> redis;
    std::vector<std::unique_ptr<own_redis>> sentinel;

private:
    // The replicas copy as a user of their own, so that a test can lock them out.
    static lines server_lines()
    {
        return {"user repl on >copy ~* &* +@all", "masteruser repl", "masterauth copy"};
    }

    std::string password_;  // of the Sentinels
};

void quick(redis_log_settings& s)
{
    s.limits.again = {50ms, 300ms};
    s.limits.answer = 1000ms;
}

// Sentinels take their time.
template <class Call>
auto after_failover(Call call)
{
    return sooner_or_later(call, 120s);
}

}  // namespace

TEST_CASE("When the master dies the log goes on at the server that replaces it", "[relay]")
{
    watched all;
    redis_user leader{all.url(), quick};
    redis_user reader{all.url(), quick};
    leader.run_until([&] { return all.is_whole(); });
    const auto begun = after_failover(
        [&] { return leader.outcome_of(leader.begin(leader.log.lease("a:1", 600s))); });
    REQUIRE(begun.is_ours);
    const auto batch = chain({}, {{5, 0}, {6, 0}, {7, 0}});
    REQUIRE(leader.done(leader.log.append("a:1", {}, batch)).how == outcome::done);
    CHECK(reader.done(reader.log.read({}, 10, 0ms)) == batch);
    CHECK(leader.log.figures().server == "127.0.0.1:" + all.redis[0]->port());
    // Both replicas have all.
    for (const std::size_t i : {1, 2})
        leader.run_until([&] { return all.redis[i]->ask({"XLEN", stream_key}).number == 3; });

    all.redis[0]->kill();
    const auto state =
        after_failover([&] { return leader.outcome_of(leader.begin(leader.log.look())); });

    CHECK(state.top == position{7, 0});
    CHECK(state.lineage != begun.state.lineage);
    CHECK(leader.log.figures().server != "127.0.0.1:" + all.redis[0]->port());
    const auto more = chain({7, 0}, {{8, 0}});
    const auto appended = after_failover([&] {
        return leader.outcome_of(leader.begin(leader.log.append("a:1", {7, 0}, more)));
    });
    CHECK(appended.how == outcome::done);
    CHECK(after_failover([&] {
              return reader.outcome_of(reader.begin(reader.log.read({7, 0}, 10, 100ms)));
          }) == more);

    // The old master comes back and still believes to be one; nobody takes it for that.
    all.redis[0]->start();
    redis_user newcomer{all.url(), quick};
    CHECK(after_failover([&] {
              return newcomer.outcome_of(newcomer.begin(newcomer.log.look()));
          }).top == position{8, 0});
    CHECK(after_failover([&] {
              return leader.outcome_of(leader.begin(leader.log.look()));
          }).top == position{8, 0});
}

TEST_CASE("What a replica lacked that became the master is put back under its ids", "[relay]")
{
    watched all;
    redis_user leader{all.url(), quick};
    leader.run_until([&] { return all.is_whole(); });
    REQUIRE(after_failover([&] {
                return leader.outcome_of(leader.begin(leader.log.lease("a:1", 600s)));
            }).is_ours);
    const auto batch = chain({}, {{5, 0}, {6, 0}, {7, 0}, {8, 0}});
    const std::vector<entry> first{batch.begin(), batch.begin() + 2};
    const std::vector<entry> rest{batch.begin() + 2, batch.end()};
    REQUIRE(leader.done(leader.log.append("a:1", {}, first)).how == outcome::done);
    for (const std::size_t i : {1, 2})
        leader.run_until([&] { return all.redis[i]->ask({"XLEN", stream_key}).number == 2; });

    // The replicas hear nothing of the second half, and the master dies.
    all.redis[0]->ask({"ACL", "DELUSER", "repl"});
    REQUIRE(leader.done(leader.log.append("a:1", {6, 0}, rest)).how == outcome::done);
    REQUIRE(leader.done(leader.log.read({}, 10, 0ms)) == batch);
    all.redis[0]->kill();
    const auto state =
        after_failover([&] { return leader.outcome_of(leader.begin(leader.log.look())); });

    CHECK(state.top == position{6, 0});
    // After a position that the server does not know any more comes nothing, silently: a reader
    // finds out by the top.
    CHECK(after_failover([&] {
              return leader.outcome_of(leader.begin(leader.log.read({8, 0}, 10, 0ms)));
          }).empty());
    CHECK(leader.done(leader.log.heal({6, 0}, rest)).how == outcome::done);
    CHECK(leader.done(leader.log.heal({6, 0}, rest)).how == outcome::done);
    CHECK(leader.done(leader.log.look()).top == position{8, 0});
    CHECK(after_failover([&] {
              return leader.outcome_of(leader.begin(leader.log.read({}, 10, 0ms)));
          }) == batch);
}

TEST_CASE("One Sentinel that answers is enough", "[relay]")
{
    watched all;
    all.sentinel[0]->kill();
    all.sentinel[1]->pause();
    redis_user user{all.url(), [](redis_log_settings& s) {
                        quick(s);
                        s.limits.sentinel = 100ms;
                        s.limits.call = 30s;
                    }};

    CHECK(user.done(user.log.lease("a:1", 60s)).is_ours);
    all.sentinel[1]->go_on();
}

TEST_CASE("Sentinels have a password of their own", "[relay]")
{
    const watched all{"sesame"};
    redis_user user{all.url(), quick};
    CHECK(user.done(user.log.lease("a:1", 60s)).is_ours);

    auto without = all.url();
    without.resize(without.find('?'));
    redis_user stranger{without, quick};
    CHECK(stranger.failed(stranger.log.look()) == relay_errc::refused);
    redis_user wrong{without + "?sentinel_password=open", quick};
    CHECK(wrong.failed(wrong.log.look()) == relay_errc::refused);

    auto of_nobody = all.url();
    of_nobody.replace(of_nobody.find("/prices"), 7, "/nobody");
    redis_user lost{of_nobody, quick};
    CHECK(lost.failed(lost.log.look()) == relay_errc::unreachable);
}
