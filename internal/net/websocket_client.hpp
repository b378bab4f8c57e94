// One connection to a host over ws:// or wss://, from the dial to its end.
//
// The certificate and the host's name are verified, redirects are not followed, compression is not
// offered, and nothing has more time or room than its limit. The peer's pings are answered only
// while a read is under way, so the caller keeps one under way all the time.
//
// Threads: one strand. Destroying the client closes the connection; no call may be under way then.
#pragma once

#include "net/dialer.hpp"
#include "net/errors.hpp"
#include "net/http_message.hpp"
#include "net/limits.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace tickertape::net {

class websocket_client {
public:
    // `executor` is a strand; it and `trust` outlive the client.
    websocket_client(
        boost::asio::any_io_executor executor, base_url base, boost::asio::ssl::context& trust,
        const websocket_limits& limits, resolve_function blocking_resolve = system_resolve);
    ~websocket_client();
    websocket_client(const websocket_client&) = delete;
    websocket_client& operator=(const websocket_client&) = delete;

    // Connects and asks for `target`, which follows the base URL's prefix. Once, first. Cancelling
    // the caller ends it, here and below, and the connection with it. Nothing here throws.
    // Errors: as dialer has them; net_errc::response_timeout (of the upgrade), ::connection_lost,
    // ::bad_http; ::upgrade_refused with the status, and with the new address of a redirect. The
    // body of a refusal is in answer().
    boost::asio::awaitable<fetched<void>> open(std::string target);
    // The answer to the upgrade. If the upgrade was granted, only the date is set; if it was
    // refused, also the status, Retry-After, and the part of the body that came.
    const http_response& answer() const noexcept { return answer_; }

    // Waits for the next text message and puts it into `into`. Binary messages are counted and
    // skipped, because no provider uses them. Each message takes a turn of the executor of its own,
    // so that others have theirs if many messages arrive at once.
    // After an error the connection is of no use.
    // Errors: net_errc::peer_closed with the peer's words, ::connection_lost,
    // ::bad_websocket, ::message_too_large, ::peer_silent; operation_aborted.
    boost::asio::awaitable<fetched<void>> read(std::string& into);

    // Sends one text message. A read may be under way, but no other write.
    // Errors: as read(); a peer that does not take it in time is net_errc::connection_lost.
    boost::asio::awaitable<fetched<void>> write(std::string message);

    // Says goodbye, waits a bounded time for the answer, and closes. A read under way ends with
    // operation_aborted or ::peer_closed.
    boost::asio::awaitable<void> close();
    // Closes at once. What is under way ends with operation_aborted.
    void abort() noexcept;

    std::uint64_t binary_messages() const noexcept { return binary_messages_; }

private:
    struct wire;

    fetch_error failure(boost::system::error_code ec) const;
    fetch_error refusal(boost::system::error_code ec, std::string_view bytes);

    dialer dialer_;
    websocket_limits limits_;
    std::shared_ptr<wire> wire_;  // from open() on; shared with the watch over it
    http_response answer_;
    std::uint64_t binary_messages_ = 0;
};

}  // namespace tickertape::net
