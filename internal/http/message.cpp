#include "http/message.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>

namespace tickertape::http {
namespace {

bool is_same_name(std::string_view a, std::string_view b) noexcept
{
    return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::string_view name_of(method m) noexcept
{
    static constexpr std::array<std::string_view, 8> names{"GET", "HEAD",  "OPTIONS", "POST",
                                                           "PUT", "PATCH", "DELETE",  "-"};
    return names[static_cast<std::size_t>(m)];
}

std::string_view request::header(std::string_view name) const noexcept
{
    const auto found = std::ranges::find_if(
        headers, [name](const header_line& line) { return is_same_name(line.name, name); });
    return found == headers.end() ? std::string_view{} : found->value;
}

std::string_view request::only_header(std::string_view name) const noexcept
{
    const auto lines = std::ranges::count_if(
        headers, [name](const header_line& line) { return is_same_name(line.name, name); });
    return lines == 1 ? header(name) : std::string_view{};
}

std::vector<std::string_view> request::all_headers(std::string_view name) const
{
    std::vector<std::string_view> values;
    for (const auto& line : headers)
        if (is_same_name(line.name, name))
            values.push_back(line.value);
    return values;
}

std::string_view reason_phrase(unsigned status) noexcept
{
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 413:
        return "Content Too Large";
    case 415:
        return "Unsupported Media Type";
    case 422:
        return "Unprocessable Content";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    }
    return "Unknown";
}

}  // namespace tickertape::http
