#include "net/http_client.hpp"

#include "asio/no_throw.hpp"
#include "core/text.hpp"
#include "net/http_wire.hpp"
#include "net/with_timeout.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <string_view>

namespace tickertape::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using parser_type = http::response_parser<http::string_body>;

constexpr std::size_t read_bytes = 16 * 1024;

// Reads one response. The parser has no limit for the trailer and the extensions of chunks;
// bytes_max covers them as well.
asio::awaitable<error_code> read_response(
    byte_stream& from, beast::flat_buffer& buffer, parser_type& parser, std::size_t bytes_max)
{
    for (std::size_t total = 0; total <= bytes_max;) {
        const auto [ec, count] = co_await from.read_some(buffer.prepare(read_bytes));
        error_code parsed;
        if (ec == asio::error::eof) {
            if (parser.got_some())
                parser.put_eof(parsed);
            co_return parser.got_some() ? parsed : http::error::end_of_stream;
        }
        if (ec)
            co_return ec;
        buffer.commit(count);
        total += count;
        while (buffer.size() > 0 && !parser.is_done()) {
            const auto used = parser.put(buffer.data(), parsed);
            buffer.consume(used);
            if (parsed && parsed != http::error::need_more)
                co_return parsed;
            if (parsed == http::error::need_more)
                break;
        }
        if (parser.is_done())
            co_return error_code{};
    }
    co_return net_errc::body_too_large;
}

// A header as it came, if it is fit to be used and sent back.
std::string kept_header(const parser_type::value_type& message, http::field name)
{
    const std::string_view value{message[name]};
    const bool is_visible = std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7f; });
    return is_visible && value.size() <= kept_header_bytes_max ? std::string{value} : std::string{};
}

asio::awaitable<error_code> exchange(
    byte_stream& with, const std::string& request_bytes, beast::flat_buffer& buffer,
    parser_type& parser, std::size_t bytes_max)
{
    if (const auto ec = co_await with.write(asio::buffer(request_bytes)))
        co_return ec;
    co_return co_await read_response(with, buffer, parser, bytes_max);
}

}  // namespace

http_client::http_client(
    asio::any_io_executor executor, base_url base, asio::ssl::context& trust,
    const http_limits& limits, resolve_function blocking_resolve)
    : limits_{limits}, dialer_{
                           std::move(executor), std::move(base), trust,
                           dial_limits{limits.resolve, limits.connect, limits.handshake},
                           std::move(blocking_resolve)}
{
}

asio::awaitable<fetched<http_response>> http_client::send(http_request request)
{
    if (co_await is_cancelled())
        co_return fetch_error{asio::error::operation_aborted};
    const auto request_bytes = bytes_of(request, base());
    if (request.method == http_method::post)
        connection_.reset();
    if (connection_) {
        auto answer = co_await ask(request_bytes, request.takes_3xx);
        if (answer || answer.error().code != net_errc::connection_lost)
            co_return answer;
        // The host had closed the kept connection while it was idle, which it may do.
    }
    auto opened = co_await dialer_.open();
    if (!opened)
        co_return opened.error();
    connection_ = std::move(*opened);
    co_return co_await ask(request_bytes, request.takes_3xx);
}

asio::awaitable<fetched<http_response>>
http_client::ask(const std::string& request_bytes, bool takes_3xx)
{
    // If anything below fails, the connection is not used again.
    auto connection = std::move(connection_);
    beast::flat_buffer buffer;
    parser_type parser;
    parser.eager(true);
    parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes_max));
    parser.body_limit(limits_.body_bytes_max);

    if (co_await is_cancelled())
        co_return fetch_error{asio::error::operation_aborted};
    const auto began = std::chrono::steady_clock::now();
    const auto ec = co_await with_timeout(
        limits_.response, net_errc::response_timeout,
        exchange(
            *connection, request_bytes, buffer, parser,
            limits_.header_bytes_max + 8 * limits_.body_bytes_max));
    if (ec) {
        const auto code = meaning_of(ec, parser.got_some());
        co_return fetch_error{code, code == ec ? std::string{} : clean_words(ec.message())};
    }

    const auto took = std::chrono::steady_clock::now() - began;
    auto message = parser.release();
    http_response response;
    response.status = static_cast<int>(message.result_int());
    response.content_type = clean_words(std::string_view{message[http::field::content_type]});
    response.body = std::move(message.body());
    response.retry_after = clean_words(std::string_view{message[http::field::retry_after]});
    response.dated = {
        clean_words(std::string_view{message[http::field::date]}),
        clean_words(std::string_view{message[http::field::age]}), took};
    response.location = kept_header(message, http::field::location);
    response.etag = kept_header(message, http::field::etag);
    response.last_modified = kept_header(message, http::field::last_modified);
    response.cache_control = kept_header(message, http::field::cache_control);
    if (response.status >= 300 && response.status < 400 && !takes_3xx)
        co_return fetch_error{
            net_errc::redirect, clean_words(std::string_view{message[http::field::location]}),
            response.status};
    const auto encoding = message[http::field::content_encoding];
    if (!encoding.empty() && !beast::iequals(encoding, "identity"))
        co_return fetch_error{
            net_errc::unexpected_encoding, clean_words(std::string_view{encoding}),
            response.status};
    // Bytes beyond the answer belong to no request of ours.
    if (message.keep_alive() && buffer.size() == 0)
        connection_ = std::move(connection);
    co_return response;
}

}  // namespace tickertape::net
