#include "market/table_rules.hpp"

#include "market/coins_known.hpp"
#include "json/errors.hpp"

#include <algorithm>

namespace tickertape::market {
namespace {

using json::json_errc;

bool has_bitcoin(const table& said)
{
    const auto id = id_of(said.source, "BTC");
    return id && std::ranges::find(said.coins, *id, &coin::id) != said.coins.end();
}

// The largest market cap comes first: where most are larger than the one before it, the answer is
// in another order than was asked for, and its places are no ranks.
bool is_falling(const table& said, const table_limits& limits)
{
    std::size_t known = 0;
    std::size_t rising = 0;
    double last = 0;
    for (const auto& row : said.coins) {
        if (!row.market_cap)
            continue;
        rising += known > 0 && *row.market_cap > last ? 1 : 0;
        ++known;
        last = *row.market_cap;
    }
    return known < limits.caps_min || 2 * rising <= known - 1;
}

bool is_held(const table& said, const snapshot& shown, boot_time now, const table_limits& limits)
{
    const bool is_same = shown.coins.source == said.source;
    if (is_same ? now - shown.received > limits.held_for : shown.is_stale(now))
        return false;
    return static_cast<double>(said.coins.size()) <
           static_cast<double>(shown.coins.coins.size()) * limits.coins_min;
}

std::string number_of(std::size_t count, std::string_view what)
{
    return std::to_string(count) + ' ' + std::string{what};
}

}  // namespace

std::size_t rank_of(const table& in, std::size_t index) noexcept
{
    auto place = index + 1;
    for (const auto dropped : in.dropped_at) {
        if (dropped > place)
            break;
        ++place;
    }
    return place;
}

std::optional<fetch_error>
why_unfit(const table& said, const snapshot* shown, boot_time now, const table_limits& limits)
{
    const auto rows = said.coins.size() + said.dropped;
    if (static_cast<double>(said.dropped) > static_cast<double>(rows) * limits.dropped_max)
        return fetch_error{
            json_errc::missing_field,
            "of " + number_of(rows, "rows ") + std::to_string(said.dropped) + " cannot be read"};
    if (!has_bitcoin(said))
        return fetch_error{json_errc::missing_field, "there is no Bitcoin in the table"};
    if (!is_falling(said, limits))
        return fetch_error{
            json_errc::wrong_type, "the coins are not in the order of their market caps"};
    if (shown != nullptr && is_held(said, *shown, now, limits))
        return fetch_error{
            json_errc::missing_field, number_of(
                                          said.coins.size(), "coins, and the table that is "
                                                             "shown has ") +
                                          std::to_string(shown->coins.coins.size())};
    return std::nullopt;
}

coin_ids
absent_in(const table& next, bool is_stand_in, const snapshot* before, const table_limits& limits)
{
    if (before == nullptr || (!is_stand_in && next.dropped == 0))
        return nullptr;
    auto all = std::make_shared<std::set<std::string, std::less<>>>();
    if (before->absent)
        *all = *before->absent;
    for (const auto& row : before->coins.coins)
        if (all->size() < limits.absent_max &&
            (before->coins.source != next.source || next.dropped > 0))
            all->insert(row.id);
    for (const auto& row : next.coins)
        all->erase(row.id);
    return all->empty() ? nullptr : coin_ids{std::move(all)};
}

bool is_old(const coin& row, const snapshot& in) noexcept
{
    return row.updated_at && in.received_at - *row.updated_at > snapshot::lag_max;
}

}  // namespace tickertape::market
