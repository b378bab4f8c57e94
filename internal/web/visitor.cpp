#include "web/visitor.hpp"

namespace tickertape {

visitor::visitor(admission& by, const trusted_proxies& proxies, const ip_address& peer)
    : by_{by}, proxies_{proxies}, peer_{peer}, is_proxy_{proxies.contains(peer)}
{
    auto entered = by_.enter(owner());
    refused_ = entered.refused;
    place_ = refused_ ? by_.wait_outside() : std::move(entered.place);
}

visitor::judgement visitor::judge(std::span<const std::string_view> forwarded, steady_time now)
{
    judgement found{.client = proxies_.client_of(peer_, forwarded)};
    const auto who = key_of(found.client);
    if (refused_) {
        auto entered = by_.enter(who);
        refused_ = entered.refused;
        if (!refused_)
            place_ = std::move(entered.place);
        found.refused = refused_;
    } else if (is_proxy_ && !by_.assign(place_, who)) {
        found.refused = refusal::max_connections_per_ip;
    }
    if (!found.refused) {
        found.wait = by_.ask(who, now);
        if (found.wait > std::chrono::nanoseconds::zero())
            found.refused = refusal::rate;
    }
    return found;
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
