#include "market/checks.hpp"

#include "market/contradictions.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace tickertape::market {
namespace {

// All that are given below. A text that was kept is read by them.
constexpr std::array<std::string_view, 11> reasons{
    "a loss of 100 % or more",
    "below the low of the day",
    "above the high of the day",
    "more than there can be",
    "more than there are",
    "is not price times supply",
    "is negative",
    "is many times the market cap",
    "is no part of a whole",
    "is not positive",
    "moved too far since the last answer",
};

template <class Row>
void withhold(Row& row, std::optional<double>& figure, std::string_view name, std::string_view why)
{
    assert(!known_reason(why).empty());
    if (!figure)
        return;
    figure.reset();
    row.withheld.push_back({name, why});
}

void check_change(coin& row, std::optional<double>& change, std::string_view name)
{
    if (change && *change <= -100)
        withhold(row, change, name, "a loss of 100 % or more");
}

void check_range(coin& row)
{
    if (row.high_24h && row.low_24h && *row.high_24h < *row.low_24h) {
        withhold(row, row.high_24h, "high_24h", "below the low of the day");
        withhold(row, row.low_24h, "low_24h", "above the high of the day");
    }
}

void check_supply(coin& row, const check_limits& limits)
{
    auto& circulating = row.circulating_supply;
    if (circulating && row.max_supply && *circulating > *row.max_supply)
        withhold(row, circulating, "circulating_supply", "more than there can be");
    if (circulating && row.total_supply &&
        *circulating > *row.total_supply * (1 + limits.supply_over_max))
        withhold(row, circulating, "circulating_supply", "more than there are");
}

// With the supply as the source gave it: one that was withheld proves nothing.
void check_cap(coin& row, const check_limits& limits)
{
    if (!row.market_cap || !row.circulating_supply)
        return;
    const auto ratio = *row.market_cap / (row.value.value() * *row.circulating_supply);
    if (!(std::abs(ratio - 1) <= limits.cap_off_max))
        withhold(row, row.market_cap, "market_cap", "is not price times supply");
}

void check_volume(coin& row, std::optional<double> cap_as_said, const check_limits& limits)
{
    if (row.volume_24h && *row.volume_24h < 0)
        withhold(row, row.volume_24h, "volume_24h", "is negative");
    if (row.volume_24h && cap_as_said && *row.volume_24h > *cap_as_said * limits.volume_to_cap_max)
        withhold(row, row.volume_24h, "volume_24h", "is many times the market cap");
}

void check_times(coin& row, wall_time now, const check_limits& limits)
{
    if (row.updated_at && *row.updated_at > now + limits.ahead_max)
        row.updated_at.reset();
    if (row.ath_at && *row.ath_at > now + limits.ahead_max)
        row.ath_at.reset();
    row.is_inactive = row.updated_at && now - *row.updated_at > limits.active;
}

}  // namespace

std::string_view known_reason(std::string_view why) noexcept
{
    const auto* const known = std::ranges::find(reasons, why);
    return known == reasons.end() ? known_contradiction(why) : *known;
}

void check(coin& row, wall_time now, const check_limits& limits)
{
    const auto cap_as_said = row.market_cap;
    check_times(row, now, limits);
    check_change(row, row.change_1h_percent, "change_1h_percent");
    check_change(row, row.change_24h_percent, "change_24h_percent");
    check_change(row, row.change_7d_percent, "change_7d_percent");
    check_range(row);
    check_supply(row, limits);
    check_cap(row, limits);
    check_volume(row, cap_as_said, limits);
}

void check(totals& whole, const totals* before, const check_limits& limits)
{
    auto& dominance = whole.bitcoin_dominance_percent;
    if (dominance && !(*dominance > 0 && *dominance < 100))
        withhold(whole, dominance, "bitcoin_dominance_percent", "is no part of a whole");
    if (whole.market_cap && !(*whole.market_cap > 0))
        withhold(whole, whole.market_cap, "market_cap", "is not positive");
    if (whole.volume_24h && !(*whole.volume_24h > 0))
        withhold(whole, whole.volume_24h, "volume_24h", "is not positive");
    if (auto& change = whole.market_cap_change_24h_percent; change && *change <= -100)
        withhold(whole, change, "market_cap_change_24h_percent", "a loss of 100 % or more");
    if (dominance && before != nullptr && before->bitcoin_dominance_percent &&
        before->source == whole.source && before->updated_at && whole.updated_at &&
        *whole.updated_at - *before->updated_at <= limits.dominance_within &&
        std::abs(*dominance - *before->bitcoin_dominance_percent) > limits.dominance_step_max)
        withhold(
            whole, dominance, "bitcoin_dominance_percent", "moved too far since the last answer");
}

}  // namespace tickertape::market
