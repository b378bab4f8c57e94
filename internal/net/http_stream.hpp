// Reads an answer whose body has no end, an event stream for one: a GET over a connection of its
// own, and the body piece by piece as it comes.
//
// The certificate and the host's name are verified, redirects are not followed, a compressed body
// is refused. Every phase has a limit in time, the head one in bytes; the body has none, but
// nothing of it is kept. A body may be chunked, have a length, or end with the connection.
//
// Threads: one strand.
#pragma once

#include "net/dialer.hpp"
#include "net/errors.hpp"
#include "net/http_message.hpp"
#include "net/limits.hpp"
#include "net/resolver.hpp"
#include "net/url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace tickertape::net {

class http_stream {
public:
    // The head of the answer.
    struct head {
        int status = 0;
        std::string content_type;
        std::string retry_after;  // empty: there was none
    };

    // `executor` is a strand; it and `trust` outlive this.
    http_stream(
        boost::asio::any_io_executor executor, base_url base, boost::asio::ssl::context& trust,
        const http_stream_limits& limits, resolve_function blocking_resolve = system_resolve);
    ~http_stream();
    http_stream(const http_stream&) = delete;
    http_stream& operator=(const http_stream&) = delete;

    const base_url& base() const noexcept { return dialer_.base(); }

    // Sends the GET over a new connection, which replaces an earlier one, and reads the head of the
    // answer, whatever its status. Cancelling the caller closes the connection. Never throws.
    // Errors: net_errc::resolve_timeout .. ::redirect; operation_aborted.
    boost::asio::awaitable<fetched<head>> open(http_request request);
    // A field of the head, without what is not fit for a log line; empty if there is none.
    std::string field(std::string_view name) const;

    // The next bytes of the body; none if it is over. Valid until the next call. Only after an
    // open() without error. Errors: net_errc::peer_silent, ::connection_lost,
    // ::response_truncated, ::bad_http; operation_aborted. None but open() comes after an error.
    boost::asio::awaitable<fetched<std::string_view>> read();
    // For the following reads.
    void set_silence_max(std::chrono::milliseconds limit) noexcept { limits_.silence_max = limit; }

    void close() noexcept;

private:
    struct wire;

    boost::asio::awaitable<boost::system::error_code> ask(const std::string& request_bytes);
    boost::asio::awaitable<boost::system::error_code> receive();

    http_stream_limits limits_;
    dialer dialer_;
    std::unique_ptr<wire> wire_;  // null: not open
};

}  // namespace tickertape::net
