#include "provider/latency_window.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <deque>
#include <random>

using namespace tickertape;
using namespace tickertape::provider;
using namespace std::chrono_literals;

TEST_CASE("Of no latencies there is no percentile", "[feed]")
{
    CHECK_FALSE(latency_window{}.percentile(0.5));
    CHECK_FALSE(latency_window{}.percentile(1));
}

TEST_CASE("Of a single latency every percentile is that one", "[feed]")
{
    latency_window w;
    w.add(7us);
    for (const double share : {1e-9, 0.5, 0.99, 1.0})
        CHECK(w.percentile(share) == 7us);
}

TEST_CASE("A percentile is a latency that was held, and not one between", "[feed]")
{
    latency_window w;
    for (const auto took : {40us, 10us, 30us, 20us})
        w.add(took);
    CHECK(w.percentile(0.25) == 10us);
    CHECK(w.percentile(0.26) == 20us);
    CHECK(w.percentile(0.5) == 20us);
    CHECK(w.percentile(0.75) == 30us);
    CHECK(w.percentile(0.99) == 40us);
    CHECK(w.percentile(1) == 40us);
}

TEST_CASE("A share that is not exact in binary gives the rank it means", "[feed]")
{
    latency_window w;
    for (int i = 1; i <= 100; ++i)
        w.add(std::chrono::microseconds{i});
    for (int i = 1; i <= 100; ++i)
        CHECK(w.percentile(i / 100.0) == std::chrono::microseconds{i});
}

TEST_CASE("Percentiles tell of the last latencies only", "[feed]")
{
    latency_window w;
    for (std::size_t i = 0; i < latency_window::held_max; ++i)
        w.add(1s);
    for (std::size_t i = 0; i + 1 < latency_window::held_max; ++i)
        w.add(1ms);
    CHECK(w.percentile(1) == 1s);
    w.add(1ms);
    CHECK(w.percentile(1) == 1ms);
}

TEST_CASE("Percentiles are those of the sorted list", "[feed]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    latency_window w;
    std::deque<std::chrono::microseconds> model;
    for (int i = 0; i < 1000; ++i) {
        const std::chrono::microseconds took{random() % 50};
        w.add(took);
        model.push_back(took);
        if (model.size() > latency_window::held_max)
            model.pop_front();
        auto sorted = model;
        std::ranges::sort(sorted);
        const double share = static_cast<double>(1 + random() % 1000) / 1000;
        const auto holds = [&](std::chrono::microseconds at) {
            const auto within = std::ranges::upper_bound(sorted, at) - sorted.begin();
            return static_cast<double>(within) / static_cast<double>(sorted.size()) >= share;
        };
        const auto expected = *std::ranges::find_if(sorted, holds);
        REQUIRE(w.percentile(share) == expected);
    }
}
