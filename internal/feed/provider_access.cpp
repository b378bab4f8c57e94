#include "feed/provider_access.hpp"

#include <algorithm>
#include <cassert>
#include <memory>
#include <random>
#include <stdexcept>

namespace tickertape::feed {
namespace {

// A key goes into a header as it is.
bool is_header_safe(const std::string& key)
{
    return std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

net::base_url own_url(const result<net::base_url>& url)
{
    assert(url);
    return *url;
}

void check_key(const provider_settings& settings, const provider::row& row)
{
    if (!is_header_safe(settings.api_key))
        throw std::runtime_error{
            "the API key of provider '" + settings.name + "' has spaces or other odd characters"};
    if (row.key == provider::key_use::required && settings.api_key.empty())
        throw std::runtime_error{"provider '" + settings.name + "' answers only with an API key"};
}

std::vector<net::base_url> urls_of(const provider_settings& settings, const provider::row& row)
{
    std::vector<net::base_url> urls;
    if (settings.url)
        urls.push_back(*settings.url);
    else
        for (const auto text : row.urls)
            if (!text.empty())
                urls.push_back(own_url(net::parse_base_url(text)));
    return urls;
}

std::optional<rate_limit> plan_of_prices(
    const provider_settings& settings, const provider::row& row, std::size_t market_calls) noexcept
{
    if (row.calls_a_month_with_key == 0 || settings.api_key.empty() || settings.per_minute ||
        settings.url)
        return std::nullopt;
    constexpr double minutes = 31 * 24 * 60;
    constexpr double burst = 2;
    const auto all = row.calls_a_month_with_key;
    // A tenth is left to prices in any case.
    const auto left = std::max(all - std::min(all, market_calls), all / 10);
    return rate_limit{.per_minute = (static_cast<double>(left) - burst) / minutes, .burst = burst};
}

// Shared by the copies of the function, or each would give the same numbers.
std::function<double()> make_random()
{
    return [engine = std::make_shared<std::mt19937_64>(std::random_device{}())] {
        return std::uniform_real_distribution<double>{}(*engine);
    };
}

}  // namespace tickertape::feed
