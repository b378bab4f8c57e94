#include "archive/day.hpp"

#include <charconv>

namespace tickertape::archive {
namespace {

constexpr std::string_view prefix = "ticks-";
constexpr std::string_view open_suffix = ".db";
constexpr std::string_view sealed_suffix = ".sealed.db";
constexpr std::size_t day_length = 10;

std::optional<unsigned> parse_number(std::string_view digits) noexcept
{
    unsigned value = 0;
    const auto* end = digits.data() + digits.size();
    const auto [at, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc{} || at != end || digits.empty())
        return std::nullopt;
    return value;
}

void append_padded(std::string& to, unsigned value, std::size_t width)
{
    const auto digits = std::to_string(value);
    to.append(width > digits.size() ? width - digits.size() : 0, '0').append(digits);
}

}  // namespace

std::string text_of(utc_day day)
{
    const std::chrono::year_month_day date{day};
    std::string text;
    append_padded(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    text += '-';
    append_padded(text, static_cast<unsigned>(date.month()), 2);
    text += '-';
    append_padded(text, static_cast<unsigned>(date.day()), 2);
    return text;
}

std::optional<utc_day> parse_day(std::string_view text) noexcept
{
    if (text.size() != day_length || text[4] != '-' || text[7] != '-')
        return std::nullopt;
    const auto year = parse_number(text.substr(0, 4));
    const auto month = parse_number(text.substr(5, 2));
    const auto day = parse_number(text.substr(8, 2));
    if (!year || !month || !day)
        return std::nullopt;
    const std::chrono::year_month_day date{
        std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
        std::chrono::day{*day}};
    if (!date.ok())
        return std::nullopt;
    return utc_day{date};
}

std::string file_name(const day_key& key, day_form form)
{
    std::string name{prefix};
    name += text_of(key.day);
    if (key.part != 0)
        name.append(".").append(std::to_string(key.part));
    return name.append(form == day_form::sealed ? sealed_suffix : open_suffix);
}

std::optional<day_name> parse_file_name(std::string_view name) noexcept
{
    if (!name.starts_with(prefix))
        return std::nullopt;
    name.remove_prefix(prefix.size());
    const auto day = parse_day(name.substr(0, day_length));
    if (!day)
        return std::nullopt;
    name.remove_prefix(day_length);
    const auto form = name.ends_with(sealed_suffix) ? day_form::sealed : day_form::open;
    const auto suffix = form == day_form::sealed ? sealed_suffix : open_suffix;
    if (!name.ends_with(suffix))
        return std::nullopt;
    name.remove_suffix(suffix.size());
    if (name.empty())
        return day_name{{*day, 0}, form};
    const auto part = name.front() == '.' ? parse_number(name.substr(1)) : std::nullopt;
    // "01" is no number of ours: each file has one name.
    if (!part || *part == 0 || name[1] == '0')
        return std::nullopt;
    return day_name{{*day, *part}, form};
}

}  // namespace tickertape::archive
