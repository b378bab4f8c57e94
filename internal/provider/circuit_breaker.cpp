#include "provider/circuit_breaker.hpp"

#include <algorithm>
#include <cassert>

namespace tickertape::provider {

std::optional<circuit_breaker::permit> circuit_breaker::admit(steady_time now) noexcept
{
    if (state_ == state::open && now >= open_until_)
        state_ = state::half_open;
    if (state_ == state::open || probing_)
        return std::nullopt;
    probing_ = state_ == state::half_open;
    return permit{*this, next_++};
}

circuit_breaker::permit::~permit()
{
    if (of_ != nullptr && is_up_to_date())
        of_->probing_ = false;
}

void circuit_breaker::permit::succeeded() noexcept
{
    assert(of_ != nullptr);
    if (is_up_to_date())
        of_->close();
    of_ = nullptr;
}

void circuit_breaker::permit::failed(steady_time now, double random) noexcept
{
    assert(of_ != nullptr);
    if (is_up_to_date())
        of_->count_failure(now, random);
    of_ = nullptr;
}

void circuit_breaker::failed(steady_time now, double random) noexcept
{
    if (state_ != state::open && !probing_)
        count_failure(now, random);
}

void circuit_breaker::close() noexcept
{
    state_ = state::closed;
    failures_ = 0;
    openings_ = 0;
    probing_ = false;
}

void circuit_breaker::count_failure(steady_time now, double random) noexcept
{
    if (state_ == state::half_open || ++failures_ >= limits_.failures_max)
        open(now, random);
}

void circuit_breaker::open(steady_time now, double random) noexcept
{
    assert(random >= 0 && random < 1);
    using std::chrono::milliseconds;
    auto whole = std::min(limits_.open_first, limits_.open_most);
    for (unsigned i = 0; i < openings_ && whole < limits_.open_most; ++i)
        whole = whole > limits_.open_most / 2 ? limits_.open_most : 2 * whole;
    // 62 doublings of a millisecond are beyond any bound: the count itself need not grow further.
    if (openings_ < 62)
        ++openings_;
    const auto quarter = static_cast<double>(whole.count()) / 4;
    const auto early = milliseconds{static_cast<milliseconds::rep>((1 - random) * quarter)};
    state_ = state::open;
    probing_ = false;
    since_opening_ = next_;
    open_until_ = now + (whole - early);
}

std::string_view to_string(circuit_breaker::state s) noexcept
{
    switch (s) {
    case circuit_breaker::state::closed:
        return "closed";
    case circuit_breaker::state::open:
        return "open";
    case circuit_breaker::state::half_open:
        return "half_open";
    }
    return "unknown";
}

}  // namespace tickertape::provider
