#include "provider/gate.hpp"

#include "core/fetch_error.hpp"
#include "net/errors.hpp"
#include "provider/errors.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

using namespace tickertape;
using namespace tickertape::provider;
using namespace tickertape::net;
using namespace std::chrono_literals;

namespace {

struct fixture {
    moment now{steady_time{1h}, wall_time{1'700'000'000'000ms}, boot_time{1h}};
    provider::gate gate{{.per_minute = 60, .burst = 2}, {}, now.steady};

    void pass(std::chrono::milliseconds time)
    {
        now.steady += time;
        now.wall += time;
        now.boot += time;
    }
    provider::gate::permit admitted()
    {
        auto permit = gate.admit(now.steady);
        REQUIRE(permit);
        return std::move(*permit);
    }
    boost::system::error_code refused() { return gate.admit(now.steady).error(); }
    gate_change fail(const fetch_error& why, std::optional<std::chrono::milliseconds> after = {})
    {
        return admitted().failed(now, why, after, 0.5);
    }
};

const fetch_error down{net_errc::connect_failed};
const fetch_error limited{provider_errc::rate_limited, "slow down", 429};

}  // namespace

TEST_CASE("A provider is never asked more often than its limit", "[feed]")
{
    fixture f;
    f.admitted().succeeded(f.now, 1ms);
    f.admitted().succeeded(f.now, 1ms);
    CHECK(f.refused() == provider_errc::throttled);
    CHECK(f.gate.wait(f.now.steady) == 1s);
    f.pass(1s);
    CHECK(f.gate.admit(f.now.steady));
}

TEST_CASE(
    "A provider that keeps failing is left alone, and asked once to see if it is well", "[feed]")
{
    fixture f;
    CHECK(f.fail(down) == gate_change::failing);
    for (int i = 0; i < 3; ++i) {
        f.pass(1s);
        CHECK(f.fail(down) == gate_change::none);
    }
    f.pass(1s);
    CHECK(f.fail(down) == gate_change::opened);
    CHECK(f.refused() == provider_errc::breaker_open);
    CHECK(f.gate.paused_for(f.now.steady) > 3s);

    f.pass(5s);
    auto probe = f.admitted();
    CHECK(f.refused() == provider_errc::breaker_open);  // one probe at a time
    CHECK(probe.succeeded(f.now, 1ms) == gate_change::recovered);
    CHECK(f.admitted().succeeded(f.now, 1ms) == gate_change::none);
}

TEST_CASE("while prices are wanted every other request is theirs", "[feed]")
{
    fixture f;
    const auto behind = [&] { return f.gate.admit_behind_prices(f.now.steady); };
    // A second one is left.
    f.gate.want_prices(f.now.steady);
    CHECK(behind());
    CHECK(behind().error() == provider_errc::throttled);
    CHECK(f.gate.requests_left(f.now.steady) == 1);
    CHECK(f.gate.admit(f.now.steady));
    f.pass(1s);
    CHECK(behind());
    f.pass(1s);
    CHECK(behind().error() == provider_errc::throttled);
    // Nobody has wanted prices for a while.
    f.pass(provider::gate::prices_first_for);
    CHECK(behind());
    CHECK(behind());
    f.gate.want_prices(f.now.steady);
    f.pass(1s);
    CHECK(behind().error() == provider_errc::throttled);
    // With two left, one is left to prices in any case.
    f.pass(1s);
    CHECK(behind());
}

TEST_CASE("while others wait in line prices have every other request", "[feed]")
{
    fixture f;
    const auto prices = [&] { return f.gate.admit_prices(f.now.steady); };
    const auto behind = [&] { return f.gate.admit_behind_prices(f.now.steady); };
    f.gate.want_prices(f.now.steady);
    CHECK(prices());
    CHECK(prices());
    {
        const provider::gate::place table{f.gate, false};
        CHECK(f.gate.has_line());
        f.pass(1s);
        CHECK(prices().error() == provider_errc::throttled);
        CHECK(behind());
        f.pass(1s);
        CHECK(behind().error() == provider_errc::throttled);
        CHECK(prices());
    }
    CHECK_FALSE(f.gate.has_line());
    f.pass(1s);
    CHECK(prices());
    const provider::gate::place coin{f.gate, true};
    CHECK_FALSE(f.gate.has_line());
    f.pass(1s);
    CHECK(prices().error() == provider_errc::throttled);
    // A pause is told as what it is.
    CHECK(f.fail(limited, 9s) == gate_change::paused);
    CHECK(prices().error() == provider_errc::paused);
}

TEST_CASE("what can wait may try a failed provider, even while prices are wanted", "[feed]")
{
    fixture f;
    for (unsigned i = 0; i < breaker_limits{}.failures_max; ++i) {
        f.fail(down);
        f.pass(1s);
    }
    f.gate.want_prices(f.now.steady);
    CHECK(f.gate.admit_behind_prices(f.now.steady).error() == provider_errc::breaker_open);
    f.pass(f.gate.paused_for(f.now.steady) + 1s);
    CHECK(f.gate.admit_behind_prices(f.now.steady));
}

TEST_CASE("Retry-After is waited for, to the end", "[feed]")
{
    fixture f;
    CHECK(f.fail(limited, 119s) == gate_change::paused);
    f.pass(119s - 1ms);
    CHECK(f.refused() == provider_errc::paused);
    f.pass(1ms);
    CHECK(f.gate.admit(f.now.steady));
}

TEST_CASE("Too many requests without a Retry-After: the pause grows with each", "[feed]")
{
    fixture f;
    std::chrono::milliseconds last{0};
    for (int i = 0; i < 4; ++i) {
        f.fail(limited);
        const auto rest = f.gate.paused_for(f.now.steady);
        CHECK(rest > last);
        last = rest;
        f.pass(rest);
    }
    CHECK(last >= 120s);
}

TEST_CASE("A ban is respected for at least two minutes, or as long as it says", "[feed]")
{
    const fetch_error banned{provider_errc::rate_limited, "banned", 418};
    fixture untold;
    untold.fail(banned);
    CHECK(untold.gate.paused_for(untold.now.steady) == 120s);
    fixture told;
    told.fail(banned, 3s);
    CHECK(told.gate.paused_for(told.now.steady) == 3s);
}

TEST_CASE("Being limited is no failure of the provider's, however often", "[feed]")
{
    fixture f;
    for (int i = 0; i < 20; ++i) {
        f.fail(limited, 1s);
        f.pass(1s);
    }
    CHECK(f.gate.breaker() == circuit_breaker::state::closed);
}

TEST_CASE("A request that found no token does not block the breaker's probe", "[feed]")
{
    fixture f;
    for (int i = 0; i < 5; ++i) {
        f.fail(down);
        f.pass(1s);
    }
    f.pass(5s);
    f.fail(down, 60s);  // a 503 with Retry-After
    f.pass(20s);        // the breaker's time is over, the pause is not
    CHECK(f.refused() == provider_errc::paused);
    CHECK(f.refused() == provider_errc::paused);
    f.pass(40s);
    CHECK(f.gate.admit(f.now.steady));
}

TEST_CASE("An answer without a price is neither a success nor a failure", "[feed]")
{
    fixture f;
    for (int i = 0; i < 20; ++i) {
        f.admitted().answered(1ms);
        f.pass(1s);
    }
    CHECK(f.gate.breaker() == circuit_breaker::state::closed);
    CHECK(f.gate.failures() == 0);
    CHECK_FALSE(f.gate.last_success());
}

TEST_CASE("What is told of times follows the wall clock when that is put right", "[feed]")
{
    fixture f;
    f.fail(down);
    f.pass(10s);
    f.now.wall -= 1h;
    f.admitted().succeeded(f.now, 1ms);
    feed_report::provider r;
    f.gate.report(f.now, r);
    CHECK(r.last_failure->at == f.now.wall - 10s);
    CHECK(r.last_success == f.now.wall);  // later than the failure, whatever was read then
}

TEST_CASE("The report says what is the matter in words", "[feed]")
{
    fixture f;
    f.fail({provider_errc::http_status, "Service Unavailable", 503}, 7s);
    feed_report::provider r;
    f.gate.report(f.now, r);

    CHECK(r.breaker == "closed");
    REQUIRE(r.last_failure);
    CHECK(
        r.last_failure->words == "the provider answered with an error: Service Unavailable (503)");
    CHECK(r.last_failure->at == f.now.wall);
    CHECK(r.paused_for == 7s);
    CHECK_FALSE(r.last_success);
    CHECK_FALSE(r.took);
    CHECK(r.requests_left == 0);
}
