// The TLS context of all our clients: the authorities they trust and the versions they speak.
//
// Threads: built once; then shared by the clients of one strand.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include <string>

namespace tickertape::net {

// TLS 1.2 and later, the peer's certificate verified. Trusts the system's authorities, or, if
// `ca_file` is not empty, the authorities in that PEM file and nobody else.
// Throws std::runtime_error, one line: the file cannot be read or holds no certificate.
boost::asio::ssl::context make_tls_context(const std::string& ca_file);

}  // namespace tickertape::net
