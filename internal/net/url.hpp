// The base URL of a service: https://host[:port][/prefix], or http:// for proxies and tests; for
// its WebSocket wss://, or ws://.
#pragma once

#include "core/errors.hpp"

#include <string>
#include <string_view>

namespace tickertape::net {

struct base_url {
    bool is_tls = true;
    std::string host;         // a name or an address, without brackets
    std::string port;         // digits
    std::string host_header;  // the host as the Host: header wants it, brackets and port included
    std::string prefix;       // "" or "/api/v3", never with a slash at its end

    friend bool operator==(const base_url&, const base_url&) = default;
};

// "https://example.com:8443/api": `scheme` is "http" or "ws", and has an s behind it for TLS.
std::string text_of(const base_url& url, std::string_view scheme);

// Errors: net_errc::bad_url, ::url_scheme, ::url_parts.
result<base_url> parse_base_url(std::string_view text);
// The same of a WebSocket: wss:// or ws://, and neither https:// nor http://.
result<base_url> parse_websocket_url(std::string_view text);

}  // namespace tickertape::net
