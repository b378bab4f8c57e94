// Gets one request answered: by admission if that refuses it, by the router or by its handler, and
// within the byte budgets of the lane.
//
// Threads: the lane's.
#pragma once

#include "http/byte_budget.hpp"
#include "http/client_admission.hpp"
#include "http/handler_wait.hpp"
#include "http/request_reader.hpp"
#include "http/session.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

namespace tickertape::http {

// One request on its way to its answer.
struct exchange {
    explicit exchange(session_lane& lane);

    request_reader reader;
    router::match match;
    client_admission::judgement judged{};
    budget_share body;   // of the body budget
    budget_share share;  // of the response budget
    bool has_no_room_for_body = false;
    bool is_refused = false;  // by us, before or instead of a handler
    bool is_last = false;     // the connection is of no use after the answer
};

class responder {
public:
    // `client_leaves` gives a coroutine that ends when the client has left. All outlive this.
    responder(
        session_lane& lane, client_admission& client,
        std::function<boost::asio::awaitable<void>()> client_leaves);

    // Asks admission whether the request may be answered that began at `began`. Its head has been
    // read and matched, and its body has not: a client that is refused has no claim on memory.
    void judge(exchange& x, steady_time began);
    // Has the body kept, within the body budget, if there is one and it is wanted. Returns whether
    // it is. After judge().
    bool keep_body(exchange& x);
    // The answer to a request that has been read; none: the client has left.
    boost::asio::awaitable<std::optional<answer>> answer_to(exchange& x);
    // The server stops: a handler that waits has server_limits::wait_at_stop left.
    void stop_waiting();

private:
    std::chrono::milliseconds busy_pause();
    std::optional<response> turn_away(exchange& x);
    response refused_for_now(
        const exchange& x, refusal why, std::optional<std::chrono::milliseconds> wait = {});
    boost::asio::awaitable<std::optional<answer>> handled(exchange& x);
    boost::asio::awaitable<std::optional<answer>> wait_for(const waiting_handler& h, exchange& x);
    answer failed(exchange& x, std::string_view cause);
    bool has_room_for(const response& r, exchange& x) const;

    session_lane& lane_;
    client_admission& client_;
    std::function<boost::asio::awaitable<void>()> client_leaves_;
    handler_wait wait_;
};

}  // namespace tickertape::http
