// An HTTP server: a listener on every lane, and a session for every connection until it ends or a
// takeover gives it to a new owner. A lane is one io_context that one thread runs.
//
// Threads: construction, start() and stop() on the thread that owns it; sessions live on their
// lane.
#pragma once

#include "core/clock.hpp"
#include "http/cors.hpp"
#include "http/refusal.hpp"
#include "http/router.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tickertape {
}  // namespace tickertape

namespace tickertape::telemetry {
class logger;
class metrics;
}  // namespace tickertape::telemetry
namespace tickertape::tls {
class tls_context;
}

namespace tickertape::http {

class admission;
class trusted_proxies;

struct server_limits {
    std::size_t header_bytes = 8 << 10;         // more: 431
    std::size_t body_bytes = 64 << 10;          // more: 413
    std::chrono::milliseconds request{10'000};  // from first byte to last: 408
    std::chrono::milliseconds idle{60'000};     // between requests: closed
    std::chrono::milliseconds write{10'000};    // a piece of an answer that is not taken: closed
    std::chrono::milliseconds answer{60'000};   // a whole answer that is not taken: closed
    std::chrono::milliseconds linger{1'000};    // for a refused peer to read its refusal
    std::size_t linger_bytes = 256 << 10;       // and what is read and dropped meanwhile
    std::chrono::milliseconds reserve{2'000};   // for a request that can only be refused: closed
    std::chrono::milliseconds busy{30'000};  // told to the refused, half to one and a half times it
    std::chrono::milliseconds wait{10'000};  // for a waiting handler, unless its route says: 504
    std::chrono::milliseconds wait_at_stop{2'000};  // what is left to it when the server stops: 503
    std::size_t requests_waiting = 256;             // for their handlers, of a lane; more: 503
    int backlog = 4096;                             // connections the kernel holds for us
    // What the kernel holds of answers for one connection, which is twice that with what it needs
    // itself. A stream has its own.
    int send_buffer_bytes = 64 << 10;
    // The response budget of a lane, for answers that the kernel has not taken; more: 503. It is
    // twice that for routes of operators.
    std::size_t answer_bytes = 8 << 20;
    // An answer of no more than that is always given: one for each connection is little.
    std::size_t small_answer_bytes = 2 << 10;
    // The body budget of a lane, for bodies that routes read; more: 503.
    std::size_t held_body_bytes = 8 << 20;
    // Clients of a lane that wait for the answer to their TLS hello; then no more are accepted.
    std::size_t handshakes_waiting = 256;
};

class server {
public:
    struct parts {
        std::vector<boost::asio::io_context*> lanes;
        const router& routes;
        const cors_policy& cors;
        admission& clients;  // permits are given back when the last connection ends
        const trusted_proxies& proxies;
        const clock& time;
        const telemetry::logger& log;
        telemetry::metrics& figures;
    };

    // Binds; all parts outlive this. `port` 0 picks one. Speaks HTTPS only if there is `tls`.
    // Throws std::runtime_error with one line if it cannot listen there.
    server(
        const parts& of, const std::string& address, std::uint16_t port, server_limits limits,
        std::shared_ptr<const tls::tls_context> tls = nullptr);
    ~server();

    std::uint16_t port() const noexcept;

    // Accepts from now on.
    void start();
    // Connections that are accepted from now on get that one. For a server that speaks HTTPS.
    void use(const std::shared_ptr<const tls::tls_context>& tls);
    // Accepts no more, lets answers under way finish, waiting handlers within
    // server_limits::wait_at_stop, closes idle connections, and calls `done`, once and on some
    // lane, when no session is left.
    void stop(std::function<void()> done);
    // Closes the sessions that are left.
    void abandon();

private:
    struct listener;  // of one lane

    refusal_counters refused_;
    std::vector<std::unique_ptr<listener>> listeners_;
};

}  // namespace tickertape::http
