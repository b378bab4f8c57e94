#include "net/with_timeout.hpp"

#include "asio/no_throw.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

namespace tickertape::net {
namespace {

using boost::system::error_code;

// The operators below run each side as a coroutine of its own, which throws when cancelled unless
// it is told not to.
asio::awaitable<error_code> quietly(asio::awaitable<error_code> phase)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    co_return co_await std::move(phase);
}

}  // namespace

asio::awaitable<error_code> with_timeout(
    std::chrono::steady_clock::duration limit, boost::system::error_code late,
    asio::awaitable<error_code> phase)
{
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer timer{co_await asio::this_coro::executor, limit};
    const auto first = co_await (quietly(std::move(phase)) || timer.async_wait(no_throw));
    if (first.index() == 0)
        co_return std::get<0>(first);
    const auto [timer_ended] = std::get<1>(first);
    co_return timer_ended ? timer_ended : late;
}

asio::awaitable<bool> is_cancelled()
{
    const auto state = co_await asio::this_coro::cancellation_state;
    co_return state.cancelled() != asio::cancellation_type::none;
}

}  // namespace tickertape::net
