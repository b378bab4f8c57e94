// One connection to a provider's socket. It sends the messages of the protocol at the pace the
// provider allows, and reads the provider's messages and hands them on.
//
// It ends because of an error, because its owner ends it, or because the provider confirmed nothing
// in time. The owner decides whether and when to connect again: see venue_socket.hpp.
//
// Threads: one strand.
#pragma once

#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "core/token_bucket.hpp"
#include "net/websocket_client.hpp"
#include "provider/socket_api.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tickertape::feed {

struct venue_socket_limits {
    // Of each connection; silence_max and message_bytes_max are those of the protocol's rules.
    net::websocket_limits connection{};
    // From the open connection to the first subscription confirmed, or the first quote.
    std::chrono::milliseconds confirm{10'000};
    std::size_t to_send_max = 2048;  // messages that wait for their turn; more end the connection
    // The first wait after a failure is at most again_first, and no wait is longer than again_most.
    // After a connection that was live for the third, waits begin with the first again.
    std::chrono::milliseconds again_first{1000};
    std::chrono::milliseconds again_most{60'000};
    std::chrono::milliseconds settled{30'000};
    // The least wait after a refusal: status 403 or 451, or too many connections.
    std::chrono::milliseconds unwelcome{60'000};
    // How long two connections stand side by side, at most, when one takes over from the other.
    std::chrono::milliseconds overlap{10'000};
};

class socket_connection {
public:
    // The origin of `news`: the open connection, one message, or the age of the connection.
    enum class event : std::uint8_t { opened, message, due };
    // Called within run() only; `news` is the connection's own.
    using heard_function =
        std::function<void(socket_connection&, event, const provider::socket_news& news)>;

    struct setup {
        boost::asio::any_io_executor strand;  // outlives the connection, as `trust` and `time` do
        net::base_url base;
        boost::asio::ssl::context& trust;
        const venue_socket_limits& limits;
        const clock& time;
        net::resolve_function lookup;
    };

    // `markets` outlives the connection. `random`, in [0, 1), spreads the renewals of many.
    socket_connection(
        const setup& with, std::unique_ptr<provider::socket_api> protocol,
        std::span<const provider::market> markets, double random, heard_function heard);

    // The whole life of the connection, and why it ended. Once. Cancelling the caller ends it.
    // Never throws. Errors: as websocket_client has them; what the protocol says of the connection;
    // provider_errc::subscription_refused, ::throttled (more to say than may be said).
    boost::asio::awaitable<fetch_error> run();

    // Ends it with a goodbye. run() returns within a bounded time.
    void leave();

    // Whether the upgrade succeeded; since when it is live, that is, confirmed anything.
    bool is_open() const noexcept { return is_open_; }
    std::optional<steady_time> live_since() const noexcept { return live_since_; }
    // Symbols that the provider confirmed or sent a quote of, in the order of their numbers.
    const std::vector<symbol_id>& confirmed() const noexcept { return confirmed_; }
    bool confirms(symbol_id symbol) const noexcept;
    // The beginning of the first message that the protocol did not know; empty: there was none.
    const std::string& unknown_sample() const noexcept { return unknown_sample_; }
    // Whether another connection should take over: the provider asked for it, or will soon end this
    // one.
    bool is_due() const noexcept { return is_due_; }
    const std::string& retry_after() const noexcept { return client_.answer().retry_after; }
    const net::answer_date& dated() const noexcept { return client_.answer().dated; }

private:
    boost::asio::awaitable<fetch_error> reading();
    boost::asio::awaitable<fetch_error> minding();
    std::optional<fetch_error> take(event what, provider::socket_news& news);
    void confirm(symbol_id symbol);
    steady_time next_due(steady_time now) const;
    void wake();

    setup with_;
    std::unique_ptr<provider::socket_api> protocol_;
    std::span<const provider::market> markets_;
    provider::socket_rules rules_;
    double random_;
    heard_function heard_;
    net::websocket_client client_;
    token_bucket pace_;
    boost::asio::steady_timer timer_;
    bool is_woken_ = false;
    std::deque<std::string> to_send_;
    steady_time last_sent_{};
    steady_time opened_at_{};
    std::optional<steady_time> renew_at_;
    std::optional<steady_time> live_since_;
    std::vector<symbol_id> confirmed_;
    std::optional<fetch_error> last_refusal_;
    std::string unknown_sample_;
    bool is_open_ = false;
    bool is_due_ = false;
    bool is_leaving_ = false;
};

}  // namespace tickertape::feed
