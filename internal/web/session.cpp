#include "web/session.hpp"

#include "core/jitter.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "web/answer_share.hpp"
#include "web/connection.hpp"
#include "web/deadline.hpp"
#include "web/problem.hpp"
#include "web/request_reader.hpp"
#include "web/site.hpp"
#include "web/visitor.hpp"
#include "web/wire.hpp"

#include <algorithm>
#include <array>

namespace tickertape {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// What a peer has to take of an answer to be given more time for the next.
constexpr std::size_t piece_bytes = std::size_t{16} << 10;

// Whether this is an EventSource, which gives up for ever on any status but 200: what is only so
// for now is told it in a stream.
bool is_event_source(const request_head& head)
{
    return is_stream(head.target) && accepts_event_stream(head.accept);
}

}  // namespace

class session {
public:
    session(tcp::socket socket, visitor guest, session_room& room)
        : connection_{std::move(socket), room.tls.get()}, deadline_{connection_.socket()},
          guest_{std::move(guest)}, room_{room}, remote_{guest_.peer().text()}
    {
        room_.open.insert(this);
        room_.count.add();
    }
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    ~session()
    {
        room_.open.erase(this);
        room_.count.subtract();
        if (room_.closing && room_.open.empty() && room_.emptied)
            std::exchange(room_.emptied, nullptr)();
    }

    asio::awaitable<void> run();

    void close_when_idle()
    {
        last_ = true;
        if (idle_ && !has_been_asked())
            abort();
    }
    void abort()
    {
        connection_.close();
        deadline_.disarm();
    }

private:
    // A request that has arrived is answered, also where nobody has looked at it yet.
    bool has_been_asked() const { return connection_.has_input(); }

    // An answer, and whether the connection is of no use after it.
    struct routed : router::outcome {
        bool ends_connection;
    };

    std::chrono::milliseconds time_to_ask() const
    {
        return guest_.refused() ? room_.limits.reserve : room_.limits.request;
    }
    asio::awaitable<bool> greet();
    asio::awaitable<bool> wait_for_request();
    asio::awaitable<bool> read(request_reader& r);
    asio::awaitable<bool> receive();
    asio::awaitable<void> refuse(const request_reader& reader);
    asio::awaitable<void> refuse(const problem& told, const request_head& head);
    asio::awaitable<void> linger();
    routed route(const request& asked, const request_head& head) const;
    std::optional<response> turn_away(const request_head& head);
    bool has_room_for(const response& r, std::string_view target, answer_share& share) const;
    asio::awaitable<bool> handle(const request_head& head);
    asio::awaitable<bool> send(const response& r, const wire_options& options);
    asio::awaitable<bool> send(std::string_view head, std::string_view body);
    void give_up_on_reader();
    void become_subscriber(stream_grant grant, sse::framing how, std::string head);
    void record_handshake(const std::optional<connection::handshake_failure>& failed);
    // `usual`: as a request that is answered, and not one of a crowd that is turned away.
    void record(
        bool usual, std::string_view method, std::string_view target, std::string_view route,
        unsigned status, std::size_t bytes, std::string_view id);

    connection connection_;
    deadline deadline_;
    visitor guest_;
    session_room& room_;
    std::array<char, 4096> received_;
    std::string_view unread_;  // of `received_`
    std::string remote_;       // the client of the last request
    steady_time began_{};
    bool idle_ = true;
    bool last_ = false;
};

asio::awaitable<void> session::run()
{
    if (!co_await greet())
        co_return;
    const request_reader::limits bounds{
        .head_bytes = room_.limits.header_bytes, .body_bytes = room_.limits.body_bytes};
    // The first request is due at once: whoever connects has something to say.
    auto patience = time_to_ask();
    for (bool is_first = true; is_first || !last_; is_first = false) {
        idle_ = true;
        deadline_.arm(patience);
        const bool there = co_await wait_for_request();
        deadline_.disarm();
        idle_ = false;
        if (!there) {
            if (is_first && deadline_.passed())
                room_.refused.add(refusal::silent);
            else if (deadline_.passed() && connection_.has_unsent())
                give_up_on_reader();
            break;
        }
        began_ = room_.of.time.steady_now();
        request_reader r{bounds};
        deadline_.arm(time_to_ask());
        const bool whole = co_await read(r);
        deadline_.disarm();
        if (!whole || r.refusal_found()) {
            co_await refuse(r);
            co_return;
        }
        if (!co_await handle(r.head()))
            co_return;
        guest_.answered();
        patience = room_.limits.idle;
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
    const auto failed = co_await connection_.handshake(room_.turns, deadline_);
    deadline_.disarm();
    record_handshake(failed);
    if (!failed) {
        // We stop, and nothing has been asked for that would have to be answered.
        if (last_ && !has_been_asked()) {
            co_await linger();
            co_return false;
        }
        co_return true;
    }
    if (failed->why == tls_failure::http) {
        connection_.give_up_encryption();
        const problem told{
            .status = 400, .type = "https-only", .detail = "this port speaks HTTPS only"};
        began_ = room_.of.time.steady_now();
        co_await refuse(told, {});
    } else if (failed->why != tls_failure::slow && failed->why != tls_failure::closed) {
        co_await linger();
    }
    co_return false;
}

void session::record_handshake(const std::optional<connection::handshake_failure>& failed)
{
    if (!failed) {
        room_.of.figures
            .counter(
                "tickertape_tls_handshakes_total", "TLS handshakes done.",
                {{"kind", connection_.is_resumed() ? "resumed" : "full"}})
            .Increment();
        return;
    }
    room_.of.figures
        .counter(
            "tickertape_tls_handshake_failures_total", "TLS handshakes that came to nothing.",
            {{"reason", std::string{name_of(failed->why)}}})
        .Increment();
    room_.of.log.debug(
        "TLS handshake failed",
        {{"remote", remote_}, {"reason", name_of(failed->why)}, {"cause", failed->cause}});
}

asio::awaitable<bool> session::wait_for_request()
{
    if (!unread_.empty())
        co_return true;  // it came along with the one before
    co_return co_await receive();
}

// Returns whether the reader is done; it is not where the peer has left or time has run out.
asio::awaitable<bool> session::read(request_reader& r)
{
    bool there = true;
    for (; there; there = co_await receive()) {
        unread_.remove_prefix(r.take(unread_));
        if (r.is_over())
            break;
    }
    co_return there;
}

asio::awaitable<bool> session::receive()
{
    auto [failed, bytes] = co_await connection_.read_some(asio::buffer(received_));
    unread_ = {received_.data(), bytes};
    co_return !failed;
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
    room_.refused.add(why);
    // This may be an EventSource, which 408 would end for ever. It has not said so yet, and comes
    // again where a connection ends without an answer.
    if (is_stream(reader.target_so_far()))
        co_return;
    co_await refuse(told, reader.head());
}

asio::awaitable<void> session::refuse(const problem& told, const request_head& head)
{
    auto r = to_response(told);
    room_.of.access.add_headers(r.headers, head.origin, false);
    const auto id = room_.ids.id_for(head.request_id);
    record(true, head.method_name, head.target, "none", r.status, r.content().size(), id);
    const wire_options options{
        .keep_alive = false,
        .head_only = head.what == method::head,
        .now = room_.of.time.wall_now(),
        .request_id = id};
    if (co_await send(r, options))
        co_await linger();
}

// Closing while the peer still sends would take the answer away from it (RFC 9112, section 9.6), so
// what it sends is read and dropped, within bounds. Somebody without a place who has said all it
// wanted makes room for the next instead.
asio::awaitable<void> session::linger()
{
    if (guest_.refused() && unread_.empty() && !has_been_asked())
        co_return;
    connection_.shutdown_send();
    deadline_.arm(room_.limits.linger);
    std::array<char, 4096> dropped;
    for (std::size_t left = room_.limits.linger_bytes; left > 0;) {
        auto [failed, bytes] = co_await connection_.discard_some(asio::buffer(dropped));
        if (failed)
            break;
        left -= std::min(left, bytes);
    }
    deadline_.disarm();
}

session::routed session::route(const request& asked, const request_head& head) const
{
    try {
        return {room_.of.routes.route(asked), false};
    } catch (const std::exception& e) {
        // Nothing a route does is meant to throw but for want of memory.
        room_.of.log.error("a route failed", {{"target", asked.target}, {"cause", e.what()}});
        if (is_event_source(head))
            return {
                {turned_away_stream(jittered(room_.limits.busy, room_.random())), "none"}, true};
        const problem failed{
            .status = 500, .type = "failed", .detail = "the server could not answer this"};
        return {{to_response(failed), "none"}, true};
    }
}

// What is said where admission does not let the request be answered; none: it does.
std::optional<response> session::turn_away(const request_head& head)
{
    const auto found = guest_.judge(head.forwarded_for, is_for_operators(head.target), began_);
    remote_ = found.client.text();
    // Without a place it may be answered, but not stay.
    last_ = last_ || found.refused || guest_.refused();
    if (!found.refused)
        return std::nullopt;
    room_.refused.add(*found.refused);
    const auto busy = jittered(room_.limits.busy, room_.random());
    if (is_event_source(head))
        return turned_away_stream(busy);
    return turned_away(
        *found.refused, found.refused == refusal::rate
                            ? std::chrono::ceil<std::chrono::milliseconds>(found.wait)
                            : busy);
}

// What it holds counts, used or not. Files that are compiled in cost nothing more.
bool session::has_room_for(const response& r, std::string_view target, answer_share& share) const
{
    const auto& limits = room_.limits;
    const auto bytes = r.body.capacity();
    return bytes <= limits.small_answer_bytes ||
           share.take(
               bytes, is_for_operators(target) ? 2 * limits.answer_bytes : limits.answer_bytes);
}

// Returns whether there may be another request.
asio::awaitable<bool> session::handle(const request_head& head)
{
    const auto now = room_.of.time.wall_now();
    const request asked{
        .what = head.what,
        .target = head.target,
        .last_event_id = head.last_event_id,
        .if_none_match = head.if_none_match,
        .origin = head.origin,
        .accept_encoding = head.accept_encoding,
        .now = now,
        .boot_now = room_.of.time.boot_now(),
    };
    const auto id = room_.ids.id_for(head.request_id);
    auto refused = turn_away(head);
    bool usual = !refused;
    auto outcome = usual ? route(asked, head) : routed{{*std::move(refused), "none"}, true};
    answer_share share{room_.answer_bytes};
    if (const auto* made = std::get_if<response>(&outcome.what);
        usual && made != nullptr && !has_room_for(*made, asked.target, share)) {
        usual = false;
        room_.refused.add(refusal::max_answers);
        outcome.ends_connection = true;
        outcome.what =
            turned_away(refusal::max_answers, jittered(room_.limits.busy, room_.random()));
    }
    wire_options options{
        .keep_alive = head.keep_alive && !outcome.ends_connection && !last_ && !room_.closing,
        .head_only = asked.what == method::head,
        .now = now,
        .request_id = id,
    };
    const auto log_as = [&](unsigned status, std::size_t bytes) {
        record(usual, head.method_name, asked.target, outcome.route, status, bytes, id);
    };

    if (auto* grant = std::get_if<stream_grant>(&outcome.what)) {
        const auto how =
            head.is_http_1_1 && options.keep_alive ? sse::framing::chunked : sse::framing::raw;
        access_policy::headers extra;
        room_.of.access.add_headers(extra, asked.origin, false);
        auto opening = stream_head(how, extra, options);
        log_as(200, 0);
        if (!options.head_only) {
            become_subscriber(std::move(*grant), how, std::move(opening));
            co_return false;
        }
        const bool sent = co_await send(opening, {});
        last_ = last_ || !sent || how == sse::framing::raw;
        co_return true;
    }
    auto& r = std::get<response>(outcome.what);
    room_.of.access.add_headers(r.headers, asked.origin, asked.what == method::options);
    log_as(r.status, options.head_only ? 0 : r.content().size());
    last_ = last_ || !options.keep_alive;
    if (!co_await send(r, options))
        last_ = true;
    co_return true;
}

asio::awaitable<bool> session::send(const response& r, const wire_options& options)
{
    const auto head = head_of(r, options);
    const auto body =
        options.head_only || r.status == 204 || r.status == 304 ? std::string_view{} : r.content();
    co_return co_await send(head, body);
}

// Returns whether it went. Whoever takes it slowly has the time it needs, within reason; both
// outlive this.
asio::awaitable<bool> session::send(std::string_view head, std::string_view body)
{
    const auto& limits = room_.limits;
    const auto began = room_.of.time.steady_now();
    do {
        const auto piece = body.substr(0, piece_bytes);
        body.remove_prefix(piece.size());
        const auto left = limits.answer - std::chrono::floor<std::chrono::milliseconds>(
                                              room_.of.time.steady_now() - began);
        deadline_.arm(std::clamp(left, std::chrono::milliseconds{0}, limits.write));
        const auto failed = co_await connection_.write(head, piece);
        deadline_.disarm();
        head = {};
        if (failed) {
            if (deadline_.passed())
                give_up_on_reader();
            co_return false;
        }
    } while (!body.empty());
    co_return true;
}

void session::give_up_on_reader()
{
    room_.refused.add(refusal::slow_reader);
    connection_.reset();
}

void session::become_subscriber(stream_grant grant, sse::framing how, std::string head)
{
    // Bytes behind the request are dropped: nothing can be asked on a stream.
    auto socket = connection_.release_to_stream();
    if (!socket.is_open())
        return;
    grant.terms.how = how;
    room_.streams.subscribe(
        {.socket = std::move(socket),
         .terms = std::move(grant.terms),
         .cursor = grant.cursor,
         .era = grant.era,
         .head = std::move(head),
         .held = guest_.take_place()});
}

void session::record(
    bool usual, std::string_view method, std::string_view target, std::string_view route,
    unsigned status, std::size_t bytes, std::string_view id)
{
    room_.of.figures
        .counter(
            "tickertape_requests_total", "Requests answered, by route and status.",
            {{"route", std::string{route}}, {"status", std::to_string(status)}})
        .Increment();
    const std::chrono::duration<double, std::milli> took = room_.of.time.steady_now() - began_;
    const log_fields fields{
        {"request_id", id},
        {"remote", remote_},
        {"method", method.substr(0, 16)},
        {"target", target.substr(0, 256)},
        {"status", status},
        {"bytes", bytes},
        {"ms", took.count()}};
    if (usual)
        room_.of.log.info("request", fields);
    else
        room_.of.log.debug("turned away", fields);
}

asio::awaitable<void> serve(tcp::socket socket, visitor guest, session_room& room)
{
    session s{std::move(socket), std::move(guest), room};
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

}  // namespace tickertape
