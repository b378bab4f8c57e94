#include "provider/gate.hpp"

#include "core/elapsed.hpp"
#include "core/fetch_error.hpp"
#include "provider/errors.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace tickertape::provider {

using std::chrono::milliseconds;

gate::gate(rate_limit limit, breaker_limits breaker, steady_time now)
    : limit_{limit}, bucket_{limit, now}, breaker_{breaker}
{
}

boost::system::result<gate::permit> gate::admit(steady_time now) noexcept
{
    auto of_breaker = breaker_.admit(now);
    if (!of_breaker)
        return provider_errc::breaker_open;
    if (!bucket_.take(now))
        return bucket_.paused_until() > now ? provider_errc::paused : provider_errc::throttled;
    prices_are_next_ = false;
    return permit{*this, std::move(*of_breaker), now};
}

// Where one takes a request the other may not have one. A breaker that is not closed wants a probe,
// of prices or of anything else.
bool gate::is_scarce(steady_time now) const noexcept
{
    // Beside rounding errors.
    return bucket_.left(now) < 2 - 1e-6 && breaker_.current() == circuit_breaker::state::closed;
}

boost::system::result<gate::permit> gate::admit_prices(steady_time now) noexcept
{
    if (!prices_are_next_ && in_line_ != 0 && bucket_.paused_until() <= now && is_scarce(now))
        return provider_errc::throttled;
    return admit(now);
}

boost::system::result<gate::permit> gate::admit_behind_prices(steady_time now) noexcept
{
    const bool are_prices_wanted = prices_wanted_ && now - *prices_wanted_ <= prices_first_for;
    if (prices_are_next_ && are_prices_wanted && is_scarce(now))
        return provider_errc::throttled;
    auto admitted = admit(now);
    if (admitted)
        prices_are_next_ = true;
    return admitted;
}

gate_change gate::permit::succeeded(moment now, std::chrono::microseconds took)
{
    of_->last_success_ = now;
    const bool is_up_to_date = breaker_->is_up_to_date();
    answered(took);
    const bool ends_streak = is_up_to_date && std::exchange(of_->failures_, 0) > 0;
    return ends_streak ? gate_change::recovered : gate_change::none;
}

void gate::permit::answered(std::chrono::microseconds took)
{
    assert(breaker_);
    breaker_->succeeded();
    breaker_.reset();
    of_->took_.add(took);
    // An answer to a request of before the last "too many requests" does not take that back.
    if (!of_->limited_at_ || admitted_ > *of_->limited_at_)
        of_->penalty_.reset();
}

void gate::permit::undecided(std::chrono::microseconds took)
{
    assert(breaker_);
    breaker_.reset();
    of_->took_.add(took);
}

void gate::note(moment now, const fetch_error& why)
{
    last_failure_ = failure{now, words_of(why)};
}

gate_change gate::permit::failed(
    moment now, const fetch_error& why, std::optional<milliseconds> retry_after, double random)
{
    assert(breaker_);
    auto& g = *of_;
    g.note(now, why);
    const bool is_up_to_date = breaker_->is_up_to_date();
    const bool was_failing = g.failures_ > 0;
    if (is_up_to_date)
        g.count_failure(now);
    if (why.code == provider_errc::rate_limited) {
        // It answers, and says why it does not: no matter for the breaker.
        breaker_.reset();
        auto pause = retry_after;
        if (!pause) {
            // At least half of what it can be: jitter must not undo the penalty.
            pause = g.penalty_.next(0.5 + random / 2);
            if (why.http_status == 418)
                pause = std::max<milliseconds>(*pause, ban_min);
        }
        g.limited_at_ = now.steady;
        g.pause(now.steady + *pause);
        return gate_change::paused;
    }
    breaker_->failed(now.steady, random);
    breaker_.reset();
    if (retry_after)
        g.pause(now.steady + *retry_after);
    return is_up_to_date ? g.change_after_failure(was_failing) : gate_change::none;
}

void gate::pause(steady_time until) noexcept
{
    if (until <= bucket_.paused_until())
        return;
    bucket_.pause(until);
    ++pauses_;
}

gate_change gate::failed(moment now, const fetch_error& why, double random)
{
    const bool was_failing = failures_ > 0;
    note(now, why);
    count_failure(now);
    if (breaker_.current() == circuit_breaker::state::open)
        return was_failing ? gate_change::none : gate_change::failing;
    breaker_.failed(now.steady, random);
    return change_after_failure(was_failing);
}

void gate::count_failure(moment now)
{
    if (failures_++ == 0)
        streak_.since = now;
    streak_.failures = failures_;
}

gate_change gate::change_after_failure(bool was_failing) const noexcept
{
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
