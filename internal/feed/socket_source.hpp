// Keeps one provider's stream alive for as long as it is told to: connects, watches, connects again
// with growing patience, and replaces a connection that is about to end before it does.
//
// What is made known is the state of the whole: while one connection takes over from another, a
// symbol's quotes come from the new one as soon as that has confirmed it, and from the old one
// until then, so that none is missed and none comes twice.
//
// Threads: one strand.
#pragma once

#include "core/backoff.hpp"
#include "core/feed_report.hpp"
#include "core/fetch_error.hpp"
#include "feed/socket_connection.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace tickertape::feed {

// Who is told what a stream says, on its strand. Must not end the source from within.
class stream_listener {
public:
    virtual ~stream_listener() = default;

    // As read, in order.
    virtual void stream_quotes(std::span<const quote> quotes) = 0;
    // The symbols that are streamed changed: all that are, in the order of their numbers. One whose
    // quote came is, even if its subscription was never confirmed in words.
    virtual void stream_live(std::span<const symbol_id> confirmed) = 0;
    virtual void stream_refused(symbol_id symbol, const fetch_error& why) = 0;
    // The stream is gone, or could not be had: no quote of it stands any more. Once for each
    // connection that failed, unless another has taken over.
    virtual void stream_down(const fetch_error& why) = 0;
    // What the answer to an upgrade says of the time.
    virtual void stream_dated(const net::answer_date&) {}
    // A message came that the protocol does not know. Once for each connection that has any.
    virtual void stream_unknown(std::string_view) {}
    // For people.
    virtual void stream_notice(std::string_view words) = 0;
};

class socket_source {
public:
    using protocol_factory = std::function<std::unique_ptr<provider::socket_api>()>;

    struct setup {
        boost::asio::any_io_executor strand;
        protocol_factory protocol;  // one per connection
        net::base_url base;
        boost::asio::ssl::context& trust;
        socket_limits limits{};
        std::vector<provider::market> markets;
        const clock& time;
        std::function<double()> random;  // in [0, 1)
        net::resolve_function lookup = net::system_resolve;
    };

    // What `with` refers to, and `listener`, outlive this.
    socket_source(setup with, stream_listener& listener);
    socket_source(const socket_source&) = delete;
    socket_source& operator=(const socket_source&) = delete;

    // On the strand. Returns only when cancelled, and when all that it began has ended. Once.
    boost::asio::awaitable<void> run();

    // On the strand, at any time.
    feed_report::stream status() const;
    // Messages of a kind that the protocol does not know.
    std::uint64_t unknown_messages() const noexcept { return unknown_; }

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
    void bury_current(steady_time now);
    void renew(steady_time now);
    steady_time next_due(steady_time now) const;
    std::unique_ptr<line> dial();
    void ended(line& which, std::exception_ptr escaped, fetch_error why);
    void
    heard(socket_connection& by, socket_connection::event what, const provider::socket_news& news);
    void pass_on(const socket_connection& by, std::span<const quote> quotes);
    void announce();
    void down(const fetch_error& why);
    std::chrono::milliseconds patience(const line& after);
    void change_state(std::string_view to);
    void wake();

    const setup with_;
    stream_listener& listener_;
    backoff backoff_;
    boost::asio::steady_timer timer_;
    bool is_woken_ = false;
    std::unique_ptr<line> current_;  // null: waiting
    std::unique_ptr<line> next_;     // is to take over
    std::unique_ptr<line> leaving_;  // has been taken over from
    int running_ = 0;                // lines that have not ended
    steady_time again_at_;           // no new connection before
    std::vector<symbol_id> announced_;
    std::vector<quote> kept_quotes_;
    feed_report::stream status_;  // without its times
    moment since_{};
    std::optional<moment> last_message_;
    std::uint64_t unknown_ = 0;
};

}  // namespace tickertape::feed
