#include "cluster_rig.hpp"

#include "support/catch.hpp"

#include <algorithm>

using namespace tickertape;
using namespace tickertape::testing;
using namespace std::chrono_literals;

TEST_CASE("One instance leads, and all have the ticks that it observes", "[relay][instance]")
{
    cluster_rig rig{1};
    rig.run_for(5s);
    REQUIRE(rig.leaders().size() == 1);
    const auto& first = rig.machines[0].now().taker;
    CHECK(first.ticks.size() > 50);
    for (auto& m : rig.machines) {
        CHECK(m.now().taker.ticks.size() >= first.ticks.size() - 1);
        CHECK(m.now().taker.early == 0);
        CHECK(m.now().taker.missed.empty());
        CHECK(m.now().instance->state().instances.size() == 3);
        CHECK(m.now().instance->state().lag_at(rig.time.now()) == 0ms);
    }
    CHECK(rig.master().latest.contains("BTC-USD"));
}

TEST_CASE(
    "After a leader was killed another leads within its lease and half a second",
    "[relay][instance]")
{
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        cluster_rig rig{seed};
        rig.run_for(3s + std::chrono::milliseconds{rig.random() % 1'000});
        REQUIRE(rig.leaders().size() == 1);
        rig.kill(rig.leaders().front());
        auto took = 0ms;
        for (; rig.leaders().empty() && took < 10s; took += 5ms)
            rig.run_for(5ms);
        CHECK(took <= 3'500ms);
    }
}

TEST_CASE(
    "After a leader has left another leads within a tenth of a second, and no tick is lost",
    "[relay][instance]")
{
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        cluster_rig rig{seed};
        rig.run_for(3s + std::chrono::milliseconds{rig.random() % 1'000});
        REQUIRE(rig.leaders().size() == 1);
        auto& old = rig.machines[rig.leaders().front()].now();
        bool has_left = false;
        old.instance->leave([&] { has_left = true; });
        auto took = 0ms;
        for (; took < 10s && (!has_left || rig.leaders().empty()); took += 5ms)
            rig.run_for(5ms);
        CHECK(took <= 100ms);
        CHECK_FALSE(old.wants_prices);
        CHECK(old.instance->state().dropped == 0);
        rig.run_for(2s);
        CHECK_FALSE(old.leads());
    }
}

TEST_CASE(
    "A leader that leaves is followed at once by one whose entries the log takes, also where the "
    "other has just been started",
    "[relay][instance]")
{
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        cluster_rig rig{seed};
        rig.run_for(4s);
        REQUIRE(rig.leaders().size() == 1);
        const auto was = rig.leaders().front();
        rig.kill((was + 1) % 3);
        rig.start((was + 1) % 3);
        rig.run_for(std::chrono::milliseconds{rig.random() % 900});
        bool has_left = false;
        rig.machines[was].now().instance->leave([&] { has_left = true; });
        const auto slot = rig.machines[was].now().instance->state().slot;
        const auto before = rig.history.ever.rbegin()->first;
        const auto is_next = [&](const auto& e) { return e.first.slot() != slot; };
        auto took = 0ms;
        for (;
             took < 10s &&
             std::find_if(rig.history.ever.upper_bound(before), rig.history.ever.end(), is_next) ==
                 rig.history.ever.end();
             took += 5ms)
            rig.run_for(5ms);
        CHECK(has_left);
        CHECK(took <= 150ms);  // a tick is observed every 50 ms
    }
}

TEST_CASE("An entry of somebody else that lies far ahead moves nobody there", "[relay][instance]")
{
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        cluster_rig rig{seed};
        rig.run_for(4s + std::chrono::milliseconds{rig.random() % 1'000});
        REQUIRE(rig.leaders().size() == 1);
        const auto before = rig.history.ever.rbegin()->first;
        rig.master().top = position::at(before.time() + std::chrono::hours{24 * 365});
        rig.run_for(10s);
        const auto newest = rig.history.ever.rbegin()->first;
        CHECK(newest.time() > before.time() + 5s);
        CHECK(newest.time() < before.time() + 1min);
    }
}

TEST_CASE("A leader whose entries are not taken lets another one lead", "[relay][instance]")
{
    cluster_rig rig{5};
    rig.run_for(4s);
    REQUIRE(rig.leaders().size() == 1);
    const auto was = rig.leaders().front();
    rig.machines[was].way.refuses_appends = true;
    rig.run_for(20s);
    REQUIRE(rig.leaders().size() == 1);
    CHECK(rig.leaders().front() != was);
    CHECK(
        rig.machines[was].now().instance->state().leader ==
        rig.machines[rig.leaders().front()].name);
    rig.run_for(20s);
    CHECK(rig.leaders().front() != was);
}

TEST_CASE("A leader that was stopped writes nothing when it goes on", "[relay][instance]")
{
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        cluster_rig rig{seed};
        rig.run_for(3s);
        REQUIRE(rig.leaders().size() == 1);
        const auto was = rig.leaders().front();
        auto& old = rig.machines[was].now();
        old.in.is_stopped = true;
        rig.run_for(10s);
        REQUIRE(rig.leaders().size() == 1);
        CHECK(rig.leaders().front() != was);
        const auto slot = old.instance->state().slot;
        const auto before = rig.history.ever.rbegin()->first;
        old.in.is_stopped = false;
        rig.run_for(3s);
        for (auto e = rig.history.ever.upper_bound(before); e != rig.history.ever.end(); ++e)
            CHECK(e->first.slot() != slot);
        CHECK_FALSE(old.leads());
        CHECK(old.taker.missed.empty());
        CHECK(old.instance->state().top >= before);
    }
}

TEST_CASE("An instance without a slot does not keep the others from leading", "[relay][instance]")
{
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        cluster_rig rig{seed, 17};
        rig.run_for(5s);
        for (int deaths = 0; deaths < 10; ++deaths) {
            REQUIRE(rig.leaders().size() == 1);
            rig.kill(rig.leaders().front());
            rig.run_for(4s);
        }
    }
}

TEST_CASE(
    "An instance that has nothing takes what was put back for no beginning of history",
    "[relay][instance]")
{
    cluster_rig rig{11};
    for (auto& m : rig.machines)
        m.has_disk = false;
    rig.run_for(3s);
    const auto oldest = rig.master().entries.front().at;
    CHECK(rig.machines[2].now().taker.begins_after == oldest.previous());
    // The third remembers the end alone, and puts that back.
    rig.master().trim(20);
    const auto known_after = rig.master().entries.front().after;
    rig.kill(2);
    rig.start(2);
    rig.run_for(1s);
    CHECK(rig.machines[2].now().taker.begins_after == known_after);
    rig.kill(0);
    rig.kill(1);
    rig.master().flush();
    rig.run_for(5s);
    rig.start(0);
    rig.run_for(2s);
    CHECK(rig.master().entries.front().follows() == known_after);
    CHECK(rig.machines[0].now().taker.begins_after == known_after);
    CHECK(rig.machines[0].now().taker.missed.empty());
}

TEST_CASE("While the log is away nothing is taken, and then what waited", "[relay][instance]")
{
    cluster_rig rig{7};
    rig.run_for(3s);
    const auto was = rig.leaders().front();
    const auto taken = rig.machines[was].now().taker.ticks.size();
    rig.master().is_down = true;
    rig.run_for(6s);
    CHECK(rig.machines[was].now().taker.ticks.size() <= taken + 1);
    CHECK(rig.machines[was].now().instance->state().waiting > 100);
    CHECK_FALSE(rig.machines[was].now().instance->state().is_reached);
    CHECK(*rig.machines[was].now().instance->state().lag_at(rig.time.now()) >= 3s);
    rig.master().is_down = false;
    rig.run_for(3s);
    CHECK(rig.leaders().size() == 1);
    CHECK(rig.machines[was].now().taker.ticks.size() > taken + 20);
    CHECK(rig.machines[was].now().instance->state().lag_at(rig.time.now()) == 0ms);
}

TEST_CASE(
    "After an outage the same instance leads, and what it observed meanwhile is appended",
    "[relay][instance]")
{
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        cluster_rig rig{seed};
        rig.run_for(3s);
        REQUIRE(rig.leaders().size() == 1);
        const auto was = rig.leaders().front();
        const auto& leader = *rig.machines[was].now().instance;
        rig.master().is_down = true;
        rig.run_for(8s);
        rig.master().is_down = false;
        rig.run_for(5s);
        INFO("seed " << seed);
        CHECK(rig.leaders() == std::vector<std::size_t>{was});
        CHECK(leader.state().dropped == 0);
        CHECK(leader.state().takeovers == 1);
    }
}

TEST_CASE("A leader that is cut off asks no provider once its outbox is over", "[relay][instance]")
{
    cluster_rig rig{3};
    rig.run_for(3s);
    REQUIRE(rig.leaders().size() == 1);
    const auto was = rig.leaders().front();
    auto& old = rig.machines[was].now();
    rig.machines[was].way.to = nullptr;
    rig.run_for(9s);
    CHECK(old.wants_prices);
    rig.run_for(6s);
    CHECK_FALSE(old.wants_prices);
    CHECK(old.instance->state().waiting == 0);
    CHECK(old.instance->state().dropped > 0);
    CHECK(rig.leaders().size() == 1);
    CHECK(rig.leaders().front() != was);
}

TEST_CASE("A leader that is told to leave wants no prices from then on", "[relay][instance]")
{
    cluster_rig rig{4};
    rig.run_for(3s);
    auto& old = rig.machines[rig.leaders().front()].now();
    rig.master().is_down = true;  // nobody answers its farewell
    rig.run_for(100ms);
    old.instance->leave([] {});
    CHECK_FALSE(old.wants_prices);
}

namespace {

rig_limits with_quiet_max(std::chrono::milliseconds quiet, std::chrono::milliseconds dry)
{
    rig_limits limits;
    limits.instance.feed_quiet_max = quiet;
    limits.instance.dry_for = dry;
    return limits;
}

std::uint64_t takeovers(cluster_rig& rig)
{
    std::uint64_t all = 0;
    for (auto& m : rig.machines)
        all += m.now().instance->state().takeovers;
    return all;
}

}  // namespace

TEST_CASE("A leader without prices lets another one lead", "[relay][instance]")
{
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        cluster_rig rig{seed, 3, with_quiet_max(5s, 60s)};
        rig.run_for(3s);
        REQUIRE(rig.leaders().size() == 1);
        const auto was = rig.leaders().front();
        rig.machines[was].now().observes = false;
        rig.run_for(7s);
        REQUIRE(rig.leaders().size() == 1);
        CHECK(rig.leaders().front() != was);
        rig.run_for(60s);
        CHECK(takeovers(rig) == 2);
    }
}

TEST_CASE("Instances that all have no prices do not take turns all the time", "[relay][instance]")
{
    cluster_rig rig{5, 2, with_quiet_max(5s, 60s)};
    rig.run_for(3s);
    for (auto& m : rig.machines)
        m.now().observes = false;
    rig.run_for(59s);
    CHECK(takeovers(rig) == 2);
    rig.run_for(240s);
    CHECK(takeovers(rig) <= 2 + 5);
    CHECK(rig.leaders().size() == 1);
}

TEST_CASE("An instance that is alone keeps the lease, with prices or without", "[relay][instance]")
{
    cluster_rig rig{6, 1, with_quiet_max(5s, 60s)};
    rig.run_for(3s);
    rig.machines[0].now().observes = false;
    rig.run_for(60s);
    CHECK(rig.leaders().size() == 1);
    CHECK(takeovers(rig) == 1);
}

TEST_CASE("Of two instances with one name, one leads and goes on leading", "[relay][instance]")
{
    cluster_rig rig{8, 1};
    auto& first = rig.machines[0];
    first.lives.emplace_back(
        rig.time, rig.history, first.way, first.clock, first.name, rig.limits, 99, position{},
        [](position) { return false; });
    rig.run_for(20s);
    std::size_t leading = 0;
    for (auto& life : first.lives)
        leading += life.leads() ? 1 : 0;
    CHECK(leading == 1);
    const auto before = takeovers(rig) + first.lives.front().instance->state().takeovers;
    rig.run_for(60s);
    CHECK(takeovers(rig) + first.lives.front().instance->state().takeovers == before);
}

TEST_CASE("Under a load that never ends an instance still tells that it lives", "[relay][instance]")
{
    rig_limits limits;
    limits.tick_each = 1ms;
    cluster_rig rig{9, 2, limits};
    for (auto& m : rig.machines)
        m.way.delay_max = 20ms;
    rig.run_for(5s);
    rig.master().announced.clear();
    rig.master().latest.clear();
    rig.run_for(3s);
    CHECK(rig.master().announced.size() == 2);
    CHECK(rig.master().latest.size() == 1);
}
