// Candles of the ticks that a tape holds, for servers without an archive: an answer such as an
// archive gives, whose first hole is all that lies before.
//
// Costs some 20 ns for each tick that is held. Threads: any.
#pragma once

#include "series/history.hpp"
#include "tape/tapes.hpp"

namespace tickertape::candles {

// query.with_forming is taken for granted. The answer has a state, and no `before`.
series::candle_answer held_candles(const tape::tapes& of, const series::candle_query& query);

}  // namespace tickertape::candles
