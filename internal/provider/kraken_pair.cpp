#include "provider/kraken_pair.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace tickertape::provider {
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

struct old_name {
    std::string_view now;
    std::string_view old;
};
// The assets that have an old name of more letters. Source: an old answer to /0/public/Assets, as
// knowm/XChange keeps it (xchange-kraken, example-assets-data.json).
constexpr std::array<old_name, 16> old_names{{
    {"AUD", "ZAUD"},
    {"BTC", "XXBT"},
    {"CAD", "ZCAD"},
    {"DOGE", "XXDG"},
    {"ETC", "XETC"},
    {"ETH", "XETH"},
    {"EUR", "ZEUR"},
    {"GBP", "ZGBP"},
    {"JPY", "ZJPY"},
    {"LTC", "XLTC"},
    {"MLN", "XMLN"},
    {"USD", "ZUSD"},
    {"XLM", "XXLM"},
    {"XMR", "XXMR"},
    {"XRP", "XXRP"},
    {"ZEC", "XZEC"},
}};

// Null: it has none.
const old_name* old_name_of(std::string_view currency)
{
    const auto found = std::ranges::find(old_names, currency, &old_name::now);
    return found == old_names.end() ? nullptr : &*found;
}

// Without the letter that says what kind of asset it is.
std::string_view short_name(std::string_view currency)
{
    const auto* old = old_name_of(currency);
    return old == nullptr ? currency : old->old.substr(1);
}

}  // namespace

std::array<std::string, 2> kraken_old_names(std::string_view pair)
{
    const auto slash = pair.find('/');
    const auto base = pair.substr(0, slash);
    const auto quote = slash == std::string_view::npos ? "" : pair.substr(slash + 1);
    const auto plain = std::string{short_name(base)} + std::string{short_name(quote)};
    const auto* from = old_name_of(base);
    const auto* to = old_name_of(quote);
    // Old pairs have all the letters, younger ones of old assets have none.
    if (from != nullptr && to != nullptr)
        return {std::string{from->old} + std::string{to->old}, plain};
    if (base == "USDT" && quote == "USD")
        return {"USDTZUSD", plain};
    return {plain, plain};
}

std::optional<market_name> kraken_pair(std::string_view base, std::string_view quote)
{
    if (is_other(base) || is_other(quote))
        return std::nullopt;
    return market_name{std::string{base} + '/' + std::string{quote}};
}

}  // namespace tickertape::provider
