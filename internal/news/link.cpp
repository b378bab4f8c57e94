#include "news/link.hpp"

#include "core/text.hpp"
#include "news/html_text.hpp"
#include "news/item.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace tickertape::news {
namespace {

namespace urls = boost::urls;

// Publishers write blanks, quotes and letters of any script into links; browsers escape these.
std::string escaped(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::string_view escaped_too = " \"<>\\^`{|}";
    std::string link;
    for (const char c : stripped(text)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f)
            continue;
        if (byte >= 0x80 || escaped_too.find(c) != std::string_view::npos)
            link.append({'%', digits[byte >> 4], digits[byte & 15]});
        else
            link += c;
    }
    return link;
}

// Boost 1.81 takes 99999 for a port, and what follows the digits of one for a path.
bool has_possible_port(const urls::url& of)
{
    const std::string port{of.port()};
    std::uint16_t number = 0;
    const auto* const end = port.data() + port.size();
    const auto read = std::from_chars(port.data(), end, number);
    const std::string path{of.encoded_path()};
    return (port.empty() || (read.ec == std::errc{} && read.ptr == end)) &&
           (path.empty() || path.front() == '/');
}

// Whether the member says only where the reader came from.
bool is_tracking(std::string_view member)
{
    constexpr std::array<std::string_view, 12> names{"fbclid", "gclid",  "dclid",  "msclkid",
                                                     "yclid",  "mc_cid", "mc_eid", "igshid",
                                                     "_hsenc", "_hsmi",  "cmpid",  "ref_src"};
    const auto name = lower_case(member.substr(0, member.find('=')));
    return name.starts_with("utm_") || std::ranges::find(names, name) != names.end();
}

std::string without_tracking(std::string_view link)
{
    const auto query = link.find('?');
    const auto fragment = link.find('#');
    if (query == std::string_view::npos || fragment < query)
        return std::string{link};
    std::string kept{link.substr(0, query)};
    auto members = link.substr(
        query + 1,
        fragment == std::string_view::npos ? std::string_view::npos : fragment - query - 1);
    char before = '?';
    while (!members.empty()) {
        const auto end = members.find('&');
        const auto member = members.substr(0, end);
        if (!member.empty() && !is_tracking(member)) {
            kept.append(1, before).append(member);
            before = '&';
        }
        members.remove_prefix(end == std::string_view::npos ? members.size() : end + 1);
    }
    if (fragment != std::string_view::npos)
        kept.append(link.substr(fragment));
    return kept;
}

}  // namespace

std::optional<std::string> absolute_link(std::string_view text, std::string_view base)
{
    const auto link = escaped(text);
    if (link.empty() || link.size() > link_bytes_max)
        return std::nullopt;
    const auto reference = urls::parse_uri_reference(link);
    if (!reference)
        return std::nullopt;
    urls::url url{*reference};
    if (!reference->has_scheme()) {
        const auto against = urls::parse_uri(base);
        if (!against || !urls::resolve(*against, *reference, url))
            return std::nullopt;
    }
    url.normalize_scheme();
    if ((url.scheme_id() != urls::scheme::http && url.scheme_id() != urls::scheme::https) ||
        url.has_userinfo() || url.encoded_host().empty() || !has_possible_port(url))
        return std::nullopt;
    std::string kept{std::string_view{url.buffer()}};
    return kept.size() <= link_bytes_max ? std::optional{std::move(kept)} : std::nullopt;
}

std::optional<std::string> link_of(std::string_view text, std::string_view base)
{
    const auto link = absolute_link(text, base);
    return link ? std::optional{without_tracking(*link)} : std::nullopt;
}

std::string_view without_query(std::string_view link) noexcept
{
    return link.substr(0, link.find_first_of("?#"));
}

std::string host_of(std::string_view link)
{
    const auto begin = link.find("://");
    if (begin == std::string_view::npos)
        return {};
    link.remove_prefix(begin + 3);
    auto host = lower_case(link.substr(0, link.find_first_of("/?#")));
    return host.starts_with("www.") ? host.substr(4) : host;
}

}  // namespace tickertape::news
