#include "synthetic/simulator.hpp"

#include "feed/harness.hpp"
#include "support/catch.hpp"

#include <cmath>

using namespace tickertape;
using namespace tickertape::synthetic;
using namespace tickertape::testing;
using namespace std::chrono_literals;

TEST_CASE(
    "The simulator goes on from the last prices of before, unless it is told a start", "[feed]")
{
    const std::vector<std::optional<price>> before{
        *price::from(70'123.45), std::nullopt, *price::from(9'999'999)};
    const bool is_start_given = GENERATE(false, true);
    harness h{{"BTC-USD", "ETH-USD", "SOL-USD"}};
    const auto simulated = make_simulator(
        h.context(),
        {.seed = 1,
         .period = 5ms,
         .start_price = is_start_given ? std::optional{50'000.0} : std::nullopt},
        before);
    h.sink.on_publish = [&] {
        if (h.sink.seen.size() == 3)
            simulated->stop();
    };

    simulated->start();
    REQUIRE(h.run_to_the_end());

    const double first = h.sink.seen.at(0).value.value();
    if (is_start_given) {
        CHECK(first == 50'000);
    } else {
        CHECK(first != 70'123.45);
        CHECK(std::abs(first - 70'123.45) <= 0.02 * 70'123.45);
    }
    CHECK(h.sink.seen[1].value.text() == "3500");
    // Nothing that a walk from the start could have come to.
    CHECK(std::abs(h.sink.seen[2].value.value() - 150) <= 3);
}

TEST_CASE("The simulator publishes every symbol at once and then each period", "[feed]")
{
    harness h{{"BTC-USD", "ETH-USD"}};
    const auto simulated =
        make_simulator(h.context(), {.seed = 1, .period = 5ms, .start_price = 50000});
    h.sink.on_publish = [&] {
        if (h.sink.seen.size() == 20)
            simulated->stop();
    };

    simulated->start();
    REQUIRE(h.run_to_the_end());

    REQUIRE(h.sink.seen.size() == 20);
    CHECK(h.sink.seen[0].value.text() == "50000");
    CHECK(h.sink.seen[1].value.text() == "3500");
    for (std::size_t i = 2; i < 20; ++i) {
        const double before = h.sink.seen[i - 2].value.value();
        CHECK(std::abs(h.sink.seen[i].value.value() - before) <= 0.02 * before);
        CHECK(h.sources.name(h.sink.seen[i].source) == "simulator");
    }
}

TEST_CASE("A simulator that stood by goes on from what others have published", "[feed]")
{
    harness h{{"BTC-USD", "ETH-USD"}};
    const auto simulated = make_simulator(
        h.context(), {.seed = 1, .period = 5ms, .start_price = 50'000}, {}, [](symbol_id s) {
            return index_of(s) == 0 ? std::optional{*price::from(70'000)} : std::nullopt;
        });
    h.sink.on_publish = [&] {
        if (h.sink.seen.size() == 2)
            simulated->stop();
    };
    simulated->stand_by(true);
    simulated->start();
    h.io.run_for(30ms);
    CHECK(h.sink.seen.empty());

    simulated->stand_by(false);
    REQUIRE(h.run_to_the_end());
    REQUIRE(h.sink.seen.size() == 2);
    CHECK(h.sink.seen[0].value.value() != 70'000);
    CHECK(std::abs(h.sink.seen[0].value.value() - 70'000) <= 0.02 * 70'000);
    CHECK(h.sink.seen[1].value.text() == "3500");
}

TEST_CASE("A simulator that stands by publishes nothing, says so, and can be stopped", "[feed]")
{
    harness h;
    auto first = std::make_shared<feed_report>();
    first->mode = "simulator";
    h.reports.post(std::move(first));
    const auto simulated = make_simulator(h.context(), {.seed = 1, .period = 1ms});
    h.sink.on_publish = [&] { simulated->stand_by(true); };
    simulated->start();
    h.io.run_for(30ms);
    CHECK(h.sink.seen.size() == 1);
    CHECK(h.reports.newest()->is_standing_by);
    CHECK(h.reports.newest()->mode == "simulator");
    simulated->stop();
    CHECK(h.run_to_the_end());
}
