#include "tickertape-bench/options.hpp"

#include "tickertape-bench/target.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>

namespace tickertape::bench {

namespace {

struct rule {
    std::string_view name;
    std::string_view value;  // what is shown in its place; empty: the option takes none
    std::string_view meaning;
    void (*set)(options& o, const std::string& value);
};

[[noreturn]] void refuse(std::string_view accepted)
{
    throw std::invalid_argument{std::string{accepted}};
}

double number(const std::string& text, double least, double most, std::string_view accepted)
{
    double value = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || rest != end || !(value >= least && value <= most))
        refuse(accepted);
    return value;
}

template <class T>
T whole(const std::string& text, T least, T most)
{
    T value{};
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || rest != end || value < least || value > most)
        refuse(std::to_string(least) + " to " + std::to_string(most));
    return value;
}

// "10s", "500ms", "2m", or seconds without a unit.
std::chrono::milliseconds duration(std::string text)
{
    double ms = 1'000;
    const auto unit = [&](std::string_view name, double worth) {
        if (!text.ends_with(name))
            return false;
        text.resize(text.size() - name.size());
        ms = worth;
        return true;
    };
    unit("ms", 1) || unit("s", 1'000) || unit("m", 60'000);
    const auto value = number(text, 0, 3'600, "a duration such as 10s, 500ms or 2m");
    return std::chrono::milliseconds{std::llround(value * ms)};
}

std::vector<std::string> items(std::string_view list)
{
    std::vector<std::string> all;
    while (!list.empty()) {
        const auto comma = list.find(',');
        if (const auto item = list.substr(0, comma); !item.empty())
            all.emplace_back(item);
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    return all;
}

// Becomes part of every request, so it must not end the head.
std::string header(const std::string& text)
{
    if (text.find(": ") == std::string::npos || text.find_first_of("\r\n") != std::string::npos)
        refuse("a header such as 'Name: value'");
    return text;
}

stamp_kind stamp_of(const std::string& text)
{
    if (text == "price")
        return stamp_kind::price;
    if (text == "id")
        return stamp_kind::id;
    if (text == "none")
        return stamp_kind::none;
    refuse("price, id or none");
}

constexpr std::size_t connections_most = 1'000'000;

constexpr auto rules = std::to_array<rule>({
    {"url", "URL",
     "what to subscribe to: http:// or https://; {number} and {random:N} are filled in",
     [](options& o, const std::string& v) { o.url = v; }},
    {"connections", "N", "subscribers that read (1000)",
     [](options& o, const std::string& v) {
         o.connections = whole<std::size_t>(v, 0, connections_most);
     }},
    {"stalled", "N", "subscribers beside them that never read (0)",
     [](options& o, const std::string& v) {
         o.stalled = whole<std::size_t>(v, 0, connections_most);
     }},
    {"ramp", "N", "connections begun in a second; 0: all at once (0)",
     [](options& o, const std::string& v) { o.ramp = number(v, 0, 1e6, "0 to 1000000"); }},
    {"warmup", "TIME", "from the last connection to the first measured tick (2s)",
     [](options& o, const std::string& v) { o.warmup = duration(v); }},
    {"duration", "TIME", "what is measured (10s)",
     [](options& o, const std::string& v) { o.duration = duration(v); }},
    {"settle", "TIME", "the longest wait for ticks that were due before the end (3s)",
     [](options& o, const std::string& v) { o.settle = duration(v); }},
    {"connect-within", "TIME", "the longest wait for all to be connected (60s)",
     [](options& o, const std::string& v) { o.connect_within = duration(v); }},
    {"each", "N",
     "measure from the first connection until everybody has N ticks, at most --duration",
     [](options& o, const std::string& v) {
         o.each = whole<std::uint64_t>(v, 1, std::numeric_limits<std::uint32_t>::max());
     }},
    {"expect", "N", "ticks due in a second: those that reach nobody are missed as well",
     [](options& o, const std::string& v) { o.expect = number(v, 0, 1e6, "0 to 1000000"); }},
    {"sources", "N", "loopback addresses to connect from, 127.0.0.2 and on (1: the usual one)",
     [](options& o, const std::string& v) { o.sources = whole(v, 1U, 250U); }},
    {"header", "'K: V'", "a header more in every request; may be repeated",
     [](options& o, const std::string& v) { o.headers.push_back(header(v)); }},
    {"last-event-id", "ID", "resume after this position",
     [](options& o, const std::string& v) { o.headers.push_back(header("Last-Event-ID: " + v)); }},
    {"since", "T", "every tick from then on, as the parameter of that name in the URL",
     [](options& o, const std::string& v) { o.since = v; }},
    {"symbols", "A,B,...", "what {random:N} picks from",
     [](options& o, const std::string& v) { o.symbols = items(v); }},
    {"pid", "PID[,PID...]", "the server's processes: their CPU time and memory are reported",
     [](options& o, const std::string& v) {
         for (const auto& pid : items(v))
             o.pids.push_back(whole(pid, 1, std::numeric_limits<int>::max()));
     }},
    {"stamp", "price|id|none",
     "how a tick tells its age: price: when it was due, as seconds since midnight UTC;\n"
     "                        id: <Unix ms>-<n>, when it was published; none: not at all (price)",
     [](options& o, const std::string& v) { o.by = stamp_of(v); }},
    {"seed", "N", "of the random picks (1)",
     [](options& o,
        const std::string&
            v) { o.seed = whole<std::uint64_t>(v, 0, std::numeric_limits<std::uint64_t>::max()); }},
    {"ca", "FILE", "certificates to trust instead of the system's",
     [](options& o, const std::string& v) { o.ca = v; }},
    {"insecure", "", "trust any certificate",
     [](options& o, const std::string&) { o.insecure = true; }},
    {"json", "", "one JSON object instead of a table",
     [](options& o, const std::string&) { o.json = true; }},
    {"help", "", "this text", [](options& o, const std::string&) { o.help = true; }},
});

const rule& find_rule(std::string_view name)
{
    for (const auto& r : rules)
        if (r.name == name)
            return r;
    throw bad_option{"--" + std::string{name} + " is no option; see --help"};
}

void check(const options& o)
try {
    if (o.url.empty())
        throw bad_option{"--url is missing: what to subscribe to"};
    if (o.connections + o.stalled == 0)
        throw bad_option{"--connections: there is nobody to connect"};
    const auto t = parse_url(o.url);
    const path_template path{t.path, o.symbols, o.seed};
    if (o.sources > 1 && !t.host.starts_with("127.") && t.host != "localhost")
        throw bad_option{"--sources: only where the host is 127.0.0.1 or localhost"};
    if (!t.tls && (o.insecure || !o.ca.empty()))
        throw bad_option{"--insecure and --ca: only where the URL is https://"};
} catch (const std::invalid_argument& e) {
    throw bad_option{std::string{"--url: "} + e.what()};
}

void set(options& o, const rule& r, const std::string& value)
try {
    r.set(o, value);
} catch (const std::invalid_argument& accepted) {
    throw bad_option{
        "--" + std::string{r.name} + ": '" + value + "'; accepted: " + accepted.what()};
}

}  // namespace

options parse_options(std::span<const char* const> arguments)
{
    options o;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view argument = arguments[i];
        if (!argument.starts_with("--"))
            throw bad_option{"'" + std::string{argument} + "' is no option; see --help"};
        const auto equals = argument.find('=');
        const auto& r =
            find_rule(argument.substr(2, equals == argument.npos ? equals : equals - 2));
        const auto name = "--" + std::string{r.name};
        const bool takes_value = !r.value.empty();
        if (!takes_value && equals != argument.npos)
            throw bad_option{name + " takes no value"};
        if (!takes_value)
            set(o, r, {});
        else if (equals != argument.npos)
            set(o, r, std::string{argument.substr(equals + 1)});
        else if (++i < arguments.size())
            set(o, r, arguments[i]);
        else
            throw bad_option{name + " needs a value"};
    }
    if (o.help)
        return o;
    check(o);
    if (!o.since.empty())
        o.url = with_parameter(std::move(o.url), "since", o.since);
    return o;
}

std::string usage()
{
    std::string text = "tickertape-bench opens many subscribers to an event stream and measures "
                       "what arrives.\n\n  tickertape-bench --url URL [options]\n\n";
    const auto add = [&](const std::string& left, std::string_view meaning) {
        text += "  " + left + std::string(left.size() < 22 ? 22 - left.size() : 1, ' ');
        text += meaning;
        text += '\n';
    };
    for (const auto& r : rules)
        add("--" + std::string{r.name} + (r.value.empty() ? "" : " ") + std::string{r.value},
            r.meaning);
    return text;
}

}  // namespace tickertape::bench
