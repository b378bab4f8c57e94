// Of which candles a longer one is made: those of the next shorter interval, its pieces.
#pragma once

#include "series/candle.hpp"

namespace tickertape::archive {

// When a builder of that interval has all its pieces: those before that time.
inline series::candle_time pieces_until(series::interval of, series::candle_time until) noexcept
{
    const auto finer = finer_of(of);
    return finer ? bucket_open(*finer, until) : until;
}

// What a longer candle lacks for want of that piece.
inline series::hole hole_of(series::interval finer, series::candle_time opens) noexcept
{
    return {position::at(opens).previous(), position::at(end_of(finer, opens)).previous()};
}

}  // namespace tickertape::archive
