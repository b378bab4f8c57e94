// One connection to a provider over ws:// or wss://, from the dial to its end.
//
// The certificate and the host's name are verified, redirects are not followed, compression is not
// offered, and nothing has more time or room than its limit. The provider's pings are answered as
// long as a read is under way, so let there always be one.
//
// Threads: one strand. Destroying the client closes the connection; no call may be under way then.
#pragma once

#include "feed/answer_date.hpp"
#include "feed/dialer.hpp"
#include "feed/errors.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace tickertape {

struct websocket_limits {
    dial_limits dial{};
    std::chrono::milliseconds upgrade{5000};  // from the request's first byte to the answer's last
    // No byte of any kind, pings included, for so long: the connection is dead, whatever TCP says.
    std::chrono::milliseconds silence_max{30'000};
    std::chrono::milliseconds write{5000};     // for one message of ours
    std::chrono::milliseconds goodbye{1000};   // for the provider's answer to ours
    std::size_t answer_bytes_max = 32 * 1024;  // to the upgrade, header and body
    std::size_t message_bytes_max = 256 * 1024;
};

class websocket_client {
public:
    // `executor` is a strand; it and `trust` outlive the client.
    websocket_client(
        boost::asio::any_io_executor executor, base_url base, boost::asio::ssl::context& trust,
        const websocket_limits& limits, lookup_function blocking_lookup = system_lookup);
    ~websocket_client();
    websocket_client(const websocket_client&) = delete;
    websocket_client& operator=(const websocket_client&) = delete;

    // Connects and asks for `target`, which follows the base URL's prefix. Once, first. Cancelling
    // the caller ends it, here and below, and the connection with it. Nothing here throws.
    // Errors: as dialer has them; feed_errc::response_timeout (of the upgrade), ::connection_lost,
    // ::bad_http; ::upgrade_refused with the status and the provider's words.
    boost::asio::awaitable<fetched<void>> open(std::string target);
    // The Retry-After of a refused upgrade, as it came; empty: there was none.
    const std::string& retry_after() const noexcept { return retry_after_; }
    // What the answer to the upgrade, refused or not, says of the time.
    const answer_date& dated() const noexcept { return dated_; }

    // The next text message, whole, replaces `into`. Binary messages are no part of what any
    // provider of ours speaks: they are counted and passed over.
    // Every message comes in a turn of its own of the executor, however many have arrived at once.
    // After an error the connection is of no use.
    // Errors: feed_errc::stream_closed with the provider's words, ::connection_lost,
    // ::bad_websocket, ::message_too_large, ::stream_silent; operation_aborted.
    boost::asio::awaitable<fetched<void>> read(std::string& into);

    // One text message. One write at a time, beside a read.
    // Errors: as read(); a provider that does not take it in time is feed_errc::connection_lost.
    boost::asio::awaitable<fetched<void>> write(std::string message);

    // Says goodbye, waits a bounded time for the answer, and closes. A read under way ends with
    // operation_aborted or ::stream_closed.
    boost::asio::awaitable<void> close();
    // Closes at once. What is under way ends with operation_aborted.
    void abort() noexcept;

    // When the last byte came, control frames included.
    std::chrono::steady_clock::time_point last_heard() const noexcept;
    std::uint64_t binary_messages() const noexcept { return binary_messages_; }

private:
    struct wire;

    fetch_error failure(boost::system::error_code ec) const;
    fetch_error refusal(boost::system::error_code ec, std::string_view bytes);

    dialer dialer_;
    websocket_limits limits_;
    std::shared_ptr<wire> wire_;  // from open() on; shared with the watch over it
    std::string retry_after_;
    answer_date dated_;
    std::uint64_t binary_messages_ = 0;
};

}  // namespace tickertape
