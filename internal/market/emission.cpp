#include "market/emission.hpp"

#include <algorithm>

namespace tickertape::market {
namespace {

constexpr std::int64_t first_subsidy = 50 * satoshi_per_bitcoin;
// 50 bitcoins halved 33 times are less than a satoshi.
constexpr std::int64_t rewards = 33;

}  // namespace

std::int64_t subsidy_at(std::int64_t height) noexcept
{
    const auto halvings = height / blocks_per_halving;
    return halvings < rewards ? first_subsidy >> halvings : 0;
}

std::int64_t supply_at(std::int64_t height) noexcept
{
    const auto blocks = height + 1;
    std::int64_t all = 0;
    for (std::int64_t era = 0; era < rewards && era * blocks_per_halving < blocks; ++era)
        all += std::min(blocks - era * blocks_per_halving, blocks_per_halving) *
               (first_subsidy >> era);
    return all;
}

std::int64_t supply_in_the_end() noexcept
{
    return supply_at(rewards * blocks_per_halving);
}

std::optional<std::int64_t> next_halving(std::int64_t height) noexcept
{
    if (subsidy_at(height) == 0)
        return std::nullopt;
    return (height / blocks_per_halving + 1) * blocks_per_halving;
}

std::int64_t next_retarget(std::int64_t height) noexcept
{
    return (height / blocks_per_period + 1) * blocks_per_period;
}

double inflation_percent_at(std::int64_t height) noexcept
{
    const auto now = supply_at(height);
    const auto more = supply_at(height + blocks_per_year) - now;
    return 100 * static_cast<double>(more) / static_cast<double>(now);
}

}  // namespace tickertape::market
