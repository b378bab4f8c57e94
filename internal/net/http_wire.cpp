#include "net/http_wire.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>

#include <cassert>

namespace tickertape::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

std::string bytes_of(const http_request& request, const base_url& base)
{
    const bool is_post = request.method == http_method::post;
    assert(is_post || !request.body);
    std::string bytes = is_post ? "POST " : "GET ";
    bytes += base.prefix + request.target + " HTTP/1.1\r\n";
    bytes += "Host: " + base.host_header + "\r\n";
    // Without a User-Agent, CoinGecko answers 403 and Coinbase 400.
    bytes += "User-Agent: tickertape/" TICKERTAPE_VERSION " (real-time price server)\r\n";
    if (!request.accept.empty())
        bytes += "Accept: " + request.accept + "\r\n";
    bytes += "Accept-Encoding: identity\r\n";
    for (const auto& h : request.headers)
        bytes += h.name + ": " + h.value + "\r\n";
    if (request.body)
        bytes += "Content-Type: " + request.body->content_type + "\r\n";
    if (is_post)
        bytes +=
            "Content-Length: " + std::to_string(request.body ? request.body->bytes.size() : 0) +
            "\r\n";
    bytes += "\r\n";
    return request.body ? bytes + request.body->bytes : bytes;
}

error_code meaning_of(error_code ec, bool got_some)
{
    if (!ec || ec == asio::error::operation_aborted || ec.category() == net_category())
        return ec;
    if (ec == http::error::header_limit)
        return net_errc::header_too_large;
    if (ec == http::error::body_limit)
        return net_errc::body_too_large;
    if (ec == http::error::partial_message)
        return net_errc::response_truncated;
    if (ec == http::error::end_of_stream)
        return net_errc::connection_lost;
    if (ec.category() == make_error_code(http::error::bad_version).category())
        return net_errc::bad_http;
    return got_some ? net_errc::response_truncated : net_errc::connection_lost;
}

}  // namespace tickertape::net
