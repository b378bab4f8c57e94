// One HTTP connection, from being accepted until it closes or a takeover ends it.
//
// Threads: its lane's.
#pragma once

#include "core/tally.hpp"
#include "http/access_log.hpp"
#include "http/handshake_queue.hpp"
#include "http/request_id.hpp"
#include "http/server.hpp"
#include "tls/tls_context.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <random>
#include <unordered_set>

namespace tickertape::http {

class session;
class client_admission;

// What the sessions of one lane share; it outlives them.
struct session_lane {
    const server::parts& of;
    server_limits limits;
    std::size_t number;
    boost::asio::io_context& context;
    const refusal_counters& refused;
    access_log requests{of.log, of.figures};
    std::shared_ptr<const tls::tls_context> tls{};  // null: in the clear
    request_ids ids{};
    std::minstd_rand random{std::random_device{}()};
    std::unordered_set<session*> open{};  // each is in it while it lives
    bool closing = false;
    std::function<void()> emptied{};  // called when `closing` and the last session has gone
    tally count{};                    // of `open`, for others to read
    tally waiting{};                  // requests that wait for their handlers
    tally idle_closed{};              // connections on which no further request came
    tally lingering_closed{};         // whose clients stayed after the last answer
    tally answer_bytes{};             // held, of answers
    tally body_bytes{};               // held, of request bodies
    handshake_queue turns{context, limits.handshakes_waiting};
};

// Serves the connection until it ends. Never throws.
boost::asio::awaitable<void>
serve(boost::asio::ip::tcp::socket socket, client_admission client, session_lane& lane);

// Asks a session to end: at once if it is idle, after its answer if it is not.
void close_when_idle(session& s);
// Ends it at once.
void abort(session& s);

}  // namespace tickertape::http
