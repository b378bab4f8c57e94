// The Date header of a response. Threads: any.
#pragma once

#include "core/clock.hpp"

#include <string>

namespace tickertape::http {

// "Sun, 07 Apr 2024 21:31:16 GMT" (RFC 9110, section 5.6.7).
std::string http_date(wall_time t);

}  // namespace tickertape::http
