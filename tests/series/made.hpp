// Candles, ticks and times as the tests of this room write them down.
#pragma once

#include "series/candle.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <string>

namespace tickertape::series {

inline price usd(double value)
{
    return price::from(value).value();
}

// A position that long after the epoch.
inline position at(std::chrono::milliseconds after, std::uint64_t counter = 0)
{
    return {static_cast<std::uint64_t>(after.count()), counter};
}

inline candle candle_at(
    std::chrono::seconds opens, double open, double high, double low, double close,
    std::uint64_t ticks)
{
    return {candle_time{opens}, usd(open), usd(high), usd(low), usd(close), ticks};
}

inline candle beside_hole(candle c)
{
    c.overlaps_hole = true;
    return c;
}

}  // namespace tickertape::series

namespace Catch {

template <>
struct StringMaker<tickertape::series::candle> {
    static std::string convert(const tickertape::series::candle& c)
    {
        return "{" + std::to_string(c.opens.time_since_epoch().count()) + " " + c.open.text() +
               " " + c.high.text() + " " + c.low.text() + " " + c.close.text() + " " +
               std::to_string(c.ticks) + (c.overlaps_hole ? " hole}" : "}");
    }
};

}  // namespace Catch
