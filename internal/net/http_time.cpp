#include "net/http_time.hpp"

#include "core/text.hpp"

#include <array>
#include <cstddef>

namespace tickertape::net {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 7> days{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                               "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

// Takes pieces off the front of a text. Once one is not there, all further ones are not.
class reader {
public:
    explicit reader(std::string_view text) noexcept : left_{text} {}

    bool is_at_end() const noexcept { return ok_ && left_.empty(); }

    void literal(std::string_view wanted) noexcept
    {
        if (ok_ && left_.starts_with(wanted))
            left_.remove_prefix(wanted.size());
        else
            ok_ = false;
    }
    // Exactly `digits` of them; blank ones before them count as zero, if `padded`.
    int number(std::size_t digits, bool padded = false) noexcept
    {
        int value = 0;
        bool is_padding = padded;
        ok_ = ok_ && left_.size() >= digits;
        for (std::size_t i = 0; ok_ && i < digits; ++i) {
            const char c = left_[i];
            is_padding = is_padding && c == ' ';
            ok_ = is_padding || is_digit(c);
            value = 10 * value + (is_padding ? 0 : c - '0');
        }
        if (ok_)
            left_.remove_prefix(digits);
        return value;
    }
    // Which of them comes next, each cut to `bytes`.
    template <std::size_t N>
    unsigned one_of(
        const std::array<std::string_view, N>& names,
        std::size_t bytes = std::string_view::npos) noexcept
    {
        for (unsigned i = 0; ok_ && i < N; ++i)
            if (const auto name = names[i].substr(0, bytes); left_.starts_with(name)) {
                left_.remove_prefix(name.size());
                return i;
            }
        ok_ = false;
        return 0;
    }

private:
    std::string_view left_;
    bool ok_ = true;
};

struct date {
    int year = 0;
    unsigned month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
};

void read_time(reader& from, date& into) noexcept
{
    into.hour = from.number(2);
    from.literal(":");
    into.minute = from.number(2);
    from.literal(":");
    into.second = from.number(2);
}

std::optional<sys_seconds> time_of(const date& d) noexcept
{
    const year_month_day day{year{d.year}, month{d.month}, std::chrono::day{unsigned(d.day)}};
    // A leap second is written 60 and is the second after 59 here.
    if (!day.ok() || d.hour > 23 || d.minute > 59 || d.second > 60)
        return std::nullopt;
    return sys_days{day} + hours{d.hour} + minutes{d.minute} + seconds{d.second};
}

// Sun, 06 Nov 1994 08:49:37 GMT
std::optional<sys_seconds> imf_fixdate(reader from) noexcept
{
    date d;
    from.one_of(days, 3);
    from.literal(", ");
    d.day = from.number(2);
    from.literal(" ");
    d.month = from.one_of(months) + 1;
    from.literal(" ");
    d.year = from.number(4);
    from.literal(" ");
    read_time(from, d);
    from.literal(" GMT");
    return from.is_at_end() ? time_of(d) : std::nullopt;
}

// Sunday, 06-Nov-94 08:49:37 GMT
std::optional<sys_seconds> rfc850_date(reader from, wall_time now) noexcept
{
    date d;
    from.one_of(days);
    from.literal(", ");
    d.day = from.number(2);
    from.literal("-");
    d.month = from.one_of(months) + 1;
    from.literal("-");
    d.year = from.number(2);
    from.literal(" ");
    read_time(from, d);
    from.literal(" GMT");
    if (!from.is_at_end())
        return std::nullopt;
    const int this_year{year_month_day{floor<std::chrono::days>(now)}.year()};
    // Begins with the century after ours and goes back until it is near enough. A 29 February is
    // no date in some of these years.
    const int last_two = d.year;
    for (int century = this_year / 100 + 1; century >= this_year / 100 - 1; --century) {
        d.year = 100 * century + last_two;
        const auto then = time_of(d);
        if (then && *then - now <= years{50})
            return then;
    }
    return std::nullopt;
}

// Sun Nov  6 08:49:37 1994
std::optional<sys_seconds> asctime_date(reader from) noexcept
{
    date d;
    from.one_of(days, 3);
    from.literal(" ");
    d.month = from.one_of(months) + 1;
    from.literal(" ");
    d.day = from.number(2, true);
    from.literal(" ");
    read_time(from, d);
    from.literal(" ");
    d.year = from.number(4);
    return from.is_at_end() ? time_of(d) : std::nullopt;
}

}  // namespace

std::optional<wall_time> parse_http_time(std::string_view text, wall_time now) noexcept
{
    const reader from{trimmed(text)};
    auto then = imf_fixdate(from);
    if (!then)
        then = rfc850_date(from, now);
    if (!then)
        then = asctime_date(from);
    if (!then)
        return std::nullopt;
    return wall_time{*then};
}

}  // namespace tickertape::net
