// From a provider's base URL to an open connection: looked up, connected, and with TLS spoken where
// the URL wants it, the certificate and the host's name checked. No phase has more time than its
// limit.
//
// Threads: one strand.
#pragma once

#include "feed/byte_stream.hpp"
#include "feed/errors.hpp"
#include "feed/limits.hpp"
#include "feed/lookup.hpp"
#include "feed/url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>

#include <memory>

namespace tickertape {

class dialer {
public:
    // `executor` is a strand; it and `trust` outlive this and every connection made by it.
    dialer(
        boost::asio::any_io_executor executor, base_url base, boost::asio::ssl::context& trust,
        const dial_limits& limits, lookup_function blocking_lookup = system_lookup);

    const base_url& base() const noexcept { return base_; }

    // A new connection; not null. One call at a time. Cancelling the caller ends it. Never throws.
    // Errors: feed_errc::resolve_timeout .. ::tls_failed; operation_aborted.
    boost::asio::awaitable<fetched<std::unique_ptr<byte_stream>>> open();

private:
    boost::asio::awaitable<boost::system::error_code>
    connect_any(const endpoints& to, std::unique_ptr<byte_stream>& connection);

    boost::asio::any_io_executor executor_;
    base_url base_;
    boost::asio::ssl::context& trust_;
    dial_limits limits_;
    lookup lookup_;
};

}  // namespace tickertape
