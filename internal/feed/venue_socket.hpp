// Keeps one provider's socket alive until it is cancelled: connects, watches, connects again after
// waits that grow, and replaces a connection before the provider ends it.
//
// While one connection takes over from another, a symbol's quotes come from the new one as soon as
// that has confirmed the symbol, and from the old one until then: none is missed, none comes twice.
//
// Threads: the feed's strand.
#pragma once

#include "core/backoff.hpp"
#include "core/feed_report.hpp"
#include "core/fetch_error.hpp"
#include "feed/feed.hpp"
#include "feed/quote_listener.hpp"
#include "feed/socket_connection.hpp"
#include "feed/socket_log.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tickertape::feed {

struct venue_socket_parts {
    std::size_t rank;  // of the provider in PROVIDERS
    std::string name;
    std::function<std::unique_ptr<provider::socket_api>()> make_api;  // one per connection
    net::base_url url;
    boost::asio::ssl::context& trust;
    venue_socket_limits limits{};
    provider::market_choice chosen;  // at least one market
    net::resolve_function lookup = net::system_resolve;
};

class venue_socket {
public:
    // All referred to outlives this. `random` gives numbers in [0, 1).
    venue_socket(
        const feed_context& context, venue_socket_parts parts, quote_listener& listener,
        std::function<double()> random);
    venue_socket(const venue_socket&) = delete;
    venue_socket& operator=(const venue_socket&) = delete;

    // Returns only when cancelled, and when all that it began has ended. Once.
    boost::asio::awaitable<void> run();

    // Closes all connections and opens none; or goes on.
    void rest(bool rests);

    // The symbols that are sent now, in the order of their numbers. A symbol of which a quote came
    // is one of them, even if its subscription was never confirmed in words.
    std::span<const symbol_id> confirmed() const noexcept { return announced_; }
    // Once a second: the figures of /metrics are brought up to date with it.
    feed_report::venue_socket report();

private:
    // A connection, and how to end it.
    struct line {
        explicit line(
            const socket_connection::setup& with, std::unique_ptr<provider::socket_api> protocol,
            std::span<const provider::market> markets, double random,
            socket_connection::heard_function heard)
            : connection{with, std::move(protocol), markets, random, std::move(heard)}
        {
        }
        socket_connection connection;
        boost::asio::cancellation_signal stop;
        std::optional<fetch_error> ended;
        std::size_t known = 0;  // symbols it confirmed that we have looked at
        bool is_unknown_said = false;
    };

    void step(steady_time now);
    void lie_down();
    void bury_current(steady_time now);
    void renew(steady_time now);
    steady_time next_due(steady_time now) const;
    std::unique_ptr<line> dial();
    void ended(line& which, std::exception_ptr escaped, fetch_error why);
    void
    heard(socket_connection& by, socket_connection::event what, const provider::socket_news& news);
    void pass_on(const socket_connection& by, std::span<const quote> quotes);
    void tell(const quote& q);
    void announce();
    void down(const fetch_error& why);
    std::chrono::milliseconds patience(const line& after);
    void change_state(std::string_view to);
    void wake();

    const feed_context with_;
    const venue_socket_parts parts_;
    quote_listener& listener_;
    const std::function<double()> random_;
    socket_log log_;
    backoff backoff_;
    boost::asio::steady_timer timer_;
    bool is_woken_ = false;
    bool rests_ = false;
    std::unique_ptr<line> current_;  // null: waiting
    std::unique_ptr<line> next_;     // is to take over
    std::unique_ptr<line> leaving_;  // another has taken over from it
    int running_ = 0;                // lines that have not ended
    steady_time again_at_;           // no new connection before
    std::vector<symbol_id> announced_;
    feed_report::venue_socket status_;  // without its times
    moment since_{};
    std::optional<moment> last_message_;
    std::uint64_t unknown_ = 0;
};

}  // namespace tickertape::feed
