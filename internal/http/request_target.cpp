#include "http/request_target.hpp"

#include <boost/system/errc.hpp>
#include <boost/url/authority_view.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace tickertape::http {
namespace {

auto parse_any_form(boost::core::string_view text)
{
    if (!text.empty() && text.front() == '/')
        return boost::urls::parse_origin_form(text);
    auto url = boost::urls::parse_uri(text);
    if (url && url->scheme_id() != boost::urls::scheme::http &&
        url->scheme_id() != boost::urls::scheme::https)
        url = make_error_code(boost::system::errc::invalid_argument);
    return url;
}

}  // namespace

std::optional<std::string_view> request_target::parameter(std::string_view name) const noexcept
{
    for (const auto& [key, value] : parameters)
        if (key == name)
            return value;
    return std::nullopt;
}

result<request_target> parse_target(std::string_view text)
{
    const auto invalid = make_error_code(boost::system::errc::invalid_argument);
    const auto url = parse_any_form({text.data(), text.size()});
    if (!url)
        return invalid;
    request_target out;
    for (const auto segment : url->segments())
        out.segments.emplace_back(segment.data(), segment.size());
    // The path "/" has no segments, and "/static/" ends in an empty one.
    for (const auto& parameter : url->params())
        out.parameters.emplace_back(
            std::string{parameter.key.data(), parameter.key.size()},
            std::string{parameter.value.data(), parameter.value.size()});
    return out;
}

bool is_host(std::string_view text)
{
    const auto read = boost::urls::parse_authority({text.data(), text.size()});
    if (!read || read->has_userinfo())
        return false;
    if (!read->has_port())
        return true;
    // A port of more than 16 bits is read as 0.
    return !read->encoded_host().empty() && (read->port().empty() || read->port_number() > 0);
}

}  // namespace tickertape::http
