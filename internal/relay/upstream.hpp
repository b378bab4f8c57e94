// Another Tickertape, whose stream of prices this instance serves on: subscribes to all its
// symbols, resumes after the last id, and gives what comes to a tick_taker, for as long as it runs.
//
// A connection is dead after two heartbeats without a byte, as its head says how long one is. The
// waits between connections are jittered; those that the other asks for (`moving`, `busy`,
// Retry-After) are kept to.
//
// A stream that is silent says nothing of how far behind it is: its heartbeats are far apart, and a
// server that is cut off itself sends them too. So the other is asked as well, every few seconds
// and over a connection of its own, what its newest tick is and how far behind it is itself.
//
// Threads: run() on one strand, which is also the taker's; report() and the figures on any.
#pragma once

#include "core/backoff.hpp"
#include "core/clock.hpp"
#include "core/fetch_error.hpp"
#include "net/http_client.hpp"
#include "net/http_stream.hpp"
#include "relay/upstream_course.hpp"
#include "relay/upstream_standing.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace tickertape::telemetry {
class logger;
class metrics;
}  // namespace tickertape::telemetry

namespace tickertape::relay {

struct upstream_limits {
    using milliseconds = std::chrono::milliseconds;

    net::http_stream_limits stream{};
    // Of the question how it stands.
    net::http_limits question{milliseconds{2'000}, milliseconds{2'000}, milliseconds{2'000},
                              milliseconds{2'000}, 16 * 1024,           256 * 1024};
    event_reader::limits events{};
    backoff_limits again{milliseconds{100}, milliseconds{5'000}};
    // A connection that lived for so long was good: the waits begin anew.
    milliseconds good_after{10'000};
    // The longest wait that the other may ask for.
    milliseconds asked_wait_max{10 * 60'000};
    // Between two questions how it stands.
    milliseconds looks_each{2'000};
    upstream_standing::limits standing{};
    // Between attempts where its feed is of another kind than ours.
    milliseconds wrong_kind_wait{30'000};
    // Its heartbeat, where it does not say.
    milliseconds heartbeat{15'000};
    milliseconds heartbeat_max{10 * 60'000};
    // A tick or the end of a gap that is further ahead of our clock would be followed by none.
    milliseconds ahead_max{24 * 3'600'000};
    // How often a taker without room is asked again.
    milliseconds room_asked_each{5};
    // A stream that has been silent for so long after its head has sent all it has.
    milliseconds settled{1'000};
};

// How it stands.
struct upstream_report {
    bool is_connected = false;
    position top;                      // up to there its history is ours
    std::chrono::milliseconds lag{0};  // of the newest tick: from its time until it came
    // For how long others may have had what this instance has not, by our monotonic clock and what
    // the other says of itself; none: not known, because nothing was heard of it yet, or because it
    // does not know it itself.
    std::optional<std::chrono::milliseconds> behind{};
    bool is_relay_away = false;  // it says that its relay does not answer
    std::string_view kind{};     // of its feed, as it says; empty: not known
};

class upstream {
public:
    // All outlives this. `random` gives numbers in [0, 1).
    struct parts {
        boost::asio::any_io_executor strand;
        boost::asio::ssl::context& trust;
        tick_taker& taker;
        const symbol_table& symbols;
        const clock& time;
        const telemetry::logger& log;
        std::function<double()> random;
        // Whether the taker may be given more; nothing is read while it may not. Empty: always.
        std::function<bool()> has_room{};
        net::resolve_function resolve = net::system_resolve;
    };

    // `top`: up to there this instance has the history, or says that it does not. `kind`: of the
    // feed whose prices are taken, as is_feed_kind() knows it; empty: any.
    upstream(
        const net::base_url& base, const upstream_limits& limits, parts with, position top,
        std::string kind);
    upstream(const upstream&) = delete;
    upstream& operator=(const upstream&) = delete;

    // Until it is cancelled. Never throws.
    boost::asio::awaitable<void> run();

    upstream_report report() const;
    const upstream_course::figures& figures() const noexcept { return course_.now(); }
    std::uint64_t connections() const noexcept { return connections_.value(); }
    std::uint64_t failures() const noexcept { return failures_.value(); }

private:
    using milliseconds = std::chrono::milliseconds;

    // How a connection ended, and how long to wait before the next; without a wait, as the backoff
    // says.
    struct ending {
        std::string why;
        std::optional<milliseconds> wait{};
        bool is_failure = true;
    };

    boost::asio::awaitable<void> read_on();
    boost::asio::awaitable<ending> connect();
    boost::asio::awaitable<ending> follow();
    boost::asio::awaitable<void> look_on();
    boost::asio::awaitable<void> look(net::http_client& questions);
    milliseconds behind_by_stream(steady_time now) const;
    boost::asio::awaitable<void> wait_for_room();
    std::optional<ending> check_head(const net::http_stream::head& answer);
    std::optional<ending> take(std::string_view bytes);
    std::optional<ending> take_event(const stream_event& e);
    bool is_too_far_ahead(const upstream_event& e) const;
    ending wrong_kind(std::string_view what) const;
    void note(const upstream_event& e);
    void say_end(const ending& how, milliseconds wait);

    const upstream_limits limits_;
    const parts with_;
    const std::string kind_;
    net::http_stream stream_;
    upstream_course course_;
    upstream_event_reader meanings_;
    event_reader events_;
    backoff backoff_;
    boost::asio::steady_timer timer_;
    steady_time connected_at_;
    std::string said_;  // the last complaint in the log, which is not repeated

    // For report(). relaxed throughout: words of their own.
    std::atomic<bool> is_connected_{false};
    std::atomic<std::uint64_t> top_;
    std::atomic<std::int64_t> lag_ms_{0};
    std::atomic<std::int64_t> behind_ms_{0};     // as the last event told it
    std::atomic<std::int64_t> heard_ns_{0};      // steady
    std::atomic<std::int64_t> heartbeat_ms_{0};  // of the stream that is read, or was last
    std::atomic<int> found_kind_{0};             // an index of kinds
    mutable std::mutex mutex_;                   // of standing_
    upstream_standing standing_;
    tally connections_;
    tally failures_;
};

}  // namespace tickertape::relay
