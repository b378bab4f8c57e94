#include "postgres/address.hpp"

#include "archive/place.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <unistd.h>

namespace tickertape::postgres {
namespace {

// Seconds, milliseconds and counts as libpq takes them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> defaults{{
    {"connect_timeout", "5"},
    {"tcp_user_timeout", "10000"},
    {"keepalives_idle", "10"},
    {"keepalives_interval", "5"},
    {"keepalives_count", "3"},
    {"client_encoding", "UTF8"},
}};

constexpr int connect_seconds_max = 10;

// The last connect_timeout of the address; 0: it is no number.
int seconds_given(std::string_view url)
{
    constexpr std::string_view name = "connect_timeout=";
    int seconds = 0;
    const auto digits = url.substr(url.rfind(name) + name.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    return seconds;
}

std::string escaped(std::string_view text)
{
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string url;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
        if (is_plain) {
            url += c;
            continue;
        }
        url += '%';
        url += digits[byte >> 4];
        url += digits[byte & 15];
    }
    return url;
}

}  // namespace

std::string name_of_this_process()
{
    std::array<char, 64> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0)
        host[0] = '?';
    // 63 bytes is what PostgreSQL keeps of it.
    return "tickertape on " + std::string{host.data()}.substr(0, 32) + ", process " +
           std::to_string(::getpid());
}

std::string with_defaults(const std::string& url, std::string_view application)
{
    auto all = url;
    const auto query = url.find('?');
    char separator = query == std::string::npos ? '?' : '&';
    const auto has = [&](std::string_view name) {
        return query != std::string::npos &&
               (url.find("?" + std::string{name} + '=', query) != std::string::npos ||
                url.find("&" + std::string{name} + '=', query) != std::string::npos);
    };
    const auto add = [&](std::string_view name, std::string_view value) {
        if (has(name))
            return;
        if (all.back() != '?' && all.back() != '&')
            all += separator;
        all.append(name).append("=").append(escaped(value));
        separator = '&';
    };
    for (const auto& [name, value] : defaults)
        add(name, value);
    // None at all, or one for longer than anybody waits, would leave attempts behind. The last one
    // counts.
    const auto given = has("connect_timeout") ? seconds_given(url) : 1;
    if (given < 1 || given > connect_seconds_max)
        all.append("&connect_timeout=").append(std::to_string(connect_seconds_max));
    add("application_name", application);
    return all;
}

std::string one_line(std::string_view said, std::string_view url)
{
    std::string line;
    for (const char c : said) {
        const bool is_space = static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
        if (!is_space)
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    while (!line.empty() && line.back() == ' ')
        line.pop_back();
    for (const auto& word : archive::passwords_of(url))
        // A password of a letter or two would take the words apart.
        for (auto at = line.find(word); word.size() >= 4 && at != std::string::npos;
             at = line.find(word, at + 8))
            line.replace(at, word.size(), "********");
    constexpr std::size_t bytes_max = 400;
    if (line.size() > bytes_max)
        line.resize(bytes_max);
    return line;
}

}  // namespace tickertape::postgres
