#include "relay/lease_keeper.hpp"

#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::relay;
using namespace std::chrono_literals;

namespace {

moment moment_at(std::chrono::milliseconds t, std::chrono::milliseconds wrong = 0ms)
{
    return {steady_time{t}, wall_time{t + 1'700'000'000'000ms + wrong}, boot_time{t}};
}
log_state state_at(std::chrono::milliseconds t)
{
    return {position{}, wall_time{t + 1'700'000'000'000ms}, "one"};
}
lease_answer ours_at(std::chrono::milliseconds t)
{
    return {true, "me", state_at(t)};
}
lease_answer theirs_at(std::chrono::milliseconds t)
{
    return {false, "other", state_at(t)};
}

}  // namespace

TEST_CASE("The lease is asked for only once the clocks were compared", "[relay][lease]")
{
    lease_keeper k{{}, steady_time{}};
    CHECK_FALSE(k.may_lead());
    k.looked(state_at(5ms), moment_at(0ms), moment_at(10ms), 0);
    CHECK(k.may_lead());
    CHECK(k.due() == steady_time{10ms});
    CHECK(*k.skew() == 0ms);
}

TEST_CASE("A lease ends by our own clock, counted from before it was asked for", "[relay][lease]")
{
    lease_keeper k{{.lifetime = 3s}, steady_time{}};
    k.answered(ours_at(0ms), moment_at(0ms), moment_at(400ms), 0);
    CHECK(k.leads(steady_time{2'399ms}));
    CHECK_FALSE(k.leads(steady_time{2'400ms}));
    CHECK(k.due() == steady_time{1s});
}

TEST_CASE("Who does not lead asks often enough to take over in half a second", "[relay][lease]")
{
    lease_keeper k{{}, steady_time{}};
    for (std::uint64_t random = 0; random < 1'000; ++random) {
        k.answered(theirs_at(0ms), moment_at(0ms), moment_at(0ms), random);
        CHECK(k.due() <= steady_time{450ms});
    }
    CHECK(k.holder() == "other");
}

TEST_CASE("After a farewell the lease is asked for again and again, for a while", "[relay][lease]")
{
    lease_keeper k{{}, steady_time{}};
    k.answered(theirs_at(0ms), moment_at(0ms), moment_at(0ms), 299);
    k.farewell(steady_time{5ms});
    CHECK(k.due() == steady_time{5ms});
    k.answered(theirs_at(5ms), moment_at(5ms), moment_at(6ms), 299);
    CHECK(k.due() == steady_time{26ms});
    k.answered({false, "third", state_at(26ms)}, moment_at(26ms), moment_at(26ms), 299);
    CHECK(k.due() > steady_time{100ms});
}

TEST_CASE("An instance whose clock is off does not lead", "[relay][lease]")
{
    const auto wrong = GENERATE(-700ms, 700ms);
    lease_keeper k{{.skew_max = 500ms}, steady_time{}};
    k.answered(ours_at(0ms), moment_at(0ms), moment_at(0ms), 0);
    CHECK(k.leads(steady_time{1s}));
    k.answered(ours_at(1s), moment_at(1s, wrong), moment_at(1s, wrong), 0);
    CHECK_FALSE(k.may_lead());
    CHECK_FALSE(k.leads(steady_time{1s}));
    k.looked(state_at(2s), moment_at(2s), moment_at(2s), 0);
    CHECK(k.may_lead());
}

TEST_CASE("A slow answer does not make a right clock a wrong one", "[relay][lease]")
{
    lease_keeper k{{.skew_max = 500ms}, steady_time{}};
    k.looked(state_at(0ms), moment_at(0ms), moment_at(1'800ms), 0);
    CHECK(k.may_lead());
}

TEST_CASE("After failures the waits grow, and stay short of the time to heal", "[relay][lease]")
{
    lease_keeper k{{}, steady_time{}};
    steady_time now{};
    for (int i = 0; i < 20; ++i) {
        k.failed(now, 400);
        CHECK(k.due() > now);
        CHECK(k.due() - now <= 600ms);
        now = k.due();
    }
    k.leave();
    CHECK_FALSE(k.may_lead());
}
