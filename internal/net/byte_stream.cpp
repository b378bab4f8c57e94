#include "net/byte_stream.hpp"

#include "asio/no_throw.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace tickertape::net {
namespace {

using boost::system::error_code;
using tcp = asio::ip::tcp;

asio::awaitable<error_code> connect_socket(tcp::socket& socket, tcp::endpoint to)
{
    error_code closed;
    socket.close(closed);
    const auto [ec] = co_await socket.async_connect(to, no_throw);
    // Requests are one small write each; waiting for more to send would only delay them.
    error_code unsupported;
    if (!ec)
        socket.set_option(tcp::no_delay{true}, unsupported);
    co_return ec;
}

class plain_stream final : public byte_stream {
public:
    explicit plain_stream(const asio::any_io_executor& executor) : socket_{executor} {}

    asio::awaitable<error_code> connect(tcp::endpoint to) override
    {
        return connect_socket(socket_, to);
    }
    asio::awaitable<error_code> handshake(std::string) override { co_return error_code{}; }
    asio::awaitable<bytes_read> read_some(asio::mutable_buffer into) override
    {
        const auto [ec, count] = co_await socket_.async_read_some(into, no_throw);
        co_return bytes_read{ec, count};
    }
    asio::awaitable<error_code> write(asio::const_buffer all) override
    {
        const auto [ec, count] = co_await asio::async_write(socket_, all, no_throw);
        co_return ec;
    }

    tcp::socket& socket() noexcept override { return socket_; }

private:
    tcp::socket socket_;
};

net_errc meaning_of(long verify_result)
{
    switch (verify_result) {
    case X509_V_OK:
        return net_errc::tls_failed;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return net_errc::tls_wrong_host;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return net_errc::tls_expired;
    default:
        return net_errc::tls_untrusted;
    }
}

class tls_stream final : public byte_stream {
public:
    tls_stream(asio::any_io_executor executor, asio::ssl::context& context)
        : stream_{std::move(executor), context}
    {
    }

    asio::awaitable<error_code> connect(tcp::endpoint to) override
    {
        return connect_socket(stream_.next_layer(), to);
    }

    asio::awaitable<error_code> handshake(std::string host) override
    {
        if (!expect(host))
            co_return net_errc::tls_failed;
        const auto [ec] =
            co_await stream_.async_handshake(asio::ssl::stream_base::client, no_throw);
        if (!ec || ec == asio::error::operation_aborted)
            co_return ec;
        const long verified = ::SSL_get_verify_result(stream_.native_handle());
        refusal_ = verified == X509_V_OK ? ec.message() : ::X509_verify_cert_error_string(verified);
        co_return meaning_of(verified);
    }

    asio::awaitable<bytes_read> read_some(asio::mutable_buffer into) override
    {
        const auto [ec, count] = co_await stream_.async_read_some(into, no_throw);
        // Without TLS's own goodbye, anybody on the way can have cut the connection. So this is an
        // error, and does not count as the end of a body without a length.
        co_return bytes_read{ec, count};
    }
    asio::awaitable<error_code> write(asio::const_buffer all) override
    {
        const auto [ec, count] = co_await asio::async_write(stream_, all, no_throw);
        co_return ec;
    }

    std::string refusal() const override { return refusal_; }
    tcp::socket& socket() noexcept override { return stream_.next_layer(); }
    tls_layer* tls() noexcept override { return &stream_; }

private:
    // OpenSSL checks the name along with the chain, and can then say which of them was wrong;
    // asio::ssl::host_name_verification does the same check and cannot.
    bool expect(const std::string& host)
    {
        auto* const tls = stream_.native_handle();
        auto* const checks = ::SSL_get0_param(tls);
        error_code is_name;
        asio::ip::make_address(host, is_name);
        if (!is_name)
            return ::X509_VERIFY_PARAM_set1_ip_asc(checks, host.c_str()) == 1;
        ::X509_VERIFY_PARAM_set_hostflags(checks, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        return ::X509_VERIFY_PARAM_set1_host(checks, host.data(), host.size()) == 1 &&
               SSL_set_tlsext_host_name(tls, host.c_str()) == 1;
    }

    asio::ssl::stream<tcp::socket> stream_;
    std::string refusal_;
};

}  // namespace

std::unique_ptr<byte_stream> make_plain_stream(asio::any_io_executor executor)
{
    return std::make_unique<plain_stream>(std::move(executor));
}

std::unique_ptr<byte_stream>
make_tls_stream(asio::any_io_executor executor, asio::ssl::context& context)
{
    return std::make_unique<tls_stream>(std::move(executor), context);
}

}  // namespace tickertape::net
