// Which tables are shown: one that lacks most of what the source has takes no table's place.
//
// Pure. Threads: any.
#pragma once

#include "core/fetch_error.hpp"
#include "market/board.hpp"
#include "market/table.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace tickertape::market {

struct table_limits {
    // Of the rows of an answer.
    double dropped_max = 0.2;
    // Of the coins of the table before it.
    double coins_min = 0.5;
    // A table of the same source is held for so long against one with too few coins. It is longer
    // than what lies between two tables that nobody reads, and ends, because a source may have
    // become smaller for good. One of another source is held while it is not stale.
    std::chrono::hours held_for{2};
    // Known market caps that are needed to tell in which order they are.
    std::size_t caps_min = 4;
    // Ids of earlier tables that are known to be of coins.
    std::size_t absent_max = 1'000;
};

inline constexpr table_limits usual_tables{};

// The place of a row in the answer of the source. Rows that were dropped had theirs too.
std::size_t rank_of(const table& in, std::size_t index) noexcept;

// Why the table is not shown; none: it is. `shown`: the one that is shown now, null where none is.
std::optional<fetch_error> why_unfit(
    const table& said, const snapshot* shown, boot_time now,
    const table_limits& limits = usual_tables);

// Ids of coins that `before` had and `next` lacks, though the coins are there: another source has
// other ids, and a row that was dropped comes back. Null: there are none. `is_stand_in`: `next` is
// not of the first source.
coin_ids absent_in(
    const table& next, bool is_stand_in, const snapshot* before,
    const table_limits& limits = usual_tables);

// Whether the figures of a row are much older than the answer that they came in.
bool is_old(const coin& row, const snapshot& in) noexcept;

}  // namespace tickertape::market
