#include "provider/coinmarketcap_coins.hpp"

#include <algorithm>
#include <array>

namespace tickertape::provider {
namespace {

struct coin {
    std::string_view base;
    int id;
};

// In the order of the base, which the search below relies on.
constexpr std::array coins{
    coin{"ADA", 2010},  coin{"ATOM", 3794}, coin{"AVAX", 5805}, coin{"BAT", 1697},
    coin{"BCH", 1831},  coin{"BNB", 1839},  coin{"BTC", 1},     coin{"CRO", 3635},
    coin{"DAI", 4943},  coin{"DASH", 131},  coin{"DCR", 1168},  coin{"DOGE", 74},
    coin{"DOT", 6636},  coin{"EOS", 1765},  coin{"ETC", 1321},  coin{"ETH", 1027},
    coin{"LINK", 1975}, coin{"LTC", 2},     coin{"MANA", 1966}, coin{"MKR", 1518},
    coin{"NEAR", 6535}, coin{"NEO", 1376},  coin{"NMC", 3},     coin{"PPC", 5},
    coin{"QTUM", 1684}, coin{"RVN", 2577},  coin{"SOL", 5426},  coin{"SUI", 20947},
    coin{"TRX", 1958},  coin{"USDC", 3408}, coin{"USDT", 825},  coin{"VET", 3077},
    coin{"XLM", 512},   coin{"XMR", 328},   coin{"XRP", 52},    coin{"XTZ", 2011},
    coin{"ZEC", 1437},  coin{"ZIL", 2469},
};

static_assert(std::ranges::is_sorted(coins, {}, &coin::base));

}  // namespace

std::optional<int> coinmarketcap_id(std::string_view base) noexcept
{
    const auto found = std::ranges::lower_bound(coins, base, {}, &coin::base);
    if (found == coins.end() || found->base != base)
        return std::nullopt;
    return found->id;
}

}  // namespace tickertape::provider
