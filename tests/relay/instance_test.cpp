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
        CHECK(m.now().instance->state().lag == 0ms);
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
    CHECK(*rig.machines[was].now().instance->state().lag >= 3s);
    rig.master().is_down = false;
    rig.run_for(3s);
    CHECK(rig.leaders().size() == 1);
    CHECK(rig.machines[was].now().taker.ticks.size() > taken + 20);
    CHECK(rig.machines[was].now().instance->state().lag == 0ms);
}
