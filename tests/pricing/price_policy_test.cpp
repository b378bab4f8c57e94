#include "pricing/price_policy.hpp"

#include "pricing/errors.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numeric>
#include <random>
#include <vector>

using namespace tickertape;
using namespace tickertape::pricing;
using namespace std::chrono_literals;

namespace {

using places = std::vector<std::size_t>;

// Fresh quotes of the providers 0, 1, 2, ...
std::vector<candidate> quotes(const std::vector<double>& values)
{
    std::vector<candidate> all;
    for (const double value : values)
        all.push_back({all.size(), *price::from(value), 0ms});
    return all;
}

policy_settings by_median(std::size_t quorum = 2)
{
    return {.kind = policy_kind::median, .quorum = quorum};
}

decision median_of(const std::vector<double>& values, std::size_t quorum = 2)
{
    return decide(quotes(values), by_median(quorum));
}

places used(const decision& d)
{
    return {d.used.begin(), d.used.end()};
}

places outliers(const decision& d)
{
    places all;
    for (const auto& a : d.aside)
        if (a.why == pricing_errc::outlier)
            all.push_back(a.provider);
    return all;
}

places stale(const decision& d)
{
    places all;
    for (const auto& a : d.aside)
        if (a.why == pricing_errc::stale_quote)
            all.push_back(a.provider);
    return all;
}

}  // namespace

TEST_CASE("Where nobody says anything there is no price", "[feed]")
{
    for (const auto kind : {policy_kind::fallback, policy_kind::median, policy_kind::weighted}) {
        const auto d = decide({}, {.kind = kind});
        CHECK_FALSE(d.value);
        CHECK(d.why == pricing_errc::no_quote);
        CHECK(used(d).empty());
        CHECK(d.aside.empty());
    }
}

TEST_CASE("Where all quotes are too old there is no price", "[feed]")
{
    auto from = quotes({100, 100, 100});
    for (auto& c : from)
        c.age = 120'001ms;
    for (const auto kind : {policy_kind::fallback, policy_kind::median, policy_kind::weighted}) {
        const auto d = decide(from, {.kind = kind});
        CHECK_FALSE(d.value);
        CHECK(d.why == pricing_errc::no_quote);
        CHECK(used(d).empty());
        CHECK(stale(d) == places{0, 1, 2});
    }
}

TEST_CASE("One quote is no quorum of two", "[feed]")
{
    const auto d = median_of({100});
    CHECK_FALSE(d.value);
    CHECK(d.why == pricing_errc::no_quorum);
    CHECK(used(d).empty());
    CHECK(d.aside.empty());
}

TEST_CASE("Quotes that are too old count for no quorum", "[feed]")
{
    auto from = quotes({100, 100, 100});
    from[0].age = from[2].age = 1h;
    const auto d = decide(from, by_median());
    CHECK_FALSE(d.value);
    CHECK(d.why == pricing_errc::no_quorum);
    CHECK(stale(d) == places{0, 2});
}

TEST_CASE("Two quotes far apart give no price", "[feed]")
{
    const auto d = median_of({100, 110});
    CHECK_FALSE(d.value);
    CHECK(d.why == pricing_errc::disagreement);
    CHECK(used(d).empty());
    CHECK(outliers(d) == places{0, 1});
}

TEST_CASE("Two camps give no price, least of all one between them", "[feed]")
{
    for (const auto& camps :
         {std::vector<double>{100, 110, 100, 110},
          {100, 100.01, 110, 110.01},
          {100, 100, 100, 110, 110, 110}}) {
        const auto d = median_of(camps);
        CHECK_FALSE(d.value);
        CHECK(d.why == pricing_errc::disagreement);
        CHECK(used(d).empty());
    }
}

TEST_CASE("Half is no majority", "[feed]")
{
    // The two in the middle agree, but as many do not.
    const auto d = median_of({50, 100, 100.05, 200});
    CHECK_FALSE(d.value);
    CHECK(d.why == pricing_errc::disagreement);
    CHECK(outliers(d) == places{0, 3});
}

TEST_CASE("A majority that is smaller than the quorum gives no price", "[feed]")
{
    const auto d = median_of({100, 100, 150}, 3);
    CHECK_FALSE(d.value);
    CHECK(d.why == pricing_errc::disagreement);
    CHECK(used(d).empty());
    CHECK(outliers(d) == places{2});
}

TEST_CASE("One against three is set aside", "[feed]")
{
    const auto d = median_of({100, 110, 100.02, 100.05});
    REQUIRE(d.value);
    CHECK(d.value->value() == 100.02);
    CHECK(used(d) == places{0, 2, 3});
    CHECK(outliers(d) == places{1});
}

TEST_CASE("Two against three are set aside, though they agree", "[feed]")
{
    const auto d = median_of({110, 100, 110, 100, 100});
    REQUIRE(d.value);
    CHECK(d.value->value() == 100);
    CHECK(used(d) == places{1, 3, 4});
    CHECK(outliers(d) == places{0, 2});
}

TEST_CASE("Where quotes are identical, a third may differ by the smallest deviation", "[feed]")
{
    const auto at_it = median_of({1000, 1000, 1001});
    REQUIRE(at_it.value);
    CHECK(at_it.value->value() == 1000);
    CHECK(used(at_it) == places{0, 1, 2});

    const auto beyond = median_of({1000, 1000, 1001.01});
    REQUIRE(beyond.value);
    CHECK(used(beyond) == places{0, 1});
    CHECK(outliers(beyond) == places{2});
}

TEST_CASE("Where quotes are frozen, the one that moves is followed once it has company", "[feed]")
{
    CHECK(median_of({1000, 1000, 1000, 1015}).value->value() == 1000);
    CHECK(median_of({1000, 1000, 1015, 1015}).value->value() == 1007.5);
    CHECK(median_of({1000, 1015, 1015, 1015}).value->value() == 1015);
}

TEST_CASE("How far a quote may be off depends on how far apart the others are", "[feed]")
{
    // Half of them are within 0.1 of 100: 3 * 1.4826 * 0.1 is 0.44478.
    const auto d = median_of({100.45, 99.9, 100, 100.1, 99.56});
    REQUIRE(d.value);
    CHECK(d.value->value() == 99.95);
    CHECK(used(d) == places{1, 2, 3, 4});
    CHECK(outliers(d) == places{0});
}

TEST_CASE("No quote is used that is further off than the largest deviation", "[feed]")
{
    // The others differ so much that a tolerance from them alone would take anything.
    const auto at_it = median_of({990, 1000, 1010, 980, 1020});
    CHECK(used(at_it) == places{0, 1, 2, 3, 4});
    const auto beyond = median_of({990, 1000, 1010, 979.9, 1020.1});
    CHECK(used(beyond) == places{0, 1, 2});
    CHECK(outliers(beyond) == places{3, 4});
}

TEST_CASE("Where the deviations cross, the stricter one holds", "[feed]")
{
    const policy_settings strict{
        .kind = policy_kind::median, .deviation_max = 0.0001, .deviation_min = 0.1};
    CHECK(decide(quotes({100, 100, 100.02}), strict).used.size() == 2);
}

TEST_CASE("An even number of quotes is priced at the mean of the middle two", "[feed]")
{
    CHECK(median_of({100.1, 100.3}).value->text() == "100.2");
    CHECK(median_of({88927, 88928}).value->text() == "88927.5");
    CHECK(median_of({69420.24, 69420.25, 69420.26, 69420.27}).value->text() == "69420.255");
    CHECK(median_of({1e13, 1e13 + 1}).value->text() == "10000000000000.5");
    CHECK(median_of({1e14, 1e14 + 2}).value->value() == 1e14 + 1);
    CHECK(median_of({1e-14, 1.001e-14}).value->text() == "1.0005e-14");
}

TEST_CASE("A mean never leaves the two quotes it lies between", "[feed]")
{
    double lower = 100;
    for (int i = 0; i < 100; ++i) {
        const double upper = std::nextafter(lower, 200.0);
        const auto d = median_of({lower, upper});
        REQUIRE(d.value);
        CHECK(d.value->value() >= lower);
        CHECK(d.value->value() <= upper);
        lower = upper;
    }
}

TEST_CASE("Prices of any size are weighed alike", "[feed]")
{
    for (const double unit : {1e-17, 1e-14, 1e-8, 1.0, 1e5, 1e12, 9e14 / 110}) {
        CAPTURE(unit);
        const auto d = median_of({100 * unit, 100.02 * unit, 110 * unit});
        REQUIRE(d.value);
        CHECK(std::abs(d.value->value() - 100.01 * unit) <= 1e-13 * unit);
        CHECK(outliers(d) == places{2});
        CHECK(median_of({100 * unit, 110 * unit}).why == pricing_errc::disagreement);
    }
}

TEST_CASE("With a quorum of one, a single quote is a price", "[feed]")
{
    for (const std::size_t quorum : {0, 1}) {
        const auto d = median_of({100}, quorum);
        REQUIRE(d.value);
        CHECK(d.value->value() == 100);
        CHECK(used(d) == places{0});
        CHECK(median_of({100, 110}, quorum).why == pricing_errc::disagreement);
    }
}

TEST_CASE("A quote at the limit of age still counts", "[feed]")
{
    auto from = quotes({100, 200});
    for (auto& c : from)
        c.age = 5s;
    const auto fresh = decide(from, {.age_max = 5s});
    REQUIRE(fresh.value);
    CHECK(fresh.value->value() == 100);
    CHECK(decide(from, {.age_max = 5s - 1ms}).why == pricing_errc::no_quote);
    CHECK(median_of({100, 100}).value);
}

TEST_CASE(
    "The first provider that is not too old names the price, whatever the others say", "[feed]")
{
    auto from = quotes({100, 200, 300});
    auto d = decide(from, {});
    REQUIRE(d.value);
    CHECK(d.value->value() == 100);
    CHECK(used(d) == places{0});
    CHECK(d.aside.empty());

    from[0].age = from[2].age = 1h;
    d = decide(from, {});
    REQUIRE(d.value);
    CHECK(d.value->value() == 200);
    CHECK(used(d) == places{1});
    CHECK(stale(d) == places{0, 2});
}

TEST_CASE("The providers used are named in the order of preference", "[feed]")
{
    auto from = quotes({100.05, 500, 100, 100.02, 100.01});
    for (auto& c : from)
        c.provider += 7;
    const auto d = decide(from, by_median());
    CHECK(used(d) == places{7, 9, 10, 11});
    CHECK(outliers(d) == places{8});
}

TEST_CASE("The order in which providers are listed changes no median", "[feed]")
{
    for (const auto& values :
         {std::vector<double>{100, 100.02, 100.05, 100.3, 101, 140},
          {100, 100, 110, 110, 105, 99.9},
          {1e-14, 1.001e-14, 1.002e-14, 1.003e-14, 2e-14, 1.0015e-14}}) {
        const auto first = median_of(values);
        std::vector<std::size_t> order(values.size());
        std::iota(order.begin(), order.end(), 0U);
        do {
            auto from = quotes(values);
            std::vector<candidate> shuffled;
            for (const auto i : order)
                shuffled.push_back(from[i]);
            const auto d = decide(shuffled, by_median());
            REQUIRE(d.value == first.value);
            REQUIRE(d.why == first.why);
            auto same = used(d);
            std::ranges::sort(same);
            REQUIRE(same == used(first));
        } while (std::ranges::next_permutation(order).found);
    }
}

namespace {

// Says anything: nonsense, the right price in wrong units, or a near miss.
double lie(double truth, std::mt19937_64& random)
{
    std::uniform_real_distribution<double> any{0, 1};
    switch (random() % 6) {
    case 0:
        return 1e-18;
    case 1:
        return 1e15;
    case 2:
        return truth * std::exp(20 * any(random) - 10);
    case 3:
        return truth * (0.98 + 0.04 * any(random));
    case 4:
        return truth * (0.999 + 0.002 * any(random));
    default:
        return truth * 1.0005000001;  // all of these say the same
    }
}

struct crowd {
    std::vector<double> honest;
    std::vector<candidate> all;  // honest and broken, shuffled

    double least() const { return std::ranges::min(honest); }
    double greatest() const { return std::ranges::max(honest); }
};

crowd mixed(double truth, double spread, std::mt19937_64& random)
{
    std::uniform_real_distribution<double> any{-1, 1};
    const std::size_t good = 1 + random() % 8;
    const std::size_t broken = random() % good;
    crowd c;
    for (std::size_t i = 0; i < good; ++i)
        c.honest.push_back(truth * (1 + spread * any(random)));
    auto values = c.honest;
    for (std::size_t i = 0; i < broken; ++i)
        values.push_back(lie(truth, random));
    std::ranges::shuffle(values, random);
    c.all = quotes(values);
    return c;
}

}  // namespace

TEST_CASE(
    "Broken providers fewer than close honest ones never move the price beyond them", "[feed]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    for (int i = 0; i < 50'000; ++i) {
        const double truth = std::exp(std::uniform_real_distribution{-25.0, 25.0}(random));
        // Just below 0.05 % to either side: at most deviation_min apart.
        const auto c = mixed(truth, 0.000499, random);
        const auto d = decide(c.all, by_median(1));
        REQUIRE(d.value);
        REQUIRE(d.value->value() >= c.least());
        REQUIRE(d.value->value() <= c.greatest());
    }
}

TEST_CASE(
    "Broken providers never move the price of scattered honest ones beyond the deviation", "[feed]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    int prices = 0;
    for (int i = 0; i < 50'000; ++i) {
        const double truth = std::exp(std::uniform_real_distribution{-25.0, 25.0}(random));
        const auto c = mixed(truth, 0.03, random);
        const auto settings = by_median(1);
        const auto d = decide(c.all, settings);
        if (!d.value)
            continue;
        ++prices;
        REQUIRE(d.value->value() >= c.least() * (1 - settings.deviation_max) * (1 - 1e-14));
        REQUIRE(d.value->value() <= c.greatest() * (1 + settings.deviation_max) * (1 + 1e-14));
    }
    CHECK(prices > 10'000);
}

TEST_CASE("A decision is whole: a price and who it is from, or neither and why", "[feed]")
{
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    for (int i = 0; i < 20'000; ++i) {
        auto from = mixed(100, 0.02, random).all;
        for (auto& c : from)
            c.age = std::chrono::milliseconds{random() % 160'000};
        const std::size_t quorum = 1 + random() % 4;
        const auto d = decide(from, by_median(quorum));
        REQUIRE(d.value.has_value() == (d.why == pricing_errc{}));
        REQUIRE(d.value.has_value() != d.used.empty());
        REQUIRE(d.used.size() + d.aside.size() <= from.size());
        REQUIRE(std::ranges::is_sorted(d.used));
        if (d.value) {
            REQUIRE(d.used.size() >= quorum);
            REQUIRE(d.used.size() + d.aside.size() == from.size());
        }
        for (const auto& a : d.aside) {
            REQUIRE(std::ranges::count(d.used, a.provider) == 0);
            REQUIRE((a.why == pricing_errc::stale_quote) == (from[a.provider].age > 120s));
        }
    }
}
