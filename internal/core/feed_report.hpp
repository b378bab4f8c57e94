// A report of the state of the feed, as plain values: /api/feed shows it. It is made on the feed's
// strand and read by any thread.
#pragma once

#include "core/clock.hpp"
#include "core/price.hpp"
#include "core/symbol.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tickertape {

struct feed_report {
    struct failure {
        wall_time at;
        std::string words;  // clean: no control characters, bounded
    };
    struct latency {
        std::chrono::microseconds p50;
        std::chrono::microseconds p90;
        std::chrono::microseconds p99;
    };
    struct refusal {
        std::string symbol;
        std::string words;
    };
    struct counted {
        std::string reason;
        std::uint64_t times;
    };
    // The provider's WebSocket, where one is used.
    struct venue_socket {
        std::string state;  // "connecting", "live", "waiting"
        std::optional<wall_time> since;
        std::optional<wall_time> last_message;
        std::uint64_t messages = 0;
        std::uint64_t connections = 0;
        std::size_t subscribed = 0;  // symbols it confirmed
        std::string notice{};        // the provider's words: maintenance to come
        std::optional<failure> last_failure{};
        std::vector<refusal> refused{};  // symbols it refuses to send
    };
    struct provider {
        std::string name;
        std::string breaker;  // "closed", "open", "half_open"
        std::optional<wall_time> last_success;
        std::optional<failure> last_failure;
        std::optional<latency> took;              // of its last requests
        double requests_left = 0;                 // that may follow each other now
        std::chrono::milliseconds paused_for{0};  // zero: it may be asked
        std::vector<counted> set_aside;           // quotes not used, by reason, since the start
        std::vector<std::string> lacks;           // symbols it does not sell
        std::optional<feed_report::venue_socket> socket;
        // How far our wall clock is ahead of its; none: not known.
        std::optional<std::chrono::milliseconds> clock_ahead{};
    };
    struct quote {
        std::size_t provider;  // index in `providers`
        std::string market;    // where it is not the symbol itself: "BTC-USDT"
        price value;
        std::chrono::milliseconds age;           // when the report was made
        std::chrono::milliseconds received_ago;  // the same
        bool by_socket = false;
        bool is_used = false;
        std::string aside{};  // why it is not
    };
    struct symbol {
        symbol_id id;
        std::string problem{};            // why there is no price
        std::vector<std::string> legs{};  // what its price is derived from, where it is
        std::vector<quote> quotes{};
    };

    // When it was made. None if nothing in it can get old: it is then as good as new.
    std::optional<wall_time> at{};
    std::string mode;    // "poll", "stream", "simulator", "replay", "pipe"
    std::string policy;  // "fallback", "median", "weighted"; empty where prices are not asked for
    // The median of the providers' clock_ahead.
    std::optional<std::chrono::milliseconds> clock_ahead{};
    std::vector<provider> providers{};
    std::vector<symbol> symbols{};
    // Another instance publishes; this one waits to take its place.
    bool is_standing_by = false;
};

// Holds the newest report for those who ask.
// Threads: any.
class feed_report_board {
public:
    // Null before the first report.
    std::shared_ptr<const feed_report> newest() const
    {
        const std::lock_guard held{mutex_};
        return newest_;
    }
    void post(std::shared_ptr<const feed_report> report)
    {
        const std::lock_guard held{mutex_};
        newest_ = std::move(report);
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const feed_report> newest_;
};

}  // namespace tickertape
