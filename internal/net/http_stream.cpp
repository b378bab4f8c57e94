#include "net/http_stream.hpp"

#include "asio/no_throw.hpp"
#include "core/text.hpp"
#include "net/http_wire.hpp"
#include "net/with_timeout.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <array>
#include <cassert>

namespace tickertape::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using parser_type = http::response_parser<http::buffer_body>;

constexpr std::size_t read_bytes = 16 * 1024;
// What Beast leaves in the buffer is an unfinished line of a chunk, or of the trailer. It has no
// limit of its own for these.
constexpr std::size_t unfinished_bytes_max = 16 * 1024;

// A function, because g++ 12 warns that a temporary in a co_return is read before it is written.
fetched<std::string_view> piece_of(std::string_view bytes)
{
    return bytes;
}

fetch_error failure(error_code ec, bool got_some)
{
    const auto code = meaning_of(ec, got_some);
    return {code, code == ec ? std::string{} : clean_words(ec.message())};
}

}  // namespace

struct http_stream::wire {
    explicit wire(std::unique_ptr<byte_stream> under, std::size_t header_bytes_max)
        : connection{std::move(under)}
    {
        parser.header_limit(static_cast<std::uint32_t>(header_bytes_max));
        parser.body_limit(boost::none);
    }

    // Parses what is in the buffer. Returns the bytes of the body that were in it, which are none
    // if it takes more bytes to go on, or if the body is over.
    std::string_view parse(error_code& ec)
    {
        auto& body = parser.get().body();
        body.data = piece.data();
        body.size = piece.size();
        bool has_moved = true;
        while (buffer.size() > 0 && !parser.is_done() && body.size > 0 && has_moved) {
            const auto used = parser.put(buffer.data(), ec);
            buffer.consume(used);
            has_moved = used > 0;
            if (ec == http::error::need_buffer)
                ec = {};
            if (ec == http::error::need_more) {
                ec = {};
                break;
            }
            if (ec)
                break;
        }
        return {piece.data(), piece.size() - body.size};
    }

    std::unique_ptr<byte_stream> connection;
    beast::flat_buffer buffer;
    parser_type parser;
    std::array<char, read_bytes> piece;
};

http_stream::http_stream(
    asio::any_io_executor executor, base_url base, asio::ssl::context& trust,
    const http_stream_limits& limits, resolve_function blocking_resolve)
    : limits_{limits}, dialer_{
                           std::move(executor), std::move(base), trust, limits.dial,
                           std::move(blocking_resolve)}
{
}

http_stream::~http_stream() = default;

asio::awaitable<fetched<http_stream::head>> http_stream::open(http_request request)
{
    assert(request.method == http_method::get);
    wire_.reset();
    if (co_await is_cancelled())
        co_return fetch_error{asio::error::operation_aborted};
    const auto request_bytes = bytes_of(request, base());
    auto opened = co_await dialer_.open();
    if (!opened)
        co_return opened.error();
    if (co_await is_cancelled())
        co_return fetch_error{asio::error::operation_aborted};
    wire_ = std::make_unique<wire>(std::move(*opened), limits_.header_bytes_max);
    const auto ec =
        co_await with_timeout(limits_.head, net_errc::response_timeout, ask(request_bytes));
    if (ec) {
        auto why = failure(ec, wire_->parser.got_some());
        wire_.reset();
        co_return why;
    }
    const auto& message = wire_->parser.get();
    head answered;
    answered.status = static_cast<int>(message.result_int());
    answered.content_type = field("Content-Type");
    answered.retry_after = field("Retry-After");
    const auto encoding = field("Content-Encoding");
    if (answered.status >= 300 && answered.status < 400) {
        fetch_error elsewhere{net_errc::redirect, field("Location"), answered.status};
        wire_.reset();
        co_return elsewhere;
    }
    if (!encoding.empty() && !beast::iequals(encoding, "identity")) {
        fetch_error refused{net_errc::unexpected_encoding, encoding, answered.status};
        wire_.reset();
        co_return refused;
    }
    co_return answered;
}

std::string http_stream::field(std::string_view name) const
{
    if (!wire_ || !wire_->parser.is_header_done())
        return {};
    return clean_words(std::string_view{wire_->parser.get()[beast::string_view{name}]});
}

asio::awaitable<error_code> http_stream::ask(const std::string& request_bytes)
{
    if (const auto ec = co_await wire_->connection->write(asio::buffer(request_bytes)))
        co_return ec;
    auto& parser = wire_->parser;
    while (!parser.is_header_done()) {
        if (const auto ec = co_await receive())
            co_return ec;
        error_code ec;
        const auto used = parser.put(wire_->buffer.data(), ec);
        wire_->buffer.consume(used);
        if (ec && ec != http::error::need_more)
            co_return ec;
    }
    co_return error_code{};
}

asio::awaitable<error_code> http_stream::receive()
{
    auto& w = *wire_;
    const auto [ec, count] = co_await w.connection->read_some(w.buffer.prepare(read_bytes));
    w.buffer.commit(count);
    if (ec != asio::error::eof)
        co_return ec;
    if (!w.parser.got_some())
        co_return http::error::end_of_stream;
    // The end of a body without a length, or of one that should have had more.
    error_code ended;
    w.parser.put_eof(ended);
    co_return ended;
}

asio::awaitable<fetched<std::string_view>> http_stream::read()
{
    assert(wire_);
    for (;;) {
        error_code ec;
        const auto bytes = wire_->parse(ec);
        // What came before bytes that are none of HTTP is read first.
        if (!bytes.empty() || (!ec && wire_->parser.is_done()))
            co_return piece_of(bytes);
        if (ec || wire_->buffer.size() >= unfinished_bytes_max) {
            wire_.reset();
            co_return fetch_error{
                net_errc::bad_http, ec ? clean_words(ec.message()) : "a line without an end"};
        }
        if (co_await is_cancelled())
            ec = asio::error::operation_aborted;
        else
            ec = co_await with_timeout(limits_.silence_max, net_errc::peer_silent, receive());
        if (ec) {
            auto why = failure(ec, true);
            wire_.reset();
            co_return why;
        }
    }
}

void http_stream::close() noexcept
{
    wire_.reset();
}

}  // namespace tickertape::net
