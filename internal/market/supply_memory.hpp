// How many coins there were of each, as each source said it last, for a day: a slip of the decimal
// point that all figures of a row share is seen only beside what was said before.
//
// It is of coins and not of tables, so that neither a coin that a table lacks nor another source
// makes anything forgotten.
//
// Pure: no clock. Threads: one.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "market/checks.hpp"
#include "market/table.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tickertape::market {

// Of each source, which lists 250. Those above it are not remembered.
inline constexpr std::size_t supplies_remembered_max = 1'000;

// The figures that tell how many coins there are.
std::span<const std::string_view> supply_figures() noexcept;

// What a source says of a coin elsewhere, as in its details, that its row contradicts: the row
// withholds the figure, or has it as many times as much.
bool is_denied_by(
    const coin& row, std::string_view figure, double said,
    const check_limits& limits = usual_checks) noexcept;

class supply_memory {
public:
    // Withholds figures that are many times what the source said before, or a small part of it, and
    // remembers the others. A coin that was split costs as much less as there are more of it, and
    // is not withheld.
    void check(table& of, wall_time now, const check_limits& limits = usual_checks);

    // As a text that outlives the process.
    std::string write() const;
    // Takes what is newer there. Nothing is changed where the text cannot be read. Errors: those of
    // json::read_own(); json_errc::wrong_type.
    std::optional<fetch_error> take(std::string_view text);

private:
    static constexpr std::size_t figures_known = 4;
    // As it was shown last: as a number of coins, and what these were worth then. A market cap
    // counts as the coins that it is the price of.
    struct shown_figure {
        double coins = 0;
        double worth = 0;
        wall_time at{};
    };
    using of_coin = std::array<std::optional<shown_figure>, figures_known>;
    using of_source = std::map<std::string, of_coin, std::less<>>;  // by id

    static std::optional<shown_figure> shown_in(const coin& row, std::size_t figure, wall_time at);
    static void check(coin& row, of_coin& known, wall_time now, const check_limits& limits);
    static void forget(of_source& all, wall_time now, const check_limits& limits);

    std::map<std::string, of_source, std::less<>> by_source_;
};

}  // namespace tickertape::market
