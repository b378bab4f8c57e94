// The HTTP front: a listener on every lane, and a session for every connection until it becomes a
// subscriber or leaves.
//
// Threads: construction, start() and stop() on the thread that owns it; sessions live on their
// lane.
#pragma once

#include "core/clock.hpp"
#include "hub/hub.hpp"
#include "web/access.hpp"
#include "web/refusal.hpp"
#include "web/router.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace tickertape {

class logger;
class admission;
class metrics;
class tls_context;
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
    int backlog = 4096;                      // connections the kernel holds for us
    // What the kernel holds of answers for one connection, which is twice that with what it needs
    // itself. A stream has its own.
    int send_buffer_bytes = 64 << 10;
    // Answers a lane holds until the kernel takes them; then 503. Twice that for the operators'.
    std::size_t answer_bytes = 8 << 20;
    // An answer of no more than that is always given: one for each connection is little.
    std::size_t small_answer_bytes = 2 << 10;
    // Clients of a lane that wait for the answer to their TLS hello; then no more are accepted.
    std::size_t handshakes_waiting = 256;
};

class server {
public:
    struct parts {
        hub& streams;
        const router& routes;
        const access_policy& access;
        admission& doors;  // places are given back when the last stream ends
        const trusted_proxies& proxies;
        const clock& time;
        const logger& log;
        metrics& figures;
    };

    // Binds; all parts outlive this. `port` 0 picks one. Speaks HTTPS only where there is `tls`.
    // Throws std::runtime_error with one line where it cannot listen there.
    server(
        const parts& of, const std::string& address, std::uint16_t port, server_limits limits,
        std::shared_ptr<const tls_context> tls = nullptr);
    ~server();

    std::uint16_t port() const noexcept;

    // Accepts from now on.
    void start();
    // Connections that are accepted from now on get that one. Where HTTPS is spoken already.
    void use(const std::shared_ptr<const tls_context>& tls);
    // Accepts no more, lets answers under way finish, closes idle connections, and calls `done`,
    // once and on some lane, when no session is left.
    void stop(std::function<void()> done);
    // Closes the sessions that are left.
    void abandon();

private:
    struct front;  // what is on one lane

    refusal_counters refused_;
    std::vector<std::unique_ptr<front>> fronts_;
};

}  // namespace tickertape
