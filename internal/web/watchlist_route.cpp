// GET /api/watchlist: for each symbol of a list its newest price, its past at even times, and its
// price one hour and one day ago, in one answer.
//
// An answer is made in one go, and all other clients of the lane wait meanwhile. So an answer holds
// `watchlist_symbols_max` symbols and `watchlist_points_max` points of each at most, and a point
// costs a binary search on the tape and no reading of the ticks between. Measured with 64 symbols
// of 8,640 ticks each: an answer takes 0.6 ms with 60 points of each and 1.1 ms with 120.
#include "web/site.hpp"

#include "core/timestamp.hpp"
#include "web/answer_limits.hpp"
#include "web/parameters.hpp"
#include "web/stream_request.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tickertape::web {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::int64_t points_default = 60;
constexpr seconds span_default{3'600};
constexpr seconds span_max{604'800};  // a week
constexpr std::array<seconds, 2> pasts{seconds{3'600}, seconds{86'400}};
constexpr std::size_t point_bytes_usual = 28;
constexpr std::size_t symbol_bytes_usual = 400;

struct watchlist_request {
    std::vector<symbol_id> symbols;
    std::int64_t points;
    seconds span;
};

std::variant<std::int64_t, http::problem> read_number(
    const http::request_target& target, std::string_view name, std::int64_t usual,
    std::int64_t least, std::int64_t most)
{
    const auto given = target.parameter(name);
    if (!given)
        return usual;
    std::int64_t number = 0;
    const auto end = given->data() + given->size();
    const auto read = std::from_chars(given->data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end || number < least || number > most)
        return http::bad_parameter(
            name,
            http::quoted(*given) + " is not a number from " + std::to_string(least) + " to " +
                std::to_string(most),
            "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return number;
}

constexpr std::string_view accepted_spans =
    "whole seconds from 1 to 604800, or a span such as 30m, 1h or 7d";

// "3600", or "1h".
std::variant<seconds, http::problem> read_span(const http::request_target& target)
{
    const auto given = target.parameter("span");
    if (!given)
        return span_default;
    std::int64_t count = 0;
    const auto end = given->data() + given->size();
    const auto read = std::from_chars(given->data(), end, count);
    const bool is_number = read.ec == std::errc{} && read.ptr == end;
    const auto back = parse_span_back("-" + std::string{*given});
    const auto span = is_number ? seconds{count}
                      : back    ? std::chrono::floor<seconds>(*back)
                                : seconds{0};
    if (span < seconds{1} || span > span_max)
        return http::bad_parameter(
            "span", http::quoted(*given) + " is not a span from a second to a week",
            accepted_spans);
    return span;
}

std::variant<watchlist_request, http::problem>
read_watchlist_request(const http::request_target& target, const symbol_table& known)
{
    static constexpr std::array<std::string_view, 4> known_names{
        "symbols", "symbol", "points", "span"};
    if (auto wrong = wrong_parameters(target, known_names))
        return *std::move(wrong);
    auto symbols = read_symbols(target, known);
    if (auto* bad = std::get_if<http::problem>(&symbols))
        return std::move(*bad);
    auto& wanted = std::get<0>(symbols);
    if (wanted.size() > watchlist_symbols_max)
        return http::bad_parameter(
            "symbols", std::to_string(wanted.size()) + " symbols are too many for one answer",
            "at most " + std::to_string(watchlist_symbols_max) +
                " symbols; the others in requests of their own");
    auto points = read_number(target, "points", points_default, 0, watchlist_points_max);
    if (auto* bad = std::get_if<http::problem>(&points))
        return std::move(*bad);
    auto span = read_span(target);
    if (auto* bad = std::get_if<http::problem>(&span))
        return std::move(*bad);
    return watchlist_request{
        std::move(wanted), std::get<std::int64_t>(points), std::get<seconds>(span)};
}

// Finds ticks of one tape by their times, from the oldest time to the newest.
class look_back {
public:
    look_back(const tape::tapes& all, symbol_id symbol) noexcept
        : of_{all.of(symbol)}, end_{all.end(symbol)}, begin_{of_.begin()}
    {
    }

    // The last tick at or before `time`, if one is held. `time` is no earlier than in the call
    // before.
    std::optional<tape::symbol_tape::entry> at(wall_time time) noexcept
    {
        const auto after = position::at(time + milliseconds{1});
        auto end = end_;
        while (from_ < end) {
            const auto middle = from_ + (end - from_) / 2;
            const auto e = of_.read(middle);
            // A tick that has been overwritten since is older than all that are held.
            if (!e || e->at < after)
                from_ = middle + 1;
            else
                end = middle;
        }
        if (from_ == begin_)
            return std::nullopt;
        const auto found = of_.read(from_ - 1);
        return found ? std::optional{*found} : std::nullopt;
    }

    // The oldest that is held.
    std::optional<tape::symbol_tape::entry> oldest() const noexcept
    {
        for (auto i = begin_; i < end_; ++i)
            if (const auto e = of_.read(i))
                return *e;
        return std::nullopt;
    }

private:
    const tape::symbol_tape& of_;
    tape::symbol_tape::index end_;
    tape::symbol_tape::index begin_;
    tape::symbol_tape::index from_ = begin_;  // all before are at or before the last time
};

void append_seconds(std::string& out, std::uint64_t ms)
{
    std::array<char, 24> digits;
    out.append(digits.data(), std::to_chars(digits.begin(), digits.end(), ms / 1'000).ptr);
    const auto rest = ms % 1'000;
    out += '.';
    for (const auto digit : {rest / 100, rest / 10 % 10, rest % 10})
        out += static_cast<char>('0' + digit);
}

void append_point(std::string& out, const std::optional<tape::symbol_tape::entry>& e)
{
    if (!e) {
        out += "null";
        return;
    }
    std::array<char, price::text_bytes_max> text;
    out += '[';
    append_seconds(out, e->at.ms());
    out += ',';
    out.append(text.data(), e->value.write(text.data()));
    out += ']';
}

// `from`, `until`: the times of the first and the last point.
std::string points_of(
    const tape::tapes& all, symbol_id symbol, std::int64_t points, wall_time from, wall_time until)
{
    look_back past{all, symbol};
    std::string out{"["};
    out.reserve(2 + point_bytes_usual * static_cast<std::size_t>(points));
    const auto steps = std::max<std::int64_t>(points - 1, 1);
    for (std::int64_t i = 0; i < points; ++i) {
        if (i > 0)
            out += ',';
        append_point(out, past.at(until - (until - from) * (points - 1 - i) / steps));
    }
    return out + ']';
}

// The longest time first, because that is how a tape is looked through.
std::string pasts_of(const tape::tapes& all, symbol_id symbol, wall_time until)
{
    look_back past{all, symbol};
    std::array<std::optional<tape::symbol_tape::entry>, pasts.size()> then;
    for (auto i = pasts.size(); i-- > 0;)
        then[i] = past.at(until - pasts[i]);
    json::array list;
    for (std::size_t i = 0; i < pasts.size(); ++i) {
        json::object o;
        o.number("seconds", pasts[i].count());
        if (then[i])
            o.time("timestamp", then[i]->at.time()).value("price", then[i]->value);
        else
            o.null("timestamp").null("price");
        list.json(std::move(o).done());
    }
    return std::move(list).done();
}

std::string
watched_object(const site& s, symbol_id id, const watchlist_request& wanted, const http::request& r)
{
    const auto newest = s.prices.newest_tick(id);
    // Positions may lead the clock for a while.
    const auto now = s.prices.believed(r.now);
    const auto until = newest ? std::max(now, newest->at.time()) : now;
    const auto oldest = look_back{s.prices, id}.oldest();
    json::object o;
    o.reserve(symbol_bytes_usual + point_bytes_usual * static_cast<std::size_t>(wanted.points));
    o.text("symbol", s.prices.symbols().name(id));
    o.text_or_null("id", newest ? newest->at.text() : std::string{});
    append_price(o, s, id, r.boot_now);
    o.time("held_since", oldest ? std::optional{oldest->at.time()} : std::nullopt);
    o.json("past", pasts_of(s.prices, id, until));
    // All points lie where ticks are held: an hour of a young server would be one point, and
    // nothing.
    const auto from = oldest ? std::max(until - wanted.span, oldest->at.time()) : until;
    o.json("points", points_of(s.prices, id, wanted.points, from, until));
    return std::move(o).done();
}

http::answer watchlist(const site& s, const http::request& r)
{
    const auto read = read_watchlist_request(r.url, s.prices.symbols());
    if (const auto* bad = std::get_if<http::problem>(&read))
        return http::to_response(*bad);
    const auto& wanted = std::get<watchlist_request>(read);
    json::array list;
    for (const auto id : wanted.symbols)
        list.json(watched_object(s, id, wanted, r));
    json::object o;
    o.time("at", s.prices.believed(r.now)).number("span", wanted.span.count());
    o.json("watchlist", std::move(list).done());
    return json_response(std::move(o).done());
}

}  // namespace

void add_watchlist_route(http::router& to, const site& of)
{
    to.add(
        "/api/watchlist",
        [of](const http::request& r) {
            return tape::within_an_era(of.prices, [&] { return watchlist(of, r); });
        },
        "what a list of symbols with small charts needs: symbols, points, span");
}

}  // namespace tickertape::web
