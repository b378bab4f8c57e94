#include "synthetic/random_walk.hpp"

#include "core/quote.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace tickertape::synthetic {
namespace {

// How much of a step goes home, where the walk is a factor of e away from there.
constexpr double home_pull = 0.001;

// Decimals that keep a price legible: cents, or six significant digits of a price below 1,000,
// which a step of a small part of it would otherwise never move.
double unit_of(double value)
{
    if (value >= 1'000)
        return 0.01;
    return std::pow(10.0, std::floor(std::log10(value)) - 5);
}

// Towards `from` and never past it, so that rounding never lengthens a step: a price that came from
// below 1 has more decimals than the ones above.
double rounded(double value, double from)
{
    const double unit = unit_of(std::min(value, from));
    // Dividing by the inverse keeps 0.01-multiples at their nearest double: 6900000 / 100.
    const double per_unit = std::round(1 / unit);
    const double scaled = value * per_unit;
    return value > from ? std::max(std::floor(scaled) / per_unit, from)
                        : std::min(std::ceil(scaled) / per_unit, from);
}

struct worth {
    std::string_view name;
    double usd;
};

constexpr std::array worths{
    worth{"USD", 1},     worth{"USDT", 1},    worth{"USDC", 1},    worth{"DAI", 1},
    worth{"EUR", 1.08},  worth{"GBP", 1.27},  worth{"BTC", 69000}, worth{"ETH", 3500},
    worth{"SOL", 150},   worth{"BNB", 600},   worth{"XRP", 0.6},   worth{"ADA", 0.45},
    worth{"DOGE", 0.15}, worth{"LTC", 85},    worth{"DOT", 7},     worth{"AVAX", 35},
    worth{"LINK", 15},   worth{"BCH", 450},   worth{"TRX", 0.12},  worth{"XLM", 0.11},
    worth{"XMR", 160},   worth{"SHIB", 2e-5},
};

double worth_of(std::string_view name)
{
    const auto found = std::ranges::find(worths, name, &worth::name);
    return found == worths.end() ? 100 : found->usd;
}

}  // namespace

random_walk::random_walk(const walk_settings& settings) noexcept
    : random_{settings.seed}, start_{settings.start}, step_max_{settings.step_max},
      now_{*plausible_price(settings.start)}
{
    assert(settings.step_max > 0 && settings.step_max < 1);
    if (settings.now)
        go_on_from(*settings.now);
}

void random_walk::go_on_from(price p) noexcept
{
    if (p.value() >= start_ / 10 && p.value() <= start_ * 10)
        now_ = p;
}

price random_walk::next() noexcept
{
    const double from = now_.value();
    const double wanted = std::clamp(from * (1 + step()), start_ / 10, start_ * 10);
    if (const auto p = plausible_price(rounded(wanted, from)))
        now_ = *p;
    return now_;
}

price random_walk::after(double steps) noexcept
{
    if (steps == 1)
        return next();
    // Of one step: how much of the way home it goes, and how far it leads by chance.
    const double home = home_pull * step_max_;
    const double chance = step_max_ / std::sqrt(7.0);
    // Twelve uniform numbers make one that is close to normal.
    double normal = 0;
    for (int k = 0; k < 12; ++k)
        normal += uniform() / 2;
    const double from = now_.value();
    const double away = std::log(from / start_) * std::exp(-home * steps) +
                        chance * std::sqrt(-std::expm1(-2 * home * steps) / (2 * home)) * normal;
    const double wanted = std::clamp(start_ * std::exp(away), start_ / 10, start_ * 10);
    if (const auto p = plausible_price(rounded(wanted, from)))
        now_ = *p;
    return now_;
}

// Between -1 and 1.
double random_walk::uniform() noexcept
{
    return static_cast<double>(random_() >> 11) * 0x1p-52 - 1;
}

// Between -step_max and step_max. Cubed, because a market is mostly calm and sometimes is not; and
// pulled home a little, because otherwise a walk of a few weeks ends at one of its bounds.
double random_walk::step() noexcept
{
    const double by_chance = uniform();
    const double home = -home_pull * std::log(now_.value() / start_);
    return step_max_ * std::clamp(by_chance * by_chance * by_chance + home, -1.0, 1.0);
}

double likely_price(std::string_view base, std::string_view quote) noexcept
{
    return worth_of(base) / worth_of(quote);
}

}  // namespace tickertape::synthetic
