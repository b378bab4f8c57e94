#include "web/stream_request.hpp"

#include "core/timestamp.hpp"
#include "web/parameters.hpp"
#include "web/problems.hpp"
#include "web/topics.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace tickertape::web {
namespace {

using symbols_or_problem = std::variant<std::vector<symbol_id>, http::problem>;
using cursor_or_problem = std::variant<hub::stream_cursor, http::problem>;

constexpr std::string_view accepted_symbols = "a comma-separated list of symbols, or *";
constexpr double max_rate_least = 0.01;
constexpr double max_rate_most = 1'000;
constexpr std::string_view accepted_rates = "a number from 0.01 to 1000, of ticks a second";

// The first place of one who asks for the past. At position{} stands one who does not, and who is
// not told that it is not known.
constexpr position first_of_all = position{}.next();

}  // namespace

symbols_or_problem
read_symbols(const http::request_target& target, const symbol_table& known, unnamed_symbols unnamed)
{
    const auto all = known.all();
    const std::string_view name_given = target.parameter("symbols") ? "symbols" : "symbol";
    const auto given = target.parameter(name_given);
    if (!given)
        return std::vector(
            all.begin(), unnamed == unnamed_symbols::all ? all.end() : all.begin() + 1);
    if (name_given == "symbols" && target.parameter("symbol"))
        return http::bad_parameter(
            "symbol", "symbol and symbols both say which symbols are wanted", "symbols alone");
    if (without_blanks(*given) == "*")
        return std::vector(all.begin(), all.end());
    std::vector<symbol_id> wanted;
    std::string_view rest = *given;
    for (;;) {
        const auto comma = rest.find(',');
        const auto name = without_blanks(rest.substr(0, comma));
        if (name == "*")
            return http::bad_parameter(
                name_given, "* means all symbols, and stands alone", accepted_symbols);
        if (name.empty())
            return http::bad_parameter(
                name_given, "there is an empty name in " + std::string{name_given},
                accepted_symbols);
        const auto id = known.find(name);
        if (!id)
            return unknown_symbol(name, known, name_given);
        // Known symbols only get here, so this stays as short as the configuration.
        if (std::ranges::find(wanted, *id) == wanted.end())
            wanted.push_back(*id);
        if (comma == std::string_view::npos)
            return wanted;
        rest.remove_prefix(comma + 1);
    }
}

namespace {

// A text that is no id of ours was given by another server: a browser repeats the last id it saw at
// a URL, also where another server answered. Refusing it would end an EventSource for ever, so it
// is unknown like an id from the future.
hub::stream_cursor after_event(
    std::string_view id, const tape::tapes& from, wall_time now,
    std::chrono::milliseconds ids_ahead)
{
    const auto p = position::parse(id);
    const auto known = p ? known_id(*p, from, now, ids_ahead) : std::nullopt;
    return known ? hub::stream_cursor::after(std::max(*known, first_of_all))
                 : hub::stream_cursor::unknown(from.epoch());
}

// The id of the last event that the client has been sent; none: it says none.
std::optional<std::string_view> last_id(const http::request& r)
{
    if (const auto id = r.header("Last-Event-ID"); !id.empty())
        return id;
    if (const auto id = r.url.parameter("last_event_id"); id && !id->empty())
        return id;
    return std::nullopt;
}

cursor_or_problem
read_cursor(const http::request& r, const tape::tapes& from, std::chrono::milliseconds ids_ahead)
{
    if (const auto id = last_id(r))
        return after_event(*id, from, r.now, ids_ahead);
    auto since = read_time(r.url, "since", range_end::begin, from, r.now);
    if (auto* bad = std::get_if<http::problem>(&since))
        return std::move(*bad);
    if (const auto time = std::get<0>(since))
        return hub::stream_cursor::after(std::max(position::at(*time).previous(), first_of_all));
    return hub::stream_cursor::newest(from.committed());
}

// Reads `mode` and `max_rate`: every tick, only the newest, or the newest so many times a second.
std::optional<http::problem>
read_pace(const http::request_target& target, hub::stream_terms& wanted)
{
    const auto mode = target.parameter("mode");
    if (mode && *mode != "all" && *mode != "latest")
        return http::bad_parameter(
            "mode", "there is no mode " + http::quoted(*mode), "all, latest");
    wanted.newest_only = mode && *mode == "latest";
    const auto rate = target.parameter("max_rate");
    if (!rate)
        return std::nullopt;
    double per_second = 0;
    const auto [end, failed] =
        std::from_chars(rate->data(), rate->data() + rate->size(), per_second);
    if (failed != std::errc{} || end != rate->data() + rate->size() ||
        !(per_second >= max_rate_least && per_second <= max_rate_most))
        return http::bad_parameter(
            "max_rate", http::quoted(*rate) + " is not a number of ticks a second", accepted_rates);
    if (mode && *mode == "all")
        return http::bad_parameter(
            "mode", "every tick and no more than some cannot both be had",
            "latest, where there is a max_rate");
    wanted.newest_only = true;
    wanted.interval = std::chrono::milliseconds{std::llround(1'000 / per_second)};
    return std::nullopt;
}

// A parameter that is about ticks alone, where none are asked for.
std::optional<http::problem> only_of_ticks(const http::request_target& target)
{
    for (const std::string_view name : {"symbols", "symbol", "since", "mode", "max_rate"})
        if (target.parameter(name))
            return http::bad_parameter(
                name, std::string{name} + " is about ticks, and topics does not ask for them",
                "topics with ticks among them");
    return std::nullopt;
}

}  // namespace

namespace {

// Not before 1970: positions begin there.
result<wall_time> before(wall_time now, std::chrono::milliseconds span)
{
    return std::max(now - span, wall_time{});
}

}  // namespace

std::variant<std::optional<wall_time>, http::problem> read_time(
    const http::request_target& target, std::string_view name, range_end end,
    const tape::tapes& from, wall_time now)
{
    const auto given = target.parameter(name);
    if (!given)
        return std::optional<wall_time>{};
    const auto back = parse_span_back(*given);
    const auto time = back ? before(from.believed(now), *back) : parse_moment(*given);
    if (!time)
        return http::bad_parameter(name, http::quoted(*given) + " is not a time", accepted_times);
    const auto latest = std::max(from.believed(now), from.committed().time()) + since_ahead_max;
    if (*time <= latest)
        return std::optional{*time};
    if (*time > from.given_before().time())
        return http::bad_parameter(
            name, http::quoted(*given) + " lies in the future", accepted_times);
    // The time of a tick of an era before: all that is held has come since.
    return std::optional{end == range_end::begin ? from.epoch().time() : latest};
}

std::optional<position>
known_id(position p, const tape::tapes& from, wall_time now, std::chrono::milliseconds ids_ahead)
{
    // An id from the future was given by another clock, or by this one before it stepped back.
    // Waiting for our ticks to pass it would be a silent hole, so all that is held is new to it.
    // In a cluster another instance may be ahead of this one, and its clock as well: the ticks up
    // to the id are on their way here, and the client has them.
    const auto ahead = std::max(ids_ahead, std::chrono::milliseconds{1});
    auto latest = from.believed(now);
    if (ids_ahead.count() > 0)  // the log's clock, which may be ahead of ours
        latest = std::max(latest, from.committed().time());
    const auto known_until = std::max(position::at(latest + ahead), from.committed());
    // One that an era before may have given is believed where this era has given it too.
    const bool is_ambiguous = p > from.epoch() && p <= from.given_before();
    if (p > known_until || (is_ambiguous && !from.holds(p)))
        return std::nullopt;
    return p;
}

std::variant<stream_grant, http::problem> read_stream_request(
    const http::request& r, const tape::tapes& from, std::chrono::milliseconds ids_ahead,
    hub::topic_set topics_offered)
{
    static constexpr std::array<std::string_view, 7> known_names{
        "symbols", "symbol", "since", "last_event_id", "mode", "max_rate", "topics"};
    if (auto wrong = wrong_parameters(r.url, known_names))
        return *std::move(wrong);
    stream_grant grant;
    const auto topics = read_topics(r.url, topics_offered);
    if (const auto* bad = std::get_if<http::problem>(&topics))
        return *bad;
    const auto [wants_ticks, wanted_topics] = std::get<asked_topics>(topics);
    grant.terms.topics = wanted_topics;
    if (!wants_ticks)
        if (auto bad = only_of_ticks(r.url))
            return *std::move(bad);
    if (auto bad = read_pace(r.url, grant.terms))
        return std::move(*bad);
    auto symbols = read_symbols(r.url, from.symbols());
    if (auto* bad = std::get_if<http::problem>(&symbols))
        return std::move(*bad);
    // Read before the cursor: if a new era begins in between, the lane sees that they do not match.
    grant.era = from.era();
    auto cursor = read_cursor(r, from, ids_ahead);
    if (auto* bad = std::get_if<http::problem>(&cursor))
        return std::move(*bad);
    if (wants_ticks)
        grant.terms.symbols = std::move(std::get<0>(symbols));
    grant.cursor = std::get<0>(cursor);
    if (last_id(r) && !grant.cursor.is_unknown)
        grant.topics_known = grant.cursor.at;
    return grant;
}

}  // namespace tickertape::web
