#include "relay/alarm.hpp"

#include "asio/no_throw.hpp"

namespace tickertape::relay {

asio::awaitable<void> timer_alarm::wait(steady_time until)
{
    if (!rung_) {
        timer_.expires_at(until);
        co_await timer_.async_wait(no_throw);
    }
    rung_ = false;
}

void timer_alarm::ring()
{
    rung_ = true;
    timer_.cancel();
}

}  // namespace tickertape::relay
