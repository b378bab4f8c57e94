// How long a candle is, and where its bucket begins and ends.
//
// A bucket is [open, open + length), aligned to the Unix epoch in UTC; weeks begin on Monday. There
// are no time zones: a day is a day in UTC. A second has no leap second, as in Unix time.
#pragma once

#include "core/clock.hpp"
#include "core/errors.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tickertape::series {

enum class interval : std::uint8_t { m1, m5, m15, m30, h1, h4, h6, d1, w1 };

// Every interval, from the shortest to the longest.
inline constexpr std::array intervals{interval::m1,  interval::m5, interval::m15,
                                      interval::m30, interval::h1, interval::h4,
                                      interval::h6,  interval::d1, interval::w1};

// When a bucket opens or ends: whole Unix seconds.
using candle_time = std::chrono::sys_seconds;

// The length as a type of its own, so that it is added to times and to nothing else.
constexpr std::chrono::seconds length(interval of) noexcept
{
    constexpr std::array<std::chrono::seconds, intervals.size()> lengths{
        std::chrono::minutes{1},  std::chrono::minutes{5}, std::chrono::minutes{15},
        std::chrono::minutes{30}, std::chrono::hours{1},   std::chrono::hours{4},
        std::chrono::hours{6},    std::chrono::days{1},    std::chrono::weeks{1}};
    return lengths[static_cast<std::size_t>(of)];
}

// "1m", "5m", "15m", "30m", "1h", "4h", "6h", "1d" or "1w".
constexpr std::string_view text(interval of) noexcept
{
    constexpr std::array<std::string_view, intervals.size()> names{"1m", "5m", "15m", "30m", "1h",
                                                                   "4h", "6h", "1d",  "1w"};
    return names[static_cast<std::size_t>(of)];
}

// Reads what text() gives, or the number of seconds ("3600"). Case counts, because 1M is a month
// elsewhere. Errors: series_errc::unknown_interval, whose message names all that are accepted.
result<interval> parse_interval(std::string_view said) noexcept;

// When the bucket that holds that time opens.
constexpr candle_time bucket_open(interval of, wall_time at) noexcept
{
    // The epoch was a Thursday: the Monday before it is three days away.
    const auto monday = of == interval::w1 ? std::chrono::days{3} : std::chrono::days{0};
    const auto since = std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()) + monday;
    const auto rest = since % length(of);
    const auto into = rest.count() < 0 ? rest + length(of) : rest;
    return candle_time{since - into - monday};
}

// When a bucket ends, and the next one opens.
constexpr candle_time end_of(interval of, candle_time opens) noexcept
{
    return opens + length(of);
}

// A candle is closed when its interval is over. One that is not is forming.
constexpr bool is_closed(interval of, candle_time opens, wall_time now) noexcept
{
    return now >= end_of(of, opens);
}

// Whether buckets of `finer` fill each bucket of `coarser` exactly.
constexpr bool divides(interval finer, interval coarser) noexcept
{
    return length(coarser) % length(finer) == std::chrono::seconds{0};
}

// Of which candles the candles of an interval are made: 5m to 1h of 1m, 4h to 1d of 1h, 1w of 1d.
// None for 1m, which is made of ticks.
constexpr std::optional<interval> finer_of(interval of) noexcept
{
    if (of == interval::m1)
        return std::nullopt;
    if (of <= interval::h1)
        return interval::m1;
    return of == interval::w1 ? interval::d1 : interval::h1;
}

}  // namespace tickertape::series
