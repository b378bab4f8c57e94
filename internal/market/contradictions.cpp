#include "market/contradictions.hpp"

#include "market/coins_known.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace tickertape::market {
namespace {

constexpr std::string_view not_in_range = "price and range of the day contradict each other";
constexpr std::string_view above_high = "price and all-time high contradict each other";
constexpr std::string_view high_above_high = "high of the day and all-time high contradict";
constexpr std::string_view of_no_price = "follows from a price that is withheld";
constexpr std::string_view too_large_gain = "a gain of 10,000 % or more";
constexpr std::string_view not_of_range = "does not fit the range of the day";
constexpr std::string_view over_supply = "is more than price times all coins there are";
constexpr std::string_view over_cap = "is many times the market cap";
constexpr std::string_view over_all = "is more than all markets trade in a day";
constexpr std::string_view not_ours = "is far from our own price";
constexpr std::string_view under_rows = "is less than that of the coins of the table";
constexpr std::string_view over_rows = "is many times that of the coins of the table";
constexpr std::string_view not_its_part = "is not Bitcoin's part of the market";

constexpr std::array reasons_given{
    not_in_range, above_high,  high_above_high, of_no_price, too_large_gain,
    not_of_range, over_supply, over_cap,        over_all,    not_ours,
    under_rows,   over_rows,   not_its_part,
};

template <class Row>
void hold_back(Row& row, std::optional<double>& figure, std::string_view name, std::string_view why)
{
    if (!figure)
        return;
    figure.reset();
    row.withheld.push_back({name, why});
}

void hold_back_ath(coin& row, std::string_view why)
{
    hold_back(row, row.ath, "ath", why);
    if (!row.ath_at)
        return;
    row.ath_at.reset();
    row.withheld.push_back({"ath_at", why});
}

void hold_back_range(coin& row, std::string_view why)
{
    hold_back(row, row.high_24h, "high_24h", why);
    hold_back(row, row.low_24h, "low_24h", why);
}

// With what follows from it.
void hold_back_price(coin& row, std::string_view why)
{
    if (!has_price(row))
        return;
    row.withheld.push_back({"price", why});
    hold_back(row, row.market_cap, "market_cap", of_no_price);
}

bool is_in_range(const coin& row, double price, double off)
{
    return (!row.high_24h || price <= *row.high_24h * off) &&
           (!row.low_24h || price >= *row.low_24h / off);
}

bool is_below_high(const coin& row, double price, double off)
{
    return !row.ath || price <= *row.ath * off;
}

// A price above both the range of the day and the highest there was is alone against two. One that
// is in the range of the day has that beside it, against the highest price.
void check_price(coin& row, double off)
{
    const double price = row.value.value();
    const bool has_range = row.high_24h || row.low_24h;
    const bool in_range = is_in_range(row, price, off);
    const bool below_ath = is_below_high(row, price, off);
    const bool range_fits_ath =
        is_below_high(row, row.high_24h.value_or(row.low_24h.value_or(0)), off);
    if (in_range && below_ath && range_fits_ath)
        return;
    if (!in_range && !below_ath && range_fits_ath) {
        hold_back_price(row, not_in_range);
        return;
    }
    if (!in_range) {
        hold_back_price(row, not_in_range);
        hold_back_range(row, not_in_range);
        if (!below_ath)
            hold_back_ath(row, above_high);
        return;
    }
    if (below_ath) {
        hold_back(row, row.high_24h, "high_24h", high_above_high);
        hold_back_ath(row, high_above_high);
        return;
    }
    if (!has_range)
        hold_back_price(row, above_high);
    hold_back_ath(row, above_high);
}

void check_gain(
    coin& row, std::optional<double>& change, std::string_view name,
    const contradiction_limits& limits)
{
    if (change && *change >= limits.gain_percent_max)
        hold_back(row, change, name, too_large_gain);
}

// The price of a day ago, which the change gives, was in the range of that day or at its end.
void check_day(coin& row, const contradiction_limits& limits)
{
    if (!row.change_24h_percent || !has_price(row))
        return;
    const double before = row.value.value() / (1 + *row.change_24h_percent / 100);
    if (!is_in_range(row, before, limits.price_off_max))
        hold_back(row, row.change_24h_percent, "change_24h_percent", not_of_range);
}

// All coins there are, or can be, where the source says so.
std::optional<double> supply_at_most(const coin& row)
{
    if (row.max_supply && row.total_supply)
        return std::max(*row.max_supply, *row.total_supply);
    return row.max_supply ? row.max_supply : row.total_supply;
}

// What circulates is checked with the others of a row; where it is not known this is left.
void check_cap_and_volume(coin& row, const contradiction_limits& limits)
{
    const auto most = row.circulating_supply ? row.circulating_supply : supply_at_most(row);
    std::optional<double> cap_at_most;
    if (most && has_price(row))
        cap_at_most = row.value.value() * *most * limits.cap_over_max;
    if (row.market_cap && cap_at_most && *row.market_cap > *cap_at_most)
        hold_back(row, row.market_cap, "market_cap", over_supply);
    if (!row.market_cap && row.volume_24h && cap_at_most &&
        *row.volume_24h > *cap_at_most * limits.volume_to_cap_max)
        hold_back(row, row.volume_24h, "volume_24h", over_cap);
    if (row.volume_24h && *row.volume_24h > limits.volume_max)
        hold_back(row, row.volume_24h, "volume_24h", over_all);
}

// Bitcoin's part of the whole in percent, as far as the table tells it.
void check_dominance(
    totals& whole, const table& coins, double all, const contradiction_limits& limits)
{
    auto& said = whole.bitcoin_dominance_percent;
    const auto id = id_of(coins.source, "BTC");
    const auto row = id ? std::ranges::find(coins.coins, *id, &coin::id) : coins.coins.end();
    if (!said || row == coins.coins.end() || !row->market_cap)
        return;
    // The table lacks small coins: of all its own coins Bitcoin is a larger part.
    const bool is_off = whole.market_cap
                            ? std::abs(*said - 100 * *row->market_cap / *whole.market_cap) >
                                  limits.dominance_off_max
                            : *said > 100 * *row->market_cap / all + limits.dominance_off_max;
    if (is_off)
        hold_back(whole, said, "bitcoin_dominance_percent", not_its_part);
}

}  // namespace

bool has_price(const coin& row) noexcept
{
    return std::ranges::find(row.withheld, "price", &withheld_figure::figure) == row.withheld.end();
}

void check_together(coin& row, const contradiction_limits& limits)
{
    check_gain(row, row.change_1h_percent, "change_1h_percent", limits);
    check_gain(row, row.change_24h_percent, "change_24h_percent", limits);
    check_gain(row, row.change_7d_percent, "change_7d_percent", limits);
    check_price(row, limits.price_off_max);
    check_day(row, limits);
    check_cap_and_volume(row, limits);
}

std::optional<coin>
held_against(const coin& row, double our_price, bool is_stale, const contradiction_limits& limits)
{
    const double off = is_stale ? limits.price_off_stale_max : limits.price_off_max;
    const double apart = row.value.value() / our_price;
    const bool is_price_off = has_price(row) && (apart > off || apart < 1 / off);
    const bool is_range_off = !is_in_range(row, our_price, off);
    const bool is_ath_off = !is_below_high(row, our_price, off);
    bool is_cap_off = false;
    if (row.market_cap && row.circulating_supply) {
        const double cap = *row.market_cap / (our_price * *row.circulating_supply);
        is_cap_off = cap > off || cap < 1 / off;
    }
    if (!is_price_off && !is_range_off && !is_ath_off && !is_cap_off)
        return std::nullopt;
    auto held = row;
    if (is_price_off)
        hold_back_price(held, not_ours);
    if (is_range_off)
        hold_back_range(held, not_ours);
    if (is_ath_off)
        hold_back_ath(held, not_ours);
    if (is_cap_off)
        hold_back(held, held.market_cap, "market_cap", not_ours);
    return held;
}

void check_against(totals& whole, const table& coins, const contradiction_limits& limits)
{
    double all = 0;
    for (const auto& row : coins.coins)
        all += row.market_cap.value_or(0);
    if (auto& cap = whole.market_cap; cap && all > *cap * limits.rows_to_whole_max)
        hold_back(whole, cap, "market_cap", under_rows);
    else if (
        cap && coins.coins.size() >= limits.rows_enough && all > 0 &&
        *cap > all * limits.whole_to_rows_max)
        hold_back(whole, cap, "market_cap", over_rows);
    const double cap = whole.market_cap.value_or(all);
    if (whole.volume_24h && cap > 0 && *whole.volume_24h > cap * limits.volume_to_cap_max)
        hold_back(whole, whole.volume_24h, "volume_24h", over_cap);
    if (auto& change = whole.market_cap_change_24h_percent;
        change && *change >= limits.gain_percent_max)
        hold_back(whole, change, "market_cap_change_24h_percent", too_large_gain);
    check_dominance(whole, coins, all, limits);
}

std::string_view known_contradiction(std::string_view why) noexcept
{
    const auto* const given = std::ranges::find(reasons_given, why);
    return given == reasons_given.end() ? std::string_view{} : *given;
}

}  // namespace tickertape::market
