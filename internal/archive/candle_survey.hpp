// Counts the candles of candles.db and verifies them, beside a server that writes to it as
// well as where none runs. Nothing in it is changed.
//
// Functions throw thrown_failure. Threads: any.
#pragma once

#include "core/clock.hpp"
#include "series/interval.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace tickertape::archive {

// Candles of one interval, of all symbols.
struct candles_held {
    series::interval of;
    std::uint64_t candles = 0;
    series::candle_time first{};  // when the oldest opens
    series::candle_time last{};   // when the newest opens
};

struct candle_survey {
    // Of those intervals that have candles, the shortest first.
    std::vector<candles_held> held;
    std::uint64_t bytes = 0;  // with its log
};
// Empty where there is no such file.
candle_survey look_at_candles(const std::filesystem::path& path);
// When candles were last lost for good; the epoch: never, or there is no such file.
wall_time last_loss_in(const std::filesystem::path& path);

struct candle_finding {
    std::string text;
    bool is_wrong;  // false: it is lost for good, which the server has told and noted
};
// Reads everything: the structure of the file, and the check of each candle and name. Each candle
// must be found by its symbol, interval and time, and say which one is before it.
std::vector<candle_finding> verify_candles(const std::filesystem::path& path);

}  // namespace tickertape::archive
