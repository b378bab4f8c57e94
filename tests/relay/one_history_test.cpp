#include "history_check.hpp"

#include "support/catch.hpp"
#include "support/effort.hpp"

#include <cstdio>
#include <cstdlib>

using namespace tickertape;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

// More seeds for a long run: RELAY_SEEDS=20000; one alone: RELAY_SEED=7.
std::uint64_t seeds(std::uint64_t usual)
{
    const char* const wanted = std::getenv("RELAY_SEEDS");
    return wanted == nullptr ? usual / rounds(1, 15) : std::strtoull(wanted, nullptr, 10);
}
std::uint64_t first_seed()
{
    const char* const wanted = std::getenv("RELAY_SEED");
    return wanted == nullptr ? 1 : std::strtoull(wanted, nullptr, 10);
}

// What can happen to a cluster, by chance. What has been done to it is undone by quiet().
class chaos {
public:
    // Outlives the rig, whose last tasks may be ours.
    void begin(cluster_rig& with) { rig_ = &with; }

    std::uint64_t below(std::uint64_t n) { return rig_->random() % n; }
    std::chrono::milliseconds wait(int low, int high)
    {
        return std::chrono::milliseconds{
            low + static_cast<int>(below(static_cast<std::uint64_t>(high - low)))};
    }
    machine& any() { return rig_->machines[below(rig_->machines.size())]; }

    void pause()
    {
        auto& l = any().now();
        l.in.is_stopped = true;
        rig_->time.after(wait(50, 10'000), [&l] {
            if (!l.is_dead)
                l.in.is_stopped = false;
        });
    }
    // One machine is never killed: somebody has to remember.
    void kill()
    {
        const auto i = below(rig_->machines.size() - 1);
        if (!rig_->machines[i].now().lives())
            return;
        rig_->kill(i);
        rig_->time.after(wait(200, 3'000), [this, i] { rig_->start(i); });
    }
    void leave()
    {
        const auto i = below(rig_->machines.size() - 1);
        auto& l = rig_->machines[i].now();
        if (!l.lives() || l.in.is_stopped)
            return;
        boost::asio::post(l.in.io, [this, &l, i] {
            l.instance->leave([this, &l, i] {
                rig_->time.after(100ms, [this, &l, i] {
                    if (l.is_dead)
                        return;
                    l.kill();
                    rig_->start(i);
                });
            });
        });
    }
    void restart_server()
    {
        auto& m = rig_->master();
        m.is_down = true;
        rig_->time.after(wait(100, 6'000), [this, &m] {
            m.is_down = false;
            m.lineage = "restarted " + std::to_string(below(1'000'000));
        });
    }
    void forget_all()
    {
        if (below(2) == 0)
            rig_->master().flush();
        else
            rig_->master().forget_stream();
    }
    void fail_over() { rig_->fail_over(below(40)); }
    void trim() { rig_->master().trim(below(20)); }
    void slow_down()
    {
        auto& way = any().way;
        way.delay_max = wait(10, 400);
        way.fails = static_cast<double>(below(20)) / 100;
        rig_->time.after(wait(500, 5'000), [&way] {
            way.delay_max = 2ms;
            way.fails = 0;
        });
    }
    void cut_off()
    {
        auto& way = any().way;
        way.to = nullptr;
        rig_->time.after(wait(100, 5'000), [this, &way] {
            if (way.to == nullptr)
                way.to = &rig_->master();
        });
    }
    void skew()
    {
        auto& clock = any().clock;
        clock.wrong_by =
            (below(2) == 0 ? 1 : -1) * (below(2) == 0 ? wait(1, 450) : wait(450, 3'600'000));
        rig_->time.after(wait(500, 8'000), [&clock] { clock.wrong_by = 0ms; });
    }
    // Two servers take writes for a while, and one of them is forgotten.
    void split()
    {
        if (is_split_)
            return;
        is_split_ = true;
        auto& old = rig_->master();
        auto& other = rig_->masters.emplace_back(
            old, below(10), "split " + std::to_string(rig_->masters.size()));
        for (auto& m : rig_->machines)
            if (below(2) == 0)
                m.way.to = &other;
        rig_->time.after(wait(500, 8'000), [this, &old, &other] {
            auto& stays = below(2) == 0 ? old : other;
            stays.lineage += " again";
            rig_->send_all_to(stays);
            is_split_ = false;
        });
    }
    void quiet() { rig_->send_all_to(rig_->master()); }

private:
    cluster_rig* rig_ = nullptr;
    bool is_split_ = false;
};

struct deed {
    const char* name;
    void (chaos::*what)();
};

struct outcome {
    std::uint64_t ticks = 0;
    std::uint64_t gaps = 0;
    std::uint64_t orphans = 0;
    std::uint64_t fenced = 0;
};

// Instances that remember little, and compare little at once: a split is longer than either.
rig_limits forgetful()
{
    rig_limits limits;
    limits.instance.reading.held.entries_max = 60;
    limits.instance.reading.compared_max = 120;  // twice as many, as always
    limits.instance.reading.batch_max = 10;
    return limits;
}

outcome run(std::uint64_t seed, const std::vector<deed>& deeds, bool must_lose_nothing)
{
    constexpr int deeds_max = 8;
    const bool with_disks = must_lose_nothing || seed % 2 == 0;
    chaos by_chance;
    cluster_rig rig{seed, 3, !must_lose_nothing && seed % 3 == 0 ? forgetful() : rig_limits{}};
    by_chance.begin(rig);
    for (auto& m : rig.machines)
        m.has_disk = with_disks;
    rig.run_for(3s);
    for (int i = 0; i < deeds_max; ++i) {
        const auto what = deeds[by_chance.below(deeds.size())];
        if (std::getenv("RELAY_LOG") != nullptr)
            std::fprintf(
                stderr, "%lld: %s\n", static_cast<long long>(rig.time.passed().count()), what.name);
        (by_chance.*what.what)();
        rig.run_for(by_chance.wait(1, 4'000));
    }
    // The longest of what was done is over by then.
    rig.run_for(11s);
    by_chance.quiet();
    rig.run_for(12s);
    for (auto& m : rig.machines)
        m.now().observes = false;
    rig.run_for(2s);
    const auto found = check_history(rig);
    INFO("seed " << seed);
    CHECK(found.wrong == "");
    CHECK(rig.leaders().size() == 1);
    outcome o{0, found.gaps, found.orphans, 0};
    for (auto& m : rig.machines) {
        o.ticks += m.now().taker.ticks.size();
        o.fenced += m.way.fenced;
    }
    return o;
}

outcome run_all(std::uint64_t usual, const std::vector<deed>& deeds, bool must_lose_nothing)
{
    outcome all;
    const auto first = first_seed();
    for (auto seed = first; seed < first + seeds(usual); ++seed) {
        const auto o = run(seed, deeds, must_lose_nothing);
        INFO("seed " << seed);
        CHECK((!must_lose_nothing || o.gaps + o.orphans == 0));
        all.ticks += o.ticks;
        all.gaps += o.gaps;
        all.orphans += o.orphans;
        all.fenced += o.fenced;
    }
    WARN(
        "ticks " << all.ticks << ", gaps " << all.gaps << ", orphans " << all.orphans
                 << ", fenced appends " << all.fenced);
    return all;
}

}  // namespace

TEST_CASE("A log that forgets loses nothing while one instance lives", "[relay][history]")
{
    run_all(
        150,
        {{"kill", &chaos::kill},
         {"leave", &chaos::leave},
         {"restart_server", &chaos::restart_server},
         {"forget_all", &chaos::forget_all},
         {"fail_over", &chaos::fail_over}},
        true);
}

TEST_CASE("Leaders that stop, are killed or leave lose and double nothing", "[relay][history]")
{
    run_all(
        150,
        {{"kill", &chaos::kill},
         {"leave", &chaos::leave},
         {"pause", &chaos::pause},
         {"skew", &chaos::skew}},
        true);
}

TEST_CASE("Whatever happens there is one history", "[relay][history]")
{
    const auto all = run_all(
        300,
        {{"kill", &chaos::kill},
         {"leave", &chaos::leave},
         {"pause", &chaos::pause},
         {"restart_server", &chaos::restart_server},
         {"forget_all", &chaos::forget_all},
         {"fail_over", &chaos::fail_over},
         {"trim", &chaos::trim},
         {"slow_down", &chaos::slow_down},
         {"cut_off", &chaos::cut_off},
         {"skew", &chaos::skew},
         {"split", &chaos::split}},
        false);
    CHECK(all.ticks > 0);
}
