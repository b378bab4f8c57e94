#include "relay/chain.hpp"

namespace tickertape::relay {

link link_of(const entry& e, position top, const recent_entries& held) noexcept
{
    if (e.at <= top) {
        const auto* const ours = held.find(e.at);
        if (ours == nullptr)
            return e.at == top ? link::repeated : link::passed;
        return ours->words == e.words ? link::repeated : link::conflict;
    }
    const auto before = e.follows();
    if (before == top)
        return link::next;
    if (before > top)
        return link::hole;
    if (before == position{})
        return link::begun;
    return held.holds(before) ? link::orphaned : link::forked;
}

}  // namespace tickertape::relay
