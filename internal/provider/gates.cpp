#include "provider/gates.hpp"

#include <algorithm>
#include <stdexcept>

namespace tickertape::provider {

rate_limit limit_of(const row& provider, const access& ours) noexcept
{
    auto limit = ours.api_key.empty() ? provider.limit : provider.limit_with_key;
    if (ours.per_minute)
        limit.per_minute = *ours.per_minute;
    // So many a minute means the first one as well.
    limit.burst = std::clamp(limit.per_minute, 1.0, limit.burst);
    return limit;
}

gate& gates::of(std::string_view name, rate_limit limit, breaker_limits breaker, steady_time now)
{
    auto found = by_name_.find(name);
    if (found == by_name_.end()) {
        found = by_name_.try_emplace(std::string{name}, limit, breaker, now).first;
        if (const auto known = early_.extract(std::string{name}))
            found->second.pause(known.mapped());
    } else if (found->second.limit() != limit || found->second.limit_of_breaker() != breaker)
        throw std::runtime_error{
            "provider '" + found->first + "' is to be asked under two different limits"};
    return found->second;
}

void gates::pause(std::string_view name, steady_time until)
{
    if (const auto found = by_name_.find(name); found != by_name_.end())
        found->second.pause(until);
    else
        early_.insert_or_assign(std::string{name}, until);
}

}  // namespace tickertape::provider
