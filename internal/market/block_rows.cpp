#include "market/block_rows.hpp"

#include "market/emission.hpp"

#include <algorithm>

namespace tickertape::market {
namespace {

using placed_blocks = std::vector<placed_block>;

// Keeps the rows that agree with more than half of those that `concerns` compares them with.
template <class Concerns, class Agrees>
placed_blocks kept_by_most(const placed_blocks& rows, Concerns concerns, Agrees agree)
{
    placed_blocks kept;
    for (const auto& one : rows) {
        std::size_t asked = 0;
        std::size_t agreeing = 0;
        for (const auto& other : rows) {
            if (!concerns(one, other))
                continue;
            ++asked;
            agreeing += agree(one, other) ? 1 : 0;
        }
        if (2 * agreeing > asked)
            kept.push_back(one);
    }
    return kept;
}

std::int64_t period_of(const placed_block& row) noexcept
{
    return row.what.height / blocks_per_period;
}

bool dates_fit(const block& older, const block& newer, const row_limits& limits) noexcept
{
    const auto between = newer.mined_at - older.mined_at;
    return between >= -limits.back_max &&
           between <= limits.gap_max + (newer.height - older.height) * limits.each_max;
}

}  // namespace

std::vector<block> rows_of_one_chain(placed_blocks rows, const row_limits& limits)
{
    const auto count = rows.size();
    const auto all = [](const placed_block&, const placed_block&) { return true; };
    rows = kept_by_most(rows, all, [](const placed_block& one, const placed_block& other) {
        return one.what.height + one.place == other.what.height + other.place;
    });
    rows = kept_by_most(
        rows,
        [](const placed_block& one, const placed_block& other) {
            return period_of(one) == period_of(other);
        },
        [](const placed_block& one, const placed_block& other) {
            return one.what.difficulty == other.what.difficulty;
        });
    rows = kept_by_most(rows, all, [&](const placed_block& one, const placed_block& other) {
        const auto step = one.what.difficulty / other.what.difficulty;
        return step <= limits.difficulty_step_max && step >= 1 / limits.difficulty_step_max;
    });
    rows = kept_by_most(rows, all, [&](const placed_block& one, const placed_block& other) {
        const bool is_older = one.what.height < other.what.height;
        return is_older ? dates_fit(one.what, other.what, limits)
                        : dates_fit(other.what, one.what, limits);
    });
    std::vector<block> blocks;
    if (2 * rows.size() <= count)
        return blocks;
    for (const auto& row : rows)
        blocks.push_back(row.what);
    return blocks;
}

}  // namespace tickertape::market
