#include "core/timestamp.hpp"

#include <array>
#include <cstdio>
#include <optional>

namespace tickertape {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::int64_t seconds_max = 16'725'225'600;  // the year 2500

// Takes characters off the front of a text, one rule at a time.
class scanner {
public:
    explicit scanner(std::string_view text) noexcept : rest_{text} {}

    bool done() const noexcept { return rest_.empty(); }

    bool take(char c) noexcept
    {
        if (rest_.empty() || rest_.front() != c)
            return false;
        rest_.remove_prefix(1);
        return true;
    }

    // Exactly `count` digits.
    std::optional<int> digits(std::size_t count) noexcept
    {
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (i >= rest_.size() || !is_digit(rest_[i]))
                return std::nullopt;
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(count);
        return value;
    }

    // One or more digits, at most `seconds_max`.
    std::optional<std::int64_t> whole_seconds() noexcept
    {
        if (rest_.empty() || !is_digit(rest_.front()))
            return std::nullopt;
        std::int64_t value = 0;
        while (!rest_.empty() && is_digit(rest_.front())) {
            value = value * 10 + (rest_.front() - '0');
            if (value > seconds_max)
                return std::nullopt;
            rest_.remove_prefix(1);
        }
        return value;
    }

    // The decimals after a point, as milliseconds rounded up. At least one digit.
    std::optional<milliseconds> fraction() noexcept
    {
        if (rest_.empty() || !is_digit(rest_.front()))
            return std::nullopt;
        int ms = 0;
        int scale = 100;
        bool beyond = false;
        while (!rest_.empty() && is_digit(rest_.front())) {
            ms += (rest_.front() - '0') * scale;
            beyond = beyond || (scale == 0 && rest_.front() != '0');
            scale /= 10;
            rest_.remove_prefix(1);
        }
        return milliseconds{ms + (beyond ? 1 : 0)};
    }

private:
    static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

    std::string_view rest_;
};

bool is_unix_ms(std::string_view text) noexcept
{
    return text.size() == 13 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "Z", "+05:30", "-08:00": what is to be taken off the local time.
std::optional<minutes> offset(scanner& in) noexcept
{
    if (in.take('Z') || in.take('z'))
        return minutes{0};
    const bool east = in.take('+');
    if (!east && !in.take('-'))
        return std::nullopt;
    const auto h = in.digits(2);
    if (!h || !in.take(':'))
        return std::nullopt;
    const auto m = in.digits(2);
    if (!m || *h > 23 || *m > 59)
        return std::nullopt;
    const minutes sum = hours{*h} + minutes{*m};
    return east ? sum : -sum;
}

}  // namespace

result<wall_time> parse_rfc3339(std::string_view text) noexcept
{
    scanner in{text};
    const auto year = in.digits(4);
    if (!year || !in.take('-'))
        return core_errc::bad_timestamp;
    const auto month = in.digits(2);
    if (!month || !in.take('-'))
        return core_errc::bad_timestamp;
    const auto day = in.digits(2);
    // RFC 3339 allows a blank for readability; a query string turns "+" into one, so it is refused.
    if (!day || !(in.take('T') || in.take('t')))
        return core_errc::bad_timestamp;
    const auto hour = in.digits(2);
    if (!hour || !in.take(':'))
        return core_errc::bad_timestamp;
    const auto minute = in.digits(2);
    if (!minute || !in.take(':'))
        return core_errc::bad_timestamp;
    const auto second = in.digits(2);
    // 60 is a leap second; it becomes the first second after it.
    if (!second || *hour > 23 || *minute > 59 || *second > 60)
        return core_errc::bad_timestamp;
    milliseconds ms{0};
    if (in.take('.')) {
        const auto decimals = in.fraction();
        if (!decimals)
            return core_errc::bad_timestamp;
        ms = *decimals;
    }
    const auto east = offset(in);
    const std::chrono::year_month_day date{
        std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
        std::chrono::day{static_cast<unsigned>(*day)}};
    if (!east || !in.done() || !date.ok())
        return core_errc::bad_timestamp;
    const wall_time t = std::chrono::sys_days{date} + hours{*hour} + minutes{*minute} +
                        seconds{*second} + ms - *east;
    if (t.time_since_epoch().count() < 0 || t.time_since_epoch() > seconds{seconds_max})
        return core_errc::bad_timestamp;
    return t;
}

result<wall_time> parse_timestamp(std::string_view text) noexcept
{
    if (is_unix_ms(text)) {
        std::int64_t ms = 0;
        for (const char c : text)
            ms = ms * 10 + (c - '0');
        return wall_time{milliseconds{ms}};
    }
    scanner in{text};
    if (const auto whole = in.whole_seconds()) {
        if (in.done())
            return wall_time{seconds{*whole}};
        if (in.take('.')) {
            const auto decimals = in.fraction();
            if (!decimals || !in.done())
                return core_errc::bad_timestamp;
            return wall_time{seconds{*whole} + *decimals};
        }
    }
    return parse_rfc3339(text);
}

result<wall_time> parse_moment(std::string_view text)
{
    if (const auto time = parse_timestamp(text))
        return time;
    constexpr std::size_t date_bytes = 10;
    if (text.size() != date_bytes)
        return core_errc::bad_timestamp;
    return parse_rfc3339(std::string{text} + "T00:00:00Z");
}

result<milliseconds> parse_span_back(std::string_view text) noexcept
{
    constexpr milliseconds most = days{36'525};
    scanner in{text};
    if (!in.take('-'))
        return core_errc::bad_timestamp;
    const auto count = in.whole_seconds();
    if (!count)
        return core_errc::bad_timestamp;
    // No overflow: a count is bounded by the year 2500 in seconds.
    const auto unit = in.take('s')   ? milliseconds{seconds{1}}
                      : in.take('m') ? milliseconds{minutes{1}}
                      : in.take('h') ? milliseconds{hours{1}}
                      : in.take('d') ? milliseconds{days{1}}
                                     : milliseconds{0};
    const auto span = *count * unit;
    if (unit == milliseconds{0} || !in.done() || span > most)
        return core_errc::bad_timestamp;
    return span;
}

std::string format_rfc3339(wall_time t)
{
    const auto day = std::chrono::floor<days>(t);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{t - day};
    std::array<char, 64> text{};
    const int length = std::snprintf(
        text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
        static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
        static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
        static_cast<int>(time.subseconds().count()));
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string words_of_span(milliseconds span)
{
    struct unit {
        std::int64_t seconds;
        const char* name;
    };
    constexpr std::array<unit, 4> units{{{86'400, "d"}, {3'600, "h"}, {60, "min"}, {1, "s"}}};
    auto left = abs(round<seconds>(span)).count();
    std::string words;
    int said = 0;
    for (const auto& [in_seconds, name] : units) {
        const auto count = left / in_seconds;
        left %= in_seconds;
        if (said > 0)
            ++said;
        else if (count > 0)
            said = 1;
        if (count > 0)
            words += (words.empty() ? "" : " ") + std::to_string(count) + ' ' + name;
        if (said == 2)
            break;
    }
    return words.empty() ? "0 s" : words;
}

}  // namespace tickertape
