#include "support/fake_venue/wire_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace fake_venue {
namespace {

constexpr double larger_than_any_price = 1e16;

char lower_of(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

char upper_of(char c)
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char small = lower_of(c);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

void append_padded(std::string& out, long long value, std::size_t width)
{
    const auto digits = std::to_string(value);
    if (digits.size() < width)
        out.append(width - digits.size(), '0');
    out += digits;
}

}  // namespace

wall_time wall_now()
{
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

std::int64_t unix_ms(wall_time at)
{
    return std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch().count();
}

void append_decimal(std::string& out, double value, int decimals)
{
    std::array<char, 64> text{};
    const bool is_price = std::abs(value) < larger_than_any_price;
    const auto end =
        is_price
            ? std::to_chars(
                  text.data(), text.data() + text.size(), value, std::chars_format::fixed, decimals)
            : std::to_chars(
                  text.data(), text.data() + text.size(), value, std::chars_format::scientific);
    out.append(text.data(), end.ptr);
}

std::string decimal(double value, int decimals)
{
    std::string out;
    append_decimal(out, value, decimals);
    return out;
}

void append_iso(std::string& out, wall_time at, int decimals)
{
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{at - day};
    append_padded(out, static_cast<int>(date.year()), 4);
    out += '-';
    append_padded(out, static_cast<unsigned>(date.month()), 2);
    out += '-';
    append_padded(out, static_cast<unsigned>(date.day()), 2);
    out += 'T';
    append_padded(out, time.hours().count(), 2);
    out += ':';
    append_padded(out, time.minutes().count(), 2);
    out += ':';
    append_padded(out, time.seconds().count(), 2);
    if (decimals > 0) {
        std::string fraction;
        append_padded(fraction, time.subseconds().count(), 6);
        fraction.resize(static_cast<std::size_t>(decimals), '0');
        out += '.';
        out += fraction;
    }
    out += 'Z';
}

std::string iso(wall_time at, int decimals)
{
    std::string out;
    append_iso(out, at, decimals);
    return out;
}

std::string http_date(wall_time at)
{
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at - day)};
    std::array<char, 64> text{};
    std::snprintf(
        text.data(), text.size(), "%s, %02u %s %d %02ld:%02ld:%02ld GMT",
        days[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
        months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
        static_cast<long>(time.hours().count()), static_cast<long>(time.minutes().count()),
        static_cast<long>(time.seconds().count()));
    return text.data();
}

std::string lower(std::string_view text)
{
    std::string out{text};
    std::ranges::transform(out, out.begin(), lower_of);
    return out;
}

std::string upper(std::string_view text)
{
    std::string out{text};
    std::ranges::transform(out, out.begin(), upper_of);
    return out;
}

std::vector<std::string_view> split(std::string_view text, char at)
{
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const auto end = std::min(text.find(at), text.size());
        if (end > 0)
            parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::string percent_decoded(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_escape = text[i] == '%' && i + 2 < text.size() &&
                               hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
        if (is_escape) {
            out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

}  // namespace fake_venue
