// What can go wrong between us and the host at the other end.
#pragma once

#include "core/fetch_error.hpp"

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

namespace tickertape::net {

enum class net_errc {
    resolve_timeout = 1,  // the name server did not answer in time
    host_not_found,       // there is no such host
    resolve_failed,       // the name server could not say
    connect_timeout,      // no address accepted the connection in time
    connect_failed,       // every address refused it
    handshake_timeout,    // the TLS handshake did not end in time
    tls_untrusted,        // the certificate is signed by nobody we trust
    tls_wrong_host,       // the certificate is somebody else's
    tls_expired,          // the certificate is not valid at this time
    tls_failed,           // the handshake failed in any other way
    response_timeout,     // the whole answer was not there in time
    connection_lost,      // the connection ended before the answer began
    response_truncated,   // the connection ended in the middle of the answer
    bad_http,             // what came back is not HTTP
    header_too_large,     // the answer's header is over its limit
    body_too_large,       // the answer's body is over its limit
    unexpected_encoding,  // the body is compressed, which we did not ask for
    redirect,             // the host redirects us; redirects are not followed
    upgrade_refused,      // the host answered a WebSocket handshake with another status
    bad_websocket,        // malformed frames, or text that is not UTF-8
    message_too_large,    // a message over its limit
    peer_silent,          // no byte for longer than the peer is ever silent
    peer_closed,          // the peer ended the connection
    bad_url,              // not a URL
    url_scheme,           // neither https:// nor http://
    url_parts,            // carries credentials, a query or a fragment
};

const boost::system::error_category& net_category() noexcept;
boost::system::error_code make_error_code(net_errc e) noexcept;

// Whether a phase of a request took longer than its limit.
bool is_timeout(const boost::system::error_code& code) noexcept;

}  // namespace tickertape::net

template <>
struct boost::system::is_error_code_enum<tickertape::net::net_errc> : std::true_type {
};
