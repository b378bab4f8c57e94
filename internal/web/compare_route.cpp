// GET /api/compare: several symbols over the same days, from the archive's daily candles.
#include "series/comparison.hpp"
#include "web/answer_limits.hpp"
#include "web/history_answers.hpp"
#include "web/parameters.hpp"
#include "web/stream_request.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tickertape::web {
namespace {

using std::chrono::days;

constexpr days range_usual{30};
constexpr std::string_view range_usual_name = "30d";

struct compare_request {
    std::vector<symbol_id> symbols;
    std::string range;
    wall_time from;
    wall_time until;  // the midnight that begins the running day
};

// "30d", and what the page calls a year and ten.
std::variant<days, http::problem> read_days(const http::request_target& target)
{
    const auto given = target.parameter("range");
    if (!given)
        return range_usual;
    if (*given == "12mo")
        return days{365};
    if (*given == "10y")
        return days{compare_days_max};
    std::size_t count = 0;
    const auto end = given->data() + given->size();
    const auto read = std::from_chars(given->data(), end, count);
    if (read.ec != std::errc{} || std::string_view{read.ptr, end} != "d" || count < 2 ||
        count > compare_days_max)
        return http::bad_parameter(
            "range", http::quoted(*given) + " is not a range to compare over",
            "whole days from 2d to " + std::to_string(compare_days_max) + "d, 12mo or 10y");
    return days{static_cast<int>(count)};
}

std::variant<compare_request, http::problem>
read_compare_request(const http::request& r, const tape::tapes& from)
{
    static constexpr std::array<std::string_view, 3> known_names{"symbols", "symbol", "range"};
    if (auto wrong = wrong_parameters(r.url, known_names))
        return *std::move(wrong);
    auto symbols = read_symbols(r.url, from.symbols());
    if (auto* bad = std::get_if<http::problem>(&symbols))
        return std::move(*bad);
    auto& wanted = std::get<0>(symbols);
    if (wanted.size() > compare_symbols_max)
        return http::bad_parameter(
            "symbols", std::to_string(wanted.size()) + " symbols are too many for one comparison",
            "at most " + std::to_string(compare_symbols_max) + " symbols");
    auto range = read_days(r.url);
    if (auto* bad = std::get_if<http::problem>(&range))
        return std::move(*bad);
    const wall_time until = series::bucket_open(series::interval::d1, from.believed(r.now));
    return compare_request{
        .symbols = std::move(wanted),
        .range = std::string{r.url.parameter("range").value_or(range_usual_name)},
        .from = std::max(until - std::get<days>(range), wall_time{}),
        .until = until};
}

// [[1709856000,0],[1709942400,1.25]]
std::string changes_array(std::span<const series::day_return> changes)
{
    std::string text;
    for (const auto& [opens, percent] : changes) {
        std::array<char, 32> digits;  // of the longest there are 24
        text += text.empty() ? "[[" : ",[";
        text += std::to_string(opens.time_since_epoch().count()) + ',';
        text.append(digits.data(), std::to_chars(digits.begin(), digits.end(), percent).ptr);
        text += ']';
    }
    return text.empty() ? "[]" : text + ']';
}

std::string day_object(const std::optional<series::day_return>& day)
{
    if (!day)
        return "null";
    json::object o;
    o.time("day", wall_time{day->opens}).real("percent", day->percent);
    return std::move(o).done();
}

std::string fall_object(const std::optional<series::drawdown>& fall)
{
    if (!fall)
        return "null";
    json::object o;
    o.real("percent", fall->percent).time("from", fall->from).time("to", fall->to);
    return std::move(o).done();
}

std::string compared_object(const std::string& symbol, const series::compared& one)
{
    json::object o;
    o.text("symbol", symbol).value("start", one.start).value("last", one.last);
    const auto is_known = !one.changes.empty();
    o.time(
        "last_day", is_known ? std::optional{wall_time{one.changes.back().opens}} : std::nullopt);
    o.real("change_percent", is_known ? std::optional{one.changes.back().percent} : std::nullopt);
    o.json("best_day", day_object(one.best)).json("worst_day", day_object(one.worst));
    o.json("largest_drawdown", fall_object(one.largest_drawdown));
    o.number("days", static_cast<std::int64_t>(one.changes.size()));
    o.number("missing_days", static_cast<std::int64_t>(one.days_missing));
    o.number("days_with_gap", static_cast<std::int64_t>(one.days_beside_hole));
    o.json("changes", changes_array(one.changes));
    return std::move(o).done();
}

// Of a symbol that has no day, or where there is none in common.
std::string nothing_of(const std::string& symbol)
{
    json::object o;
    o.text("symbol", symbol);
    for (const auto* name :
         {"start", "last", "last_day", "change_percent", "best_day", "worst_day",
          "largest_drawdown"})
        o.null(name);
    o.number("days", 0).null("missing_days").null("days_with_gap").json("changes", "[]");
    return std::move(o).done();
}

// `days_of`: of each symbol that was asked for, its days, or none.
std::string body_of(
    const site& s, const compare_request& wanted,
    const std::vector<std::vector<series::candle>>& days_of)
{
    const auto& names = s.prices.symbols();
    std::vector<std::vector<series::candle>> there;
    std::vector<std::size_t> whose;  // of those that are there, which symbol asked for
    for (std::size_t i = 0; i < days_of.size(); ++i)
        if (!days_of[i].empty()) {
            there.push_back(days_of[i]);
            whose.push_back(i);
        }
    const auto made = series::compare(there);
    std::vector<std::string> objects;
    for (const auto id : wanted.symbols)
        objects.push_back(nothing_of(names.name(id)));
    json::array pairs;
    if (made) {
        for (std::size_t i = 0; i < whose.size(); ++i)
            objects[whose[i]] =
                compared_object(names.name(wanted.symbols[whose[i]]), made->each[i]);
        for (const auto& pair : made->pairs) {
            json::object o;
            o.text("first", names.name(wanted.symbols[whose[pair.first]]));
            o.text("second", names.name(wanted.symbols[whose[pair.second]]));
            o.real("correlation", pair.value);
            o.number("returns", static_cast<std::int64_t>(pair.returns));
            o.time("from", pair.from).time("to", pair.to);
            pairs.json(std::move(o).done());
        }
    }
    json::array list;
    for (const auto& object : objects)
        list.json(object);
    json::object o;
    o.text("range", wanted.range).text("interval", series::text(series::interval::d1));
    o.boolean("market_prices", s.has_market_prices);
    o.time("from", wanted.from).time("until", wanted.until);
    o.time("start", made ? std::optional{wall_time{made->start}} : std::nullopt);
    o.json("symbols", std::move(list).done()).json("pairs", std::move(pairs).done());
    return std::move(o).done();
}

boost::asio::awaitable<http::answer> compare(const site& s, const http::request& r)
{
    auto read = read_compare_request(r, s.prices);
    if (const auto* bad = std::get_if<http::problem>(&read))
        co_return http::to_response(*bad);
    if (s.history == nullptr)
        co_return http::to_response(no_history(s));
    const auto& wanted = std::get<compare_request>(read);
    std::vector<std::vector<series::candle>> days_of;
    for (const auto id : wanted.symbols) {
        const series::candle_query query{
            .symbol = id,
            .of = series::interval::d1,
            .from = wanted.from,
            .until = wanted.until,
            .candles_max = compare_days_max,
            .first = series::end::oldest,
            .with_forming = false};
        auto found = co_await ask(*s.history, query);
        if (!found)
            co_return refusal_of(found.error());
        auto& closed = days_of.emplace_back();
        for (const auto& kept : found->candles)
            closed.push_back(kept.value);
    }
    co_return tagged_json(body_of(s, wanted, days_of), r);
}

}  // namespace

void add_compare_route(http::router& to, const site& of)
{
    to.add(http::route{
        .pattern = "/api/compare",
        .handle =
            http::waiting_handler{
                [of](const http::request& r) -> boost::asio::awaitable<http::answer> {
                    return compare(of, r);
                }},
        .about = "symbols beside each other over the same days: symbols, range"});
}

}  // namespace tickertape::web
