#include "providers.hpp"

#include "provider/registry.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tickertape {
namespace {

// Exchanges with a market in dollars that answer everybody, without a key, from anywhere we know
// of. Their prices are made where they are sold, so that they agree or something is wrong.
constexpr std::array<std::string_view, 4> asked_by_default{
    "coinbase", "kraken", "bitstamp", "gemini"};

api_key_use use_of(provider::key_use use)
{
    switch (use) {
    case provider::key_use::none:
        return api_key_use::none;
    case provider::key_use::optional:
        return api_key_use::optional;
    case provider::key_use::required:
        break;
    }
    return api_key_use::required;
}

}  // namespace

std::vector<network_provider> network_providers()
{
    std::vector<network_provider> out;
    for (const auto& row : provider::provider_rows())
        out.push_back(
            {.name = row.name,
             .title = row.title,
             .url = row.urls.front(),
             .stream_url = row.stream_url,
             .api_key = use_of(row.key),
             .requests_per_minute = row.limit.per_minute,
             .requests_per_minute_with_key = row.limit_with_key.per_minute,
             .is_default =
                 std::ranges::find(asked_by_default, row.name) != asked_by_default.end()});
    return out;
}

}  // namespace tickertape
