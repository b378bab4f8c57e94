// What operators may do: GET and POST /api/admin/backfill, and the page for it at /admin.
#include "web/history_answers.hpp"
#include "web/site.hpp"

#include "core/text.hpp"
#include "core/timestamp.hpp"
#include "web/backfill_desk.hpp"
#include "web/daily_closes.hpp"
#include "web/inline_page.hpp"
#include "web/operator_access.hpp"
#include "web/parameters.hpp"
#include "web/problems.hpp"
#include "web/stream_request.hpp"
#include "json/fields.hpp"
#include "json/json_text.hpp"
#include "json/reader.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

namespace tickertape::web {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

// Before that nobody traded bitcoins.
constexpr sys_days first_day{std::chrono::year{2009} / 1 / 3};
constexpr days shown_usual{365};

// "2024-04-07"
std::string text_of(sys_days day)
{
    return format_rfc3339(day).substr(0, 10);
}

std::optional<sys_days> read_day(std::string_view text)
{
    if (text.size() != 10)
        return std::nullopt;
    const auto time = parse_moment(text);
    return time ? std::optional{std::chrono::floor<days>(*time)} : std::nullopt;
}

using order_or_problem = std::variant<backfill_order, http::problem>;

// Checks days that may have been given, against each other and against today, which is not over.
order_or_problem order_of(std::optional<sys_days> from, std::optional<sys_days> to, sys_days today)
{
    constexpr std::string_view accepted = "days such as 2024-04-07, in UTC";
    backfill_order wanted{.symbols = {}, .from = {}, .to = to.value_or(today - days{1})};
    wanted.from = from.value_or(wanted.to - shown_usual + days{1});
    if (wanted.to >= today)
        return http::bad_parameter("to", "that day is not over", "days up to yesterday, in UTC");
    if (wanted.from < first_day)
        return http::bad_parameter("from", "that day is too early", "days from 2009-01-03 on");
    if (wanted.from > wanted.to)
        return http::bad_parameter("from", "from is after to", accepted);
    if (wanted.to - wanted.from >= order_days_max)
        return http::bad_parameter(
            "from", "these are too many days at once",
            "up to " + std::to_string(order_days_max.count()) + " days");
    return wanted;
}

order_or_problem read_shown(const http::request& r, const symbol_table& known, sys_days today)
{
    static constexpr std::array<std::string_view, 4> names{"from", "to", "symbols", "symbol"};
    if (auto wrong = wrong_parameters(r.url, names))
        return *std::move(wrong);
    std::array<std::optional<sys_days>, 2> given;
    for (std::size_t i = 0; i < given.size(); ++i)
        if (const auto text = r.url.parameter(names[i])) {
            given[i] = read_day(*text);
            if (!given[i])
                return http::bad_parameter(
                    names[i], http::quoted(*text) + " is not a day", "a day such as 2024-04-07");
        }
    auto symbols = read_symbols(r.url, known, unnamed_symbols::all);
    if (auto* bad = std::get_if<http::problem>(&symbols))
        return std::move(*bad);
    auto wanted = order_of(given[0], given[1], today);
    if (auto* order = std::get_if<backfill_order>(&wanted))
        order->symbols = std::move(std::get<0>(symbols));
    return wanted;
}

// {"from":"2024-04-07","to":"2024-05-01","symbols":["BTC-USD"]}; without symbols: all.
order_or_problem read_order(std::string_view body, const symbol_table& known, sys_days today)
{
    constexpr std::string_view accepted = R"({"from":"2024-04-07","to":"2024-05-01"})";
    json::reader reader;
    const auto read = reader.read(body);
    if (!read || !read->is_object())
        return http::bad_parameter("body", "the body is no JSON object", accepted);
    std::array<std::optional<sys_days>, 2> given;
    constexpr std::array<std::string_view, 2> names{"from", "to"};
    std::vector<symbol_id> symbols;
    for (const auto& [key, value] : read->as_object()) {
        const std::string_view name{key.data(), key.size()};
        const auto text = json::text_in(&value);
        const auto at = std::ranges::find(names, name);
        if (at != names.end()) {
            const auto day = text ? read_day(*text) : std::nullopt;
            if (!day)
                return http::bad_parameter(
                    name, std::string{name} + " is not a day", "a day such as 2024-04-07");
            given[static_cast<std::size_t>(at - names.begin())] = day;
        } else if (name == "symbols") {
            if (!value.is_array())
                return http::bad_parameter(
                    name, "symbols is not a list", R"(a list such as ["BTC-USD","ETH-USD"])");
            for (const auto& one : value.as_array()) {
                const auto symbol = json::text_in(&one);
                const auto id = symbol ? known.find(*symbol) : std::nullopt;
                if (!id)
                    return unknown_symbol(symbol.value_or(""), known, "symbols");
                if (std::ranges::find(symbols, *id) == symbols.end())
                    symbols.push_back(*id);
            }
        } else {
            return http::bad_parameter(
                name, "there is no member " + http::quoted(name), "from, to, symbols (a list)");
        }
    }
    for (std::size_t i = 0; i < given.size(); ++i)
        if (!given[i])
            return http::bad_parameter(names[i], std::string{names[i]} + " is missing", accepted);
    auto wanted = order_of(given[0], given[1], today);
    if (auto* order = std::get_if<backfill_order>(&wanted))
        order->symbols = symbols.empty() ? std::vector(known.all().begin(), known.all().end())
                                         : std::move(symbols);
    return wanted;
}

std::string names_of(const std::vector<symbol_id>& symbols, const symbol_table& known)
{
    json::array all;
    for (const auto id : symbols)
        all.text(known.name(id));
    return std::move(all).done();
}

std::string report_object(const backfill_report& now, const symbol_table& known)
{
    json::object o;
    o.text("state", text_of(now.state));
    if (now.order) {
        o.text("from", text_of(now.order->from)).text("to", text_of(now.order->to));
        o.json("symbols", names_of(now.order->symbols, known));
        o.time("began_at", now.began).time("ended_at", now.ended);
        o.number("requests", static_cast<std::int64_t>(now.requests));
        o.number("fetched", static_cast<std::int64_t>(now.fetched));
        o.number("refused", static_cast<std::int64_t>(now.refused));
        json::array problems;
        for (const auto& one : now.problems) {
            json::object p;
            p.text("symbol", one.symbol).text_or_null("provider", one.provider);
            p.text("why", one.why);
            problems.json(std::move(p).done());
        }
        o.json("problems", std::move(problems).done());
    }
    return std::move(o).done();
}

// Days without a close, as ranges.
std::string missing_array(const series::candle_answer& found, const backfill_order& of)
{
    std::set<sys_days> there;
    for (const auto& close : closes_of(found))
        there.insert(close.day);
    json::array ranges;
    for (auto day = of.from; day <= of.to;) {
        if (there.contains(day)) {
            day += days{1};
            continue;
        }
        const auto first = day;
        while (day <= of.to && !there.contains(day))
            day += days{1};
        json::object range;
        range.text("from", text_of(first)).text("to", text_of(day - days{1}));
        range.number("days", static_cast<std::int64_t>((day - first).count()));
        ranges.json(std::move(range).done());
    }
    return std::move(ranges).done();
}

http::response no_desk(const site& s)
{
    return http::to_response(
        {.status = 404,
         .type = "no-backfill",
         .detail =
             s.has_market_prices
                 ? "candles of before cannot be fetched: this server has no archive of candles, "
                   "or no provider of its PROVIDERS has them"
                 : "candles of before cannot be fetched: the prices of this server are of no "
                   "market"});
}

boost::asio::awaitable<http::answer> show_backfill(const site& s, const http::request& r)
{
    if (auto refused = refusal_of_stranger(r, s.admin_token))
        co_return *std::move(refused);
    if (s.backfill == nullptr || s.history == nullptr)
        co_return no_desk(s);
    const auto& known = s.prices.symbols();
    const auto read = read_shown(r, known, std::chrono::floor<days>(r.now));
    if (const auto* bad = std::get_if<http::problem>(&read))
        co_return http::to_response(*bad);
    const auto& of = std::get<backfill_order>(read);
    json::array symbols;
    for (const auto id : of.symbols) {
        const auto wanted = daily_query(id, of.from, of.to + days{1});
        const auto found = co_await ask(*s.history, wanted);
        if (!found)
            co_return refusal_of(found.error());
        json::object o;
        o.text("symbol", known.name(id)).json("missing", missing_array(*found, of));
        symbols.json(std::move(o).done());
    }
    json::object o;
    o.json("backfill", report_object(s.backfill->now(), known));
    o.text("from", text_of(of.from)).text("to", text_of(of.to));
    o.json("symbols", std::move(symbols).done());
    co_return json_response(std::move(o).done());
}

http::answer begin_backfill(const site& s, const http::request& r)
{
    if (auto refused = refusal_of_stranger(r, s.admin_token))
        return *std::move(refused);
    if (s.backfill == nullptr)
        return no_desk(s);
    if (const auto wrong = wrong_parameters(r.url, {}))
        return http::to_response(*wrong);
    const auto& known = s.prices.symbols();
    const auto read = read_order(r.body, known, std::chrono::floor<days>(r.now));
    if (const auto* bad = std::get_if<http::problem>(&read))
        return http::to_response(*bad);
    const auto said = s.backfill->begin(std::get<backfill_order>(read));
    if (said == backfill_desk::reply::busy)
        return http::to_response(
            {.status = 409,
             .type = "backfill-runs",
             .detail = "an order before this one is not finished: GET /api/admin/backfill says how "
                       "far it is"});
    if (said == backfill_desk::reply::not_here)
        return http::to_response(
            {.status = 409,
             .type = "not-the-writer",
             .detail = "another instance writes the archive that this one shares: ask the leader"});
    auto accepted = json_response(report_object(s.backfill->now(), known));
    accepted.status = 202;
    return accepted;
}

}  // namespace

void add_admin_routes(http::router& to, const site& of)
{
    constexpr std::string_view path = "/api/admin/backfill";
    to.add(http::route{
        .pattern = std::string{path},
        .handle =
            http::waiting_handler{
                [of](const http::request& r) -> boost::asio::awaitable<http::answer> {
                    return show_backfill(of, r);
                }},
        .about = "for operators: the days that the archive lacks; POST has them fetched"});
    to.add(http::route{
        .pattern = std::string{path},
        .handle = [of](const http::request& r) { return begin_backfill(of, r); },
        .methods = {http::method::post},
        .reads_body = true});
    to.add(
        "/admin",
        [page = inline_page{of, "admin.html", framed_by::nobody},
         token = of.admin_token](const http::request& r) -> http::answer {
            if (token.empty())
                return *refusal_of_stranger(r, token);
            return page.get(r, {});
        });
}

}  // namespace tickertape::web
