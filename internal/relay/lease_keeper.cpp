#include "relay/lease_keeper.hpp"

#include "core/jitter.hpp"

#include <algorithm>

namespace tickertape::relay {

void lease_keeper::answered(
    const lease_answer& heard, const moment& asked, const moment& now, std::uint64_t random)
{
    measure(heard.state, asked, now);
    retry_ = milliseconds{0};
    holder_ = heard.holder;
    if (!holder_.empty() && holder_ != leaving_)
        soon_until_.reset();
    if (heard.is_ours) {
        // Where this instance may not lead the caller gives it back.
        until_.reset();
        if (may_lead())
            until_ = asked.steady + limits_.lifetime * 4 / 5;
        due_ = asked.steady + limits_.lifetime / 3;
        return;
    }
    until_.reset();
    const bool is_soon = soon_until_ && now.steady < *soon_until_;
    due_ = now.steady + (is_soon ? limits_.asks_soon : jittered(limits_.asks_each, random));
}

void lease_keeper::looked(
    const log_state& heard, const moment& asked, const moment& now, std::uint64_t random)
{
    const bool was_skewed = is_skewed_;
    measure(heard, asked, now);
    retry_ = milliseconds{0};
    until_.reset();
    holder_.clear();  // whose it is was not asked
    const bool may_ask_now = was_skewed && may_lead();
    due_ = may_ask_now ? now.steady : now.steady + jittered(limits_.asks_each, random);
}

void lease_keeper::failed(steady_time now, std::uint64_t random)
{
    retry_ = std::min(std::max(limits_.retry_first, retry_ * 2), limits_.retry_most);
    due_ = now + jittered(retry_, random);
}

void lease_keeper::lost(steady_time now) noexcept
{
    until_.reset();
    holder_.clear();
    due_ = now;
}

void lease_keeper::farewell(steady_time now) noexcept
{
    leaving_ = holder_;
    soon_until_ = now + limits_.soon_for;
    due_ = std::min(due_, now);
}

void lease_keeper::leave() noexcept
{
    has_left_ = true;
    until_.reset();
    holder_.clear();
}

// The server read its clock at some time between the question and the answer.
void lease_keeper::measure(const log_state& heard, const moment& asked, const moment& now) noexcept
{
    const auto half = std::chrono::floor<milliseconds>(now.steady - asked.steady) / 2;
    skew_ = asked.wall + half - heard.time;
    is_skewed_ = std::chrono::abs(*skew_) - half > limits_.skew_max;
}

}  // namespace tickertape::relay
