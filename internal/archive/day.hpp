// UTC days, and what the files of one are called: ticks-2026-11-21.db while it is written,
// ticks-2026-11-21.sealed.db from when it is sealed.
//
// A day has more than one file where one could not be written to its end: after a disk that failed,
// for example. The second is ticks-2026-11-21.1.db, and so on.
#pragma once

#include "core/position.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::archive {

using utc_day = std::chrono::sys_days;

// Positions are stored as they are, in SQLite's signed integers: milliseconds are position >> 20,
// the counter is position & 1048575, and their order is that of the numbers. That ends in 2248.
inline constexpr std::uint64_t position_ms_max = (std::uint64_t{1} << 43) - 1;

inline utc_day day_of(position p) noexcept
{
    return std::chrono::floor<std::chrono::days>(p.time());
}
inline std::int64_t stored(position p) noexcept
{
    return static_cast<std::int64_t>(p.packed());
}
inline position from_stored(std::int64_t number) noexcept
{
    return position::from_packed(static_cast<std::uint64_t>(number));
}

struct day_key {
    utc_day day;
    unsigned part = 0;

    friend constexpr auto operator<=>(const day_key&, const day_key&) noexcept = default;
};

enum class day_form { open, sealed };

struct day_name {
    day_key key;
    day_form form;
};

// "2026-11-21".
std::string text_of(utc_day day);
// Reads exactly that.
std::optional<utc_day> parse_day(std::string_view text) noexcept;
std::string file_name(const day_key& key, day_form form);
// The other way round; nothing for every other name, "...db-wal" among them.
std::optional<day_name> parse_file_name(std::string_view name) noexcept;

}  // namespace tickertape::archive
