#include "provider/rate_limit.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace tickertape::provider {
namespace {

using duration = token_bucket::duration;

// Far from where a time in nanoseconds overflows, also when some of them are added.
constexpr duration one_most = std::chrono::hours{24 * 30};
constexpr duration all_most = std::chrono::hours{24 * 365};

duration at_most(double ns, duration most) noexcept
{
    if (!(ns < static_cast<double>(most.count())))
        return most;
    return duration{static_cast<duration::rep>(ns)};
}

}  // namespace

// The bucket is kept as the time at which it would be full again: one time says as much as a count
// of tokens and when it was counted, and it needs no division that could round in our favour.
token_bucket::token_bucket(rate_limit limit, steady_time now) noexcept
    : full_at_{now}, paused_until_{now}
{
    assert(limit.per_minute > 0 && limit.burst >= 1);
    // Rounded up: the rate is never exceeded. The burst is rounded down, but never below one.
    one_ = std::max(at_most(std::ceil(60e9 / limit.per_minute), one_most), duration{1});
    all_ = std::max(at_most(static_cast<double>(one_.count()) * limit.burst, all_most), one_);
}

bool token_bucket::take(steady_time now) noexcept
{
    if (wait(now) > duration::zero())
        return false;
    full_at_ = std::max(full_at_, now) + one_;
    return true;
}

token_bucket::duration token_bucket::wait(steady_time now) const noexcept
{
    return std::max(full_at_ - (all_ - one_) - now, duration::zero());
}

void token_bucket::pause(steady_time until) noexcept
{
    paused_until_ = std::max(paused_until_, until);
    full_at_ = std::max(full_at_, until + (all_ - one_));
}

double token_bucket::left(steady_time now) const noexcept
{
    if (now < paused_until_)
        return 0;
    const auto filled = std::clamp(now + all_ - full_at_, duration::zero(), all_);
    return static_cast<double>(filled.count()) / static_cast<double>(one_.count());
}

}  // namespace tickertape::provider
