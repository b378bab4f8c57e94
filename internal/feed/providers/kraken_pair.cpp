#include "feed/providers/kraken_pair.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace tickertape {
namespace {

// Never asked for. XBT and XDG are its old names of BTC and DOGE: where the readable ones are in
// use it refuses them, the other pairs of the request with them, or answers under the readable one,
// which nobody looks for. LUNA, UST and REP are there the coins that others came to call LUNC, USTC
// and REPV1: their prices would be the wrong coins'.
// Source: docs.kraken.com (spot-websocket-v2, which refuses XBT/USD); the coins as public clients
// of its API map them.
constexpr std::array<std::string_view, 5> not_what_it_says{"LUNA", "REP", "UST", "XBT", "XDG"};

bool is_other(std::string_view currency)
{
    return std::ranges::find(not_what_it_says, currency) != not_what_it_says.end();
}

}  // namespace

std::optional<market_name> kraken_pair(std::string_view base, std::string_view quote)
{
    if (is_other(base) || is_other(quote))
        return std::nullopt;
    return market_name{std::string{base} + '/' + std::string{quote}};
}

}  // namespace tickertape
