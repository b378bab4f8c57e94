// The client's end of a TLS connection, by OpenSSL.
//
// Threads: a test's own. It can be led step by step, where the same thread serves, or wait for the
// other end, with a limit that only a test that fails ever reaches.
#pragma once

#include <chrono>
#include <fcntl.h>
#include <memory>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace tickertape::testing {

struct tls_wishes {
    int version_min = 0;  // as OpenSSL numbers them; 0: any
    int version_max = 0;
    std::string suites{};     // of both versions, as OpenSSL names them; empty: any
    std::string protocols{};  // for ALPN, each behind its length
    std::string ca_file{};    // empty: trusts everybody
    int security_level = 0;
    SSL_SESSION* resumes = nullptr;
};

class tls_client {
public:
    using wishes = tls_wishes;

    // Owns the descriptor.
    explicit tls_client(int descriptor, const wishes& w = {})
        : fd_{descriptor}, context_{::SSL_CTX_new(::TLS_client_method()), ::SSL_CTX_free},
          ssl_{nullptr, ::SSL_free}
    {
        ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
        auto* const c = context_.get();
        ::SSL_CTX_set_security_level(c, w.security_level);
        ::SSL_CTX_set_min_proto_version(c, w.version_min);
        ::SSL_CTX_set_max_proto_version(c, w.version_max);
        if (!w.suites.empty()) {
            ::SSL_CTX_set_cipher_list(c, w.suites.c_str());
            ::SSL_CTX_set_ciphersuites(c, w.suites.starts_with("TLS_") ? w.suites.c_str() : "");
        }
        if (!w.ca_file.empty()) {
            ::SSL_CTX_load_verify_file(c, w.ca_file.c_str());
            ::SSL_CTX_set_verify(c, SSL_VERIFY_PEER, nullptr);
        }
        ::SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        ::SSL_CTX_sess_set_new_cb(c, [](SSL* whose, SSL_SESSION* session) {
            auto& self = *static_cast<tls_client*>(SSL_get_app_data(whose));
            ++self.tickets_;
            if (self.session_ != nullptr)
                ::SSL_SESSION_free(self.session_);
            self.session_ = session;
            return 1;
        });
        ssl_.reset(::SSL_new(c));
        SSL_set_app_data(ssl_.get(), this);
        ::SSL_set_fd(ssl_.get(), fd_);
        if (!w.protocols.empty())
            ::SSL_set_alpn_protos(
                ssl_.get(), reinterpret_cast<const unsigned char*>(w.protocols.data()),
                static_cast<unsigned>(w.protocols.size()));
        if (w.resumes != nullptr) {
            // A copy: a session whose connection was cut is not used again.
            SSL_SESSION* const copy = ::SSL_SESSION_dup(w.resumes);
            ::SSL_set_session(ssl_.get(), copy);
            ::SSL_SESSION_free(copy);
        }
        ::SSL_set_connect_state(ssl_.get());
    }
    tls_client(const tls_client&) = delete;
    tls_client& operator=(const tls_client&) = delete;
    ~tls_client()
    {
        if (session_ != nullptr)
            ::SSL_SESSION_free(session_);
        close();
    }

    void close()
    {
        if (fd_ >= 0)
            ::close(std::exchange(fd_, -1));
    }

    // Goes on with the handshake; false once it has failed or is done.
    bool step()
    {
        ::ERR_clear_error();
        const int result = ::SSL_do_handshake(ssl_.get());
        if (result == 1)
            return false;
        return is_waiting(result);
    }
    bool is_connected() const { return ::SSL_is_init_finished(ssl_.get()) == 1; }
    // The whole handshake, against somebody on another thread.
    bool connect()
    {
        while (step())
            if (!wait())
                return false;
        return is_connected();
    }

    bool send(std::string_view text)
    {
        std::size_t sent = 0;
        while (::SSL_write_ex(ssl_.get(), text.data(), text.size(), &sent) != 1)
            if (!is_waiting(0) || !wait())
                return false;
        return true;
    }
    // What is there now, at most `bytes_max` of it.
    std::string read_some(std::size_t bytes_max = 65'536)
    {
        std::string text(bytes_max, '\0');
        std::size_t got = 0;
        ::ERR_clear_error();
        const int result = ::SSL_read_ex(ssl_.get(), text.data(), text.size(), &got);
        if (result != 1 && !is_waiting(result))
            is_over_ = true;
        text.resize(got);
        return text;
    }
    // What comes, up to the moment `end` is in it, or the stream is over.
    std::string read_until(std::string_view end)
    {
        std::string text;
        while (text.find(end) == std::string::npos && !is_over_) {
            const auto more = read_some();
            text += more;
            if (more.empty() && !is_over_ && !wait())
                break;
        }
        return text;
    }
    std::string read_to_end() { return read_until(std::string(64, '\xff')); }

    // Whether nothing more will come; and whether the peer has said so, as it should.
    bool is_over() const { return is_over_; }
    bool was_told_goodbye() const
    {
        return (::SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
    }
    // What OpenSSL called the last failure.
    const std::string& failure() const { return failure_; }
    bool is_resumed() const { return ::SSL_session_reused(ssl_.get()) == 1; }
    int tickets() const { return tickets_; }
    // The newest ticket; null: none has come.
    SSL_SESSION* session() const { return session_; }
    SSL* native() { return ssl_.get(); }
    int descriptor() const { return fd_; }

private:
    bool is_waiting(int result)
    {
        const int why = ::SSL_get_error(ssl_.get(), result);
        waits_for_ = why == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
        if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
            return true;
        const char* const words = ::ERR_reason_error_string(::ERR_peek_last_error());
        failure_ = words != nullptr ? words : "no words";
        return false;
    }
    bool wait()
    {
        pollfd waiting{fd_, waits_for_, 0};
        return ::poll(&waiting, 1, 5'000) > 0;
    }

    int fd_;
    std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context_;
    std::unique_ptr<SSL, decltype(&::SSL_free)> ssl_;
    SSL_SESSION* session_ = nullptr;
    int tickets_ = 0;
    short waits_for_ = POLLIN;
    bool is_over_ = false;
    std::string failure_;
};

}  // namespace tickertape::testing
