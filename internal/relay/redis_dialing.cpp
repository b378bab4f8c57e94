#include "relay/redis_dialing.hpp"

#include "asio/no_throw.hpp"
#include "net/with_timeout.hpp"
#include "relay/errors.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

namespace tickertape::relay {

using boost::system::error_code;

std::unique_ptr<net::dialer> make_dialer(const redis_dialing& with, const redis_host& host)
{
    net::base_url url;
    url.is_tls = with.address.is_tls;
    url.host = host.name;
    url.port = host.port;
    url.host_header = text_of(host);
    return std::make_unique<net::dialer>(
        with.executor, std::move(url), with.trust, with.limits.dial, with.lookup);
}

asio::awaitable<error_code> wait_until(steady_time then)
{
    if (co_await net::is_cancelled())
        co_return asio::error::operation_aborted;
    if (then <= std::chrono::steady_clock::now())
        co_return error_code{};
    asio::steady_timer timer{co_await asio::this_coro::executor, then};
    const auto [ended] = co_await timer.async_wait(no_throw);
    co_return ended;
}

asio::awaitable<error_code>
open_in_turn(const redis_dialing& with, net::dialer& to, std::unique_ptr<net::byte_stream>& opened)
{
    const auto turn = with.pace.take(std::chrono::steady_clock::now());
    if (const auto ec = co_await wait_until(turn))
        co_return ec;
    auto made = co_await to.open();
    if (made) {
        opened = std::move(*made);
        co_return error_code{};
    }
    const bool is_ours = made.error().code == asio::error::operation_aborted;
    co_return is_ours ? made.error().code : make_error_code(relay_errc::unreachable);
}

}  // namespace tickertape::relay
