// A symbol names what is priced and in what: BTC-USD. The server knows a fixed set of them, given
// at start; everywhere inside, a symbol is its number in that set.
#pragma once

#include "core/errors.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tickertape {

// The number of a symbol: 0, 1, 2, ... in the order they were configured.
enum class symbol_id : std::uint16_t {};

constexpr std::size_t index_of(symbol_id id) noexcept
{
    return static_cast<std::size_t>(id);
}

// "btc-usd" becomes "BTC-USD". Each half has 1 to 16 letters or digits.
// Errors: core_errc::bad_symbol.
result<std::string> normalized_symbol(std::string_view text);

// Threads: immutable after construction, so any.
class symbol_table {
public:
    static constexpr std::size_t symbols_max = 1024;

    // Takes names in any case; a name given twice counts once.
    // Errors: core_errc::bad_symbol (also when there is none), ::too_many_symbols.
    static result<symbol_table> from(std::span<const std::string> names);

    std::size_t size() const noexcept { return names_.size(); }
    const std::string& name(symbol_id id) const noexcept { return names_[index_of(id)]; }
    // The two halves of the name: "BTC" and "USD".
    std::string_view base(symbol_id id) const noexcept;
    std::string_view quote(symbol_id id) const noexcept;
    // Looks a name up in any case.
    std::optional<symbol_id> find(std::string_view name) const;
    std::span<const symbol_id> all() const noexcept { return ids_; }

private:
    symbol_table() = default;

    std::vector<std::string> names_;
    std::vector<symbol_id> ids_;
    std::unordered_map<std::string, symbol_id> by_name_;
};

}  // namespace tickertape
