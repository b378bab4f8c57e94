#include "tickertape-bench/target.hpp"

#include <charconv>
#include <numeric>
#include <stdexcept>

namespace tickertape::bench {

namespace {

constexpr std::string_view random_name = "random:";

std::invalid_argument bad(const std::string& what)
{
    return std::invalid_argument{what};
}

template <class T>
bool parse_number(std::string_view text, T& number)
{
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && rest == end;
}

}  // namespace

target parse_url(std::string_view url)
{
    const std::string whole{url};
    target t;
    if (url.starts_with("https://"))
        t.tls = true;
    else if (!url.starts_with("http://"))
        throw bad("'" + whole + "' does not begin with http:// or https://");
    url.remove_prefix(t.tls ? 8 : 7);
    const auto slash = url.find_first_of("/?");
    auto authority = url.substr(0, slash);
    if (slash != std::string_view::npos)
        t.path = (url[slash] == '?' ? "/" : "") + std::string{url.substr(slash)};
    t.port = t.tls ? 443 : 80;

    const auto bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
    const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos) {
        if (!parse_number(authority.substr(colon + 1), t.port) || t.port == 0)
            throw bad("'" + whole + "' has no port between 1 and 65535");
        authority = authority.substr(0, colon);
    }
    if (bracket != std::string_view::npos)
        authority = authority.substr(1, bracket - 1);
    if (authority.empty())
        throw bad("'" + whole + "' has no host");
    t.host = authority;
    for (const char c : t.path)
        if (static_cast<unsigned char>(c) <= ' ')
            throw bad("'" + whole + "' has a blank in it");
    return t;
}

path_template::path_template(std::string path, std::vector<std::string> symbols, std::uint64_t seed)
    : path_{std::move(path)}, symbols_{std::move(symbols)}, order_(symbols_.size()), random_{seed}
{
    std::iota(order_.begin(), order_.end(), 0U);
    next();  // says now what is wrong with it
    number_ = 0;
    random_.seed(seed);
    std::iota(order_.begin(), order_.end(), 0U);
}

asked path_template::next()
{
    asked result;
    std::string_view rest = path_;
    for (;;) {
        const auto open = rest.find('{');
        const auto close = rest.find('}', open == std::string_view::npos ? 0 : open);
        if (open == std::string_view::npos || close == std::string_view::npos)
            break;
        result.path += rest.substr(0, open);
        result.path += filled(rest.substr(open + 1, close - open - 1), result.picked);
        rest.remove_prefix(close + 1);
    }
    result.path += rest;
    ++number_;
    return result;
}

std::string path_template::filled(std::string_view placeholder, std::vector<std::uint32_t>& picked)
{
    if (placeholder == "number")
        return std::to_string(number_);
    std::size_t wanted = 0;
    if (placeholder.starts_with(random_name) &&
        parse_number(placeholder.substr(random_name.size()), wanted) && wanted > 0) {
        if (wanted > symbols_.size())
            throw bad(
                "'{" + std::string{placeholder} + "}' asks for more than the " +
                std::to_string(symbols_.size()) + " of --symbols");
        return random_part(wanted, picked);
    }
    throw bad("'{" + std::string{placeholder} + "}' is neither {number} nor {random:N}");
}

// The first steps of a shuffle: fair, and in the time of what is wanted.
std::string path_template::random_part(std::size_t wanted, std::vector<std::uint32_t>& picked)
{
    std::string joined;
    for (std::size_t i = 0; i < wanted; ++i) {
        std::uniform_int_distribution<std::size_t> place{i, order_.size() - 1};
        std::swap(order_[i], order_[place(random_)]);
        picked.push_back(order_[i]);
        joined += (i == 0 ? "" : ",") + symbols_[order_[i]];
    }
    return joined;
}

std::string with_parameter(std::string path, std::string_view name, std::string_view value)
{
    path += path.find('?') == std::string::npos ? '?' : '&';
    path += name;
    path += '=';
    path += value;
    return path;
}

}  // namespace tickertape::bench
