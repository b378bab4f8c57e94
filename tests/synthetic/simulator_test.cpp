#include "synthetic/simulator.hpp"

#include "feed/harness.hpp"
#include "support/catch.hpp"

#include <cmath>

using namespace tickertape;
using namespace tickertape::synthetic;
using namespace tickertape::testing;
using namespace std::chrono_literals;

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
