#include "web/parameters.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace tickertape::web {
namespace {

// Short names are near to too many others.
constexpr std::size_t near_bytes_min = 4;
// Longer names are not looked at.
constexpr std::size_t near_bytes_max = 32;

// Of all routes. One that means nothing on a route is not a stranger's: its client wants something
// that it would not get.
constexpr std::array<std::string_view, 30> of_all_routes{
    "symbols",   "symbol", "since",  "last_event_id", "mode",     "max_rate", "after",   "until",
    "before",    "limit",  "points", "span",          "interval", "fill",     "forming", "window",
    "histogram", "sma",    "ema",    "band",          "page",     "sort",     "order",   "q",
    "currency",  "theme",  "topics", "from",          "to",       "range"};

// "since, after, until"
std::string listed(std::span<const std::string_view> names)
{
    std::string text;
    for (const auto name : names)
        text.append(text.empty() ? "" : ", ").append(name);
    return text.empty() ? "no parameter" : text;
}

// "Last-Event-ID" and "lastEventId" as "lasteventid".
std::string plain(std::string_view name)
{
    auto text = lower_case(name);
    std::erase_if(text, [](char c) { return c == '-' || c == '_' || c == '.' || c == ' '; });
    return text;
}

// Whether one letter missing, added or wrong makes `a` of `b`. The first letter has to be right.
bool is_one_letter_off(std::string_view a, std::string_view b)
{
    if (a.size() < b.size())
        std::swap(a, b);
    if (b.size() < near_bytes_min || a.size() - b.size() > 1 || a.front() != b.front())
        return false;
    const auto [in_a, in_b] = std::ranges::mismatch(a, b);
    const std::string_view rest_a{in_a, a.end()};
    const std::string_view rest_b{in_b, b.end()};
    if (a.size() > b.size())
        return rest_a.substr(1) == rest_b;
    return !rest_a.empty() && rest_a.substr(1) == rest_b.substr(1);
}

}  // namespace

std::optional<std::string_view>
nearly_known(std::string_view name, std::span<const std::string_view> known)
{
    // A refusal repeats the name.
    const auto is_plain = [](unsigned char c) { return c > 0x20 && c < 0x7f; };
    if (name.size() > near_bytes_max || !std::ranges::all_of(name, is_plain))
        return std::nullopt;
    const auto given = plain(name);
    for (const auto candidate : known) {
        const auto wanted = plain(candidate);
        if (given == wanted || is_one_letter_off(given, wanted))
            return candidate;
    }
    return std::nullopt;
}

std::optional<http::problem>
wrong_parameters(const http::request_target& target, std::span<const std::string_view> known)
{
    const auto name_of = [](const auto& p) { return std::string_view{p.first}; };
    for (const auto name : known)
        if (std::ranges::count(target.parameters, name, name_of) > 1)
            return http::bad_parameter(
                name, std::string{name} + " is given more than once", "one value");
    for (const auto& [name, value] : target.parameters) {
        if (std::ranges::find(known, name) != known.end())
            continue;
        if (const auto meant = nearly_known(name, known))
            return http::bad_parameter(
                name,
                "there is no parameter " + http::quoted(name) + " here; did you mean " +
                    std::string{*meant} + "?",
                *meant);
        if (std::ranges::find(of_all_routes, name) != of_all_routes.end())
            return http::bad_parameter(
                name, std::string{name} + " is a parameter of other routes; it means nothing here",
                listed(known));
    }
    return std::nullopt;
}

std::string_view without_blanks(std::string_view text) noexcept
{
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::variant<std::size_t, http::problem> read_count(
    const http::request_target& target, std::string_view name, std::size_t usual, std::size_t most)
{
    const auto given = target.parameter(name);
    if (!given)
        return usual;
    std::size_t count = 0;
    const auto end = given->data() + given->size();
    const auto read = std::from_chars(given->data(), end, count);
    const auto range = "a whole number from 1 to " + std::to_string(most);
    if (read.ec != std::errc{} || read.ptr != end || count < 1 || count > most)
        return http::bad_parameter(name, http::quoted(*given) + " is not " + range, range);
    return count;
}

}  // namespace tickertape::web
