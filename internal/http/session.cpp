#include "http/session.hpp"

#include "asio/no_throw.hpp"
#include "http/client_admission.hpp"
#include "http/connection.hpp"
#include "http/deadline.hpp"
#include "http/problem.hpp"
#include "http/responder.hpp"
#include "http/response_writer.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <algorithm>
#include <array>

namespace tickertape::http {

namespace asio = boost::asio;
using asio::ip::tcp;

class session {
public:
    session(tcp::socket socket, client_admission client, session_lane& lane)
        : connection_{std::move(socket), lane.tls.get()}, deadline_{connection_.socket()},
          client_{std::move(client)}, lane_{lane}, remote_{client_.peer().text()},
          writer_{connection_, deadline_, lane.of.time, {lane.limits.write, lane.limits.answer}},
          responder_{lane, client_, [this] { return client_leaves(); }}
    {
        lane_.open.insert(this);
        lane_.count.add();
    }
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    ~session()
    {
        lane_.open.erase(this);
        lane_.count.subtract();
        if (lane_.closing && lane_.open.empty() && lane_.emptied)
            std::exchange(lane_.emptied, nullptr)();
    }

    asio::awaitable<void> run();

    void close_when_idle()
    {
        last_ = true;
        responder_.stop_waiting();
        if (idle_ && !has_been_asked())
            abort();
    }
    void abort()
    {
        connection_.close();
        deadline_.disarm();
    }

private:
    // A request that has arrived is answered, also if it has not been read yet.
    bool has_been_asked() const { return connection_.has_input(); }
    std::chrono::milliseconds time_to_ask() const
    {
        return client_.refused() ? lane_.limits.reserve_time : lane_.limits.request;
    }

    asio::awaitable<bool> greet();

    asio::awaitable<bool> wait_for_request();
    asio::awaitable<bool> read(exchange& x);
    asio::awaitable<bool> prepare_body(exchange& x);
    asio::awaitable<bool> receive();

    asio::awaitable<bool> handle(exchange& x);
    asio::awaitable<void> client_leaves();
    asio::awaitable<bool> hand_over(exchange& x, takeover to, wire_options options);

    asio::awaitable<void> refuse(const request_reader& reader);
    asio::awaitable<void> refuse(const problem& told, const request& asked);
    asio::awaitable<void> linger();
    asio::awaitable<bool> send(const response& r, const wire_options& options);
    bool was_sent(response_writer::outcome how);
    void close_idle();
    void give_up_on_reader();
    void record(
        const request& asked, std::string_view route, unsigned status, std::size_t bytes,
        std::string_view id, bool is_refused);

    connection connection_;
    deadline deadline_;
    client_admission client_;
    session_lane& lane_;
    std::string remote_;  // the client of the last request
    response_writer writer_;
    responder responder_;
    std::array<char, 4096> received_;
    std::string_view unread_;  // of `received_`
    steady_time began_{};
    bool idle_ = true;
    bool last_ = false;
};

asio::awaitable<void> session::run()
{
    if (!co_await greet())
        co_return;
    // The first request is due at once: a client connects because it has something to ask.
    auto patience = time_to_ask();
    for (bool is_first = true; is_first || !last_; is_first = false) {
        idle_ = true;
        deadline_.arm(patience);
        const bool there = co_await wait_for_request();
        deadline_.disarm();
        idle_ = false;
        if (!there) {
            if (is_first && deadline_.passed())
                lane_.refused.add(refusal::silent);
            else if (deadline_.passed())
                close_idle();
            break;
        }
        began_ = lane_.of.time.steady_now();
        exchange x{lane_};
        deadline_.arm(time_to_ask());
        const bool whole = co_await read(x);
        deadline_.disarm();
        if (!whole || x.reader.refusal_found()) {
            co_await refuse(x.reader);
            co_return;
        }
        if (!co_await handle(x))
            co_return;
        client_.answered();
        patience = lane_.limits.idle;
    }
    if (last_ && connection_.is_open())
        co_await linger();
}

// Returns whether there may be requests.
asio::awaitable<bool> session::greet()
{
    if (!connection_.is_encrypted())
        co_return true;
    deadline_.arm(time_to_ask());
    const auto failed = co_await connection_.handshake(lane_.turns, deadline_);
    deadline_.disarm();
    lane_.requests.record_handshake(remote_, failed, connection_.is_resumed());
    if (!failed) {
        // The server stops, and the client has not asked for anything yet.
        if (last_ && !has_been_asked()) {
            co_await linger();
            co_return false;
        }
        co_return true;
    }
    if (failed->why == tls::tls_failure::http) {
        connection_.give_up_encryption();
        const problem told{
            .status = 400, .type = "https-only", .detail = "this port speaks HTTPS only"};
        began_ = lane_.of.time.steady_now();
        co_await refuse(told, {});
    } else if (failed->why != tls::tls_failure::slow && failed->why != tls::tls_failure::closed) {
        co_await linger();
    }
    co_return false;
}

asio::awaitable<bool> session::wait_for_request()
{
    if (!unread_.empty())
        co_return true;  // it came along with the one before
    co_return co_await receive();
}

// Returns whether the request has ended. False: the peer has left or time has run out.
asio::awaitable<bool> session::read(exchange& x)
{
    auto& r = x.reader;
    for (unread_.remove_prefix(r.take_head(unread_)); !r.has_head();
         unread_.remove_prefix(r.take_head(unread_)))
        if (!co_await receive())
            co_return false;
    if (!r.refusal_found()) {
        x.match = lane_.of.routes.find(r.asked());
        const bool had_permit = !client_.refused();
        responder_.judge(x, began_);
        remote_ = x.judged.client.text();
        if (!had_permit && !client_.refused())
            deadline_.arm(time_to_ask());
        if (!co_await prepare_body(x))
            co_return false;
    }
    for (unread_.remove_prefix(r.take(unread_)); !r.is_over();
         unread_.remove_prefix(r.take(unread_)))
        if (!co_await receive())
            co_return false;
    co_return true;
}

// Has the body kept if it is wanted, and tells a client to send it that waits for that. Returns
// false if the peer has left.
asio::awaitable<bool> session::prepare_body(exchange& x)
{
    if (!responder_.keep_body(x) || !x.reader.expects_continue() || !unread_.empty())
        co_return true;
    const auto failed = co_await connection_.write("HTTP/1.1 100 Continue\r\n\r\n");
    co_return !failed;
}

asio::awaitable<bool> session::receive()
{
    auto [failed, bytes] = co_await connection_.read_some(asio::buffer(received_));
    unread_ = {received_.data(), bytes};
    co_return !failed;
}

// Returns whether there may be another request.
asio::awaitable<bool> session::handle(exchange& x)
{
    auto& asked = x.reader.asked();
    const auto now = lane_.of.time.wall_now();
    asked.now = now;
    asked.boot_now = lane_.of.time.boot_now();
    asked.captured = std::move(x.match.captured);
    const auto id = lane_.ids.id_for(asked.header("X-Request-Id"));

    auto made = co_await responder_.answer_to(x);
    // Without a permit it may be answered, but not stay.
    last_ = last_ || client_.refused();
    if (!made || !connection_.is_open()) {
        record(asked, x.match.name, client_has_left, 0, id, false);
        co_return false;
    }
    const wire_options options{
        .keep_alive = asked.keep_alive && !x.is_last && !last_ && !lane_.closing,
        .head_only = asked.what == method::head,
        .now = now,
        .request_id = id,
    };
    if (auto* to = std::get_if<takeover>(&*made))
        co_return co_await hand_over(x, std::move(*to), options);
    auto& r = std::get<response>(*made);
    std::optional<cors_policy::preflight> preflight;
    if (asked.what == method::options && !x.match.allowed.empty())
        preflight = {.methods = x.match.allowed, .reads_body = x.match.reads_body};
    lane_.of.cors.add_headers(r.headers, asked.header("Origin"), preflight);
    record(
        asked, x.match.name, r.status, options.head_only ? 0 : r.content().size(), id,
        x.is_refused);
    last_ = last_ || !options.keep_alive;
    if (!co_await send(r, options))
        last_ = true;
    co_return true;
}

// Reads ahead, because the end of a connection is behind all that was sent on it: the bytes of the
// next request are kept. Behind those only a reset is noticed. (g++ 12 miscompiles this with a
// co_return inside the loop.)
asio::awaitable<void> session::client_leaves()
{
    bool is_there = true;
    while (is_there && unread_.empty())
        is_there = co_await receive();
    if (is_there)
        co_await connection_.socket().async_wait(tcp::socket::wait_error, no_throw);
}

// Returns whether there may be another request.
asio::awaitable<bool> session::hand_over(exchange& x, takeover to, wire_options options)
{
    const auto& asked = x.reader.asked();
    const auto how =
        asked.is_http_1_1 && options.keep_alive ? body_end::last_chunk : body_end::connection_end;
    lane_.of.cors.add_headers(to.head.headers, asked.header("Origin"));
    auto head = open_head(to.head, how, options);
    record(asked, x.match.name, to.head.status, 0, options.request_id, x.is_refused);
    if (options.head_only) {
        const bool sent = was_sent(co_await writer_.send(head, {}));
        last_ = last_ || !sent || how == body_end::connection_end;
        co_return true;
    }
    // Bytes behind the request are dropped: nothing can be asked on the connection any more.
    auto socket = connection_.release();
    if (socket.is_open())
        to.to(
            {.lane = lane_.number,
             .socket = std::move(socket),
             .permit = client_.take_permit(),
             .how = how,
             .head = std::move(head)});
    co_return false;
}

// Tells a peer why its request will not be answered, unless it has left.
asio::awaitable<void> session::refuse(const request_reader& reader)
{
    problem told{.status = 408, .type = "slow-request", .detail = "the request took too long"};
    auto why = refusal::slow_request;
    if (const auto& found = reader.refusal_found()) {
        told = found->told;
        why = found->why;
    } else if (!deadline_.passed()) {
        co_return;
    }
    lane_.refused.add(why);
    // A client that might give up for ever on 408 has not said so yet; it comes back if its
    // connection just ends.
    if (const auto target = reader.target_so_far(); !target.empty())
        if (const auto* at = lane_.of.routes.find_path(target); at != nullptr && at->busy)
            co_return;
    co_await refuse(told, reader.asked());
}

asio::awaitable<void> session::refuse(const problem& told, const request& asked)
{
    auto r = to_response(told);
    lane_.of.cors.add_headers(r.headers, asked.header("Origin"));
    const auto id = lane_.ids.id_for(asked.header("X-Request-Id"));
    record(asked, "none", r.status, r.content().size(), id, false);
    const wire_options options{
        .keep_alive = false,
        .head_only = asked.what == method::head,
        .now = lane_.of.time.wall_now(),
        .request_id = id};
    if (co_await send(r, options))
        co_await linger();
}

// A client without a permit that has said all it wanted makes room for the next one instead.
// (g++ 12 miscompiles this where the co_await is the condition itself.)
asio::awaitable<void> session::linger()
{
    if (client_.refused() && unread_.empty() && !has_been_asked())
        co_return;
    const bool has_left = co_await writer_.end(lane_.limits.linger, lane_.limits.linger_bytes);
    if (!has_left)
        lane_.lingering_closed.add();
}

// Returns whether it was sent.
asio::awaitable<bool> session::send(const response& r, const wire_options& options)
{
    co_return was_sent(co_await writer_.send(r, options));
}

bool session::was_sent(response_writer::outcome how)
{
    if (how == response_writer::outcome::slow)
        give_up_on_reader();
    return how == response_writer::outcome::sent;
}

void session::close_idle()
{
    lane_.idle_closed.add();
    if (connection_.has_unsent())
        give_up_on_reader();
}

void session::give_up_on_reader()
{
    lane_.refused.add(refusal::slow_reader);
    connection_.reset();
}

void session::record(
    const request& asked, std::string_view route, unsigned status, std::size_t bytes,
    std::string_view id, bool is_refused)
{
    lane_.requests.record(
        {.id = id,
         .client = remote_,
         .method = asked.method_name,
         .target = asked.target,
         .route = route,
         .status = status,
         .bytes = bytes,
         .took = lane_.of.time.steady_now() - began_,
         .is_refused = is_refused});
}

asio::awaitable<void> serve(tcp::socket socket, client_admission client, session_lane& lane)
{
    session s{std::move(socket), std::move(client), lane};
    co_await s.run();
}

void close_when_idle(session& s)
{
    s.close_when_idle();
}

void abort(session& s)
{
    s.abort();
}

}  // namespace tickertape::http
