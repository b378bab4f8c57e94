#include "tickertape-bench/transport.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace tickertape::bench {

void tls_client::deleter::operator()(ssl_ctx_st* c) const noexcept
{
    SSL_CTX_free(c);
}

void tls_client::deleter::operator()(ssl_st* s) const noexcept
{
    SSL_free(s);
}

tls_client::tls_client(const std::string& ca_file, bool insecure)
    : context_{SSL_CTX_new(TLS_client_method())}
{
    if (!context_)
        throw std::runtime_error{"TLS cannot be used"};
    // Thousands of them in one process: what an idle one does not need, it gives back.
    SSL_CTX_set_mode(context_.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(context_.get(), insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
    const bool has_ca = ca_file.empty()
                            ? SSL_CTX_set_default_verify_paths(context_.get()) == 1
                            : SSL_CTX_load_verify_file(context_.get(), ca_file.c_str()) == 1;
    if (!has_ca)
        throw std::runtime_error{"no certificates to trust can be read from '" + ca_file + "'"};
}

tls_client::session tls_client::begin(int descriptor, const std::string& host) const
{
    session s{SSL_new(context_.get())};
    if (!s || SSL_set_fd(s.get(), descriptor) != 1)
        throw std::runtime_error{"TLS: out of memory"};
    // An IP address is checked against the certificate's addresses and is no server name.
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(s.get()), host.c_str()) != 1) {
        SSL_set1_host(s.get(), host.c_str());
        SSL_set_tlsext_host_name(s.get(), host.c_str());
    }
    SSL_set_connect_state(s.get());
    return s;
}

transport::transport(transport&& other) noexcept
    : fd_{std::exchange(other.fd_, -1)}, session_{std::move(other.session_)}
{
}

transport& transport::operator=(transport&& other) noexcept
{
    if (this != &other) {
        close();
        fd_ = std::exchange(other.fd_, -1);
        session_ = std::move(other.session_);
    }
    return *this;
}

void transport::close() noexcept
{
    session_.reset();
    if (fd_ >= 0)
        ::close(std::exchange(fd_, -1));
}

int transport::open(const address& to, std::uint32_t from, bool small_buffer) noexcept
{
    fd_ = ::socket(to.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0)
        return errno;
    if (small_buffer) {
        const int bytes = 4096;
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    }
    if (from != 0) {
        // The port is chosen when the peer is known, so that each address has its own 28,000.
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        sockaddr_in own{};
        own.sin_family = AF_INET;
        own.sin_addr.s_addr = htonl(from);
        if (::bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0)
            return errno;
    }
    return ::connect(fd_, to.pointer(), to.bytes) == 0 || errno == EINPROGRESS ? 0 : errno;
}

int transport::connect_error() const noexcept
{
    int error = 0;
    socklen_t bytes = sizeof error;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &bytes);
    return error;
}

io transport::shake_hands(const tls_client* tls, const std::string& host)
{
    if (tls == nullptr)
        return io::done;
    if (!session_)
        session_ = tls->begin(fd_, host);
    ERR_clear_error();
    const int done = SSL_do_handshake(session_.get());
    if (done == 1)
        return io::done;
    const int why = SSL_get_error(session_.get(), done);
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? io::later : io::closed;
}

io transport::send(std::string_view request) noexcept
{
    const auto bytes = static_cast<int>(request.size());
    if (session_) {
        ERR_clear_error();
        return SSL_write(session_.get(), request.data(), bytes) == bytes ? io::done : io::closed;
    }
    return ::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) == bytes ? io::done
                                                                              : io::closed;
}

io transport::receive(std::span<char> into, std::size_t& got, bool& more) noexcept
{
    got = 0;
    more = true;
    if (session_) {  // gives at most a record at a time
        ERR_clear_error();
        if (SSL_read_ex(session_.get(), into.data(), into.size(), &got) == 1)
            return io::done;
        const int why = SSL_get_error(session_.get(), 0);
        return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? io::later : io::closed;
    }
    for (;;) {
        const auto bytes = ::recv(fd_, into.data(), into.size(), 0);
        if (bytes > 0) {
            got = static_cast<std::size_t>(bytes);
            more = got == into.size();
            return io::done;
        }
        if (bytes == 0)
            return io::closed;
        if (errno != EINTR)
            return errno == EAGAIN ? io::later : io::closed;
    }
}

}  // namespace tickertape::bench
