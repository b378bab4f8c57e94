// Times as people and providers write them.
#pragma once

#include "core/clock.hpp"
#include "core/errors.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace tickertape {

// Reads a time and rounds it up to the next millisecond, so that "at or after" stays exact:
//   1712525476, 1712525476.123   Unix seconds, decimals allowed
//   1712525476123                exactly 13 digits: Unix milliseconds
//   2024-04-07T21:31:16.123Z     RFC 3339, with Z or an offset
// Nothing negative, no exponent, no white space, nothing after the year 2500.
// Errors: core_errc::bad_timestamp.
result<wall_time> parse_timestamp(std::string_view text) noexcept;

// Reads RFC 3339 only ("2026-06-19T16:43:33.016274911Z"), any number of decimals.
// Errors: core_errc::bad_timestamp.
result<wall_time> parse_rfc3339(std::string_view text) noexcept;

// Reads one of these, or a date, which is its midnight: "2026-11-21". Errors:
// core_errc::bad_timestamp.
result<wall_time> parse_moment(std::string_view text);

// Reads a span back from now as people write it: "-30s", "-10m", "-2h" or "-1d", up to 100 years.
// Errors: core_errc::bad_timestamp.
result<std::chrono::milliseconds> parse_span_back(std::string_view text) noexcept;

// "2024-04-07T21:31:16.123Z"
std::string format_rfc3339(wall_time t);

// "3 min 10 s", "12 s", "1 h", "365 d 6 h": the two largest units, without a sign.
std::string words_of_span(std::chrono::milliseconds span);

}  // namespace tickertape
