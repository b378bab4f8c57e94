#include "core/symbol.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace tickertape {
namespace {

constexpr std::size_t half_bytes_max = 16;

bool is_half(std::string_view text)
{
    return !text.empty() && text.size() <= half_bytes_max && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    });
}

}  // namespace

result<std::string> normalized_symbol(std::string_view text)
{
    auto name = upper_case(text.substr(0, 2 * half_bytes_max + 2));
    const auto dash = name.find('-');
    if (dash == std::string::npos)
        return core_errc::bad_symbol;
    const std::string_view whole{name};
    if (!is_half(whole.substr(0, dash)) || !is_half(whole.substr(dash + 1)))
        return core_errc::bad_symbol;
    return name;
}

result<symbol_table> symbol_table::from(std::span<const std::string> names)
{
    symbol_table table;
    for (const auto& given : names) {
        auto name = normalized_symbol(given);
        if (!name)
            return name.error();
        if (table.by_name_.contains(*name))
            continue;
        if (table.names_.size() == symbols_max)
            return core_errc::too_many_symbols;
        const auto id = static_cast<symbol_id>(table.names_.size());
        table.by_name_.emplace(*name, id);
        table.ids_.push_back(id);
        table.names_.push_back(std::move(*name));
    }
    if (table.names_.empty())
        return core_errc::bad_symbol;
    return table;
}

std::string_view symbol_table::base(symbol_id id) const noexcept
{
    const std::string_view whole{name(id)};
    return whole.substr(0, whole.find('-'));
}

std::string_view symbol_table::quote(symbol_id id) const noexcept
{
    const std::string_view whole{name(id)};
    return whole.substr(whole.find('-') + 1);
}

std::optional<symbol_id> symbol_table::find(std::string_view name) const
{
    const auto normalized = normalized_symbol(name);
    if (!normalized)
        return std::nullopt;
    const auto found = by_name_.find(*normalized);
    if (found == by_name_.end())
        return std::nullopt;
    return found->second;
}

}  // namespace tickertape
