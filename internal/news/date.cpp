#include "news/date.hpp"

#include "core/text.hpp"
#include "news/html_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace tickertape::news {
namespace {

using namespace std::chrono;

constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) noexcept
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

// Takes pieces off the front of a text.
class scanner {
public:
    explicit scanner(std::string_view text) noexcept : left_{text} {}

    bool is_at_end() const noexcept { return left_.empty(); }
    bool take(char c) noexcept
    {
        if (left_.empty() || left_.front() != c)
            return false;
        left_.remove_prefix(1);
        return true;
    }
    void blanks() noexcept
    {
        while (take(' ') || take('\t') || take('\n') || take('\r')) {
        }
    }
    // As many digits as there are, from `least` to `most`.
    std::optional<int> number(std::size_t least, std::size_t most) noexcept
    {
        std::size_t count = 0;
        int value = 0;
        while (count < left_.size() && count < most && is_digit(left_[count]))
            value = 10 * value + (left_[count++] - '0');
        if (count < least || (count < left_.size() && is_digit(left_[count])))
            return std::nullopt;
        digits_ = count;
        left_.remove_prefix(count);
        return value;
    }
    std::size_t digits() const noexcept { return digits_; }  // of the last number
    std::string_view word() noexcept
    {
        std::size_t count = 0;
        while (count < left_.size() && is_letter(left_[count]))
            ++count;
        const auto found = left_.substr(0, count);
        left_.remove_prefix(count);
        return found;
    }

private:
    std::string_view left_;
    std::size_t digits_ = 0;
};

bool is_same(std::string_view a, std::string_view b) noexcept
{
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

// "Oct" and "October".
std::optional<unsigned> month_of(std::string_view word) noexcept
{
    constexpr std::array<std::string_view, 12> names{"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};
    if (word.size() < 3)
        return std::nullopt;
    for (unsigned i = 0; i < names.size(); ++i)
        if (is_same(word.substr(0, 3), names[i]))
            return i + 1;
    return std::nullopt;
}

// The zones that RFC 822 knows. Those that it lets mean anything (A to Y) are UTC, as in RFC 2822.
std::optional<hours> zone_of(std::string_view word) noexcept
{
    constexpr std::array<std::pair<std::string_view, int>, 11> names{{
        {"gmt", 0},
        {"utc", 0},
        {"ut", 0},
        {"est", -5},
        {"edt", -4},
        {"cst", -6},
        {"cdt", -5},
        {"mst", -7},
        {"mdt", -6},
        {"pst", -8},
        {"pdt", -7},
    }};
    if (word.size() == 1)
        return hours{0};
    for (const auto& [name, offset] : names)
        if (is_same(word, name))
            return hours{offset};
    return std::nullopt;
}

// What is behind the time of day: nothing, a name, or +0200 and +02:00.
std::optional<minutes> read_zone(scanner& from) noexcept
{
    from.blanks();
    if (from.is_at_end())
        return minutes{0};
    const bool is_east = from.take('+');
    if (!is_east && !from.take('-')) {
        const auto named = zone_of(from.word());
        from.blanks();
        return named && from.is_at_end() ? std::optional<minutes>{*named} : std::nullopt;
    }
    auto hour = from.number(1, 4);
    std::optional<int> minute{0};
    if (hour && from.digits() > 2) {
        minute = *hour % 100;
        hour = *hour / 100;
    } else if (from.take(':')) {
        minute = from.number(2, 2);
    }
    from.blanks();
    if (from.take('(')) {  // a comment: "+0200 (CEST)"
        from.word();
        if (!from.take(')'))
            return std::nullopt;
    }
    if (!hour || !minute || !from.is_at_end() || *hour > 14 || *minute > 59)
        return std::nullopt;
    const minutes offset = hours{*hour} + minutes{*minute};
    return is_east ? offset : -offset;
}

struct day_and_time {
    int year = 0;
    unsigned month = 0;
    int day = 0;
    seconds of_day{0};
    milliseconds fraction{0};
};

// 20:00, 20:00:00 and 20:00:00.123
bool read_time(scanner& from, day_and_time& into) noexcept
{
    const auto hour = from.number(1, 2);
    if (!hour || !from.take(':'))
        return false;
    const auto minute = from.number(2, 2);
    std::optional<int> second{0};
    if (from.take(':'))
        second = from.number(2, 2);
    // A leap second is written 60 and is the second after 59 here.
    if (!minute || !second || *hour > 23 || *minute > 59 || *second > 60)
        return false;
    into.of_day = hours{*hour} + minutes{*minute} + seconds{*second};
    if (from.take('.')) {
        const auto digits = from.number(1, 9);
        if (!digits)
            return false;
        double part = *digits;
        for (std::size_t i = 0; i < from.digits(); ++i)
            part /= 10;
        into.fraction = milliseconds{static_cast<int>(part * 1000)};
    }
    return true;
}

std::optional<wall_time> moment_of(const day_and_time& d, minutes zone) noexcept
{
    const year_month_day day{year{d.year}, month{d.month}, std::chrono::day{unsigned(d.day)}};
    if (!day.ok() || d.year < 1990 || d.year > 2100)
        return std::nullopt;
    return wall_time{sys_days{day} + d.of_day + d.fraction - zone};
}

// Sat, 03 Oct 2026 20:00:00 +0000
std::optional<wall_time> rfc_822(scanner from) noexcept
{
    day_and_time d;
    if (!from.word().empty()) {
        from.take(',');
        from.blanks();
    }
    const auto day = from.number(1, 2);
    if (!day || !(from.take(' ') || from.take('-')))
        return std::nullopt;
    from.blanks();
    const auto month = month_of(from.word());
    if (!month || !(from.take(' ') || from.take('-')))
        return std::nullopt;
    from.blanks();
    const auto year = from.number(2, 4);
    if (!year || from.digits() == 3)
        return std::nullopt;
    d.day = *day;
    d.month = *month;
    d.year = from.digits() == 4 ? *year : *year + (*year < 50 ? 2000 : 1900);
    from.blanks();
    if (!from.is_at_end() && !read_time(from, d))
        return std::nullopt;
    const auto zone = read_zone(from);
    return zone ? moment_of(d, *zone) : std::nullopt;
}

// 2026-10-03T20:00:00Z
std::optional<wall_time> rfc_3339(scanner from) noexcept
{
    day_and_time d;
    const auto year = from.number(4, 4);
    if (!year || !from.take('-'))
        return std::nullopt;
    const auto month = from.number(2, 2);
    if (!month || !from.take('-'))
        return std::nullopt;
    const auto day = from.number(2, 2);
    if (!day)
        return std::nullopt;
    d.year = *year;
    d.month = static_cast<unsigned>(*month);
    d.day = *day;
    if (from.is_at_end())
        return moment_of(d, minutes{0});
    if (!(from.take('T') || from.take('t') || from.take(' ')) || !read_time(from, d))
        return std::nullopt;
    const auto zone = read_zone(from);
    return zone ? moment_of(d, *zone) : std::nullopt;
}

}  // namespace

std::optional<wall_time> parse_date(std::string_view text) noexcept
{
    const scanner from{stripped(text)};
    auto at = rfc_3339(from);
    if (!at)
        at = rfc_822(from);
    return at;
}

}  // namespace tickertape::news
