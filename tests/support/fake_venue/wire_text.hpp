// Numbers and times as venues write them, and back.
//
// Threads: any, there is no state.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fake_venue {

using wall_time = std::chrono::sys_time<std::chrono::microseconds>;
wall_time wall_now();

std::int64_t unix_ms(wall_time at);

// With so many decimals; what is too large for any price as "1e+308".
void append_decimal(std::string& out, double value, int decimals);
std::string decimal(double value, int decimals);

// "2026-06-19T16:43:33.016274000Z", with 0, 3, 6 or 9 decimals.
void append_iso(std::string& out, wall_time at, int decimals);
std::string iso(wall_time at, int decimals);
// "Fri, 19 Jun 2026 16:43:33 GMT", as HTTP has it.
std::string http_date(wall_time at);

std::string lower(std::string_view text);
std::string upper(std::string_view text);
// Without empty parts.
std::vector<std::string_view> split(std::string_view text, char at);
std::string percent_decoded(std::string_view text);

// The parts one after the other; numbers are given as text.
template <class... Parts>
void append(std::string& out, const Parts&... parts)
{
    (out.append(parts), ...);
}

template <class... Parts>
std::string joined(const Parts&... parts)
{
    std::string out;
    append(out, parts...);
    return out;
}

}  // namespace fake_venue
