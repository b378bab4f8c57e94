// Dates of feeds, in all forms that publishers mix: RFC 822 (RSS) and RFC 3339 (Atom).
//
// Pure. Threads: any.
#pragma once

#include "core/clock.hpp"

#include <optional>
#include <string_view>

namespace tickertape::news {

// "Sat, 03 Oct 2026 20:00:00 +0000", "3 Oct 26 20:00 EST", "2026-10-03T20:00:00.5+02:00",
// "2026-10-03". A date without a zone is one in UTC, and a year of two digits is from 1950 to 2049.
// None: it is none of these ("2 hours ago"), no such day, or not between 1990 and 2100.
std::optional<wall_time> parse_date(std::string_view text) noexcept;

}  // namespace tickertape::news
