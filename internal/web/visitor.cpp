#include "web/visitor.hpp"

namespace tickertape {

visitor::visitor(admission& by, const trusted_proxies& proxies, const ip_address& peer)
    : by_{by}, proxies_{proxies}, peer_{peer}, is_proxy_{proxies.contains(peer)}
{
    auto entered = by_.enter(owner());
    refused_ = entered.refused;
    place_ = refused_ ? by_.wait_outside() : std::move(entered.place);
}

visitor::judgement
visitor::judge(std::span<const std::string_view> forwarded, bool for_operators, steady_time now)
{
    judgement found{.client = proxies_.client_of(peer_, forwarded)};
    auto who = key_of(found.client);
    if (!for_operators)
        found.refused = find_place(who);
    if (!found.refused) {
        who.for_operators = for_operators;
        found.wait = by_.ask(who, now);
        if (found.wait > std::chrono::nanoseconds::zero())
            found.refused = refusal::rate;
    }
    return found;
}

// Why there is no place for a request of that client; none: there is.
std::optional<refusal> visitor::find_place(client_key who)
{
    if (refused_) {
        auto entered = by_.enter(who);
        refused_ = entered.refused;
        if (!refused_)
            place_ = std::move(entered.place);
        return refused_;
    }
    if (is_proxy_ && !by_.assign(place_, who))
        return refusal::max_connections_per_ip;
    return std::nullopt;
}

void visitor::answered()
{
    if (is_proxy_ && place_ && !refused_)
        by_.assign(place_, std::nullopt);
}

std::optional<client_key> visitor::owner() const
{
    return is_proxy_ ? std::nullopt : std::optional{key_of(peer_)};
}

}  // namespace tickertape
