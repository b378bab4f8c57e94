// Tapes of a few symbols whose ticks and time a test decides, and candles as words.
//
// Threads: one.
#pragma once

#include "candles/live_candles.hpp"
#include "support/catch.hpp"
#include "support/dated_tapes.hpp"

#include <sstream>
#include <string>
#include <vector>

namespace tickertape::testing {

using series::interval;

// A minute opens then.
inline constexpr std::int64_t minute = 1712525460;

inline wall_time at_second(double second)
{
    return wall_time{
        std::chrono::milliseconds{minute * 1'000 + static_cast<std::int64_t>(second * 1'000)}};
}

inline series::candle_time opening(std::int64_t second)
{
    return series::candle_time{std::chrono::seconds{minute + second}};
}

struct market {
    explicit market(
        std::size_t capacity = 100, const std::vector<std::string>& names = {"ETH-USD", "BTC-USD"})
        : symbols{symbol_table::from(names).value()}, ticks{symbols, capacity, at_second(-3'600)}
    {
    }

    // In seconds after `minute`.
    tick publish(double second, double value, std::size_t symbol = 0)
    {
        return ticks.publish(
            {static_cast<symbol_id>(symbol), price::from(value).value(), source_id{0}},
            at_second(second));
    }

    symbol_table symbols;
    dated_tapes ticks;
};

inline series::kept_candle made(std::int64_t second, double value, std::uint64_t count = 1)
{
    const auto p = price::from(value).value();
    return {
        .value =
            {.opens = opening(second), .open = p, .high = p, .low = p, .close = p, .ticks = count},
        .source = {},
        .is_forming = false};
}

// "60:10-12/3" opens 60 s after `minute`, from 10 to 12, of 3 ticks; then "~" where it forms and
// "?" where ticks of it may be missing.
inline std::string words(const series::kept_candle& c)
{
    std::ostringstream text;
    text << c.value.opens.time_since_epoch().count() - minute << ':' << c.value.open.value() << '-'
         << c.value.close.value() << '/' << c.value.ticks << (c.is_forming ? "~" : "")
         << (c.value.overlaps_hole ? "?" : "");
    return text.str();
}

inline std::string words(const std::vector<candles::candle_event>& events)
{
    std::string text;
    for (const auto& e : events)
        text +=
            (text.empty() ? "" : " ") + std::to_string(index_of(e.symbol)) + "=" + words(e.what);
    return text;
}

}  // namespace tickertape::testing
