#include "tickertape-bench/event_scanner.hpp"

#include <array>
#include <charconv>

namespace tickertape::bench {

namespace {

constexpr std::array<std::string_view, event_names> names{"tick",  "gap",    "heartbeat", "stale",
                                                          "fresh", "moving", "busy",      "other"};

constexpr std::uint64_t us_per_second = 1'000'000;
constexpr std::uint64_t ms_per_day = 86'400'000;

event_name named(std::string_view name) noexcept
{
    if (name.empty() || name == "message")
        return event_name::tick;
    for (std::size_t i = 1; i < names.size(); ++i)
        if (names[i] == name)
            return static_cast<event_name>(i);
    return event_name::other;
}

// What follows `name` and a colon, without the blank that may stand before it.
bool take_field(std::string_view& line, std::string_view name) noexcept
{
    if (!line.starts_with(name))
        return false;
    line.remove_prefix(name.size());
    if (line.starts_with(' '))
        line.remove_prefix(1);
    return true;
}

std::uint64_t key_of_price(std::string_view line) noexcept
{
    constexpr std::string_view name = "\"price\":";
    const auto at = line.find(name);
    if (at == std::string_view::npos)
        return stamp::unreadable;
    const auto us = us_of_price(line.substr(at + name.size()));
    return us == stamp::unreadable ? us : us << stamp::counter_bits;
}

std::uint64_t key_of_id(std::string_view id) noexcept
{
    std::uint64_t ms = 0;
    std::uint64_t n = 0;
    const auto* end = id.data() + id.size();
    const auto [dash, bad_ms] = std::from_chars(id.data(), end, ms);
    if (bad_ms != std::errc{} || dash == end || *dash != '-')
        return stamp::unreadable;
    if (std::from_chars(dash + 1, end, n).ec != std::errc{} || n >> stamp::counter_bits != 0)
        return stamp::unreadable;
    return ms % ms_per_day * 1'000 << stamp::counter_bits | n;
}

}  // namespace

std::string_view to_string(event_name name) noexcept
{
    return names[static_cast<std::size_t>(name)];
}

std::uint64_t us_of_price(std::string_view text) noexcept
{
    std::size_t at = text.starts_with('"') || text.starts_with(' ') ? 1 : 0;
    const auto is_digit = [&] { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
    const auto first = at;
    std::uint64_t us = 0;
    for (; is_digit(); ++at)
        us = us * 10 + static_cast<std::uint64_t>(text[at] - '0');
    if (at == first || at - first > 5)
        return stamp::unreadable;  // no number, or no time of day
    us *= us_per_second;
    if (at == text.size() || text[at] != '.')
        return us;
    ++at;
    for (auto unit = us_per_second / 10; unit > 0 && is_digit(); unit /= 10, ++at)
        us += static_cast<std::uint64_t>(text[at] - '0') * unit;
    return us;
}

void event_scanner::field(std::string_view text, stamp_kind by) noexcept
{
    if (take_field(text, "data:")) {
        has_data_ = true;
        last_data_ = text;
        if (by == stamp_kind::price && name_ == event_name::tick)
            stamp_.key = key_of_price(text);
    } else if (take_field(text, "event:")) {
        name_ = named(text);
    } else if (by == stamp_kind::id && take_field(text, "id:")) {
        stamp_.key = key_of_id(text);
    }
}

}  // namespace tickertape::bench
