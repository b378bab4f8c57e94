// The settings of the market's table.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace tickertape::market {

struct settings {
    // None: on where prices come from providers, and not from another server.
    std::optional<bool> is_on{};
    // From one table to the next, while somebody reads them.
    std::chrono::milliseconds interval{300'000};
    // Requests in 31 days that one source is asked at most, both tables and totals.
    std::size_t calls_a_month = 8'000;
    // Whether Coin Metrics is asked, whose figures are not for commercial use.
    bool has_coin_metrics = false;
};

}  // namespace tickertape::market
