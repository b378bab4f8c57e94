#include "web/session.hpp"

#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "web/deadline.hpp"
#include "web/problem.hpp"
#include "web/site.hpp"
#include "web/visitor.hpp"
#include "web/wire.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>

namespace tickertape {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

std::string_view view(beast::string_view text)
{
    return {text.data(), text.size()};
}

method method_of(http::verb v)
{
    switch (v) {
    case http::verb::get:
        return method::get;
    case http::verb::head:
        return method::head;
    case http::verb::options:
        return method::options;
    default:
        return method::other;
    }
}

// What to tell a client whose request could not be read; nothing where there is nobody to tell.
std::optional<problem> refusal_for(boost::system::error_code failed, const server_limits& limits)
{
    if (failed == http::error::header_limit || failed == http::error::buffer_overflow)
        return problem{
            .status = 431,
            .type = "header-too-large",
            .detail =
                "the head of a request may have " + std::to_string(limits.header_bytes) + " bytes"};
    if (failed == http::error::body_limit)
        return problem{
            .status = 413,
            .type = "body-too-large",
            .detail =
                "the body of a request may have " + std::to_string(limits.body_bytes) + " bytes"};
    if (failed == http::error::end_of_stream || failed == http::error::partial_message ||
        failed.category() != http::make_error_code(http::error::bad_method).category())
        return std::nullopt;
    return problem{
        .status = 400, .type = "bad-request", .detail = "this is not a valid HTTP request"};
}

// What is wrong with a request that could be read, before anybody looks at what it asks for.
std::optional<problem> refusal_for(const http::request<http::string_body>& r)
{
    const auto bad = [](std::string detail) {
        return problem{.status = 400, .type = "bad-request", .detail = std::move(detail)};
    };
    if (r.version() >= 11 && r.count(http::field::host) != 1)
        return bad("a request has exactly one Host header");
    // A proxy before us might have seen the end of such a body elsewhere.
    if (r.count(http::field::transfer_encoding) > 0 && !r.chunked())
        return bad("the only transfer encoding understood is chunked");
    return std::nullopt;
}

}  // namespace

class session {
public:
    session(tcp::socket connection, visitor guest, session_room& room)
        : socket_{std::move(connection)}, deadline_{socket_}, guest_{std::move(guest)}, room_{room},
          remote_{guest_.peer().text()}
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
        boost::system::error_code ignored;
        socket_.close(ignored);
        deadline_.disarm();
    }

private:
    // A request that has arrived is answered, also where nobody has looked at it yet.
    bool has_been_asked() const
    {
        boost::system::error_code unknown;
        return socket_.available(unknown) > 0;
    }

    using parser = http::request_parser<http::string_body>;
    using message_type = parser::value_type;

    // An answer, and whether the connection is of no use after it.
    struct routed : router::outcome {
        bool ends_connection;
    };

    asio::awaitable<bool> wait_for_request();
    asio::awaitable<boost::system::error_code> read(parser& p);
    asio::awaitable<void> refuse(boost::system::error_code failed);
    asio::awaitable<void> linger();
    routed route(const message_type& message, const request& asked) const;
    std::optional<response> turn_away(const message_type& message, const request& asked);
    asio::awaitable<bool> handle(const parser& p);
    asio::awaitable<bool> send(const response& r, const wire_options& options);
    void become_subscriber(stream_grant grant, sse::framing how, std::string head);
    // `usual`: as a request that is answered, and not one of a crowd that is turned away.
    void record(
        bool usual, std::string_view method, std::string_view target, std::string_view route,
        unsigned status, std::size_t bytes, std::string_view id);

    tcp::socket socket_;
    deadline deadline_;
    visitor guest_;
    session_room& room_;
    beast::flat_buffer buffer_;
    std::string remote_;  // the client of the last request
    steady_time began_{};
    bool idle_ = true;
    bool last_ = false;
};

asio::awaitable<void> session::run()
{
    // The first request is due at once: whoever connects has something to say.
    const auto limit = guest_.refused() ? room_.limits.reserve : room_.limits.request;
    auto patience = limit;
    while (!last_) {
        idle_ = true;
        deadline_.arm(patience);
        const bool there = co_await wait_for_request();
        deadline_.disarm();
        idle_ = false;
        if (!there)
            break;
        began_ = room_.of.time.steady_now();
        parser p;
        p.header_limit(static_cast<std::uint32_t>(room_.limits.header_bytes));
        p.body_limit(room_.limits.body_bytes);
        deadline_.arm(limit);
        const auto failed = co_await read(p);
        deadline_.disarm();
        if (failed) {
            co_await refuse(failed);
            co_return;
        }
        if (!co_await handle(p))
            co_return;
        guest_.answered();
        patience = room_.limits.idle;
    }
    if (last_ && socket_.is_open())
        co_await linger();
}

asio::awaitable<bool> session::wait_for_request()
{
    if (buffer_.size() > 0)
        co_return true;  // it came along with the one before
    auto [failed, bytes] = co_await socket_.async_read_some(buffer_.prepare(2048), no_throw);
    buffer_.commit(bytes);
    co_return !failed;
}

// Beast bounds one piece of a head at a time and forgets what it has parsed, so a head of ever more
// small fields is bounded here; and so is what waits to be parsed, which may be an endless trailer.
asio::awaitable<boost::system::error_code> session::read(parser& p)
{
    std::size_t head_bytes = 0;
    for (;;) {
        if (buffer_.size() > 0) {
            const bool in_head = !p.is_header_done();
            p.eager(!in_head);  // stop behind the head, so that its length is known
            boost::system::error_code failed;
            const auto used = p.put(buffer_.data(), failed);
            buffer_.consume(used);
            if (failed && failed != http::error::need_more)
                co_return failed;
            head_bytes += in_head ? used : 0;
            const auto held = failed ? buffer_.size() : 0;
            if ((in_head ? head_bytes : 0) + held > room_.limits.header_bytes)
                co_return http::make_error_code(http::error::header_limit);
            if (p.is_done())
                co_return boost::system::error_code{};
            if (!failed && buffer_.size() > 0)
                continue;
        }
        auto [ended, bytes] = co_await socket_.async_read_some(buffer_.prepare(4096), no_throw);
        if (ended)
            co_return ended;
        buffer_.commit(bytes);
    }
}

asio::awaitable<void> session::refuse(boost::system::error_code failed)
{
    auto told =
        deadline_.passed()
            ? problem{.status = 408, .type = "slow-request", .detail = "the request took too long"}
            : problem{};
    if (!deadline_.passed()) {
        auto why = refusal_for(failed, room_.limits);
        if (!why)
            co_return;
        told = std::move(*why);
    }
    const auto r = to_response(told);
    const auto id = room_.ids.id_for({});
    record(true, "-", "-", "none", r.status, r.content().size(), id);
    const wire_options options{
        .keep_alive = false, .now = room_.of.time.wall_now(), .request_id = id};
    if (co_await send(r, options))
        co_await linger();
}

// Closing while the peer still sends would take the answer away from it (RFC 9112, section 9.6), so
// what it sends is read and dropped, within bounds.
asio::awaitable<void> session::linger()
{
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    deadline_.arm(room_.limits.linger);
    std::array<char, 4096> dropped;
    for (std::size_t left = room_.limits.linger_bytes; left > 0;) {
        auto [failed, bytes] = co_await socket_.async_read_some(asio::buffer(dropped), no_throw);
        if (failed)
            break;
        left -= std::min(left, bytes);
    }
    deadline_.disarm();
}

session::routed session::route(const message_type& message, const request& asked) const
{
    if (auto bad = refusal_for(message))
        return {{to_response(*bad), "none"}, true};
    try {
        return {room_.of.routes.route(asked), false};
    } catch (const std::exception& e) {
        // Nothing a route does is meant to throw but for want of memory.
        room_.of.log.error("a route failed", {{"target", asked.target}, {"cause", e.what()}});
        const problem failed{
            .status = 500, .type = "failed", .detail = "the server could not answer this"};
        return {{to_response(failed), "none"}, true};
    }
}

// What is said where admission does not let the request be answered; none: it does.
std::optional<response> session::turn_away(const message_type& message, const request& asked)
{
    std::vector<std::string_view> forwarded;
    const auto [first, end] = message.equal_range("X-Forwarded-For");
    for (auto field = first; field != end; ++field)
        forwarded.push_back(view(field->value()));
    const auto found = guest_.judge(forwarded, began_);
    remote_ = found.client.text();
    if (!found.refused)
        return std::nullopt;
    // It has no place, so it does not stay; but somebody has to be able to see how we are.
    last_ = true;
    if (found.refused != refusal::rate && is_for_operators(asked.target))
        return std::nullopt;
    room_.refused.add(*found.refused);
    const auto busy = jittered(room_.limits.busy, room_.random());
    if (is_stream(asked.target) && accepts_event_stream(view(message[http::field::accept])))
        return turned_away_stream(busy);
    return turned_away(
        *found.refused, found.refused == refusal::rate
                            ? std::chrono::ceil<std::chrono::milliseconds>(found.wait)
                            : busy);
}

// Returns whether there may be another request.
asio::awaitable<bool> session::handle(const parser& p)
{
    const auto& message = p.get();
    const auto now = room_.of.time.wall_now();
    const request asked{
        .what = method_of(message.method()),
        .target = view(message.target()),
        .last_event_id = view(message["Last-Event-ID"]),
        .if_none_match = view(message[http::field::if_none_match]),
        .origin = view(message[http::field::origin]),
        .now = now,
    };
    const auto id = room_.ids.id_for(view(message["X-Request-Id"]));
    auto refused = turn_away(message, asked);
    auto outcome = refused ? routed{{*std::move(refused), "none"}, true} : route(message, asked);
    wire_options options{
        .keep_alive = message.keep_alive() && !outcome.ends_connection && !last_ && !room_.closing,
        .head_only = asked.what == method::head,
        .now = now,
        .request_id = id,
    };
    const auto log_as = [&, usual = !refused](unsigned status, std::size_t bytes) {
        record(
            usual, view(message.method_string()), asked.target, outcome.route, status, bytes, id);
    };

    if (auto* grant = std::get_if<stream_grant>(&outcome.what)) {
        const auto how = message.version() >= 11 && options.keep_alive ? sse::framing::chunked
                                                                       : sse::framing::raw;
        access_policy::headers extra;
        room_.of.access.add_headers(extra, asked.origin, false);
        auto head = stream_head(how, extra, options);
        log_as(200, 0);
        if (!options.head_only) {
            become_subscriber(std::move(*grant), how, std::move(head));
            co_return false;
        }
        deadline_.arm(room_.limits.write);
        auto [failed, bytes] = co_await asio::async_write(socket_, asio::buffer(head), no_throw);
        deadline_.disarm();
        last_ = last_ || failed || how == sse::framing::raw;
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
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
    deadline_.arm(room_.limits.write);
    auto [failed, bytes] = co_await asio::async_write(socket_, parts, no_throw);
    deadline_.disarm();
    co_return !failed;
}

void session::become_subscriber(stream_grant grant, sse::framing how, std::string head)
{
    boost::system::error_code failed;
    // Bytes behind the request are dropped: nothing can be asked on a stream.
    const int descriptor = socket_.release(failed);
    if (failed)
        return;
    grant.terms.how = how;
    room_.streams.subscribe(
        {.socket = stream_socket{descriptor},
         .terms = std::move(grant.terms),
         .place = grant.place,
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

asio::awaitable<void> serve(tcp::socket connection, visitor guest, session_room& room)
{
    session s{std::move(connection), std::move(guest), room};
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
