#include "http/client_address.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace tickertape::http {
namespace {

constexpr std::size_t site_bytes = 8;  // of a /64

bool is_port(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= 5 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "192.0.2.1", "2001:db8::1", "[2001:db8::1]", and with a port behind, as some proxies write it.
std::optional<ip_address> parse_entry(std::string_view text)
{
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos)
            return std::nullopt;
        const auto rest = text.substr(end + 1);
        if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1))))
            return std::nullopt;
        return ip_address::parse(text.substr(1, end - 1));
    }
    const auto colon = text.find(':');
    if (colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) {
        if (!is_port(text.substr(colon + 1)))
            return std::nullopt;
        text = text.substr(0, colon);
    }
    return ip_address::parse(text);
}

}  // namespace

client_key key_of(const ip_address& client) noexcept
{
    client_key key{.is_v4 = client.is_v4()};
    const std::size_t first = key.is_v4 ? 12 : 0;
    const std::size_t end = key.is_v4 ? client.bytes.size() : site_bytes;
    for (auto i = first; i < end; ++i)
        key.bits = key.bits << 8 | client.bytes[i];
    return key;
}

bool trusted_proxies::contains(const ip_address& a) const noexcept
{
    return std::ranges::any_of(networks_, [&a](const ip_network& n) { return n.contains(a); });
}

ip_address trusted_proxies::client_of(
    const ip_address& peer, std::span<const std::string_view> forwarded) const noexcept
{
    auto client = peer;
    for (auto line = forwarded.rbegin(); line != forwarded.rend(); ++line) {
        auto rest = *line;
        while (contains(client)) {
            const auto comma = rest.rfind(',');
            const auto entry =
                trimmed(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
            const auto address = parse_entry(entry);
            if (!address)
                return peer;
            client = *address;
            if (comma == std::string_view::npos)
                break;
            rest = rest.substr(0, comma);
        }
    }
    return client;
}

}  // namespace tickertape::http
