#include "relay/redis_address.hpp"

#include "core/text.hpp"
#include "relay/errors.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace tickertape::relay {
namespace {

constexpr std::size_t text_bytes_max = 4096;
constexpr std::size_t login_bytes_max = 512;
constexpr std::size_t name_bytes_max = 255;

struct scheme {
    std::string_view name;
    bool is_tls;
    bool has_sentinels;
};

constexpr scheme schemes[] = {
    {"redis", false, false},
    {"rediss", true, false},
    {"redis+sentinel", false, true},
    {"rediss+sentinel", true, true},
};

const scheme* scheme_of(std::string_view text) noexcept
{
    const auto end = text.find("://");
    if (end == std::string_view::npos)
        return nullptr;
    const auto given = text.substr(0, end);
    const auto* const found = std::ranges::find_if(schemes, [&](const scheme& s) {
        return std::ranges::equal(s.name, given, [](char a, char b) { return a == lower(b); });
    });
    return found == std::end(schemes) ? nullptr : found;
}

// Undoes %40 and the like. Nothing: an escape that is none, or a control character.
std::optional<std::string> decoded(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            unsigned byte = 0;
            if (text.size() - i < 3)
                return {};
            const auto* const from = text.data() + i + 1;
            const auto read = std::from_chars(from, from + 2, byte, 16);
            if (read.ec != std::errc{} || read.ptr != from + 2)
                return {};
            c = static_cast<char>(byte);
            i += 2;
        }
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
            return {};
        out += c;
    }
    return out;
}

std::optional<std::string> login_word(std::string_view text)
{
    auto word = decoded(text);
    if (word && word->size() > login_bytes_max)
        return {};
    return word;
}

bool is_host_name(std::string_view name) noexcept
{
    return !name.empty() && name.size() <= name_bytes_max && std::ranges::all_of(name, [](char c) {
        const char l = lower(c);
        return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    });
}

bool is_ip6(std::string_view name) noexcept
{
    return name.find(':') != std::string_view::npos && name.size() <= name_bytes_max &&
           std::ranges::all_of(name, [](char c) {
               const char l = lower(c);
               return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == ':' || c == '.' ||
                      c == '%';
           });
}

std::optional<redis_host> parse_host(std::string_view text, std::string_view usual_port)
{
    redis_host host{{}, std::string{usual_port}};
    std::string_view after;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos || !is_ip6(text.substr(1, end - 1)))
            return {};
        host.name = text.substr(1, end - 1);
        after = text.substr(end + 1);
    } else {
        const auto colon = text.find(':');
        host.name = text.substr(0, colon);
        if (!is_host_name(host.name))
            return {};
        after = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
    }
    if (after.empty())
        return host;
    std::uint16_t port = 0;
    const auto* const end = after.data() + after.size();
    const auto read = std::from_chars(after.data() + 1, end, port);
    if (after.front() != ':' || read.ec != std::errc{} || read.ptr != end || port == 0)
        return {};
    host.port = std::to_string(port);
    return host;
}

boost::system::error_code take_login(std::string_view text, redis_login& login)
{
    const auto colon = text.find(':');
    // A lone word could be a user without a password as well as a password without a user.
    if (colon == std::string_view::npos)
        return relay_errc::address_login;
    auto user = login_word(text.substr(0, colon));
    auto password = login_word(text.substr(colon + 1));
    if (!user || !password || password->empty())
        return relay_errc::address_login;
    login = {std::move(*user), std::move(*password)};
    return {};
}

boost::system::error_code
take_hosts(std::string_view text, const scheme& s, std::vector<redis_host>& hosts)
{
    for (;;) {
        const auto comma = text.find(',');
        auto host = parse_host(text.substr(0, comma), s.has_sentinels ? "26379" : "6379");
        if (!host || hosts.size() == redis_address::hosts_max)
            return relay_errc::address_host;
        hosts.push_back(std::move(*host));
        if (comma == std::string_view::npos)
            break;
        text.remove_prefix(comma + 1);
    }
    if (!s.has_sentinels && hosts.size() != 1)
        return relay_errc::address_host;
    return {};
}

// The path: of Sentinels the master's name and the database, else the database alone.
boost::system::error_code take_path(std::string_view path, const scheme& s, redis_address& address)
{
    if (s.has_sentinels) {
        const auto slash = path.find('/');
        auto master = decoded(path.substr(0, slash));
        if (!master || master->empty() || master->size() > name_bytes_max)
            return relay_errc::address_master;
        address.master = std::move(*master);
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    }
    if (path.empty())
        return {};
    const auto* const end = path.data() + path.size();
    const auto read = std::from_chars(path.data(), end, address.database);
    if (read.ec != std::errc{} || read.ptr != end || address.database > redis_address::database_max)
        return relay_errc::address_database;
    return {};
}

boost::system::error_code take_options(std::string_view query, const scheme& s, redis_login& login)
{
    for (;;) {
        const auto end = query.find('&');
        const auto option = query.substr(0, end);
        const auto equals = option.find('=');
        if (!s.has_sentinels || equals == std::string_view::npos)
            return relay_errc::address_option;
        const auto name = option.substr(0, equals);
        auto value = login_word(option.substr(equals + 1));
        if ((name != "sentinel_user" && name != "sentinel_password") || !value || value->empty())
            return relay_errc::address_option;
        (name == "sentinel_user" ? login.user : login.password) = std::move(*value);
        if (end == std::string_view::npos)
            break;
        query.remove_prefix(end + 1);
    }
    return login.password.empty() ? relay_errc::address_option : boost::system::error_code{};
}

}  // namespace

bool is_redis_address(std::string_view text) noexcept
{
    return scheme_of(text) != nullptr;
}

result<redis_address> parse_redis_address(std::string_view text)
{
    const auto* const s = scheme_of(text);
    if (s == nullptr || text.size() > text_bytes_max)
        return relay_errc::address_scheme;
    redis_address address;
    address.is_tls = s->is_tls;
    auto rest = text.substr(text.find("://") + 3);
    if (rest.find('#') != std::string_view::npos)
        return relay_errc::address_option;
    if (const auto question = rest.find('?'); question != std::string_view::npos) {
        if (const auto ec = take_options(rest.substr(question + 1), *s, address.sentinel_login))
            return ec;
        rest = rest.substr(0, question);
    }
    std::string_view path;
    if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
        path = rest.substr(slash + 1);
        rest = rest.substr(0, slash);
    }
    // The last @, because people forget to write %40 in passwords.
    if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
        if (const auto ec = take_login(rest.substr(0, at), address.login))
            return ec;
        rest = rest.substr(at + 1);
    }
    if (const auto ec = take_hosts(rest, *s, address.hosts))
        return ec;
    if (const auto ec = take_path(path, *s, address))
        return ec;
    return address;
}

std::string text_of(const redis_host& host)
{
    if (host.name.find(':') == std::string::npos)
        return host.name + ":" + host.port;
    return "[" + host.name + "]:" + host.port;
}

std::string text_of(const redis_address& address)
{
    std::string text{address.is_tls ? "rediss" : "redis"};
    text += address.has_sentinels() ? "+sentinel://" : "://";
    for (std::size_t i = 0; i < address.hosts.size(); ++i)
        text += (i == 0 ? "" : ",") + text_of(address.hosts[i]);
    if (address.has_sentinels())
        text += "/" + clean_words(address.master);
    if (address.database != 0)
        text += "/" + std::to_string(address.database);
    return text;
}

}  // namespace tickertape::relay
