// Where an operator has the days fetched that the archive lacks.
#pragma once

#include "core/clock.hpp"
#include "core/symbol.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tickertape::web {

// Days of one order: ten years and some.
inline constexpr std::chrono::days order_days_max{3'660};

// Days in UTC, the last one included.
struct backfill_order {
    std::vector<symbol_id> symbols;
    std::chrono::sys_days from;
    std::chrono::sys_days to;
};

// The newest order, and how far it is.
struct backfill_report {
    enum class condition : std::uint8_t {
        idle,  // there was none since the start
        running,
        complete,
        incomplete,  // a provider failed, or has not all that was asked for
        failed,      // the archive does not take candles
    };
    struct problem {
        std::string symbol;
        std::string provider;  // empty: none has it
        std::string why;
    };
    // Problems that are listed: the first.
    static constexpr std::size_t problems_listed_max = 100;

    condition state = condition::idle;
    std::optional<backfill_order> order{};
    std::optional<wall_time> began{};
    std::optional<wall_time> ended{};
    std::uint64_t requests = 0;  // answered
    std::uint64_t fetched = 0;   // candles that were put
    std::uint64_t refused = 0;   // candles with impossible figures
    std::vector<problem> problems{};
};

constexpr std::string_view text_of(backfill_report::condition state) noexcept
{
    using enum backfill_report::condition;
    return state == idle         ? "idle"
           : state == running    ? "running"
           : state == complete   ? "complete"
           : state == incomplete ? "incomplete"
                                 : "failed";
}

// Threads: any.
class backfill_desk {
public:
    enum class reply : std::uint8_t {
        begun,
        busy,      // another order is not finished
        not_here,  // another instance writes the archive
    };
    virtual reply begin(const backfill_order& wanted) = 0;
    virtual backfill_report now() const = 0;

protected:
    ~backfill_desk() = default;
};

}  // namespace tickertape::web
