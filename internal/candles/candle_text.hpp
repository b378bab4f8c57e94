// A candle as JSON: the same text at /api/prices/{symbol}/candles and on streams.
//
// No I/O. Threads: any.
#pragma once

#include "series/history.hpp"

#include <string>
#include <string_view>

namespace tickertape::candles {

// Appends "time":1712525460,"open":12, ... without braces. What is not usual follows: "forming",
// "gap" (only true), "source" (of a candle that was fetched).
void append_members(std::string& to, const series::kept_candle& c);

// Appends {"symbol":"BTC-USD","interval":"1m", and the members}.
void append_event_data(
    std::string& to, std::string_view symbol, series::interval of, const series::kept_candle& c);

}  // namespace tickertape::candles
