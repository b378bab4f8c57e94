// What becomes of quotes when the clocks do not go as they should: the wall clock steps, or the
// machine sleeps, so that the steady clock stands still and the others do not.
#include "core/elapsed.hpp"
#include "pricing/errors.hpp"
#include "pricing/quote_board.hpp"
#include "pricing/quote_checks.hpp"
#include "pricing/quote_refusals.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

using namespace tickertape;
using namespace tickertape::pricing;
using namespace std::chrono_literals;

namespace {

using std::chrono::milliseconds;

constexpr symbol_id btc{0};
constexpr milliseconds year = 24h * 365;

struct world {
    moment now{steady_time{1000h}, wall_time{1'700'000'000'000ms}, boot_time{1000h}};
    wall_time truth = now.wall;  // what the providers' clocks say
    quote_board board{1, 2, quote_limits{}};

    void pass(milliseconds time)
    {
        now.steady += time;
        now.boot += time;
        now.wall += time;
        truth += time;
    }
    void step(milliseconds by) { now.wall += by; }
    void sleep(milliseconds time)
    {
        now.boot += time;
        now.wall += time;
        truth += time;
    }
    boost::system::error_code dated(double value = 5)
    {
        return board.take(0, {btc, *price::from(value), truth}, {}, quote_way::poll, now).refused;
    }
    boost::system::error_code with_book(double value = 5)
    {
        const quote q{btc, *price::from(value), {}, book_top{value, value}};
        return board.take(1, q, {}, quote_way::poll, now).refused;
    }
    boost::system::error_code number(double value = 5)
    {
        return board.take(1, {btc, *price::from(value)}, {}, quote_way::poll, now).refused;
    }
    milliseconds age(std::size_t provider) const
    {
        const auto* held = board.find(provider, btc);
        REQUIRE(held != nullptr);
        return held->age(now);
    }
};

const auto steps = {-3'600'000ms, -120'000ms, 180'000ms, 3'600'000ms, year, -year};

}  // namespace

TEST_CASE("A quote is never younger than the time since it was received", "[feed]")
{
    for (const milliseconds step : steps) {
        CAPTURE(step.count());
        world w;
        REQUIRE_FALSE(w.dated());
        REQUIRE_FALSE(w.with_book());
        w.pass(5s);
        w.step(step);
        w.pass(50s);
        for (const std::size_t provider : {0, 1}) {
            CHECK(w.age(provider) >= 55s);
            // Only the time of a provider is told by the wall clock.
            if (step < 0ms || provider == 1)
                CHECK(w.age(provider) == 55s);
        }
        w.pass(100s);
        CHECK(w.age(0) > 120s);
        CHECK(w.age(1) > 120s);
    }
}

TEST_CASE("A price without a time is fresh as soon as it is heard again after a step", "[feed]")
{
    for (const milliseconds step : steps) {
        CAPTURE(step.count());
        world w;
        w.with_book();
        w.pass(10s);
        w.step(step);
        REQUIRE_FALSE(w.with_book());
        CHECK(w.age(1) == 0ms);
        w.pass(10s);
        CHECK(w.age(1) == 10s);
    }
}

TEST_CASE("A number that stands still is not made older by a step once it is heard again", "[feed]")
{
    for (const milliseconds step : steps) {
        CAPTURE(step.count());
        world w;
        w.number();
        w.pass(10s);
        w.step(step);
        REQUIRE_FALSE(w.number());
        CHECK(w.age(1) == 10s);
        w.pass(111s);
        REQUIRE_FALSE(w.number());
        CHECK(w.age(1) == 121s);
        REQUIRE_FALSE(w.number(6));
        CHECK(w.age(1) == 0ms);
    }
}

TEST_CASE("After a sleep nothing that was held is fresh before it is heard again", "[feed]")
{
    world w;
    w.dated();
    w.with_book();
    w.pass(1s);
    w.sleep(8h);
    CHECK(w.age(0) >= 8h);
    CHECK(w.age(1) >= 8h);
    for (const auto& c : w.board.candidates(btc, w.now))
        CHECK(c.age >= 8h);
    REQUIRE_FALSE(w.dated());
    REQUIRE_FALSE(w.with_book());
    CHECK(w.age(0) == 0ms);
    CHECK(w.age(1) == 0ms);
}

TEST_CASE("A dated quote is judged by the wall clock, and anew once that is right again", "[feed]")
{
    for (const milliseconds step : {-3'600'000ms, 3'600'000ms, year, -year}) {
        CAPTURE(step.count());
        world w;
        REQUIRE_FALSE(w.dated());
        w.pass(10s);
        w.step(step);
        CHECK(w.dated(6) == (step > 0ms ? pricing_errc::stale_quote : pricing_errc::future_quote));
        CHECK(w.board.find(0, btc) == nullptr);
        w.pass(10s);
        w.step(-step);
        REQUIRE_FALSE(w.dated(7));
        CHECK(w.age(0) == 0ms);
        CHECK(w.board.find(0, btc)->last.value.value() == 7);
    }
}

TEST_CASE("A clock that is a little slow costs no provider that dates its prices", "[feed]")
{
    world w;
    w.dated();
    w.pass(10s);
    w.step(-120s);
    for (int i = 0; i < 30; ++i) {
        w.pass(10s);
        REQUIRE_FALSE(w.dated(5 + i));
        CHECK(w.age(0) == 0ms);
        CHECK(w.board.find(0, btc)->last.value.value() == 5 + i);
    }
    // It is put right: no quote of before stands in the way.
    w.step(120s);
    w.pass(10s);
    REQUIRE_FALSE(w.dated(100));
    CHECK(w.board.find(0, btc)->last.value.value() == 100);
    CHECK(w.age(0) == 0ms);
}

TEST_CASE("A quote that is only repeated grows old although its time is in our future", "[feed]")
{
    world w;
    w.step(-200s);
    const auto made = w.truth;
    const auto take = [&] {
        return w.board.take(0, {btc, *price::from(5), made}, {}, quote_way::poll, w.now).refused;
    };
    for (int i = 0; i <= 12; ++i) {
        REQUIRE_FALSE(take());
        CHECK(w.age(0) == i * 10s);
        w.pass(10s);
    }
    CHECK(w.age(0) > 120s);
}

TEST_CASE(
    "A time is told by the wall clock as it goes now, in the order of what happened", "[feed]")
{
    for (const milliseconds step : steps) {
        CAPTURE(step.count());
        world w;
        const auto first = w.now;
        w.pass(10s);
        w.step(step);
        const auto second = w.now;
        w.pass(10s);
        CHECK(wall_time_of(first, w.now) < wall_time_of(second, w.now));
        CHECK(wall_time_of(second, w.now) == w.now.wall - 10s);
        CHECK(elapsed(first, w.now) == 20s);
    }
}

TEST_CASE("A refusal is said once for a provider and a reason, until it has recovered", "[feed]")
{
    quote_refusals r{2, 2};
    const symbol_id eth{1};
    steady_time now{1h};

    CHECK(r.refused(0, btc, pricing_errc::stale_quote, now));
    CHECK_FALSE(r.refused(0, btc, pricing_errc::stale_quote, now));
    CHECK_FALSE(r.refused(0, eth, pricing_errc::stale_quote, now));
    CHECK(r.refused(1, btc, pricing_errc::stale_quote, now));
    CHECK(r.refused(0, btc, pricing_errc::absurd_spread, now));

    // Off and on is no recovery.
    r.accepted(0, btc);
    r.accepted(0, eth);
    CHECK_FALSE(r.refused(0, btc, pricing_errc::stale_quote, now + 9min));
    r.accepted(0, btc);
    CHECK(r.refused(0, btc, pricing_errc::stale_quote, now + 9min + quote_refusals::calm));
    // Without an end there is nothing new, however long it lasts.
    CHECK_FALSE(r.refused(1, btc, pricing_errc::stale_quote, now + 24h));
}
