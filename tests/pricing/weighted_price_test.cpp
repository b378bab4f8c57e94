// PRICE_POLICY=weighted: the mean of those that agree, by what was traded there in 24 hours.
#include "core/quote.hpp"
#include "core/significant.hpp"
#include "pricing/errors.hpp"
#include "pricing/price_policy.hpp"
#include "pricing/quote_board.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <vector>

using namespace tickertape;
using namespace tickertape::pricing;
using namespace std::chrono_literals;

namespace {

using places = std::vector<std::size_t>;

struct said {
    double value;
    std::optional<double> volume{};
};

std::vector<candidate> quotes(const std::vector<said>& all)
{
    std::vector<candidate> from;
    for (const auto& one : all)
        from.push_back({from.size(), *price::from(one.value), 0ms, one.volume});
    return from;
}

decision weighted(const std::vector<said>& all, std::size_t quorum = 2)
{
    return decide(quotes(all), {.kind = policy_kind::weighted, .quorum = quorum});
}

places used(const decision& d)
{
    return {d.used.begin(), d.used.end()};
}

places aside(const decision& d, pricing_errc why)
{
    places all;
    for (const auto& a : d.aside)
        if (a.why == why)
            all.push_back(a.provider);
    return all;
}

}  // namespace

TEST_CASE("A weighted price is the mean of those that agree by their volumes", "[feed]")
{
    // (100 * 1 + 100.04 * 2 + 100.08 * 1) / 4, and nobody has more than half.
    const auto even = weighted({{100, 1}, {100.04, 2}, {100.08, 1}});
    REQUIRE(even.value);
    CHECK(even.value->text() == "100.04");
    CHECK(even.by == policy_kind::weighted);
    CHECK(used(even) == places{0, 1, 2});
    // (100 * 3 + 100.08 * 2) / 6 + 100.04 / 6 = 100.0333...
    CHECK(weighted({{100, 3}, {100.04, 1}, {100.08, 2}}).value->text() == "100.0333");
}

TEST_CASE("One absurd volume weighs half of all, and not more", "[feed]")
{
    for (const double absurd : {1e4, 1e9, volume_max}) {
        CAPTURE(absurd);
        // 100.2 weighs as much as both others together.
        CHECK(weighted({{100, 1}, {100.04, 1}, {100.2, absurd}}).value->text() == "100.11");
        CHECK(weighted({{100, 1}, {100.1, absurd}}).value->text() == "100.05");
    }
}

TEST_CASE("Of two the weighted price is the middle, whatever their volumes are", "[feed]")
{
    CHECK(weighted({{69420.24, 5000}, {69420.28, 17}}).value->text() == "69420.26");
}

TEST_CASE("Those without a volume help to agree, and have no part in the weighted price", "[feed]")
{
    const auto d = weighted({{100.1}, {100, 1}, {100.04, 1}, {100.09}, {150, 9}});
    REQUIRE(d.value);
    CHECK(d.value->text() == "100.02");
    CHECK(used(d) == places{1, 2});
    CHECK(aside(d, pricing_errc::no_volume) == places{0, 3});
    CHECK(aside(d, pricing_errc::outlier) == places{4});
    // Two that agree are enough for a quorum of two, and one of them has a volume.
    CHECK(weighted({{100}, {100.02, 5}, {150, 5}}).value->text() == "100.01");
}

TEST_CASE("With fewer than two volumes the weighted price is the median, and says so", "[feed]")
{
    for (const auto& all :
         {std::vector<said>{{100}, {100.04}, {100.05}},
          {{100, 1e6}, {100.04}, {100.05}},
          {{100}, {100.04}, {100.05}, {150, 5}}}) {
        const auto d = weighted(all);
        REQUIRE(d.value);
        CHECK(d.value->value() == 100.04);
        CHECK(d.by == policy_kind::median);
        CHECK(used(d) == places{0, 1, 2});
        CHECK(aside(d, pricing_errc::no_volume).empty());
    }
}

TEST_CASE("Volumes make no price of those that disagree", "[feed]")
{
    CHECK(weighted({{100, 1e9}, {110, 1}}).why == pricing_errc::disagreement);
    CHECK(weighted({{100, 1e9}}).why == pricing_errc::no_quorum);
    const auto d = weighted({{100, 1}, {100.01, 1}, {110, 1e9}});
    CHECK(d.value->text() == "100.005");
    CHECK(aside(d, pricing_errc::outlier) == places{2});
}

TEST_CASE("A weighted price has no more digits than anybody quoted, but seven", "[feed]")
{
    CHECK(weighted({{69420.25, 3}, {69420.26, 2}, {69421, 2}}).value->text() == "69420.47");
    CHECK(weighted({{88927, 3}, {88928, 2}, {88929, 2}}).value->text() == "88927.86");
    CHECK(
        weighted({{1.30612e-05, 3}, {1.30613e-05, 2}, {1.3062e-05, 2}}).value->text() ==
        "1.306146e-05");
    CHECK(digits_of(69420.25) == 7);
    CHECK(digits_of(100) == 1);
    CHECK(digits_of(1.3062e-05) == 5);
}

TEST_CASE(
    "A weighted price lies between the lowest and the highest that agree, in any order", "[feed]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    std::uniform_real_distribution<double> any{0, 1};
    int by_volume = 0;
    for (int i = 0; i < 50'000; ++i) {
        const double truth = std::exp(50 * any(random) - 25);
        const double spread = std::exp(-12 * any(random));
        std::vector<candidate> from;
        for (std::size_t n = 1 + random() % 10; n > 0; --n) {
            std::optional<double> volume;
            if (random() % 4 != 0)
                volume = std::exp(60 * any(random) - 20);
            from.push_back(
                {from.size(), *price::from(truth * (1 + spread * (any(random) - 0.5))), 0ms,
                 volume ? std::optional{std::min(*volume, volume_max)} : std::nullopt});
        }
        const policy_settings settings{.kind = policy_kind::weighted, .quorum = 1 + random() % 3};
        const auto d = decide(from, settings);
        const auto by_median =
            decide(from, {.kind = policy_kind::median, .quorum = settings.quorum});
        // They agree by the same rule.
        REQUIRE(d.value.has_value() == by_median.value.has_value());
        REQUIRE(d.why == by_median.why);
        if (d.value) {
            double least = price_max;
            double greatest = 0;
            for (const auto& c : from)
                if (std::ranges::count(d.used, c.provider) != 0) {
                    least = std::min(least, c.value.value());
                    greatest = std::max(greatest, c.value.value());
                }
            REQUIRE(d.value->value() >= least);
            REQUIRE(d.value->value() <= greatest);
            REQUIRE(d.used.size() + d.aside.size() == from.size());
            by_volume += d.by == policy_kind::weighted ? 1 : 0;
        }
        std::ranges::shuffle(from, random);
        const auto shuffled = decide(from, settings);
        REQUIRE(shuffled.value == d.value);
        REQUIRE(shuffled.by == d.by);
    }
    CHECK(by_volume > 10'000);
}

TEST_CASE("A volume outlives the quote it came with, for ten minutes", "[feed]")
{
    quote_board board{1, 1, {}};
    moment now{steady_time{1h}, wall_time{1'700'000'000'000ms}, boot_time{1h}};
    const auto pass = [&now](std::chrono::milliseconds time) {
        now.steady += time;
        now.wall += time;
        now.boot += time;
    };
    const auto volume = [&] { return board.candidates(symbol_id{0}, now).front().volume; };
    quote q{.symbol = symbol_id{0}, .value = *price::from(5), .upstream_time = now.wall};
    q.volume_24h = 1234.5;
    board.take(0, q, usd_standin::none, quote_way::poll, now);
    CHECK(volume() == 1234.5);

    // A socket that says prices without volumes.
    pass(10min);
    q = {.symbol = symbol_id{0}, .value = *price::from(6), .upstream_time = now.wall};
    board.take(0, q, usd_standin::none, quote_way::socket, now);
    CHECK(volume() == 1234.5);
    pass(1ms);
    CHECK_FALSE(volume());

    // The volume of another market says nothing of this one.
    q.volume_24h = 7;
    q.upstream_time = now.wall;
    board.take(0, q, usd_standin::usdt, quote_way::socket, now);
    CHECK(volume() == 7);
    pass(1s);
    q.volume_24h.reset();
    q.upstream_time = now.wall;
    board.take(0, q, usd_standin::none, quote_way::socket, now);
    CHECK_FALSE(volume());
}
