// Opens a connection to the host of a base URL: looks its name up, connects, and for https:// or
// wss:// shakes hands over TLS and checks the certificate and the host's name. Each phase has a
// time limit.
//
// Threads: one strand.
#pragma once

#include "net/byte_stream.hpp"
#include "net/errors.hpp"
#include "net/limits.hpp"
#include "net/resolver.hpp"
#include "net/url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>

#include <memory>

namespace tickertape::net {

class dialer {
public:
    // `executor` is a strand; it and `trust` outlive this and every connection made by it.
    dialer(
        boost::asio::any_io_executor executor, base_url base, boost::asio::ssl::context& trust,
        const dial_limits& limits, resolve_function blocking_resolve = system_resolve);

    const base_url& base() const noexcept { return base_; }

    // A new connection; not null. One call at a time. Cancelling the caller ends it. Never throws.
    // Errors: net_errc::resolve_timeout .. ::tls_failed; operation_aborted.
    boost::asio::awaitable<fetched<std::unique_ptr<byte_stream>>> open();

private:
    boost::asio::awaitable<boost::system::error_code>
    connect_any(const endpoints& to, std::unique_ptr<byte_stream>& connection);

    boost::asio::any_io_executor executor_;
    base_url base_;
    boost::asio::ssl::context& trust_;
    dial_limits limits_;
    resolver resolver_;
};

}  // namespace tickertape::net
