// One line of the log, as text or as JSON. No I/O.
#pragma once

#include "core/clock.hpp"
#include "telemetry/log.hpp"

#include <string>

namespace tickertape::telemetry {

// 2024-04-07T21:31:16.123Z WARN  fetch failed provider=coinbase cause="no route to host"
// {"time":"2024-04-07T21:31:16.123Z","level":"warn","message":"fetch failed","provider":"coinbase"}
//
// Text from outside cannot forge a line: control characters are escaped in both, and bytes that
// are not ASCII travel as they are.
std::string log_line(
    log_format format, wall_time at, log_level level, std::string_view message, log_fields fields);

std::string_view to_string(log_level level) noexcept;

}  // namespace tickertape::telemetry
