#include "net/websocket_client.hpp"

#include "asio/no_throw.hpp"
#include "core/text.hpp"
#include "net/heard_stream.hpp"
#include "net/with_timeout.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <algorithm>
#include <optional>

namespace tickertape::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;
using std::chrono::steady_clock;
using parser_type = http::response_parser<http::string_body>;
// Without permessage-deflate: it would save a few bytes a second, and need a limit for messages
// that decompress to a multiple of their size.
using socket_type = websocket::stream<heard_stream, false>;

// A function, because g++ 12 warns that a temporary in a co_return is read before it is written.
fetched<void> done()
{
    return {};
}

bool is_of_websocket(const error_code& ec)
{
    return ec.category() == make_error_code(websocket::error::closed).category();
}

// Parses the part of an answer that has come.
void parse(std::string_view bytes, std::size_t bytes_max, parser_type& parser)
{
    parser.header_limit(static_cast<std::uint32_t>(bytes_max));
    parser.body_limit(bytes_max);
    parser.eager(true);
    while (!bytes.empty() && !parser.is_done()) {
        error_code ec;
        const auto used = parser.put(asio::buffer(bytes), ec);
        bytes.remove_prefix(used);
        if (ec || used == 0)
            return;
    }
}

void note_date(const parser_type& answer, answer_date& into)
{
    if (!answer.is_header_done())
        return;
    into.date = clean_words(std::string_view{answer.get()[http::field::date]});
    into.age = clean_words(std::string_view{answer.get()[http::field::age]});
}

void note_date(std::string_view bytes, std::size_t bytes_max, answer_date& into)
{
    parser_type answer;
    parse(bytes, bytes_max, answer);
    note_date(answer, into);
}

std::string body_of(const parser_type& answer, std::string_view bytes)
{
    if (const auto& body = answer.get().body(); !body.empty())
        return body;
    // A body that announces more than there is room for has not been read at all.
    const auto header_end = bytes.find("\r\n\r\n");
    return std::string{
        header_end == std::string_view::npos ? std::string_view{} : bytes.substr(header_end + 4)};
}

}  // namespace

// The open connection and the timer that watches it. Beast's own timeouts are off: they do not tell
// a silent peer from other failures, they do not cover a message of ours that the peer does not
// take, and the phases before the upgrade need limits of ours anyway.
struct websocket_client::wire : std::enable_shared_from_this<wire> {
    wire(std::unique_ptr<byte_stream> under, const websocket_limits& of)
        : socket{std::move(under)}, timer{socket.get_executor()}, limits{of}
    {
        websocket::stream_base::timeout off{};
        off.handshake_timeout = websocket::stream_base::none();
        off.idle_timeout = websocket::stream_base::none();
        off.keep_alive_pings = false;
        socket.set_option(off);
        socket.read_message_max(limits.message_bytes_max);
        socket.auto_fragment(false);
        socket.text(true);
    }

    steady_clock::time_point heard() const { return socket.next_layer().heard(); }

    // One timer for the life of the connection: when it rings, it looks at what has happened since
    // it was set, and is set anew. A message costs a glance at the clock and no timer.
    void watch()
    {
        auto due = heard() + limits.silence_max;
        if (write_began)
            due = std::min(due, *write_began + limits.write);
        timer.expires_at(due);
        timer.async_wait([weak = weak_from_this()](error_code ec) {
            if (const auto self = weak.lock(); self && !ec)
                self->look();
        });
    }
    void look()
    {
        const auto now = steady_clock::now();
        if (now - heard() >= limits.silence_max)
            given_up = fetch_error{net_errc::peer_silent};
        else if (write_began && now - *write_began >= limits.write)
            given_up = fetch_error{net_errc::connection_lost, "a message of ours is not taken"};
        else
            return watch();
        socket.next_layer().shut();
    }
    void shut() noexcept
    {
        timer.cancel();
        socket.next_layer().shut();
    }

    asio::awaitable<error_code> upgrade(std::string host, std::string target)
    {
        const auto [ec] = co_await socket.async_handshake(host, target, no_throw);
        co_return ec;
    }
    asio::awaitable<error_code> say_goodbye()
    {
        const auto [ec] = co_await socket.async_close(websocket::close_code::normal, no_throw);
        co_return ec;
    }

    socket_type socket;
    asio::steady_timer timer;
    websocket_limits limits;
    std::optional<steady_clock::time_point> write_began;
    std::optional<fetch_error> given_up;  // by us, and why
};

websocket_client::websocket_client(
    asio::any_io_executor executor, base_url base, asio::ssl::context& trust,
    const websocket_limits& limits, resolve_function blocking_resolve)
    : dialer_{std::move(executor), std::move(base), trust, limits.dial, std::move(blocking_resolve)},
      limits_{limits}
{
}

websocket_client::~websocket_client()
{
    abort();
}

asio::awaitable<fetched<void>> websocket_client::open(std::string target)
{
    if (co_await is_cancelled())
        co_return fetch_error{asio::error::operation_aborted};
    auto dialed = co_await dialer_.open();
    if (!dialed)
        co_return dialed.error();
    if (co_await is_cancelled())
        co_return fetch_error{asio::error::operation_aborted};
    wire_ = std::make_shared<wire>(std::move(*dialed), limits_);
    auto& socket = wire_->socket;
    socket.set_option(websocket::stream_base::decorator{[](websocket::request_type& request) {
        request.set(
            http::field::user_agent, "tickertape/" TICKERTAPE_VERSION " (real-time price server)");
    }});
    socket.next_layer().keep(limits_.answer_bytes_max);

    auto where = dialer_.base().prefix + target;
    if (!where.starts_with('/'))
        where.insert(0, 1, '/');
    const auto began = steady_clock::now();
    const auto ec = co_await with_timeout(
        limits_.upgrade, net_errc::response_timeout,
        wire_->upgrade(dialer_.base().host_header, std::move(where)));
    answer_.dated.took = steady_clock::now() - began;
    const auto answer = socket.next_layer().kept();
    if (ec)
        co_return refusal(ec, answer);
    note_date(answer, limits_.answer_bytes_max, answer_.dated);
    wire_->watch();
    co_return done();
}

fetch_error websocket_client::refusal(error_code ec, std::string_view bytes)
{
    wire_->shut();
    if (ec == asio::error::operation_aborted)
        return fetch_error{ec};
    // A host that refuses is believed even if its answer was cut short: the status it sent counts
    // more than the way the connection ended.
    parser_type answer;
    parse(bytes, limits_.answer_bytes_max, answer);
    note_date(answer, answer_.dated);
    const auto status = answer.is_header_done() ? static_cast<int>(answer.get().result_int()) : 0;
    if (status == 101)
        return fetch_error{net_errc::bad_websocket, clean_words(ec.message()), status};
    if (status != 0) {
        const auto& message = answer.get();
        answer_.status = status;
        answer_.content_type = clean_words(std::string_view{message[http::field::content_type]});
        answer_.retry_after = clean_words(std::string_view{message[http::field::retry_after]});
        answer_.body = body_of(answer, bytes);
        const auto elsewhere = message[http::field::location];
        return fetch_error{
            net_errc::upgrade_refused,
            elsewhere.empty() ? std::string{} : clean_words("to " + std::string{elsewhere}),
            status};
    }
    if (ec == net_errc::response_timeout)
        return fetch_error{ec};
    if (ec == net_errc::body_too_large || ec == http::error::header_limit)
        return fetch_error{net_errc::header_too_large};
    if (ec.category() == make_error_code(http::error::bad_version).category() &&
        ec != http::error::end_of_stream && ec != http::error::partial_message)
        return fetch_error{net_errc::bad_http, clean_words(bytes)};
    return fetch_error{net_errc::connection_lost, clean_words(ec.message())};
}

// Returns the failure that an error of the open connection stands for.
fetch_error websocket_client::failure(error_code ec) const
{
    if (wire_->given_up)
        return *wire_->given_up;
    if (ec == asio::error::operation_aborted)
        return fetch_error{ec};
    if (ec == websocket::error::closed) {
        const auto& reason = wire_->socket.reason();
        const std::string_view words{reason.reason.data(), reason.reason.size()};
        return fetch_error{
            net_errc::peer_closed,
            clean_words(std::to_string(reason.code) + " " + std::string{words})};
    }
    if (ec == websocket::error::message_too_big || ec == websocket::error::buffer_overflow)
        return fetch_error{net_errc::message_too_large};
    if (is_of_websocket(ec))
        return fetch_error{net_errc::bad_websocket, clean_words(ec.message())};
    return fetch_error{net_errc::connection_lost, clean_words(ec.message())};
}

asio::awaitable<fetched<void>> websocket_client::read(std::string& into)
{
    for (;;) {
        if (co_await is_cancelled())
            co_return fetch_error{asio::error::operation_aborted};
        into.clear();
        auto buffer = asio::dynamic_buffer(into);
        const auto [ec, count] = co_await wire_->socket.async_read(buffer, no_throw);
        if (ec)
            co_return failure(ec);
        if (wire_->socket.got_text())
            co_return done();
        ++binary_messages_;
    }
}

asio::awaitable<fetched<void>> websocket_client::write(std::string message)
{
    if (co_await is_cancelled())
        co_return fetch_error{asio::error::operation_aborted};
    wire_->write_began = steady_clock::now();
    wire_->watch();
    const auto [ec, count] = co_await wire_->socket.async_write(asio::buffer(message), no_throw);
    wire_->write_began.reset();
    if (ec)
        co_return failure(ec);
    co_return done();
}

asio::awaitable<void> websocket_client::close()
{
    if (!wire_)
        co_return;
    // The connection is closed either way, with or without the peer's answer.
    const auto answered =
        co_await with_timeout(limits_.goodbye, net_errc::response_timeout, wire_->say_goodbye());
    (void)answered;
    abort();
}

void websocket_client::abort() noexcept
{
    if (wire_)
        wire_->shut();
}

}  // namespace tickertape::net
