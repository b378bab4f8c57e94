#include "feed/provider_access.hpp"

#include "market/schedule.hpp"

#include <algorithm>
#include <cassert>
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
    const bool has_larger_plan = settings.per_minute || (settings.url && !settings.api_key.empty());
    if (row.calls_a_month == 0 || has_larger_plan)
        return std::nullopt;
    const auto all = row.calls_a_month;
    // A tenth is left to prices in any case.
    return market::monthly(std::max(all - std::min(all, market_calls), all / 10));
}

}  // namespace tickertape::feed
