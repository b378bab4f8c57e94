#include "config/value.hpp"

#include "core/text.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace tickertape::config {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t path_bytes_max = 4096;
constexpr std::size_t url_bytes_max = 2048;

struct unit {
    std::string_view name;
    std::uint64_t size;
};

// The largest first, as the formatters want them. They write hours instead of days: 24h.
constexpr std::array<unit, 4> written_duration_units{
    {{"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<unit, 6> duration_units{
    {{"w", 604'800'000},
     {"d", 86'400'000},
     {"h", 3'600'000},
     {"m", 60'000},
     {"s", 1'000},
     {"ms", 1}}};
constexpr std::array<unit, 2> byte_units{{{"MiB", 1024 * 1024}, {"KiB", 1024}}};

// A number and what follows it.
struct measured {
    std::uint64_t amount;
    std::string_view rest;
};

parsed<measured> parse_measured(std::string_view text)
{
    if (text.empty())
        return because("is empty");
    measured m{};
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, m.amount);
    if (read.ec == std::errc::result_out_of_range)
        return because("is too large");
    if (read.ec != std::errc{})
        return because("is not a whole number");
    m.rest = {read.ptr, static_cast<std::size_t>(end - read.ptr)};
    return m;
}

// Amount times unit, as long as it stays within the limits, which `show` puts into words.
template <class Show>
parsed<std::uint64_t> scaled(
    std::uint64_t amount, std::uint64_t unit_size, std::uint64_t low, std::uint64_t high, Show show)
{
    if (amount > high / unit_size)
        return because("is above " + show(high));
    if (amount * unit_size < low)
        return because("is below " + show(low));
    return amount * unit_size;
}

template <std::size_t N>
std::optional<std::uint64_t> size_of_unit(const std::array<unit, N>& units, std::string_view name)
{
    for (const auto& u : units)
        if (u.name == name)
            return u.size;
    return std::nullopt;
}

// The amount in the largest unit that divides it; `smallest` where none does.
template <std::size_t N>
std::string
in_units(const std::array<unit, N>& units, std::uint64_t amount, std::string_view smallest)
{
    for (const auto& u : units)
        if (amount >= u.size && amount % u.size == 0)
            return std::to_string(amount / u.size).append(u.name);
    return std::to_string(amount).append(smallest);
}

// The two schemes a URL may have.
struct schemes {
    std::string_view plain;
    std::string_view secure;
};
constexpr schemes http{"http", "https"};
constexpr schemes websocket{"ws", "wss"};

// What base URLs and an origin have in common.
parsed<boost::urls::url_view> parse_host_url(std::string_view text, const schemes& accepted)
{
    if (text.empty())
        return because("is empty");
    if (text.size() > url_bytes_max)
        return because("is longer than " + std::to_string(url_bytes_max) + " bytes");
    const auto url = boost::urls::parse_uri({text.data(), text.size()});
    if (!url)
        return because("is not a URL");
    const auto scheme = lower_case({url->scheme().data(), url->scheme().size()});
    if (scheme != accepted.plain && scheme != accepted.secure)
        return because(
            "does not begin with " + std::string{accepted.plain} + ":// or " +
            std::string{accepted.secure} + "://");
    if (!url->has_authority() || url->encoded_host().empty())
        return because("names no host");
    if (url->has_userinfo())
        return because("holds a user name or a password");
    if (url->has_port() && url->port_number() == 0)
        return because("has a port that is not 1 to 65535");
    if (url->has_query() || url->has_fragment())
        return because("has a part after ? or #");
    return *url;
}

// What makes it a URL of ours at all is net's to say; the words are for people who set one.
template <class Parse>
parsed<net::base_url> parse_base(std::string_view text, const schemes& accepted, Parse parse)
{
    if (const auto url = parse_host_url(text, accepted); !url)
        return url.error();
    auto base = parse(text);
    if (!base)
        return because("is not a URL of a server");
    return *std::move(base);
}

}  // namespace

parsed<std::uint64_t> parse_count(std::string_view text, std::uint64_t low, std::uint64_t high)
{
    const auto m = parse_measured(text);
    if (!m)
        return m.error();
    if (!m->rest.empty())
        return because("is not a whole number");
    return scaled(m->amount, 1, low, high, [](std::uint64_t n) { return std::to_string(n); });
}

parsed<double> parse_decimal(std::string_view text, double low, double high)
{
    if (text.empty())
        return because("is empty");
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(value))
        return because("is not a number");
    if (value < low)
        return because("is below " + format_decimal(low));
    if (value > high)
        return because("is above " + format_decimal(high));
    return std::signbit(value) ? 0.0 : value;  // -0 is 0
}

parsed<double> parse_decimal_or_none(std::string_view text, double low, double high)
{
    auto value = parse_decimal(text, 0, high);
    if (value && *value > 0 && *value < low)
        return because("is below " + format_decimal(low));
    return value;
}

parsed<double> parse_percent(std::string_view text, double low, double high)
{
    auto value = parse_decimal(text, low, high);
    if (value)
        *value /= 100;
    return value;
}

parsed<bool> parse_boolean(std::string_view text)
{
    const auto word = lower_case(text);
    if (word == "true" || word == "yes" || word == "1")
        return true;
    if (word == "false" || word == "no" || word == "0")
        return false;
    return because(text.empty() ? "is empty" : "is neither true nor false");
}

namespace {

// `show` puts the limits into words.
parsed<milliseconds> parse_time(
    std::string_view text, milliseconds low, milliseconds high, std::string (*show)(milliseconds))
{
    const auto m = parse_measured(text);
    if (!m) {
        if (m.error().reason() == "is not a whole number")
            return because("is not a whole number with a unit");
        return m.error();
    }
    if (m->rest.empty() && m->amount != 0)
        return because("has no unit (ms, s, m, h, d or w)");
    const auto unit_ms = m->rest.empty() ? 1 : size_of_unit(duration_units, m->rest);
    if (!unit_ms)
        return because("is not a whole number with a unit");
    const auto ms = scaled(
        m->amount, *unit_ms, static_cast<std::uint64_t>(low.count()),
        static_cast<std::uint64_t>(high.count()),
        [show](std::uint64_t n) { return show(milliseconds{static_cast<std::int64_t>(n)}); });
    if (!ms)
        return ms.error();
    return milliseconds{static_cast<std::int64_t>(*ms)};
}

}  // namespace

parsed<milliseconds> parse_duration(std::string_view text, milliseconds low, milliseconds high)
{
    return parse_time(text, low, high, format_duration);
}

parsed<std::size_t> parse_bytes(std::string_view text, std::size_t low, std::size_t high)
{
    const auto m = parse_measured(text);
    if (!m)
        return m.error();
    const auto unit_bytes = m->rest.empty() ? 1 : size_of_unit(byte_units, m->rest);
    if (!unit_bytes)
        return because("is not a number of bytes, KiB or MiB");
    return scaled(m->amount, *unit_bytes, low, high, format_bytes);
}

parsed<milliseconds> parse_kept_time(std::string_view text, milliseconds low, milliseconds high)
{
    if (text == "forever" || text == "0")
        return milliseconds{0};
    return parse_time(text, low, high, format_kept_time);
}

parsed<milliseconds> parse_reach(std::string_view text, std::uint64_t years_max)
{
    constexpr std::int64_t day_ms = 24 * 3'600'000;
    if (text == "off" || text == "0")
        return milliseconds{0};
    const bool is_years = text.ends_with('y');
    if (!is_years && !text.ends_with('d'))
        return because(text.empty() ? "is empty" : "is neither off nor a number of y or d");
    const auto count =
        parse_count(text.substr(0, text.size() - 1), 1, is_years ? years_max : 365 * years_max);
    if (!count)
        return count.error();
    const auto number = static_cast<std::int64_t>(*count);
    return is_years ? number * reach_year : milliseconds{number * day_ms};
}

parsed<std::uint64_t> parse_size_limit(std::string_view text, std::uint64_t low, std::uint64_t high)
{
    constexpr std::uint64_t gib = 1024 * 1024 * 1024;
    if (text == "none" || text == "0")
        return std::uint64_t{0};
    if (text.ends_with("GiB")) {
        const auto count = parse_count(text.substr(0, text.size() - 3), 1, high / gib);
        if (!count)
            return count.error();
        return *count * gib;
    }
    const auto given = parse_bytes(text, low, high);
    if (!given)
        return given.error();
    return std::uint64_t{*given};
}

parsed<std::vector<std::string_view>> parse_list(std::string_view text, std::size_t items_max)
{
    auto items = list_items(text);
    if (items.empty())
        return because("is empty");
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].empty())
            return because("has an empty item");
        if (i == items_max)
            return because("has more than " + std::to_string(items_max) + " items");
    }
    return items;
}

parsed<std::string> parse_address(std::string_view text)
{
    if (text.empty())
        return because("is empty");
    const std::string address{text};
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    if (address.find('\0') == std::string::npos &&
        (inet_pton(AF_INET, address.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1))
        return address;
    return because("is not a numeric address");
}

parsed<std::string> parse_path(std::string_view text)
{
    if (text.size() > path_bytes_max)
        return because("is longer than " + std::to_string(path_bytes_max) + " bytes");
    if (std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        return because("holds a control character");
    return std::string{text};
}

parsed<net::base_url> parse_base_url(std::string_view text)
{
    return parse_base(text, http, net::parse_base_url);
}

parsed<net::base_url> parse_socket_url(std::string_view text)
{
    return parse_base(text, websocket, net::parse_websocket_url);
}

parsed<std::string> parse_origin(std::string_view text)
{
    const auto url = parse_host_url(text, http);
    if (!url)
        return url.error();
    if (!url->encoded_path().empty())
        return because("has a path; an origin ends after its host and port");
    const auto written = lower_case(text);
    const std::string_view default_port = written.starts_with("https") ? ":443" : ":80";
    if (url->has_port() && written.ends_with(default_port))
        return written.substr(0, written.size() - default_port.size());
    return written;
}

std::string format_duration(milliseconds value)
{
    return in_units(written_duration_units, static_cast<std::uint64_t>(value.count()), "s");
}

std::string format_bytes(std::size_t value)
{
    return in_units(byte_units, value, "");
}

std::string format_kept_time(milliseconds value)
{
    constexpr std::chrono::days day{1};
    if (value.count() == 0)
        return "forever";
    if (value % day != milliseconds{0})
        return format_duration(value);
    return std::to_string(value / day) + 'd';
}

std::string format_reach(milliseconds value)
{
    if (value.count() == 0)
        return "off";
    if (value % reach_year == milliseconds{0})
        return std::to_string(value / reach_year) + 'y';
    return std::to_string(value / std::chrono::days{1}) + 'd';
}

std::string format_size_limit(std::uint64_t value)
{
    constexpr std::uint64_t gib = 1024 * 1024 * 1024;
    if (value == 0)
        return "none";
    return value % gib == 0 ? std::to_string(value / gib) + "GiB" : format_bytes(value);
}

std::string format_decimal(double value)
{
    // Without this, to_chars() prefers 1e+06 to 1000000.
    if (value == std::trunc(value) && std::abs(value) < 1e15)
        return std::to_string(static_cast<std::int64_t>(value));
    std::array<char, 32> digits{};
    return {digits.data(), std::to_chars(digits.begin(), digits.end(), value).ptr};
}

std::string format_percent(double part)
{
    // A hundredth of a decimal, times a hundred, misses it by a bit in the last place.
    std::array<char, 32> digits{};
    const auto written =
        std::to_chars(digits.begin(), digits.end(), part * 100, std::chars_format::general, 12);
    double value = 0;
    std::from_chars(digits.data(), written.ptr, value);
    return format_decimal(value);
}

std::string join(const std::vector<std::string>& items, std::string_view separator)
{
    std::string out;
    for (const auto& item : items) {
        if (!out.empty())
            out += separator;
        out += item;
    }
    return out;
}

}  // namespace tickertape::config
