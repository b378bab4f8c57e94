#include "series/candle_builder.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace tickertape::series {

std::optional<candle> candle_builder::take(position at, price value) noexcept
{
    if (at <= state_.passed) {
        ++state_.ignored;
        return std::nullopt;
    }
    state_.passed = at;
    return take_piece(
        {.opens = bucket_open(state_.of, at.time()),
         .open = value,
         .high = value,
         .low = value,
         .close = value,
         .ticks = 1});
}

std::optional<candle> candle_builder::take(const candle& piece, interval finer) noexcept
{
    assert(divides(finer, state_.of));
    if (position::at(piece.opens) <= state_.passed) {
        ++state_.ignored;
        return std::nullopt;
    }
    state_.passed = position::at(end_of(finer, piece.opens)).previous();
    candle widened = piece;
    widened.opens = bucket_open(state_.of, piece.opens);
    return take_piece(widened);
}

std::optional<candle> candle_builder::advance(wall_time time) noexcept
{
    state_.passed = std::max(state_.passed, position::at(time).previous());
    return close_until(time);
}

void candle_builder::note_hole(const hole& missing) noexcept
{
    if (missing.from >= missing.to)
        return;
    auto& known = state_.missing;
    if (known && can_still_reach(*known))
        known = {std::min(known->from, missing.from), std::max(known->to, missing.to)};
    else
        known = missing;
    if (state_.forming)
        state_.forming->overlaps_hole =
            state_.forming->overlaps_hole || misses_ticks(state_.forming->opens);
}

std::optional<candle> candle_builder::forming_with(const candle& piece) const noexcept
{
    if (position::at(piece.opens) <= state_.passed)
        return std::nullopt;
    candle widened = piece;
    widened.opens = bucket_open(state_.of, piece.opens);
    if (state_.forming && state_.forming->opens == widened.opens)
        return joined(*state_.forming, widened);
    widened.overlaps_hole = widened.overlaps_hole || misses_ticks(widened.opens);
    return widened;
}

std::optional<candle> candle_builder::close_until(wall_time time) noexcept
{
    if (!state_.forming || !is_closed(state_.of, state_.forming->opens, time))
        return std::nullopt;
    return std::exchange(state_.forming, std::nullopt);
}

std::optional<candle> candle_builder::take_piece(candle piece) noexcept
{
    auto closed = close_until(piece.opens);
    if (state_.forming) {
        state_.forming = joined(*state_.forming, piece);
    } else {
        piece.overlaps_hole = piece.overlaps_hole || misses_ticks(piece.opens);
        state_.forming = piece;
    }
    return closed;
}

bool candle_builder::can_still_reach(const hole& missing) const noexcept
{
    const auto last_bucket = bucket_open(state_.of, missing.to.time());
    return state_.passed < position::at(end_of(state_.of, last_bucket)).previous();
}

bool candle_builder::misses_ticks(candle_time opens) const noexcept
{
    return state_.missing && overlaps(*state_.missing, state_.of, opens);
}

}  // namespace tickertape::series
