// An HTTP server: a listener on every lane, and a session for every connection until it ends or a
// takeover gives it to a new owner. A lane is one io_context that one thread runs.
//
// Threads: construction, start() and stop() on the thread that owns it; sessions live on their
// lane.
#pragma once

#include "core/clock.hpp"
#include "http/cors.hpp"
#include "http/limits.hpp"
#include "http/refusal.hpp"
#include "http/router.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

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
