#include "archive/place.hpp"

#include <algorithm>
#include <array>

namespace tickertape::archive {
namespace {

constexpr std::array<std::string_view, 2> schemes{"postgresql://", "postgres://"};
constexpr std::array<std::string_view, 2> secrets{"password", "sslpassword"};
constexpr std::string_view mask = "********";

// A part of an address by where it stands.
struct part {
    std::size_t from;
    std::size_t size;
};

int digit_of(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string decoded(std::string_view text)
{
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_escape = text[i] == '%' && i + 2 < text.size() &&
                               digit_of(text[i + 1]) >= 0 && digit_of(text[i + 2]) >= 0;
        if (!is_escape) {
            plain += text[i];
            continue;
        }
        plain += static_cast<char>(digit_of(text[i + 1]) * 16 + digit_of(text[i + 2]));
        i += 2;
    }
    return plain;
}

std::size_t scheme_size(std::string_view url) noexcept
{
    for (const auto scheme : schemes)
        if (url.starts_with(scheme))
            return scheme.size();
    return 0;
}

// The end of the user's part, as libpq finds it: the first @ before the first /. Otherwise `begin`.
std::size_t end_of_user(std::string_view url, std::size_t begin) noexcept
{
    const auto stop = url.find_first_of("@/", begin);
    return stop != std::string_view::npos && url[stop] == '@' ? stop : begin;
}

// What may be a password: after the first colon of the user's part, and the values of parameters.
// Where an address is not well formed that is too much rather than too little.
std::vector<part> secret_parts(std::string_view url)
{
    std::vector<part> found;
    const auto begin = scheme_size(url);
    const auto query = std::min(url.find('?', end_of_user(url, begin)), url.size());
    const auto user_end = url.substr(0, query).rfind('@');
    if (user_end != std::string_view::npos && user_end >= begin) {
        const auto colon = url.find(':', begin);
        if (colon < user_end)
            found.push_back({colon + 1, user_end - colon - 1});
    }
    for (auto at = query; at < url.size();) {
        const auto end = std::min(url.find('&', at + 1), url.size());
        const auto equals = url.find('=', at + 1);
        if (equals < end &&
            std::ranges::count(secrets, decoded(url.substr(at + 1, equals - at - 1))) != 0)
            found.push_back({equals + 1, end - equals - 1});
        at = end;
    }
    return found;
}

}  // namespace

bool is_database(std::string_view text) noexcept
{
    return scheme_size(text) != 0;
}

std::string wrong_with_database(std::string_view url)
{
    if (!is_database(url))
        return "does not begin with postgresql://";
    if (std::ranges::any_of(url, [](char c) { return static_cast<unsigned char>(c) <= ' '; }))
        return "has a blank or a control character, which is to be written as %20";
    const auto rest = url.substr(scheme_size(url));
    if (rest.substr(0, end_of_user(rest, 0)).find('?') != std::string_view::npos)
        return "has a ? in its name or password, where it is to be written as %3F";
    const auto authority = rest.substr(0, std::min(rest.find('?'), rest.size()));
    if (std::ranges::count(authority, '@') > 1)
        return "has more than one @: in a name or password it is to be written as %40";
    const auto at = authority.find('@');
    if (at != std::string_view::npos && authority.substr(0, at).find('/') != std::string_view::npos)
        return "has a / in its name or password, where it is to be written as %2F";
    return {};
}

std::string without_passwords(std::string_view url)
{
    std::string shown{url};
    auto parts = secret_parts(url);
    std::ranges::sort(parts, std::ranges::greater{}, &part::from);
    for (const auto& p : parts)
        shown.replace(p.from, p.size, mask);
    return shown;
}

std::vector<std::string> passwords_of(std::string_view url)
{
    std::vector<std::string> found;
    for (const auto& p : secret_parts(url)) {
        const auto text = url.substr(p.from, p.size);
        for (auto word : {std::string{text}, decoded(text)})
            if (!word.empty() && std::ranges::count(found, word) == 0)
                found.push_back(std::move(word));
    }
    return found;
}

}  // namespace tickertape::archive
