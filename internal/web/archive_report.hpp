// How the archive is at one moment, for GET /api/archive.
#pragma once

#include "core/clock.hpp"
#include "core/position.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::web {

struct archive_report {
    enum class condition : std::uint8_t {
        none,     // there is no archive
        ok,       // it takes ticks in time
        passing,  // it is too slow: ticks are shown before it has them
        failing,  // it takes none
    };
    struct hole {
        position from;            // ticks after this one,
        position to;              // up to and including this one, may be missing
        std::string_view reason;  // static text
    };
    struct candles_of {
        std::string_view interval;  // "1m"; static text
        std::uint64_t count;        // of all symbols
        wall_time since;            // when the oldest opens
    };
    // The holes that a report lists: the newest.
    static constexpr std::size_t holes_listed_max = 100;

    condition state = condition::none;
    std::string why{};             // it fails; empty: it does not
    std::string_view kind{};       // "live", "simulator", "replay", "pipe"; static text
    std::string_view last_life{};  // how the one before this ended; static text
    position last{};               // the newest tick that it has; position{}: none yet
    position synced{};             // the newest that a loss of power cannot take
    std::size_t days = 0;
    std::size_t sealed_days = 0;
    std::uint64_t sealed_bytes = 0;     // of the files of those
    std::vector<candles_of> candles{};  // closed ones; empty: none, or not counted yet
    std::uint64_t candle_bytes = 0;
    std::uint64_t passed = 0;    // ticks shown before it had them, since the start
    std::uint64_t failures = 0;  // attempts to write that failed, since the start
    std::size_t holes_known = 0;
    std::vector<hole> holes{};  // in order
};

// "none", "ok", "passing", "failing"
constexpr std::string_view text_of(archive_report::condition state) noexcept
{
    using enum archive_report::condition;
    return state == none ? "none" : state == ok ? "ok" : state == passing ? "passing" : "failing";
}

}  // namespace tickertape::web
