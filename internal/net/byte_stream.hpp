// A connection as HTTP and WebSocket see it: bytes in, bytes out, with or without TLS underneath.
//
// Threads: one strand. Destroying a stream closes the connection.
#pragma once

#include "net/errors.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace boost::asio::ssl {
template <class Stream>
class stream;
}

namespace tickertape::net {

// The result of one read. The end of the stream is an error, asio::error::eof.
struct bytes_read {
    boost::system::error_code code;
    std::size_t count = 0;
};

class byte_stream {
public:
    virtual ~byte_stream() = default;

    // Errors: those of the system.
    virtual boost::asio::awaitable<boost::system::error_code>
    connect(boost::asio::ip::tcp::endpoint to) = 0;
    // Does what comes between the TCP connection and the first byte of HTTP: nothing, or the TLS
    // handshake with the certificate checked against `host`. Errors: net_errc::tls_*.
    virtual boost::asio::awaitable<boost::system::error_code> handshake(std::string host) = 0;
    virtual boost::asio::awaitable<bytes_read> read_some(boost::asio::mutable_buffer into) = 0;
    virtual boost::asio::awaitable<boost::system::error_code>
    write(boost::asio::const_buffer all) = 0;

    // Why the certificate was refused, in OpenSSL's words.
    virtual std::string refusal() const { return {}; }

    // The socket and the TLS stream underneath, for callers with I/O operations of their own, such
    // as Beast. tls() is null without TLS; with TLS, all bytes go through it.
    using tls_layer = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;
    virtual boost::asio::ip::tcp::socket& socket() noexcept = 0;
    virtual tls_layer* tls() noexcept { return nullptr; }
};

std::unique_ptr<byte_stream> make_plain_stream(boost::asio::any_io_executor executor);
// `context` outlives the stream.
std::unique_ptr<byte_stream>
make_tls_stream(boost::asio::any_io_executor executor, boost::asio::ssl::context& context);

}  // namespace tickertape::net
