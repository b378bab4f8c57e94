#include "market/supply_memory.hpp"

#include "json/json_text.hpp"
#include "json/own_members.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

namespace tickertape::market {
namespace {

struct supply_figure {
    std::string_view name;
    std::optional<double> coin::*figure;
    bool is_worth = false;  // it is in dollars
};
constexpr std::array supplies{
    supply_figure{"market_cap", &coin::market_cap, true},
    supply_figure{"circulating_supply", &coin::circulating_supply},
    supply_figure{"total_supply", &coin::total_supply},
    supply_figure{"max_supply", &coin::max_supply},
};
constexpr auto supply_names = [] {
    std::array<std::string_view, supplies.size()> all;
    std::ranges::transform(supplies, all.begin(), &supply_figure::name);
    return all;
}();

constexpr std::string_view supplies_kept_as = "supplies";
constexpr std::int64_t supplies_version = 1;
constexpr std::size_t sources_max = 8;

bool is_far(double a, double b, double step_max) noexcept
{
    return !(a <= b * step_max && b <= a * step_max);
}

}  // namespace

std::span<const std::string_view> supply_figures() noexcept
{
    return supply_names;
}

bool is_denied_by(
    const coin& row, std::string_view figure, double said, const check_limits& limits) noexcept
{
    if (std::ranges::find(row.withheld, figure, &withheld_figure::figure) != row.withheld.end())
        return true;
    const auto* const known = std::ranges::find(supplies, figure, &supply_figure::name);
    if (known == supplies.end() || !(row.*known->figure))
        return false;
    return is_far(said, *(row.*known->figure), limits.supply_step_max);
}

// None: the row does not show it.
std::optional<supply_memory::shown_figure>
supply_memory::shown_in(const coin& row, std::size_t figure, wall_time at)
{
    const auto& of = supplies[figure];
    const auto said = row.*of.figure;
    if (!said)
        return std::nullopt;
    const auto price = row.value.value();
    return shown_figure{
        .coins = of.is_worth ? *said / price : *said,
        .worth = of.is_worth ? *said : *said * price,
        .at = at};
}

void supply_memory::check(coin& row, of_coin& known, wall_time now, const check_limits& limits)
{
    for (std::size_t i = 0; i < supplies.size(); ++i) {
        const auto said = shown_in(row, i, now);
        if (!said)
            continue;
        auto& last = known[i];
        if (last && is_far(said->coins, last->coins, limits.supply_step_max) &&
            is_far(said->worth, last->worth, limits.supply_step_max)) {
            (row.*supplies[i].figure).reset();
            row.withheld.push_back(
                {supplies[i].name, known_reason("moved too far since the last answer")});
        } else
            last = said;
    }
}

// A clock that was ahead makes nothing last longer.
void supply_memory::forget(of_source& all, wall_time now, const check_limits& limits)
{
    for (auto at = all.begin(); at != all.end();) {
        bool is_known = false;
        for (auto& figure : at->second) {
            if (figure && now - figure->at >= limits.supply_doubted_for)
                figure.reset();
            if (figure)
                figure->at = std::min(figure->at, now);
            is_known = is_known || figure;
        }
        at = is_known ? std::next(at) : all.erase(at);
    }
}

void supply_memory::check(table& of, wall_time now, const check_limits& limits)
{
    auto& known = by_source_[std::string{of.source}];
    forget(known, now, limits);
    for (auto& row : of.coins) {
        auto found = known.find(row.id);
        if (found == known.end()) {
            if (known.size() >= supplies_remembered_max)
                continue;
            found = known.try_emplace(row.id).first;
        }
        check(row, found->second, now, limits);
    }
}

std::string supply_memory::write() const
{
    json::array list;
    for (const auto& [source, coins] : by_source_)
        for (const auto& [id, known] : coins)
            for (std::size_t i = 0; i < supplies.size(); ++i)
                if (const auto& one = known[i]) {
                    json::object said;
                    said.text("source", source).text("id", id).text("figure", supplies[i].name);
                    said.real("coins", one->coins).real("worth", one->worth);
                    said.number("at", one->at.time_since_epoch().count());
                    list.json(std::move(said).done());
                }
    json::object text;
    text.text("kept", supplies_kept_as).number("version", supplies_version);
    text.json("shown", std::move(list).done());
    return std::move(text).done();
}

std::optional<fetch_error> supply_memory::take(std::string_view text)
{
    const auto body = json::read_own(text, supplies_kept_as, supplies_version);
    if (!body)
        return body.error();
    json::own_members from{&*body};
    auto next = by_source_;
    for (const auto& one :
         from.list("shown", sources_max * supplies_remembered_max * supplies.size())) {
        json::own_members said{&one};
        const auto source = said.text("source", name_bytes_max);
        const auto id = said.text("id", name_bytes_max);
        const auto name = said.text("figure", name_bytes_max);
        const auto at = std::ranges::find(supply_names, name);
        const shown_figure shown{
            .coins = said.real("coins"), .worth = said.real("worth"), .at = said.time("at")};
        if (said.is_spoilt() || at == supply_names.end()) {
            from.spoil("shown");
            break;
        }
        auto& coins = next[source];
        if (coins.size() >= supplies_remembered_max && !coins.contains(id))
            continue;
        auto& known = coins[id][static_cast<std::size_t>(at - supply_names.begin())];
        if (!known || known->at < shown.at)
            known = shown;
    }
    if (next.size() > sources_max)
        from.spoil("source");
    if (from.is_spoilt())
        return from.why();
    by_source_ = std::move(next);
    return std::nullopt;
}

}  // namespace tickertape::market
