// The closes of days, as the archive's candles say them.
//
// No I/O. Threads: any.
#pragma once

#include "core/symbol.hpp"
#include "market/kpis.hpp"
#include "series/history.hpp"

#include <chrono>
#include <vector>

namespace tickertape::web {

// Asks for the days from `first` on and before `end`, as far as they are over.
series::candle_query
daily_query(symbol_id of, std::chrono::sys_days first, std::chrono::sys_days end);

// The closes of the candles, but for days whose last prices are missing.
std::vector<market::daily_close> closes_of(const series::candle_answer& days);

}  // namespace tickertape::web
