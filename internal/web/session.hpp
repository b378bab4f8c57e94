// One HTTP connection, from being accepted until it closes or becomes a subscriber.
//
// Threads: its lane's.
#pragma once

#include "core/tally.hpp"
#include "tls/tls_context.hpp"
#include "web/handshake_turns.hpp"
#include "web/request_id.hpp"
#include "web/server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <random>
#include <unordered_set>

namespace tickertape {

class session;
class visitor;

// What the sessions of one lane share; it outlives them.
struct session_room {
    const server::parts& of;
    server_limits limits;
    lane& streams;
    const refusal_counters& refused;
    std::shared_ptr<const tls_context> tls{};  // null: in the clear
    request_ids ids{};
    std::minstd_rand random{std::random_device{}()};
    std::unordered_set<session*> open{};  // each is in it while it lives
    std::size_t answer_bytes = 0;         // held, of answers
    bool closing = false;
    std::function<void()> emptied{};  // called when `closing` and the last session has gone
    tally count{};                    // of `open`, for others to read
    handshake_turns turns{streams.context(), limits.handshakes_waiting};
};

// Serves the connection until it ends. Never throws.
boost::asio::awaitable<void>
serve(boost::asio::ip::tcp::socket socket, visitor guest, session_room& room);

// Asks a session to end: at once where it is idle, after its answer where it is not.
void close_when_idle(session& s);
// Ends it at once.
void abort(session& s);

}  // namespace tickertape
