// From the text of a value to the value, with the reason where it is refused, and back to text.
//
// A reason completes the sentence that begins with the value: 'ten' "is not a whole number".
//
// Threads: any; nothing here has state.
#pragma once

#include "net/url.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tickertape::config {

// Why a text is refused. Made by because() only, so that a text is never taken for a complaint.
class complaint {
public:
    complaint() = default;  // result<> asks for it
    const std::string& reason() const noexcept { return reason_; }
    friend complaint because(std::string reason) { return complaint{std::move(reason)}; }

private:
    explicit complaint(std::string reason) : reason_{std::move(reason)} {}

    std::string reason_;
};
complaint because(std::string reason);

template <class T>
using parsed = boost::system::result<T, complaint>;

// Decimal digits and nothing else.
parsed<std::uint64_t> parse_count(std::string_view text, std::uint64_t low, std::uint64_t high);
// "2", "0.5", "1e3".
parsed<double> parse_decimal(std::string_view text, double low, double high);
// 0, or within the limits.
parsed<double> parse_decimal_or_none(std::string_view text, double low, double high);
// Per cent, as a part of 1: "2" is 0.02. The limits are per cent too.
parsed<double> parse_percent(std::string_view text, double low, double high);
// true, yes, 1; false, no, 0; in any case.
parsed<bool> parse_boolean(std::string_view text);
// A whole number and its unit: "500ms", "10s", "2m", "1h", "1d", "2w". Only 0 needs no unit.
parsed<std::chrono::milliseconds> parse_duration(
    std::string_view text, std::chrono::milliseconds low, std::chrono::milliseconds high);
// How long something is kept, as a duration; 0 and "forever" are 0.
parsed<std::chrono::milliseconds> parse_kept_time(
    std::string_view text, std::chrono::milliseconds low, std::chrono::milliseconds high);
// A year of 365.25 days, so that some years are as long as those of the calendar.
inline constexpr std::chrono::milliseconds reach_year = std::chrono::hours{8'766};
// How far back something goes: "10y", "90d"; 0 and "off" are 0.
parsed<std::chrono::milliseconds> parse_reach(std::string_view text, std::uint64_t years_max);
// How much may be taken: "20GiB", "512MiB"; 0 and "none" are 0.
parsed<std::uint64_t>
parse_size_limit(std::string_view text, std::uint64_t low, std::uint64_t high);
// "8KiB", "1MiB"; a bare number counts bytes.
parsed<std::size_t> parse_bytes(std::string_view text, std::size_t low, std::size_t high);
// The items between commas, without the blanks around them; an empty item is refused.
parsed<std::vector<std::string_view>> parse_list(std::string_view text, std::size_t items_max);
// A numeric IPv4 or IPv6 address.
parsed<std::string> parse_address(std::string_view text);
// Nothing, or a path without control characters.
parsed<std::string> parse_path(std::string_view text);
// http:// or https://, a host, perhaps a port and a path.
parsed<net::base_url> parse_base_url(std::string_view text);
// The same with ws:// or wss://.
parsed<net::base_url> parse_socket_url(std::string_view text);
// http:// or https://, a host, perhaps a port. Gives it as browsers write it: in lower case,
// without the port that is the default of the scheme.
parsed<std::string> parse_origin(std::string_view text);

// The inverse of the parsers, in the largest unit that needs no decimals.
std::string format_duration(std::chrono::milliseconds value);
std::string format_bytes(std::size_t value);
std::string format_kept_time(std::chrono::milliseconds value);
std::string format_reach(std::chrono::milliseconds value);
std::string format_size_limit(std::uint64_t value);
std::string format_decimal(double value);
// A part of 1 per cent, as parse_percent() reads it.
std::string format_percent(double part);
std::string join(const std::vector<std::string>& items, std::string_view separator);

}  // namespace tickertape::config
