// Which chain is believed: what cannot be is not, and what was believed before is no proof.
#include "bodies.hpp"
#include "market/chain_trust.hpp"
#include "support/catch.hpp"
#include "support/stringify.hpp"

#include <cmath>

using namespace tickertape;
using namespace tickertape::market;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

const wall_time now = at("2026-10-05T09:41:44Z");
constexpr std::int64_t tip = 969'989;
constexpr double difficulty = 132'716'002'350'731.0;

said<chain>
by(std::string_view source, std::int64_t height, std::chrono::milliseconds later = 0min,
   double of = difficulty)
{
    return {
        .what = {.height = height, .difficulty = of},
        .source = source,
        .at = now + later,
        .received = boot_time{100h} + later};
}

// A feed's way with it: what is believed is known from then on.
struct believer {
    chain_trust trust{};
    std::optional<said<chain>> known{};

    chain_trust::verdict hears(const said<chain>& one)
    {
        auto verdict = trust.judge(one, known ? &*known : nullptr);
        if (verdict.why.empty())
            known = one;
        return verdict;
    }
    bool believes(const said<chain>& one) { return hears(one).why.empty(); }
};

bool contradicts(std::int64_t height, double of, std::chrono::milliseconds passed)
{
    const chain before{.height = tip, .difficulty = difficulty};
    return !contradiction_of({.height = height, .difficulty = of}, before, passed).empty();
}

}  // namespace

TEST_CASE("a chain is refused that cannot be at this time", "[market]")
{
    const auto is_refused = [](std::int64_t height, double of) {
        return !refusal_of({.height = height, .difficulty = of}, now).empty();
    };
    CHECK_FALSE(is_refused(tip, difficulty));
    CHECK(is_refused(9'007'199'254'740'992, difficulty));
    CHECK(is_refused(0, difficulty));
    CHECK(is_refused(810'613, 57321508229258.04));  // the recorded one of 2023
    CHECK(is_refused(tip + 60'000, difficulty));
    CHECK(is_refused(tip + 30'000, difficulty));
    CHECK(is_refused(tip - 60'000, difficulty));
    CHECK(is_refused(tip, 1.5));
    CHECK(is_refused(tip, difficulty / 1'000));
    CHECK(is_refused(tip, difficulty * 1'000));
    CHECK(is_refused(tip, std::nan("")));
    CHECK_FALSE(is_refused(tip, difficulty * 9));
    // Recorded ones of other times.
    const chain of_2023{.height = 810'613, .difficulty = 57321508229258.04};
    CHECK(refusal_of(of_2023, at("2023-10-04T13:09:42Z")).empty());
    // In ten years nobody knows it so well.
    const chain of_2036{.height = tip + 10 * 52'560, .difficulty = difficulty * 900};
    CHECK(refusal_of(of_2036, now + 10 * 365 * 24h).empty());
}

TEST_CASE("a chain grows by no more blocks than can be found in the time", "[market]")
{
    CHECK_FALSE(contradicts(tip, difficulty, 0min));
    CHECK_FALSE(contradicts(tip + 24, difficulty, 0min));
    CHECK(contradicts(tip + 25, difficulty, 0min));
    CHECK_FALSE(contradicts(tip + 24 + 9, difficulty, 1h));
    CHECK(contradicts(tip + 24 + 10, difficulty, 1h));
    CHECK_FALSE(contradicts(tip + 30 * 144, difficulty, 30 * 24h));
    CHECK(contradicts(tip + 30'000, difficulty, 24h));
    // A clock that says that time ran backwards gives no blocks, and takes none.
    CHECK_FALSE(contradicts(tip + 24, difficulty, -1h));
}

TEST_CASE("a chain becomes shorter by a reorganisation only", "[market]")
{
    CHECK_FALSE(contradicts(tip - 6, difficulty, 10min));
    CHECK(contradicts(tip - 7, difficulty, 10min));
}

TEST_CASE("the difficulty moves by a factor of four each period", "[market]")
{
    CHECK_FALSE(contradicts(tip + 1, difficulty * 4, 10min));
    CHECK(contradicts(tip + 1, difficulty * 4.01, 10min));
    CHECK(contradicts(tip + 1, difficulty / 4.01, 10min));
    // Two changes later.
    CHECK_FALSE(contradicts(tip + 2 * 2'016, difficulty * 15, 28 * 24h));
    CHECK(contradicts(tip + 2 * 2'016, difficulty * 17, 28 * 24h));
}

TEST_CASE("two sources that agree are believed, whatever was known", "[market]")
{
    believer b;
    REQUIRE(b.believes(by(mempool, tip + 15'000)));
    const auto first = b.hears(by(mempool, tip, 10min));
    CHECK(first.why == "block 969989 was long passed");
    const auto second = b.hears(by(blockchain, tip - 1, 10min));
    CHECK(second.why.empty());
    CHECK(second.outvotes_known);
    const auto third = b.hears(by(mempool, tip + 1, 20min));
    CHECK(third.why.empty());
    CHECK_FALSE(third.outvotes_known);
}

TEST_CASE("two sources that say different things are not believed", "[market]")
{
    believer b;
    REQUIRE(b.believes(by(mempool, tip)));
    CHECK_FALSE(b.believes(by(mempool, tip + 9'000, 10min)));
    CHECK_FALSE(b.believes(by(blockchain, tip - 9'000, 10min)));
    CHECK_FALSE(b.believes(by(blockchair, tip + 10, 20min, difficulty * 5)));
    CHECK(b.believes(by(mempool, tip + 2, 20min)));
    // What was doubted before somebody was believed is forgotten.
    CHECK_FALSE(b.believes(by(blockchain, tip + 9'000, 30min)));
}

TEST_CASE("what a source said long ago confirms nothing", "[market]")
{
    believer b;
    REQUIRE(b.believes(by(mempool, tip + 15'000)));
    CHECK_FALSE(b.believes(by(mempool, tip, 10min)));
    CHECK_FALSE(b.believes(by(blockchain, tip + 13, 131min)));
    CHECK(b.believes(by(blockchair, tip + 14, 140min)));
}

TEST_CASE("a source that says it three times in a row is believed, if nobody differs", "[market]")
{
    const auto source = GENERATE(mempool, blockchain);
    believer b;
    REQUIRE(b.believes(by(mempool, tip + 15'000)));
    CHECK_FALSE(b.believes(by(source, tip, 1min)));
    CHECK_FALSE(b.believes(by(source, tip, 2min)));
    const auto last = b.hears(by(source, tip + 1, 3min));
    CHECK(last.why.empty());
    CHECK(last.outvotes_known);
}

TEST_CASE("a source that jumps about is not believed, however often it speaks", "[market]")
{
    believer b;
    REQUIRE(b.believes(by(mempool, tip)));
    for (int i = 1; i < 10; ++i)
        CHECK_FALSE(b.believes(by(blockchain, tip + i * 1'000, i * 1min)));
}

TEST_CASE("a source that is doubted begins anew where another one fits what is known", "[market]")
{
    believer b;
    REQUIRE(b.believes(by(mempool, tip)));
    for (int i = 1; i < 10; ++i) {
        CHECK_FALSE(b.believes(by(mempool, tip - 20, i * 1min)));
        CHECK(b.believes(by(blockchain, tip, i * 1min)));
    }
}

TEST_CASE("a source that has stopped is not believed for its patience", "[market]")
{
    believer b;
    REQUIRE(b.believes(by(mempool, tip)));
    for (int i = 1; i < 10; ++i) {
        auto old = by(mempool, tip - 30, i * 1min);
        old.what.mined_at = now - 5h;
        CHECK_FALSE(b.believes(old));
    }
}

TEST_CASE("what cannot be is no measure, though it was kept", "[market]")
{
    believer b;
    b.known = by(mempool, tip + 60'000);
    const auto first = b.hears(by(blockchain, tip));
    CHECK(first.why.empty());
    CHECK(first.outvotes_known);
}
