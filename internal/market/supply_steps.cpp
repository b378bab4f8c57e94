// Supplies that jump from one table to the next.
#include "market/checks.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace tickertape::market {
namespace {

struct supply_figure {
    std::string_view name;
    std::optional<double> coin::*figure;
    bool is_worth = false;  // it is in dollars
};
constexpr std::array figures{
    supply_figure{"market_cap", &coin::market_cap, true},
    supply_figure{"circulating_supply", &coin::circulating_supply},
    supply_figure{"total_supply", &coin::total_supply},
    supply_figure{"max_supply", &coin::max_supply},
};
constexpr auto names = [] {
    std::array<std::string_view, figures.size()> all;
    std::ranges::transform(figures, all.begin(), &supply_figure::name);
    return all;
}();

// None: the row does not show it.
std::optional<believed_figure> shown_in(const coin& row, const supply_figure& of, wall_time at)
{
    const auto said = row.*of.figure;
    if (!said)
        return std::nullopt;
    const auto price = row.value.value();
    return believed_figure{
        .figure = of.name,
        .coins = of.is_worth ? *said / price : *said,
        .worth = of.is_worth ? *said : *said * price,
        .at = at};
}

std::optional<believed_figure>
last_believed(const coin& before, const supply_figure& of, wall_time at)
{
    if (auto shown = shown_in(before, of, at))
        return shown;
    const auto found = std::ranges::find(before.believed, of.name, &believed_figure::figure);
    return found == before.believed.end() ? std::nullopt : std::optional{*found};
}

bool is_far(double a, double b, double step_max) noexcept
{
    return !(a <= b * step_max && b <= a * step_max);
}

void check_steps(
    coin& row, const coin& before, wall_time before_at, wall_time now, const check_limits& limits)
{
    for (const auto& one : figures) {
        const auto last = last_believed(before, one, before_at);
        if (!last || now - last->at >= limits.supply_doubted_for)
            continue;
        const auto said = shown_in(row, one, now);
        if (said && !(is_far(said->coins, last->coins, limits.supply_step_max) &&
                      is_far(said->worth, last->worth, limits.supply_step_max)))
            continue;
        // What is not said now is remembered as well: another answer may say it again.
        row.believed.push_back(*last);
        if (!said)
            continue;
        (row.*one.figure).reset();
        row.withheld.push_back({one.name, known_reason("moved too far since the last answer")});
    }
}

}  // namespace

std::span<const std::string_view> supply_figures() noexcept
{
    return names;
}

void check_steps(
    table& all, const table& before, wall_time before_at, wall_time now, const check_limits& limits)
{
    std::map<std::string_view, const coin*> by_id;
    for (const auto& row : before.coins)
        by_id.emplace(row.id, &row);
    for (auto& row : all.coins)
        if (const auto found = by_id.find(row.id); found != by_id.end())
            check_steps(row, *found->second, before_at, now, limits);
}

}  // namespace tickertape::market
