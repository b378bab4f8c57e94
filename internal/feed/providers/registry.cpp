#include "feed/providers/registry.hpp"

#include "feed/providers/coinbase.hpp"
#include "feed/providers/coingecko.hpp"

#include <algorithm>
#include <array>

namespace tickertape {
namespace {

constexpr std::array rows{
    provider_row{"coinbase", "https://api.exchange.coinbase.com", false, make_coinbase},
    provider_row{"coingecko", "https://api.coingecko.com/api/v3", true, make_coingecko},
};

}  // namespace

std::span<const provider_row> provider_rows() noexcept
{
    return rows;
}

const provider_row* find_provider(std::string_view name) noexcept
{
    const auto found = std::ranges::find(rows, name, &provider_row::name);
    return found == rows.end() ? nullptr : &*found;
}

}  // namespace tickertape
