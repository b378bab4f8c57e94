#include "feed/providers/coingecko_coins.hpp"

#include <algorithm>
#include <array>

namespace tickertape {
namespace {

struct coin {
    std::string_view base;
    std::string_view id;
};

// In the order of the base, which the search below relies on.
constexpr std::array coins{
    coin{"AAVE", "aave"},
    coin{"ADA", "cardano"},
    coin{"ALGO", "algorand"},
    coin{"APT", "aptos"},
    coin{"ARB", "arbitrum"},
    coin{"ATOM", "cosmos"},
    coin{"AVAX", "avalanche-2"},
    coin{"BCH", "bitcoin-cash"},
    coin{"BNB", "binancecoin"},
    coin{"BTC", "bitcoin"},
    coin{"CRO", "crypto-com-chain"},
    coin{"DAI", "dai"},
    coin{"DASH", "dash"},
    coin{"DCR", "decred"},
    coin{"DOGE", "dogecoin"},
    coin{"DOT", "polkadot"},
    coin{"EOS", "eos"},
    coin{"ETC", "ethereum-classic"},
    coin{"ETH", "ethereum"},
    coin{"FIL", "filecoin"},
    coin{"HBAR", "hedera-hashgraph"},
    coin{"ICP", "internet-computer"},
    coin{"INJ", "injective-protocol"},
    coin{"LINK", "chainlink"},
    coin{"LTC", "litecoin"},
    coin{"MKR", "maker"},
    coin{"NEAR", "near"},
    coin{"OP", "optimism"},
    coin{"PEPE", "pepe"},
    coin{"RVN", "ravencoin"},
    coin{"SHIB", "shiba-inu"},
    coin{"SOL", "solana"},
    coin{"SUI", "sui"},
    coin{"TON", "the-open-network"},
    coin{"TRX", "tron"},
    coin{"UNI", "uniswap"},
    coin{"USDC", "usd-coin"},
    coin{"USDT", "tether"},
    coin{"VET", "vechain"},
    coin{"WBTC", "wrapped-bitcoin"},
    coin{"XLM", "stellar"},
    coin{"XMR", "monero"},
    coin{"XRP", "ripple"},
    coin{"XTZ", "tezos"},
    coin{"ZEC", "zcash"},
};

static_assert(std::ranges::is_sorted(coins, {}, &coin::base));

}  // namespace

std::optional<std::string_view> coingecko_id(std::string_view base) noexcept
{
    const auto found = std::ranges::lower_bound(coins, base, {}, &coin::base);
    if (found == coins.end() || found->base != base)
        return std::nullopt;
    return found->id;
}

}  // namespace tickertape
