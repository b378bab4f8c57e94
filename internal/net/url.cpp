#include "net/url.hpp"

#include "net/errors.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <charconv>
#include <cstdint>

namespace tickertape::net {
namespace {

// Digits only, from 1 to 65535; 0: they are not. port_number() of Boost 1.81 takes 99999 for 34463.
std::uint16_t port_of(std::string_view digits)
{
    std::uint16_t port = 0;
    const auto* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, port);
    return read.ec == std::errc{} && read.ptr == end ? port : std::uint16_t{0};
}

using boost::urls::scheme;

result<base_url> parse(std::string_view text, scheme with_tls, scheme without)
{
    const auto parsed = boost::urls::parse_uri(text);
    if (!parsed)
        return net_errc::bad_url;
    const auto& url = *parsed;
    if (url.scheme_id() != with_tls && url.scheme_id() != without)
        return net_errc::url_scheme;
    if (url.has_userinfo() || url.has_query() || url.has_fragment())
        return net_errc::url_parts;

    base_url base;
    base.is_tls = url.scheme_id() == with_tls;
    base.host = url.host_address();
    // An escaped host would mean one thing to the resolver and another to the certificate.
    if (base.host.empty() || url.encoded_host().find('%') != std::string_view::npos)
        return net_errc::bad_url;
    base.host_header = std::string{url.encoded_host()};
    base.port = base.is_tls ? "443" : "80";
    if (url.has_port() && !url.port().empty()) {
        const auto port = port_of(url.port());
        if (port == 0)
            return net_errc::bad_url;
        base.port = std::to_string(port);
        base.host_header += ":" + base.port;
    }
    base.prefix = std::string{url.encoded_path()};
    // Boost 1.81 takes what follows the digits of a port for a path.
    if (!base.prefix.empty() && base.prefix.front() != '/')
        return net_errc::bad_url;
    while (base.prefix.ends_with('/'))
        base.prefix.pop_back();
    return base;
}

}  // namespace

std::string text_of(const base_url& url, std::string_view scheme)
{
    return std::string{scheme} + (url.is_tls ? "s://" : "://") + url.host_header + url.prefix;
}

result<base_url> parse_base_url(std::string_view text)
{
    return parse(text, scheme::https, scheme::http);
}

result<base_url> parse_websocket_url(std::string_view text)
{
    return parse(text, scheme::wss, scheme::ws);
}

}  // namespace tickertape::net
