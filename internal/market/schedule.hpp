// When the sources of the market's table are asked: every MARKET_INTERVAL while somebody reads the
// table, and rarely while nobody does.
//
// No clock: the time is handed in, and never steps back. Threads: one.
#pragma once

#include "core/clock.hpp"
#include "core/token_bucket.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace tickertape::market {

// The limit that keeps to so many requests in any 31 days: a twenty-fifth of them at once, so that
// a busy day is served in full, and the others evenly over the month.
rate_limit monthly(std::size_t calls) noexcept;

struct cadence {
    std::chrono::milliseconds watched{300'000};      // from one table to the next
    std::chrono::milliseconds unwatched{3'600'000};  // the same while nobody reads it
    std::chrono::milliseconds totals{3'600'000};     // from one answer on the whole to the next
    std::chrono::milliseconds after_failure{
        60'000};  // where no source has a table; ten times it for the whole
    // How long after a reader somebody counts as reading.
    std::chrono::milliseconds watched_for{900'000};
};

enum class question { table, totals };

class schedule {
public:
    struct attempt {
        steady_time at{};
        bool succeeded = false;
    };

    // A table is due at once, and then the whole.
    explicit schedule(cadence rhythm) noexcept : rhythm_{rhythm} {}

    // What to ask for now; nothing: wait until next(). The whole comes before a table, because a
    // budget that is spent leaves requests for one of them only, and it is asked for more rarely.
    std::optional<question> due(steady_time now, bool is_watched, bool has_table) const noexcept;
    // When something is due next; in the past: now.
    steady_time next(bool is_watched, bool has_table) const noexcept;

    void table_asked(steady_time now, bool succeeded) noexcept { table_ = {now, succeeded}; }
    void totals_asked(steady_time now, bool succeeded) noexcept { totals_ = {now, succeeded}; }

    // How old a table may be before it counts as stale: three times what is between two of them.
    std::chrono::milliseconds stale_after() const noexcept { return 3 * rhythm_.watched; }

private:
    steady_time table_due(bool is_watched) const noexcept;
    steady_time totals_due(bool has_table) const noexcept;

    const cadence rhythm_;
    std::optional<attempt> table_;
    std::optional<attempt> totals_;
};

}  // namespace tickertape::market
