#include "net/retry_after.hpp"

#include "core/text.hpp"
#include "net/http_time.hpp"

#include <algorithm>

namespace tickertape::net {
namespace {

using namespace std::chrono;

constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

milliseconds seconds_of(std::string_view digits) noexcept
{
    milliseconds wait{0};
    // Stops at the bound, which any further digit would only exceed more.
    for (std::size_t i = 0; i < digits.size() && wait < retry_after_max; ++i)
        wait = 10 * wait + seconds{digits[i] - '0'};
    return std::min<milliseconds>(wait, retry_after_max);
}

}  // namespace

std::optional<milliseconds> parse_retry_after(std::string_view text, wall_time now)
{
    text = trimmed(text);
    if (text.empty())
        return std::nullopt;
    if (std::ranges::all_of(text, is_digit))
        return seconds_of(text);
    const auto then = parse_http_time(text, now);
    if (!then)
        return std::nullopt;
    return std::clamp<milliseconds>(*then - now, milliseconds{0}, retry_after_max);
}

}  // namespace tickertape::net
