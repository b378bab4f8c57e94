// A time as HTTP headers write it (RFC 9110, 5.6.7), in any of its three forms.
#pragma once

#include "core/clock.hpp"

#include <optional>
#include <string_view>

namespace tickertape::net {

// "Sun, 06 Nov 1994 08:49:37 GMT" and the two older forms. None: it is none of them. Blanks around
// it are skipped. It is of GMT; its day of the week must be one, but need not be that of the date.
// A year of two digits is the last one that is not more than 50 years ahead of `now`.
std::optional<wall_time> parse_http_time(std::string_view text, wall_time now) noexcept;

}  // namespace tickertape::net
