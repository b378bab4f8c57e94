#include "pricing/price_policy.hpp"

#include "core/significant.hpp"
#include "pricing/errors.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>

namespace tickertape::pricing {
namespace {

using numbers = boost::container::static_vector<double, providers_max>;

// Digits a double holds of any decimal. The mean of two decimals of 14 digits needs no more.
constexpr int digits_max = 15;
// Makes the median absolute deviation of normally distributed values their standard deviation.
constexpr double normal = 1.4826;
constexpr double deviations = 3;

// `of` is not empty.
double median(numbers of) noexcept
{
    std::ranges::sort(of);
    const std::size_t half = of.size() / 2;
    if (of.size() % 2 == 1 || of[half - 1] == of[half])
        return of[half];
    const double lower = of[half - 1];
    const double upper = of[half];
    // Binary noise of the sum (100.1 and 100.3 have the middle 100.19999999999999) is no price. The
    // bounds matter only to quotes that differ in their 16th digit.
    const double middle = rounded_to_digits(std::midpoint(lower, upper), digits_max);
    return std::clamp(middle, lower, upper);
}

bool is_fresh(const candidate& c, const policy_settings& settings) noexcept
{
    return c.age <= settings.age_max;
}

void by_fallback(decision& into, std::span<const candidate> from, const policy_settings& settings)
{
    for (const auto& c : from) {
        if (!is_fresh(c, settings)) {
            into.aside.push_back({c.provider, pricing_errc::stale_quote});
        } else if (!into.value) {
            into.value = c.value;
            into.used.push_back(c.provider);
        }
    }
    if (!into.value)
        into.why = pricing_errc::no_quote;
}

// The furthest from `middle` that is still no outlier.
double tolerance(const numbers& values, double middle, const policy_settings& settings) noexcept
{
    numbers distances;
    for (const double value : values)
        distances.push_back(std::abs(value - middle));
    const double spread = deviations * normal * median(distances);
    // Not std::clamp: the settings may cross, and then the smaller bound, the stricter one, holds.
    return std::min(
        std::max(spread, settings.deviation_min * middle), settings.deviation_max * middle);
}

struct weighed {
    double value;
    double volume;
};
using weighed_list = boost::container::static_vector<weighed, providers_max>;

// `all` has two or more. Sorted first, so that the order of providers changes no digit.
double weighted_mean(weighed_list all) noexcept
{
    std::ranges::sort(all, {}, [](const weighed& w) { return std::pair{w.value, w.volume}; });
    const double least = all.front().value;
    const double greatest = all.back().value;
    double weights = 0;
    double above = 0;
    int digits = weighted_digits_min;
    for (std::size_t i = 0; i < all.size(); ++i) {
        // Not the sum less this one: a volume that is absurd would leave nothing of the others.
        double others = 0;
        for (std::size_t j = 0; j < all.size(); ++j)
            others += j == i ? 0 : all[j].volume;
        const double most = others * weight_share_max / (1 - weight_share_max);
        const double weight = std::min(all[i].volume, most);
        weights += weight;
        above += weight * (all[i].value - least);
        digits = std::max(digits, digits_of(all[i].value));
    }
    // A volume moves all the time, and with it digits that nobody quoted.
    const double mean = rounded_to_digits(least + above / weights, std::min(digits, digits_max));
    return std::clamp(mean, least, greatest);
}

// The price of those in `into.used`, which agree, where two of them have a volume; those without
// one are set aside then.
std::optional<double> by_volume(decision& into, std::span<const candidate> from)
{
    const auto is_used = [&](const candidate& c) {
        return std::ranges::find(into.used, c.provider) != into.used.end();
    };
    weighed_list with_volume;
    for (const auto& c : from)
        if (c.volume && is_used(c))
            with_volume.push_back(weighed{c.value.value(), *c.volume});
    if (with_volume.size() < 2)
        return std::nullopt;
    for (const auto& c : from)
        if (!c.volume && is_used(c)) {
            into.used.erase(std::ranges::find(into.used, c.provider));
            into.aside.push_back({c.provider, pricing_errc::no_volume});
        }
    return weighted_mean(with_volume);
}

void by_agreement(decision& into, std::span<const candidate> from, const policy_settings& settings)
{
    numbers fresh;
    for (const auto& c : from)
        if (is_fresh(c, settings))
            fresh.push_back(c.value.value());
    const std::size_t quorum = std::max<std::size_t>(settings.quorum, 1);
    const bool are_enough = fresh.size() >= quorum;
    const double middle = fresh.empty() ? 0 : median(fresh);
    const double most = are_enough ? tolerance(fresh, middle, settings) : 0;

    numbers near;
    for (const auto& c : from) {
        const double value = c.value.value();
        if (!is_fresh(c, settings)) {
            into.aside.push_back({c.provider, pricing_errc::stale_quote});
        } else if (are_enough && std::abs(value - middle) > most) {
            into.aside.push_back({c.provider, pricing_errc::outlier});
        } else if (are_enough) {
            into.used.push_back(c.provider);
            near.push_back(value);
        }
    }
    if (near.size() >= quorum && 2 * near.size() > fresh.size()) {
        std::optional<double> mean;
        if (settings.kind == policy_kind::weighted)
            mean = by_volume(into, from);
        into.by = mean ? policy_kind::weighted : policy_kind::median;
        // Between prices lies a price.
        into.value = *price::from(mean ? *mean : median(near));
        return;
    }
    into.used.clear();
    if (are_enough)
        into.why = pricing_errc::disagreement;
    else
        into.why = fresh.empty() ? pricing_errc::no_quote : pricing_errc::no_quorum;
}

}  // namespace

std::string_view to_string(policy_kind kind) noexcept
{
    switch (kind) {
    case policy_kind::fallback:
        return "fallback";
    case policy_kind::median:
        return "median";
    case policy_kind::weighted:
        return "weighted";
    }
    return "unknown";
}

decision decide(std::span<const candidate> from, const policy_settings& settings)
{
    assert(from.size() <= providers_max);
    decision made;
    if (settings.kind == policy_kind::fallback)
        by_fallback(made, from, settings);
    else
        by_agreement(made, from, settings);
    return made;
}

}  // namespace tickertape::pricing
