#include "tape/tapes.hpp"

namespace tickertape {

tapes::tapes(const symbol_table& symbols, std::size_t capacity, wall_time started)
    : symbols_{symbols}, epoch_{position::at(started)}, positions_{epoch_},
      newest_(symbols.size()), committed_{epoch_.packed()}
{
    for (std::size_t i = 0; i < symbols.size(); ++i)
        tapes_.emplace_back(capacity);
}

tick tapes::publish(const observation& seen, wall_time now) noexcept
{
    const tick t{positions_.next(now), seen.symbol, seen.value, seen.source};
    tapes_[index_of(seen.symbol)].publish({t.at, t.value, t.source});
    // relaxed: the store below publishes it.
    newest_[index_of(seen.symbol)].store(t.at.packed(), std::memory_order_relaxed);
    // release: whoever sees this position finds its tick, and all before it, on their tapes.
    committed_.store(t.at.packed(), std::memory_order_release);
    return t;
}

}  // namespace tickertape
