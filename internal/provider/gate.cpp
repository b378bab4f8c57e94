#include "provider/gate.hpp"

#include "core/elapsed.hpp"
#include "core/fetch_error.hpp"
#include "provider/errors.hpp"

#include <algorithm>
#include <utility>

namespace tickertape::provider {

using std::chrono::milliseconds;

gate::gate(rate_limit limit, breaker_limits breaker, steady_time now)
    : limit_{limit}, bucket_{limit, now}, breaker_{breaker}
{
}

boost::system::error_code gate::admit(steady_time now) noexcept
{
    if (!breaker_.admits(now))
        return provider_errc::breaker_open;
    if (bucket_.take(now))
        return {};
    breaker_.abandoned();
    return bucket_.paused_until() > now ? provider_errc::paused : provider_errc::throttled;
}

gate_change gate::succeeded(moment now, std::chrono::microseconds took)
{
    breaker_.succeeded();
    took_.add(took);
    penalty_.reset();
    last_success_ = now;
    return std::exchange(failures_, 0) > 0 ? gate_change::recovered : gate_change::none;
}

void gate::answered(std::chrono::microseconds took)
{
    breaker_.succeeded();
    took_.add(took);
    penalty_.reset();
}

void gate::undecided(std::chrono::microseconds took)
{
    breaker_.abandoned();
    took_.add(took);
}

void gate::note(moment now, const fetch_error& why)
{
    last_failure_ = failure{now, words_of(why)};
}

gate_change gate::failed(
    moment now, const fetch_error& why, std::optional<milliseconds> retry_after, double random)
{
    const bool was_failing = failures_++ > 0;
    if (!was_failing)
        streak_.since = now;
    streak_.failures = failures_;
    note(now, why);
    if (why.code == provider_errc::rate_limited) {
        // It answers, and says why it does not: no matter for the breaker.
        breaker_.abandoned();
        auto pause = retry_after;
        if (!pause) {
            // At least half of what it can be: jitter must not undo the penalty.
            pause = penalty_.next(0.5 + random / 2);
            if (why.http_status == 418)
                pause = std::max<milliseconds>(*pause, ban_min);
        }
        bucket_.pause(now.steady + *pause);
        return gate_change::paused;
    }
    breaker_.failed(now.steady, random);
    if (retry_after)
        bucket_.pause(now.steady + *retry_after);
    if (breaker_.current() == circuit_breaker::state::open)
        return gate_change::opened;
    return was_failing ? gate_change::none : gate_change::failing;
}

milliseconds gate::paused_for(steady_time now) const noexcept
{
    auto until = bucket_.paused_until();
    if (breaker_.current() == circuit_breaker::state::open)
        until = std::max(until, breaker_.open_until());
    return std::chrono::ceil<milliseconds>(std::max(until - now, steady_time::duration::zero()));
}

void gate::report(moment now, feed_report::provider& into) const
{
    into.breaker = to_string(breaker_.current());
    if (last_success_)
        into.last_success = wall_time_of(*last_success_, now);
    if (last_failure_)
        into.last_failure = {wall_time_of(last_failure_->at, now), last_failure_->words};
    into.requests_left = bucket_.left(now.steady);
    into.paused_for = paused_for(now.steady);
    if (const auto p50 = took_.percentile(0.5))
        into.took = {*p50, *took_.percentile(0.9), *took_.percentile(0.99)};
}

}  // namespace tickertape::provider
