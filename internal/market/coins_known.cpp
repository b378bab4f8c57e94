#include "market/coins_known.hpp"

#include "provider/coingecko_coins.hpp"

#include <array>

namespace tickertape::market {
namespace {

struct known_coin {
    std::string_view base;
    std::string_view coinpaprika;
    std::string_view coinlore;  // empty: not known for sure
};

// Those whose ids were seen in recorded answers. A coin that is not here keeps the source's price.
constexpr std::array known{
    known_coin{"BTC", "btc-bitcoin", "90"},
    known_coin{"ETH", "eth-ethereum", ""},
    known_coin{"USDT", "usdt-tether", ""},
};

}  // namespace

std::optional<std::string_view> id_of(std::string_view source, std::string_view base) noexcept
{
    if (source == coingecko)
        return provider::coingecko_id(base);
    for (const auto& one : known)
        if (one.base == base) {
            const auto id = source == coinpaprika ? one.coinpaprika : one.coinlore;
            return id.empty() ? std::nullopt : std::optional{id};
        }
    return std::nullopt;
}

}  // namespace tickertape::market
