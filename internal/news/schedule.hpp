// When a feed is asked: every NEWS_INTERVAL while somebody reads the news, rarely while nobody
// does, and more and more rarely while it fails.
//
// No clock: the time is handed in, and never steps back. Threads: one.
#pragma once

#include "core/clock.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace tickertape::news {

struct cadence {
    std::chrono::milliseconds watched{600'000};      // from one request to the next
    std::chrono::milliseconds unwatched{3'600'000};  // the same while nobody reads
    // After a failure, twice as long after each further one.
    std::chrono::milliseconds after_failure{60'000};
    std::chrono::milliseconds after_failures_most{3'600'000};
    // How long after a reader somebody counts as reading.
    std::chrono::milliseconds watched_for{900'000};
    // The longest time that a feed's max-age keeps us from asking.
    std::chrono::milliseconds max_age_most{3'600'000};

    // How old the last answer of all feeds may be before the news count as stale.
    std::chrono::milliseconds stale_after() const noexcept { return 3 * watched; }
};

// What Cache-Control says of how long an answer is good; zero where it says nothing.
std::chrono::milliseconds max_age_of(std::string_view cache_control) noexcept;

class schedule {
public:
    // The feed is due at once.
    explicit schedule(cadence rhythm) noexcept : rhythm_{rhythm} {}

    void answered(steady_time now, std::chrono::milliseconds max_age) noexcept;
    // `pause`: how long its host is not to be asked at least.
    void failed(steady_time now, std::chrono::milliseconds pause) noexcept;
    // When the feed is due; in the past: now.
    steady_time next(bool is_watched) const noexcept;
    // In a row.
    unsigned failures() const noexcept { return failures_; }

private:
    const cadence rhythm_;
    std::optional<steady_time> asked_;
    std::chrono::milliseconds floor_{0};
    unsigned failures_ = 0;
};

}  // namespace tickertape::news
