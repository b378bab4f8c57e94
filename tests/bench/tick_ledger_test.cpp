#include "support/catch.hpp"
#include "tickertape-bench/tick_ledger.hpp"

using namespace tickertape::bench;

namespace {

constexpr wall_us midnight = 1'700'006'400'000'000;  // is one
static_assert(midnight % 86'400'000'000 == 0);
constexpr wall_us noon = midnight + 43'200'000'000;

stamp due_at(wall_us t)
{
    return {static_cast<std::uint64_t>(t % 86'400'000'000) << stamp::counter_bits};
}

const std::vector<std::string> no_symbols;

}  // namespace

TEST_CASE("A tick's age counts from when it was due, not from when it was sent", "[bench]")
{
    tick_ledger ledger{stamp_kind::price, no_symbols};
    ledger.begin(noon, 1, {});
    ledger.take(due_at(noon + 10), {}, noon + 4'010, tick_ledger::nothing);

    CHECK(ledger.latency_us().max() == 4'000);
}

TEST_CASE("A tick counts by when it was due, however late it comes", "[bench]")
{
    tick_ledger ledger{stamp_kind::price, no_symbols};
    auto last = ledger.take(due_at(noon - 1), {}, noon - 1, tick_ledger::nothing);
    ledger.begin(noon, 1, {});
    last = ledger.take(due_at(noon), {}, noon + 5, last);
    ledger.end(noon + 100);
    last = ledger.take(due_at(noon + 99), {}, noon + 1'000'099, last);
    ledger.take(due_at(noon + 100), {}, noon + 1'000'100, last);

    const auto sum = ledger.sum();
    CHECK(sum.ticks == 2);
    CHECK(sum.deliveries == 2);
    CHECK(sum.missing == 0);
    CHECK(ledger.latency_us().count() == 2);
    CHECK(ledger.latency_us().max() == 1'000'000);
}

TEST_CASE("What some have been sent and others not is missing", "[bench]")
{
    tick_ledger ledger{stamp_kind::price, no_symbols};
    ledger.begin(noon, 3, {});
    for (int reader = 0; reader < 3; ++reader) {
        const auto first =
            ledger.take(due_at(noon + 1), {}, noon + 2 + reader, tick_ledger::nothing);
        if (reader < 2)
            ledger.take(due_at(noon + 5), {}, noon + 6, first);
    }
    CHECK_FALSE(ledger.is_complete());
    ledger.end(noon + 10);

    const auto sum = ledger.sum();
    CHECK(sum.ticks == 2);
    CHECK(sum.ticks_to_all == 1);
    CHECK(sum.missing == 1);
    CHECK(sum.spread_max_us == 2);
}

TEST_CASE("A tick is expected by those who picked its symbol", "[bench]")
{
    const std::vector<std::string> symbols{"A", "B"};
    tick_ledger ledger{stamp_kind::price, symbols};
    ledger.begin(noon, 3, {1, 2});
    const auto a =
        ledger.take(due_at(noon + 1), R"({"symbol":"A"})", noon + 2, tick_ledger::nothing);
    ledger.take(due_at(noon + 2), R"({"symbol":"B"})", noon + 3, a);

    CHECK(ledger.sum().missing == 1);
    CHECK(ledger.sum().ticks_to_all == 1);
}

TEST_CASE("A tick that comes twice, or after a later one, is noticed", "[bench]")
{
    tick_ledger ledger{stamp_kind::price, no_symbols};
    auto last = ledger.take(due_at(noon), {}, noon, tick_ledger::nothing);
    CHECK(ledger.disordered() == 0);
    last = ledger.take(due_at(noon), {}, noon, last);
    CHECK(ledger.disordered() == 1);
    last = ledger.take(due_at(noon + 5), {}, noon + 5, last);
    ledger.take(due_at(noon + 3), {}, noon + 6, last);
    CHECK(ledger.disordered() == 2);
}

TEST_CASE("Midnight is a moment like others", "[bench]")
{
    tick_ledger ledger{stamp_kind::price, no_symbols};
    ledger.begin(midnight - 1'000, 1, {});
    const auto last = ledger.take(due_at(midnight - 10), {}, midnight + 20, tick_ledger::nothing);
    ledger.take(due_at(midnight + 5), {}, midnight + 25, last);

    CHECK(ledger.latency_us().max() == 30);
    CHECK(ledger.sum().ticks == 2);
    CHECK(ledger.disordered() == 0);
}

TEST_CASE("A tick without a stamp is counted as such", "[bench]")
{
    tick_ledger ledger{stamp_kind::price, no_symbols};
    ledger.begin(noon, 1, {});
    CHECK(ledger.take({}, {}, noon, tick_ledger::nothing) == tick_ledger::nothing);

    CHECK(ledger.unreadable() == 1);
    CHECK(ledger.sum().ticks == 0);
}

TEST_CASE("A tick that was due and reached nobody is missed by everybody", "[bench]")
{
    tick_ledger ledger{stamp_kind::price, no_symbols};
    ledger.begin(noon, 2, {});
    ledger.take(due_at(noon + 1), {}, noon + 2, tick_ledger::nothing);
    ledger.take(due_at(noon + 1), {}, noon + 2, tick_ledger::nothing);

    CHECK(ledger.is_complete(1));
    CHECK_FALSE(ledger.is_complete(3));
    CHECK(ledger.sum(1).missing == 0);
    CHECK(ledger.sum(3).missing == 4);
}

TEST_CASE("A tick of an unknown symbol is missed by as many as pick a symbol on average", "[bench]")
{
    const std::vector<std::string> symbols{"A", "B"};
    tick_ledger ledger{stamp_kind::price, symbols};
    ledger.begin(noon, 10, {1, 4});

    CHECK(ledger.sum(2).missing == 5);
}
