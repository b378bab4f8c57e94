#include "net/dialer.hpp"

#include "asio/no_throw.hpp"
#include "core/text.hpp"
#include "net/with_timeout.hpp"

#include <boost/asio/error.hpp>

namespace tickertape::net {

using boost::system::error_code;

dialer::dialer(
    asio::any_io_executor executor, base_url base, asio::ssl::context& trust,
    const dial_limits& limits, resolve_function blocking_resolve)
    : executor_{executor}, base_{std::move(base)}, trust_{trust}, limits_{limits},
      resolver_{executor, std::move(blocking_resolve)}
{
}

asio::awaitable<fetched<std::unique_ptr<byte_stream>>> dialer::open()
{
    const auto found = co_await resolver_.resolve(base_.host, base_.port, limits_.resolve);
    if (!found)
        co_return fetch_error{found.error()};
    std::unique_ptr<byte_stream> connection;
    if (const auto ec = co_await connect_any(*found, connection)) {
        const bool is_ours = ec.category() == net_category();
        if (is_ours || ec == asio::error::operation_aborted)
            co_return fetch_error{ec};
        co_return fetch_error{net_errc::connect_failed, clean_words(ec.message())};
    }
    if (co_await is_cancelled())
        co_return fetch_error{asio::error::operation_aborted};
    const auto ec = co_await with_timeout(
        limits_.handshake, net_errc::handshake_timeout, connection->handshake(base_.host));
    if (ec)
        co_return fetch_error{ec, clean_words(connection->refusal())};
    co_return std::move(connection);
}

// The addresses share the time limit, so that one that drops packets leaves time for the next.
asio::awaitable<error_code>
dialer::connect_any(const endpoints& to, std::unique_ptr<byte_stream>& connection)
{
    const auto until = std::chrono::steady_clock::now() + limits_.connect;
    error_code last = net_errc::connect_failed;
    for (std::size_t i = 0; i < to.size(); ++i) {
        if (co_await is_cancelled())
            co_return asio::error::operation_aborted;
        const auto left = until - std::chrono::steady_clock::now();
        const auto share = left / static_cast<std::int64_t>(to.size() - i);
        connection =
            base_.is_tls ? make_tls_stream(executor_, trust_) : make_plain_stream(executor_);
        last = co_await with_timeout(share, net_errc::connect_timeout, connection->connect(to[i]));
        if (!last || last == asio::error::operation_aborted)
            break;
    }
    co_return last;
}

}  // namespace tickertape::net
