// What Bitcoin's coins cost when they last moved, by Coin Metrics: the market's value to that, once
// a day. Its figures are for use that is not commercial (CC BY-NC 4.0), so nobody is asked for them
// unless the operator says so.
//
// No I/O. Threads: any.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "core/watched_board.hpp"
#include "net/http_message.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace tickertape::market {

// The source, as our answers name it, and what its figures may be used under.
inline constexpr std::string_view coin_metrics = "coinmetrics";
inline constexpr std::string_view coin_metrics_licence = "CC BY-NC 4.0";

// The ratio was between 0.3 and 30 since Bitcoin has a price.
inline constexpr double mvrv_max = 100;
inline constexpr double mvrv_min = 0.05;
// A day is dated at most so far ahead.
inline constexpr std::chrono::hours realised_ahead_max{1};

// Of one day.
struct realised_value {
    double mvrv = 0;                     // market cap to realised cap
    std::optional<double> market_cap{};  // in dollars, as this source counts it
    wall_time day{};                     // when it began

    // None: the source did not say the market cap of that day.
    std::optional<double> cap() const
    {
        return market_cap ? std::optional{*market_cap / mvrv} : std::nullopt;
    }
};

struct realised_snapshot {
    realised_value index;
    boot_time received;
    wall_time received_at;
};

// The newest value for those who ask.
class realised_board : public watched_board<realised_snapshot> {
public:
    using watched_board::watched_board;
};

net::http_request realised_request();

// The newest day of the answer that can be read. Errors: those of body_of(); json_errc::wrong_type
// where it has no list of days; ::missing_field where no day of it can be true.
fetched<realised_value> read_realised(const net::http_response& answer, wall_time now);

}  // namespace tickertape::market
