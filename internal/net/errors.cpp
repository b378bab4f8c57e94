#include "net/errors.hpp"

#include "core/enum_category.hpp"

#include <string>

namespace tickertape::net {
namespace {

std::string text(net_errc e)
{
    switch (e) {
    case net_errc::resolve_timeout:
        return "looking up the host's address took too long";
    case net_errc::host_not_found:
        return "no such host";
    case net_errc::resolve_failed:
        return "the host's address could not be looked up";
    case net_errc::connect_timeout:
        return "connecting took too long";
    case net_errc::connect_failed:
        return "could not connect";
    case net_errc::handshake_timeout:
        return "the TLS handshake took too long";
    case net_errc::tls_untrusted:
        return "the certificate is not trusted";
    case net_errc::tls_wrong_host:
        return "the certificate belongs to another host";
    case net_errc::tls_expired:
        return "the certificate is not valid at this time, by this machine's clock";
    case net_errc::tls_failed:
        return "the TLS handshake failed";
    case net_errc::response_timeout:
        return "the answer took too long";
    case net_errc::connection_lost:
        return "the connection ended before an answer";
    case net_errc::response_truncated:
        return "the connection ended in the middle of the answer";
    case net_errc::bad_http:
        return "the answer is not HTTP";
    case net_errc::header_too_large:
        return "the answer's header is too large";
    case net_errc::body_too_large:
        return "the answer's body is too large";
    case net_errc::unexpected_encoding:
        return "the answer is compressed, which was not asked for";
    case net_errc::redirect:
        return "the host redirects, which is not followed";
    case net_errc::upgrade_refused:
        return "the host refuses the WebSocket";
    case net_errc::bad_websocket:
        return "what came back is not WebSocket";
    case net_errc::message_too_large:
        return "the message is too large";
    case net_errc::peer_silent:
        return "nothing was heard for too long";
    case net_errc::peer_closed:
        return "the host ended the connection";
    case net_errc::bad_url:
        return "not a URL";
    case net_errc::url_scheme:
        return "a base URL begins with https:// or http://";
    case net_errc::url_parts:
        return "a base URL has no credentials, no query and no fragment";
    }
    return "unknown error";
}

}  // namespace

const boost::system::error_category& net_category() noexcept
{
    static const enum_category<net_errc> instance{"tickertape.net", text};
    return instance;
}

boost::system::error_code make_error_code(net_errc e) noexcept
{
    return {static_cast<int>(e), net_category()};
}

bool is_timeout(const boost::system::error_code& code) noexcept
{
    return code == net_errc::resolve_timeout || code == net_errc::connect_timeout ||
           code == net_errc::handshake_timeout || code == net_errc::response_timeout;
}

}  // namespace tickertape::net
