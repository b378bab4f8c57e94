#include "web/admission.hpp"

#include <algorithm>
#include <cassert>

namespace tickertape {
namespace {

constexpr double burst_seconds = 2;

std::chrono::nanoseconds nanoseconds_of(double seconds)
{
    return std::chrono::nanoseconds{static_cast<std::int64_t>(seconds * 1e9)};
}

}  // namespace

// The reserve is a 32nd: whoever sits in it is gone in a moment, so it need not be large; and each
// of it is a connection less. It is never smaller than what a lane accepts in one go, or most of
// that would be closed before the first of them has been told.
void set_connections(
    admission_limits& of, std::size_t descriptors, std::size_t own, std::size_t wanted) noexcept
{
    static constexpr std::size_t part = 32;
    static constexpr std::size_t least = 64;
    static constexpr std::size_t most = 2048;
    const auto free = descriptors > own ? descriptors - own : 0;
    const auto reserve_for = [](std::size_t n) { return std::clamp(n / part, least, most); };
    if (wanted == 0) {
        const auto reserve = reserve_for(free);
        wanted = std::clamp(free > reserve ? free - reserve : 0, least, connections_unasked_max);
    }
    of.connections = wanted;
    of.reserve = reserve_for(wanted);
}

admission::admission(admission_limits limits) noexcept : limits_{limits}
{
    if (const auto rate = limits.requests_per_second_per_client; rate > 0) {
        one_ = nanoseconds_of(1 / rate);
        all_ = std::max(one_, nanoseconds_of(burst_seconds));
    }
}

admission::entry admission::enter(std::optional<client_key> who)
{
    const std::lock_guard lock{mutex_};
    if (figures_.connections >= limits_.connections)
        return {{}, refusal::max_connections};
    if (!who || limits_.connections_per_client == 0) {
        ++figures_.connections;
        return {lease{&nobody_}, std::nullopt};
    }
    client& c = client_of(*who);
    if (c.connections >= limits_.connections_per_client)
        return {{}, refusal::max_connections_per_ip};
    ++c.connections;
    ++figures_.connections;
    return {lease{&c}, std::nullopt};
}

lease admission::wait_outside()
{
    const std::lock_guard lock{mutex_};
    if (figures_.outside >= limits_.reserve)
        return {};
    ++figures_.outside;
    return lease{&outside_};
}

bool admission::assign(lease& place, std::optional<client_key> who)
{
    if (limits_.connections_per_client == 0)
        return true;
    assert(place && place.get() != &outside_);
    const std::lock_guard lock{mutex_};
    lessor* after = &nobody_;
    if (who) {
        client& c = client_of(*who);
        if (&c == place.get())
            return true;
        if (c.connections >= limits_.connections_per_client)
            return false;
        ++c.connections;
        after = &c;
    }
    // The place goes on, in other hands: it is not given back.
    lessor* const before = place.release();
    place.reset(after);
    if (before != &nobody_)
        leave(static_cast<client&>(*before));
    return true;
}

// The bucket is kept as the time at which it would be full again: one time says as much as a count
// of tokens and when it was counted.
std::chrono::nanoseconds admission::ask(client_key who, steady_time now)
{
    if (limits_.requests_per_second_per_client <= 0)
        return {};
    const std::lock_guard lock{mutex_};
    forget_the_full(now);
    client& c = client_of(who);
    const auto full_at = c.full_at.value_or(now);
    if (const auto wait = full_at - now - (all_ - one_); wait > std::chrono::nanoseconds::zero())
        return wait;
    if (c.full_at)
        filling_.erase({*c.full_at, who});
    c.full_at = full_at + one_;
    filling_.emplace(*c.full_at, who);
    if (filling_.size() > limits_.remembered) {
        ++figures_.forgotten;
        forget_first_bucket();
    }
    return {};
}

admission::figures admission::now() const
{
    const std::lock_guard lock{mutex_};
    auto f = figures_;
    f.clients = clients_.size();
    return f;
}

admission::client& admission::client_of(client_key who)
{
    return clients_.try_emplace(who, *this, who).first->second;
}

void admission::leave(client& c) noexcept
{
    --c.connections;
    forget_if_idle(c.key());
}

void admission::forget_if_idle(client_key who) noexcept
{
    const auto at = clients_.find(who);
    if (at->second.connections == 0 && !at->second.full_at)
        clients_.erase(at);
}

void admission::forget_the_full(steady_time now)
{
    while (!filling_.empty() && filling_.begin()->first <= now)
        forget_first_bucket();
}

void admission::forget_first_bucket()
{
    const auto who = filling_.begin()->second;
    filling_.erase(filling_.begin());
    clients_.find(who)->second.full_at.reset();
    forget_if_idle(who);
}

void admission::place_of_nobody::give_back() noexcept
{
    const std::lock_guard lock{of_.mutex_};
    --of_.figures_.connections;
}

void admission::place_outside::give_back() noexcept
{
    const std::lock_guard lock{of_.mutex_};
    --of_.figures_.outside;
}

void admission::client::give_back() noexcept
{
    // This may be gone with its last connection.
    auto& of = of_;
    const std::lock_guard lock{of.mutex_};
    --of.figures_.connections;
    of.leave(*this);
}

}  // namespace tickertape
