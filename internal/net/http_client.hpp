// Asks one host over HTTP or HTTPS: one request at a time over one kept connection.
//
// The certificate and the host's name are verified, redirects are not followed (a request may ask
// to be told of them), everything has a limit in time and in bytes.
//
// Threads: one strand.
#pragma once

#include "net/byte_stream.hpp"
#include "net/dialer.hpp"
#include "net/errors.hpp"
#include "net/http_asker.hpp"
#include "net/http_message.hpp"
#include "net/limits.hpp"
#include "net/resolver.hpp"
#include "net/url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace tickertape::net {

class http_client final : public http_asker {
public:
    // `executor` is a strand; it and `trust` outlive the client.
    http_client(
        boost::asio::any_io_executor executor, base_url base, boost::asio::ssl::context& trust,
        const http_limits& limits, resolve_function blocking_resolve = system_resolve);

    const base_url& base() const noexcept { return dialer_.base(); }

    // Returns every valid HTTP answer, also those with an error status; redirects only if the
    // request takes them.
    // A GET is sent over the kept connection; if that turns out to be closed before the first byte
    // of an answer, it is replaced once. A POST is sent once, over a new connection: nobody can
    // tell whether the host acted on one that was not answered, and repeating it is for the caller
    // to decide. Cancelling the caller ends the request and closes the connection. Never throws.
    // Errors: net_errc::resolve_timeout .. ::redirect; operation_aborted.
    boost::asio::awaitable<fetched<http_response>> send(http_request request) override;

private:
    boost::asio::awaitable<fetched<http_response>>
    ask(const std::string& request_bytes, bool takes_3xx);

    http_limits limits_;
    dialer dialer_;
    std::unique_ptr<byte_stream> connection_;  // kept from the last answer, if any
};

}  // namespace tickertape::net
