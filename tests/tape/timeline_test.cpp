// Both clocks driven by hand: the wall clock steps, single readings are wrong, the machine sleeps.
#include "support/catch.hpp"
#include "tape/timeline.hpp"

#include <random>

using namespace tickertape;
using namespace tickertape::tape;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr auto year = std::chrono::hours{24 * 365};
constexpr timeline::limits usual{};

// A timeline and the machine whose clocks it reads, one second after the other.
struct machine {
    wall_time wall{1'700'000'000'000ms};
    boot_time boot{100'000ms};
    timeline time{{wall, boot}, usual};
    std::vector<timeline::step> steps;

    // Both clocks go on; what was noticed is kept.
    void run(milliseconds over, milliseconds each = 1s)
    {
        for (milliseconds gone{0}; gone < over; gone += each) {
            wall += each;
            boot += each;
            look();
        }
    }
    void look()
    {
        const auto before = time.now();
        if (const auto step = time.look({wall, boot})) {
            steps.push_back(*step);
            if (step->starts_anew)
                return;
        }
        if (time.now() < before)
            FAIL("time went back");
    }
    milliseconds off() const { return time.now() - wall; }
};

}  // namespace

TEST_CASE("time is that of the wall clock while nothing is wrong with it", "[tape]")
{
    machine m;
    m.run(1h);
    CHECK(m.off() == 0ms);
    CHECK(m.steps.empty());
    // As it is adjusted every day: a little fast, a little back.
    m.wall += 900ms;
    m.run(1s);
    CHECK(m.off() == 0ms);
    m.wall -= 900ms;
    m.run(1min);
    CHECK(m.off() == 0ms);
    CHECK(m.steps.empty());
    CHECK(m.time.passing() == 0);
}

TEST_CASE("one wrong reading of the wall clock is never followed", "[tape]")
{
    for (const milliseconds wrong :
         {milliseconds{-year}, milliseconds{-1h}, milliseconds{-2min}, milliseconds{3min},
          milliseconds{1h}, milliseconds{year}}) {
        CAPTURE(wrong.count());
        machine m;
        m.run(10s);
        m.wall += wrong;
        m.run(1s);
        CHECK(m.off() + wrong == 0ms);
        m.wall -= wrong;
        m.run(10s);
        CHECK(m.off() == 0ms);
        CHECK(m.steps.empty());
        CHECK(m.time.passing() == 1);
    }
}

TEST_CASE("a step forward is followed once it has lasted, and told once", "[tape]")
{
    for (const milliseconds by : {milliseconds{3min}, milliseconds{1h}, milliseconds{year}}) {
        CAPTURE(by.count());
        machine m;
        m.run(10s);
        m.wall += by;
        m.run(5s);
        CHECK(m.off() == -by);
        m.run(1s);
        CHECK(m.off() == 0ms);
        m.run(1h);
        REQUIRE(m.steps.size() == 1);
        CHECK(m.steps.front().by == by);
        CHECK_FALSE(m.steps.front().starts_anew);
    }
}

TEST_CASE("behind a step back time goes on slowly until the wall clock has caught up", "[tape]")
{
    for (const milliseconds by : {milliseconds{2min}, milliseconds{1h}}) {
        CAPTURE(by.count());
        machine m;
        m.run(10s);
        m.wall -= by;
        m.run(6s);
        REQUIRE(m.steps.size() == 1);
        CHECK(m.steps.front().by == -by);
        CHECK_FALSE(m.steps.front().starts_anew);
        const auto began = m.time.now();
        m.run(10s);
        CHECK(m.time.now() - began == 1s);
        m.run(by + by / 9);
        CHECK(m.off() == 0ms);
        CHECK(m.time.lead() == 0ms);
        CHECK(m.steps.size() == 1);
    }
}

TEST_CASE("a lead shrinks at the same pace however often the clock is looked at", "[tape]")
{
    const auto each = GENERATE(1ms, 5ms, 9ms, 15ms, 1'000ms);
    CAPTURE(each.count());
    machine m;
    m.run(10s);
    m.wall -= 1h;
    m.run(10s);
    const auto before = m.time.now();
    m.run(90s, each);
    CHECK(m.time.now() - before == 9s);
}

TEST_CASE("a lead that would last too long is given up, and time starts anew", "[tape]")
{
    machine m;
    m.run(10s);
    m.wall += year;
    m.run(10s);
    m.wall -= year;
    m.run(10s);
    REQUIRE(m.steps.size() == 2);
    CHECK(m.steps[1].by == milliseconds{-year});
    CHECK(m.steps[1].starts_anew);
    CHECK(m.off() == 0ms);
    m.run(1h);
    CHECK(m.steps.size() == 2);
    CHECK(m.off() == 0ms);
}

TEST_CASE("leads of several steps add up", "[tape]")
{
    machine m;
    m.run(10s);
    m.wall -= 1h;
    m.run(10s);
    m.wall -= 1h;
    m.run(10s);
    REQUIRE(m.steps.size() == 2);
    CHECK_FALSE(m.steps[0].starts_anew);
    CHECK(m.steps[1].starts_anew);
    CHECK(m.off() == 0ms);
}

TEST_CASE("a suspended machine is no step: both clocks go on", "[tape]")
{
    machine m;
    m.run(10s);
    m.wall += 8h;
    m.boot += 8h;
    m.look();
    CHECK(m.off() == 0ms);
    CHECK(m.steps.empty());
    CHECK(m.time.passing() == 0);
}

TEST_CASE("a wall clock that runs far too slowly is not led for ever", "[tape]")
{
    machine m;
    // Half a second in a second: never a step, but a lead that grows.
    for (int i = 0; i < 20'000; ++i) {
        m.boot += 1s;
        m.wall += 500ms;
        m.look();
    }
    CHECK(m.time.lead() == 0ms);
    // Backward, half a second in a second.
    for (int i = 0; i < 20'000; ++i) {
        m.boot += 1s;
        m.wall -= 500ms;
        m.look();
    }
    CHECK(m.time.lead() <= usual.lead_max);
}

TEST_CASE("whatever the wall clock does, time only goes back where it starts anew", "[tape]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    std::uniform_int_distribution<int> what{0, 99};
    std::uniform_int_distribution<std::int64_t> jump{-20'000'000, 20'000'000};
    machine m;
    for (int i = 0; i < 50'000; ++i) {
        if (what(random) == 0)
            m.wall += milliseconds{jump(random)};
        m.run(std::uniform_int_distribution{1, 3'000}(random)*1ms, 500ms);
        if (m.time.lead() > usual.lead_max || m.time.lead() < 0ms)
            FAIL("a lead out of bounds");
    }
}
