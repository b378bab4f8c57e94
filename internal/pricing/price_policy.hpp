// From what several providers say of one symbol to the one price we say, or to none: no price is
// better than a guessed one.
//
// Pure: quotes and settings in, a decision out. Threads: any.
#pragma once

#include "core/price.hpp"

#include "pricing/errors.hpp"

#include <boost/container/static_vector.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace tickertape::pricing {

// As many as PROVIDERS may name.
inline constexpr std::size_t providers_max = 16;

enum class policy_kind { fallback, median, weighted };

// Whether a price is made of several quotes, so that all providers are asked.
constexpr bool combines(policy_kind kind) noexcept
{
    return kind != policy_kind::fallback;
}
// As in PRICE_POLICY.
std::string_view to_string(policy_kind kind) noexcept;

// The most that one quote may weigh, as a part of all weights: volume is what a venue says of
// itself. At least a half, because one of two quotes has that.
inline constexpr double weight_share_max = 0.5;
// A weighted price has as many significant digits as the longest quote in it, but no fewer than
// these: quotes of whole dollars may be weighed to the cent.
inline constexpr int weighted_digits_min = 7;

struct policy_settings {
    policy_kind kind = policy_kind::fallback;
    std::chrono::milliseconds age_max{120'000};  // a quote older than this is set aside
    // median and weighted only:
    std::size_t quorum = 2;  // at least so many must agree
    double deviation_max =
        0.02;  // from the median; further off is an outlier whatever the others do
    double deviation_min = 0.001;  // closer than this is none, however close the others are
};

// One provider's word, in the order of preference.
struct candidate {
    std::size_t provider;  // its rank in PROVIDERS
    price value;
    std::chrono::milliseconds age;  // never negative
    // What was traded in 24 hours, in the base currency, if that is known and fresh; above zero and
    // at most volume_max.
    std::optional<double> volume{};
};

struct set_aside {
    std::size_t provider;
    pricing_errc why;  // stale_quote, outlier or no_volume
};

struct decision {
    // None: `why` says so: pricing_errc::no_quote (none that is not too old), ::no_quorum (too few
    // that are not too old), or ::disagreement (no majority and quorum of them lie together).
    std::optional<price> value{};
    pricing_errc why{};
    // How it was made: `weighted` falls back to `median`.
    policy_kind by{};
    // Providers, in the order given. `used` is empty where there is no price.
    boost::container::static_vector<std::size_t, providers_max> used{};
    boost::container::static_vector<set_aside, providers_max> aside{};
};

// fallback: the first candidate that is not too old. Those after it are neither used nor set aside,
// unless they are too old.
//
// median: those too old are set aside; of the rest, those further from their median than
// 3 scaled median absolute deviations (1.4826 MAD; at least deviation_min and at most
// deviation_max of the median) are outliers; the price is the median of what is left. There is one
// only if at least `quorum` are left and they are more than half of those not too old: two camps
// have no middle anybody trades at. Of an even number, the median is the mean of the middle two, at
// 15 significant digits: both are decimals, and so is what lies in their middle. The order of
// `from` changes no price.
//
// weighted: those that agree by the rule of median; and if two or more of them have a volume, the
// mean of these, each weighted by its volume, but by no more than weight_share_max of all weights.
// Those without a volume helped to agree, and are set aside then. With fewer than two volumes it is
// the median. Either way the price lies between the least and the greatest of those that agree. So
// 1 and 2 below hold for it as well. 3 does not: a near miss with a large volume may pull the price
// out of the honest quotes' range, by no more than 2 says.
//
// What that is worth. Call a quote honest or broken; broken ones may say anything, also something
// close. Let more than half of those not too old be honest. Then
//   1. their median m lies between the least and the greatest honest quote. For were it greater
//   than
//      all honest ones, so would be the upper half of the quotes (of 2k + 1 the upper k + 1, of 2k
//      the upper k), hence half of them or more would be broken; likewise for less;
//   2. a price is at most deviation_max of m away from m, being between quotes that are: so it is
//   at
//      most that further out than some honest quote, whatever the broken ones say;
//   3. if the honest quotes lie within deviation_min of each other (greatest - least <=
//      deviation_min * least), then by 1 none is further from m than that, none is set aside, and
//      the broken ones are fewer than the honest ones among those left too. By the argument of 1,
//      applied to these, the price lies between the least and the greatest honest quote. And there
//      is a price, unless the honest ones are fewer than the quorum.
// Not promised: if the honest ones are further apart than deviation_min, some of them may be set
// aside, and near misses may pull the price out of their range, by no more than 2 says. Neither is
// anything promised where the broken ones are half or more: three that err together outvote two.
//
// `from`: at most providers_max. Allocates nothing.
decision decide(std::span<const candidate> from, const policy_settings& settings);

}  // namespace tickertape::pricing
