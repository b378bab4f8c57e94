// What connections are answered with on an HTTPS port: a certificate with its key, and what we
// agree to speak.
//
// TLS 1.3 and 1.2 with forward secrecy and authenticated encryption; no renegotiation, no
// compression, no early data. What a client needs to resume its session is in a ticket it keeps
// itself; the keys of tickets live and die with this, so that a new certificate ends the sessions
// that trusted the old one.
//
// Threads: any.
#pragma once

#include "tls/owned.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace tickertape::tls {

class tls_context {
public:
    // Two PEM files; that of the certificate has the certificates between it and a root behind it.
    struct files {
        std::string certificate;
        std::string key;
    };

    // Throws std::runtime_error with one line that begins with the setting that is wrong.
    explicit tls_context(const files& from);

    SSL_CTX* native() const noexcept { return context_.get(); }
    // When the certificate begins and ceases to be valid.
    std::chrono::sys_seconds valid_from() const noexcept { return valid_from_; }
    std::chrono::sys_seconds valid_until() const noexcept { return valid_until_; }

private:
    owned<SSL_CTX> context_;
    std::chrono::sys_seconds valid_from_;
    std::chrono::sys_seconds valid_until_;
};

}  // namespace tickertape::tls
