#include "http/admission.hpp"

#include <algorithm>
#include <cassert>

namespace tickertape::http {

// The reserve is a 32nd: its connections end in a moment, so it need not be large, and each of
// them is a connection less. It is never smaller than what a lane accepts in one go, or most of
// that would be closed before the first of them has been told.
void set_connections(
    admission_limits& of, std::size_t descriptors, std::size_t own, std::size_t wanted) noexcept
{
    const auto free = descriptors > own ? descriptors - own : 0;
    const auto reserve_for = [](std::size_t n) {
        return std::clamp(n / reserve_part, reserve_least, reserve_most);
    };
    if (wanted == 0) {
        const auto reserve = reserve_for(free);
        wanted =
            std::clamp(free > reserve ? free - reserve : 0, reserve_least, connections_unasked_max);
    }
    of.connections = wanted;
    of.reserve = reserve_for(wanted);
}

admission::admission(admission_limits limits) noexcept : limits_{limits} {}

admission::entry admission::enter(std::optional<client_key> who)
{
    const std::lock_guard lock{mutex_};
    if (figures_.connections >= limits_.connections)
        return {{}, refusal::max_connections};
    if (!who || limits_.connections_per_client == 0) {
        ++figures_.connections;
        return {lease{&unowned_}, std::nullopt};
    }
    client& c = client_of(*who);
    if (c.connections >= limits_.connections_per_client)
        return {{}, refusal::max_connections_per_ip};
    ++c.connections;
    ++figures_.connections;
    return {lease{&c}, std::nullopt};
}

lease admission::enter_reserve()
{
    const std::lock_guard lock{mutex_};
    if (figures_.reserve >= limits_.reserve)
        return {};
    ++figures_.reserve;
    return lease{&reserve_};
}

bool admission::assign(lease& permit, std::optional<client_key> who)
{
    if (limits_.connections_per_client == 0)
        return true;
    assert(permit && permit.get() != &reserve_);
    const std::lock_guard lock{mutex_};
    lessor* after = &unowned_;
    if (who) {
        client& c = client_of(*who);
        if (&c == permit.get())
            return true;
        if (c.connections >= limits_.connections_per_client)
            return false;
        ++c.connections;
        after = &c;
    }
    // The permit stays taken and counts for another client: it is not given back.
    lessor* const before = permit.release();
    permit.reset(after);
    if (before != &unowned_)
        leave(static_cast<client&>(*before));
    return true;
}

std::chrono::nanoseconds admission::ask(client_key who, steady_time now)
{
    const auto rate = limits_.requests_per_second_per_client;
    if (rate <= 0)
        return {};
    const std::lock_guard lock{mutex_};
    forget_the_full(now);
    client& c = client_of(who);
    const bool was_filling = c.requests.has_value();
    if (!was_filling)
        c.requests.emplace(
            rate_limit{.per_minute = 60 * rate, .burst = std::max(1.0, burst_seconds * rate)}, now);
    const auto before = c.requests->full_at();
    if (!c.requests->take(now))
        return c.requests->wait(now);
    if (was_filling)
        filling_.erase({before, who});
    filling_.emplace(c.requests->full_at(), who);
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
    if (at->second.connections == 0 && !at->second.requests)
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
    clients_.find(who)->second.requests.reset();
    forget_if_idle(who);
}

void admission::unowned_permits::give_back() noexcept
{
    const std::lock_guard lock{of_.mutex_};
    --of_.figures_.connections;
}

void admission::reserve_permits::give_back() noexcept
{
    const std::lock_guard lock{of_.mutex_};
    --of_.figures_.reserve;
}

void admission::client::give_back() noexcept
{
    // This may be gone with its last connection.
    auto& of = of_;
    const std::lock_guard lock{of.mutex_};
    --of.figures_.connections;
    of.leave(*this);
}

}  // namespace tickertape::http
