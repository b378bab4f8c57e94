// The Retry-After header (RFC 9110, 10.2.3): seconds, or an HTTP date in any of its three forms.
#pragma once

#include "core/clock.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace tickertape::net {

// Binance's bans last up to 3 days. A longer time is a mistake of the sender's.
inline constexpr std::chrono::hours retry_after_max{72};

// How long to wait from `now` on; never negative, never more than retry_after_max. None: the text
// is neither. Blanks around it are skipped. A date is by the sender's clock, so `now` is
// best read from the same answer, and only then from our wall clock.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, wall_time now);

}  // namespace tickertape::net
