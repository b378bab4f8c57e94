// Prices of one coin over time, as CoinGecko says them: by the hour for a week, and by the day for
// as long as it tells for nothing. In US dollars.
//
// No I/O. Threads: any.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "net/http_message.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>
#include <vector>

namespace tickertape::market {

// How far back CoinGecko answers without a paid plan; what is older is refused with its code 10012.
inline constexpr int chart_days_max = 365;
// A year of days and now, or a week of hours, with room for a source that sends some more.
inline constexpr std::size_t chart_points_max = 1'000;

enum class chart_step { hour, day };

struct chart_point {
    wall_time at;
    double price;
};

struct coin_chart {
    std::vector<chart_point>
        points;  // ascending; the last may be of now rather than of a whole step
};

// A week of hours, or chart_days_max days.
net::http_request coin_chart_request(std::string_view id, chart_step step);

// Points without a price above zero, of the future, or not behind the one before are left out.
// Errors: those of body_of(); json_errc::wrong_type where it has no list of prices;
// ::missing_field where no point of it can be read, or it says that the range is too long.
fetched<coin_chart> read_coin_chart(const net::http_response& answer, wall_time now);

}  // namespace tickertape::market
