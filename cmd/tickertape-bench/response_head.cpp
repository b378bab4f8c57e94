#include "tickertape-bench/response_head.hpp"

#include <algorithm>
#include <charconv>

namespace tickertape::bench {

namespace {

bool equal_in_any_case(std::string_view a, std::string_view lower) noexcept
{
    return std::equal(a.begin(), a.end(), lower.begin(), lower.end(), [](char x, char y) {
        return (x >= 'A' && x <= 'Z' ? x - 'A' + 'a' : x) == y;
    });
}

std::string_view trimmed(std::string_view text) noexcept
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

bool says_chunked(std::string_view line) noexcept
{
    const auto colon = line.find(':');
    return colon != std::string_view::npos &&
           equal_in_any_case(line.substr(0, colon), "transfer-encoding") &&
           equal_in_any_case(trimmed(line.substr(colon + 1)), "chunked");
}

}  // namespace

std::optional<response_head> parse_head(std::string_view received) noexcept
{
    const auto end = received.find("\r\n\r\n");
    if (end == std::string_view::npos)
        return std::nullopt;
    response_head head;
    head.bytes = end + 4;
    auto rest = received.substr(0, end + 2);
    constexpr std::size_t status_at = 9;  // behind "HTTP/1.1 "
    if (rest.starts_with("HTTP/1.") && rest.size() > status_at + 3)
        std::from_chars(rest.data() + status_at, rest.data() + status_at + 3, head.status);
    while (!rest.empty()) {
        const auto eol = rest.find("\r\n");
        head.chunked = head.chunked || says_chunked(rest.substr(0, eol));
        rest.remove_prefix(eol + 2);
    }
    return head;
}

}  // namespace tickertape::bench
