#include "pricing/source_names.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tickertape::pricing {
namespace {

// In the table from the start, so that there is room for them when there is room for nothing else.
constexpr std::string_view short_median = "median";
constexpr std::string_view short_median_with_standin = "median(stablecoins)";
constexpr std::string_view short_weighted = "weighted";
constexpr std::string_view short_weighted_with_standin = "weighted(stablecoins)";
constexpr std::string_view short_derived = "derived";
constexpr std::string_view short_derived_with_standin = "derived(stablecoins)";

}  // namespace

source_names::source_names(
    source_table& table, const symbol_table& symbols, std::vector<std::string> providers)
    : table_{table}, symbols_{symbols}, providers_{std::move(providers)}, last_(symbols.size())
{
    for (const auto name :
         {short_median, short_median_with_standin, short_weighted, short_weighted_with_standin,
          short_derived, short_derived_with_standin})
        (void)table_.intern(name);
}

std::optional<source_id> source_names::of_parts(symbol_id symbol, const parts& of, policy_kind by)
{
    auto& last = last_[index_of(symbol)];
    if (!last.derived && last.by == by && last.whom == of)
        return last.id;
    auto id = table_.intern(text(of, by), combines(by) ? static_cast<unsigned>(of.size()) : 0);
    if (!id) {
        const bool has_standin =
            std::ranges::any_of(of, [](const part& p) { return p.as != usd_standin::none; });
        if (by == policy_kind::weighted)
            id = table_.intern(has_standin ? short_weighted_with_standin : short_weighted);
        else
            id = table_.intern(has_standin ? short_median_with_standin : short_median);
    }
    if (!id)
        return std::nullopt;
    last = {.whom = of, .by = by, .derived = {}, .id = *id};
    return *id;
}

std::optional<source_id>
source_names::of_derived(const cross_rate& d, usd_standin left, usd_standin right)
{
    auto& last = last_[index_of(d.target)];
    if (last.derived && last.left == left && last.right == right)
        return last.derived;
    auto id = table_.intern(source_text(d, symbols_, left, right));
    if (!id) {
        const bool has_standin = left != usd_standin::none || right != usd_standin::none;
        id = table_.intern(has_standin ? short_derived_with_standin : short_derived);
    }
    if (!id)
        return std::nullopt;
    last = {.whom = {}, .by = {}, .derived = *id, .left = left, .right = right, .id = *id};
    return *id;
}

std::string source_names::text(const parts& of, policy_kind by) const
{
    if (!combines(by))
        return labelled(providers_[of.front().provider], of.front().as);
    std::string name{to_string(by)};
    char before = '(';
    for (const auto& p : of)
        name += std::exchange(before, ',') + labelled(providers_[p.provider], p.as);
    return name + ')';
}

}  // namespace tickertape::pricing
