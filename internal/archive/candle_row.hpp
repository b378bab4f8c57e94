// What the parts of candle_file share: times as the file has them, and checks.
#pragma once

#include "archive/database.hpp"
#include "series/interval.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace tickertape::archive {

// What the facts of a candles.db are called.
inline constexpr std::string_view closed_until_fact = "closed until";
inline constexpr std::string_view minutes_dropped_fact = "1m dropped before";
inline constexpr std::string_view era_fact = "era";
inline constexpr std::string_view symbols_fact = "symbols";
inline constexpr std::string_view last_loss_fact = "candles last lost";
// Followed by the interval, when the first candle opens that is lost, and the symbol; its value is
// the end of the range.
inline constexpr std::string_view lost_fact = "lost ";
inline constexpr std::string_view make_from_fact = "to make from";
inline constexpr std::string_view make_until_fact = "to make until";

std::uint32_t crc_of(const void* bytes, std::size_t size) noexcept;
std::uint32_t crc_of(std::string_view text) noexcept;
// Of a row of two columns.
std::uint32_t crc_of(std::int64_t number, std::string_view name);

inline std::int64_t seconds_of(series::interval of) noexcept
{
    return length(of).count();
}

inline std::int64_t seconds_of(series::candle_time t) noexcept
{
    return t.time_since_epoch().count();
}

inline series::candle_time time_of(std::int64_t seconds) noexcept
{
    return series::candle_time{std::chrono::seconds{seconds}};
}

inline constexpr series::candle_time latest_time = series::candle_time::max();

// What is not reset holds a snapshot of the file, and so its log from being used again.
struct resets {
    statement& of;
    ~resets() { of.reset(); }
};

}  // namespace tickertape::archive
