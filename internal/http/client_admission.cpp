#include "http/client_admission.hpp"

namespace tickertape::http {

client_admission::client_admission(
    admission& by, const trusted_proxies& proxies, const ip_address& peer)
    : by_{by}, proxies_{proxies}, peer_{peer}, is_proxy_{proxies.contains(peer)}
{
    auto entered = by_.enter(owner());
    refused_ = entered.refused;
    permit_ = refused_ ? by_.enter_reserve() : std::move(entered.permit);
}

client_admission::judgement
client_admission::judge(std::span<const std::string_view> forwarded, terms of, steady_time now)
{
    judgement found{.client = proxies_.client_of(peer_, forwarded)};
    const auto who = key_of(found.client);
    if (!of.for_operators)
        found.refused = find_permit(who);
    if (!found.refused && of.is_counted) {
        found.wait = by_.ask(who, now);
        if (found.wait > std::chrono::nanoseconds::zero())
            found.refused = refusal::rate;
    }
    return found;
}

// Why there is no permit for a request of that client; none: it has one.
std::optional<refusal> client_admission::find_permit(client_key who)
{
    if (refused_) {
        auto entered = by_.enter(who);
        refused_ = entered.refused;
        if (!refused_)
            permit_ = std::move(entered.permit);
        return refused_;
    }
    if (is_proxy_ && !by_.assign(permit_, who))
        return refusal::max_connections_per_ip;
    return std::nullopt;
}

void client_admission::answered()
{
    if (is_proxy_ && permit_ && !refused_)
        by_.assign(permit_, std::nullopt);
}

std::optional<client_key> client_admission::owner() const
{
    return is_proxy_ ? std::nullopt : std::optional{key_of(peer_)};
}

}  // namespace tickertape::http
