#include "candles/event_ids.hpp"

#include <algorithm>
#include <numeric>

namespace tickertape::candles {

std::vector<symbol_rank> ranks_of(std::span<const symbol_id> symbols, const symbol_table& names)
{
    std::vector<std::size_t> sorted(symbols.size());
    std::iota(sorted.begin(), sorted.end(), std::size_t{0});
    std::ranges::sort(sorted, {}, [&](std::size_t i) { return names.name(symbols[i]); });
    std::vector<symbol_rank> ranks(symbols.size());
    for (symbol_rank rank = 0; rank < sorted.size(); ++rank)
        ranks[sorted[rank]] = rank;
    return ranks;
}

}  // namespace tickertape::candles
