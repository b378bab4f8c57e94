// No tick waits for its keeper longer than it may, and a slow keeper is waited for again once it
// has caught up.
#include "support/catch.hpp"
#include "tape/commit_gate.hpp"

using namespace tickertape;
using namespace tickertape::tape;
using namespace std::chrono_literals;

namespace {

struct unheard final : bell {
    void ring() noexcept override {}
};

struct gated {
    explicit gated(std::size_t waiting_max = 100)
        : gate{writer, {.patience = 250ms, .waiting_max = waiting_max}}
    {
        writer.keep(&keeper);
    }
    position write()
    {
        const auto t = writer.write({symbol_id{0}, *price::from(1), source_id{}});
        changed = gate.placed(now);
        return t.at;
    }
    bool shows(position p) const { return ticks.committed() >= p; }

    const symbol_table symbols{*symbol_table::from(std::vector<std::string>{"BTC-USD"})};
    const clock_reading start{wall_time{1'700'000'000'000ms}, boot_time{1s}};
    tapes ticks{symbols, 1'000, start.wall};
    unheard keeper;
    tape_writer writer{ticks, start};
    commit_gate gate;
    steady_time now{};
    std::optional<commit_gate::change> changed;
};

}  // namespace

TEST_CASE("a tick is shown when its keeper has it", "[tape]")
{
    gated g;
    const auto first = g.write();
    const auto second = g.write();
    CHECK_FALSE(g.shows(first));
    CHECK(g.gate.due() == g.now + 250ms);
    CHECK_FALSE(g.gate.kept(first).has_value());
    CHECK(g.shows(first));
    CHECK_FALSE(g.shows(second));
    CHECK(g.gate.due() == g.now + 250ms);
    g.gate.kept(second);
    CHECK(g.shows(second));
    CHECK_FALSE(g.gate.due().has_value());
    CHECK(g.gate.passed() == 0);
}

TEST_CASE("what waits for a keeper that says it has failed is shown at once", "[tape]")
{
    gated g;
    CHECK_FALSE(g.gate.failed().has_value());
    CHECK_FALSE(g.gate.is_passing());
    const auto first = g.write();
    CHECK_FALSE(g.shows(first));
    CHECK(g.gate.failed() == commit_gate::change::passed_by);
    CHECK(g.shows(first));
    CHECK(g.gate.passed() == 1);
    CHECK_FALSE(g.gate.due().has_value());
    // It fails on, and is not waited for.
    const auto second = g.write();
    CHECK(g.shows(second));
    CHECK_FALSE(g.gate.failed().has_value());
    CHECK(g.gate.kept(second) == commit_gate::change::kept_again);
    CHECK_FALSE(g.shows(g.write()));
}

TEST_CASE("a keeper that is too slow is passed by until it has caught up", "[tape]")
{
    gated g;
    const auto first = g.write();
    g.now += 100ms;
    const auto second = g.write();
    g.now += 149ms;
    CHECK_FALSE(g.gate.look(g.now).has_value());
    CHECK_FALSE(g.shows(first));
    g.now += 1ms;
    CHECK(g.gate.look(g.now) == commit_gate::change::passed_by);
    CHECK(g.shows(second));
    CHECK(g.gate.is_passing());
    CHECK_FALSE(g.gate.due().has_value());
    const auto third = g.write();
    CHECK(g.shows(third));
    CHECK(g.gate.passed() == 3);
    CHECK_FALSE(g.changed.has_value());

    CHECK_FALSE(g.gate.kept(second).has_value());
    CHECK(g.gate.is_passing());
    CHECK(g.gate.kept(third) == commit_gate::change::kept_again);
    const auto fourth = g.write();
    CHECK_FALSE(g.shows(fourth));
}

TEST_CASE("each tick has its own time to wait", "[tape]")
{
    gated g;
    const auto first = g.write();
    g.now += 200ms;
    const auto second = g.write();
    g.now += 40ms;
    g.gate.kept(first);
    CHECK(g.gate.due() == g.now - 40ms + 250ms);
    g.now += 209ms;
    CHECK_FALSE(g.gate.look(g.now).has_value());
    CHECK_FALSE(g.shows(second));
    g.now += 1ms;
    CHECK(g.gate.look(g.now).has_value());
    CHECK(g.shows(second));
}

TEST_CASE("no more ticks wait than may", "[tape]")
{
    gated g{3};
    for (int i = 0; i < 3; ++i)
        g.write();
    CHECK(g.writer.uncommitted() == 3);
    const auto fourth = g.write();
    CHECK(g.changed == commit_gate::change::passed_by);
    CHECK(g.shows(fourth));
    CHECK(g.gate.kept(fourth) == commit_gate::change::kept_again);
}
