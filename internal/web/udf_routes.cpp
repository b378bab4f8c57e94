// The routes under /udf: the data feed that TradingView's charts ask (its Universal Data Feed).
//
// The charts' library reads answers of any status as JSON and takes {"s":"error","errmsg":...} for
// a refusal, so refusals have that form here, with the status that says the same.
// Source: https://www.tradingview.com/charting-library-docs/latest/connecting_data/UDF
#include "web/history_answers.hpp"

#include "core/text.hpp"
#include "web/answer_limits.hpp"
#include "web/problems.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace tickertape::web {
namespace {

using std::chrono::seconds;

constexpr std::string_view exchange = "Tickertape";
constexpr std::string_view kind = "crypto";
constexpr std::size_t found_usual = 30;

struct resolution {
    std::string_view name;
    series::interval of;
};
// The first nine are offered; charts of before 2018 leave the 1 out.
constexpr std::array<resolution, 11> resolutions{{
    {"1", series::interval::m1},
    {"5", series::interval::m5},
    {"15", series::interval::m15},
    {"30", series::interval::m30},
    {"60", series::interval::h1},
    {"240", series::interval::h4},
    {"360", series::interval::h6},
    {"1D", series::interval::d1},
    {"1W", series::interval::w1},
    {"D", series::interval::d1},
    {"W", series::interval::w1},
}};
constexpr std::size_t offered = 9;
constexpr std::size_t offered_minutes = 7;

std::string names_of(std::size_t count)
{
    json::array names;
    for (std::size_t i = 0; i < count; ++i)
        names.text(resolutions[i].name);
    return std::move(names).done();
}

http::response refused(unsigned status, std::string_view words)
{
    json::object o;
    o.text("s", "error").text("errmsg", words);
    auto r = json_response(std::move(o).done());
    r.status = status;
    return r;
}

http::answer config(const http::request&)
{
    json::object listed;
    listed.text("value", exchange).text("name", exchange).text("desc", exchange);
    json::object type;
    type.text("name", "Crypto").text("value", kind);
    json::object o;
    o.boolean("supports_search", true).boolean("supports_group_request", false);
    o.boolean("supports_marks", false).boolean("supports_timescale_marks", false);
    o.boolean("supports_time", true);
    o.json("exchanges", std::move(json::array{}.json(std::move(listed).done())).done());
    o.json("symbols_types", std::move(json::array{}.json(std::move(type).done())).done());
    o.json("supported_resolutions", names_of(offered));
    return json_response(std::move(o).done());
}

// Ten to the number of decimals that show six digits of the newest price, and two at least.
std::int64_t price_scale(const site& s, symbol_id id)
{
    constexpr double digits = 5;
    constexpr double most = 12;
    const auto newest = s.prices.newest_tick(id);
    const auto size = newest ? std::floor(std::log10(newest->value.value())) : digits;
    const auto decimals = static_cast<int>(std::clamp(digits - size, 2.0, most));
    std::int64_t scale = 1;
    for (int i = 0; i < decimals; ++i)
        scale *= 10;
    return scale;
}

// "BTC-USD", or "Tickertape:BTC-USD", as charts name a symbol of an exchange.
std::optional<symbol_id> find_symbol(const symbol_table& known, std::string_view name)
{
    if (const auto colon = name.find(':'); colon != std::string_view::npos)
        if (lower_case(name.substr(0, colon)) == lower_case(exchange))
            name.remove_prefix(colon + 1);
    return known.find(name);
}

http::answer symbol_info(const site& s, const http::request& r)
{
    const auto& symbols = s.prices.symbols();
    const auto id = find_symbol(symbols, r.url.parameter("symbol").value_or(""));
    if (!id)
        return refused(404, "unknown_symbol");
    const auto& name = symbols.name(*id);
    json::object o;
    o.text("name", name).text("ticker", name);
    o.text(
        "description", std::string{symbols.base(*id)} + " in " + std::string{symbols.quote(*id)});
    o.text("type", kind).text("session", "24x7").text("timezone", "Etc/UTC");
    o.text("exchange", exchange).text("listed_exchange", exchange);
    o.text("currency_code", symbols.quote(*id)).text("format", "price");
    o.number("minmov", 1).number("pricescale", price_scale(s, *id));
    o.boolean("has_intraday", true).json("intraday_multipliers", names_of(offered_minutes));
    o.boolean("has_daily", true).boolean("has_weekly_and_monthly", true);
    o.json("supported_resolutions", names_of(offered));
    // There are prices, and no volumes.
    o.boolean("has_no_volume", true).text("visible_plots_set", "ohlc");
    o.text("data_status", "streaming");
    return json_response(std::move(o).done());
}

// "btc/usd" as "BTCUSD".
std::string letters_of(std::string_view text)
{
    auto plain = upper_case(text.substr(0, 64));
    std::erase_if(plain, [](char c) { return (c < 'A' || c > 'Z') && (c < '0' || c > '9'); });
    return plain;
}

http::answer search(const site& s, const http::request& r)
{
    const auto& symbols = s.prices.symbols();
    const auto is_other = [&r](std::string_view name, std::string_view ours) {
        const auto given = r.url.parameter(name);
        return given && !given->empty() && lower_case(*given) != lower_case(ours);
    };
    std::size_t limit = found_usual;
    if (const auto given = r.url.parameter("limit")) {
        const auto read = parse_count(*given, symbol_table::symbols_max);
        if (!read)
            return refused(
                400,
                "limit: a whole number from 1 to " + std::to_string(symbol_table::symbols_max));
        limit = *read;
    }
    const auto wanted = letters_of(r.url.parameter("query").value_or(""));
    std::vector<symbol_id> found;
    // Those that begin with it, then those that have it elsewhere.
    for (const bool begins : {true, false})
        for (const auto id : symbols.all()) {
            const auto at = letters_of(symbols.name(id)).find(wanted);
            if (at != std::string::npos && (at == 0) == begins && found.size() < limit)
                found.push_back(id);
        }
    if (is_other("type", kind) || is_other("exchange", exchange))
        found.clear();
    json::array list;
    for (const auto id : found) {
        const auto& name = symbols.name(id);
        json::object o;
        o.text("symbol", name).text("full_name", std::string{exchange} + ':' + name);
        o.text(
            "description", std::string{symbols.base(id)} + " in " + std::string{symbols.quote(id)});
        o.text("exchange", exchange).text("ticker", name).text("type", kind);
        list.json(std::move(o).done());
    }
    return json_response(std::move(list).done());
}

http::answer server_time(const site& s, const http::request& r)
{
    http::response out;
    out.content_type = "text/plain; charset=utf-8";
    out.body = std::to_string(
        std::chrono::floor<seconds>(s.prices.believed(r.now)).time_since_epoch().count());
    out.headers.emplace_back("Cache-Control", "no-store");
    return out;
}

// Charts ask for times before 1970 too, where they scroll far back.
std::optional<wall_time> read_seconds(const http::request_target& target, std::string_view name)
{
    constexpr std::int64_t latest = 16'725'225'600;  // the year 2500
    const auto given = target.parameter(name).value_or("");
    std::int64_t count = 0;
    const auto end = given.data() + given.size();
    const auto read = std::from_chars(given.data(), end, count);
    if (read.ec != std::errc{} || read.ptr != end)
        return std::nullopt;
    return wall_time{seconds{std::clamp<std::int64_t>(count, 0, latest)}};
}

using query_or_words = std::variant<series::candle_query, std::string>;

// `countback` wins over `from`: so many candles that open before `to`, however far back.
query_or_words read_query(const http::request_target& target, symbol_id symbol)
{
    const auto named = target.parameter("resolution").value_or("");
    const auto found = std::ranges::find(resolutions, named, &resolution::name);
    if (found == resolutions.end())
        return "resolution: one of 1, 5, 15, 30, 60, 240, 360, 1D, 1W";
    const auto to = read_seconds(target, "to");
    if (!to)
        return "to: Unix seconds";
    series::candle_query wanted{
        .symbol = symbol,
        .of = found->of,
        .from = {},
        .until = *to,
        .candles_max = candles_max,
        .first = series::end::newest,
        .with_forming = true};
    if (const auto given = target.parameter("countback"); given && *given != "0") {
        const auto count = parse_count(*given, 1'000'000);
        if (!count)
            return "countback: a whole number of candles";
        wanted.candles_max = std::min(*count, candles_max);
        return wanted;
    }
    const auto from = read_seconds(target, "from");
    if (!from)
        return "from: Unix seconds, unless there is a countback";
    wanted.from = std::min(*from, *to);
    return wanted;
}

// One column of an answer.
template <class Append>
std::string column(const std::vector<series::kept_candle>& candles, Append&& append)
{
    std::string text{"["};
    for (const auto& c : candles) {
        if (text.size() > 1)
            text += ',';
        append(text, c.value);
    }
    return text += ']';
}

std::string bars_object(const series::candle_answer& found)
{
    json::object o;
    if (found.candles.empty()) {
        o.text("s", "no_data");
        // Where the nearest earlier candle is, so that the chart need not search for it.
        if (found.before)
            o.number("nextTime", found.before->opens.time_since_epoch().count());
        return std::move(o).done();
    }
    const auto prices = [&found](price series::candle::*which) {
        return column(found.candles, [which](std::string& to, const series::candle& c) {
            to += (c.*which).text();
        });
    };
    o.text("s", "ok");
    o.json("t", column(found.candles, [](std::string& to, const series::candle& c) {
               to += std::to_string(c.opens.time_since_epoch().count());
           }));
    o.json("o", prices(&series::candle::open)).json("h", prices(&series::candle::high));
    o.json("l", prices(&series::candle::low)).json("c", prices(&series::candle::close));
    return std::move(o).done();
}

boost::asio::awaitable<http::answer> bars(const site& s, const http::request& r)
{
    const auto id = find_symbol(s.prices.symbols(), r.url.parameter("symbol").value_or(""));
    if (!id)
        co_return refused(404, "unknown_symbol");
    const auto read = read_query(r.url, *id);
    if (const auto* words = std::get_if<std::string>(&read))
        co_return refused(400, *words);
    if (s.history == nullptr)
        co_return refused(404, no_history(s).detail);
    const auto found = co_await ask(*s.history, std::get<series::candle_query>(read));
    if (!found) {
        const auto told = refusal_of(found.error());
        auto out = refused(
            told.status,
            told.status == 503 ? "too many questions wait" : "the archive cannot be read");
        if (told.status == 503)
            out.headers.emplace_back("Retry-After", std::to_string(retry_after_usual.count()));
        co_return out;
    }
    co_return tagged_json(bars_object(*found), r);
}

}  // namespace

void add_udf_routes(http::router& to, const site& of)
{
    to.add(
        "/udf/config", [](const http::request& r) { return config(r); },
        "for TradingView's charts: what this data feed offers");
    to.add(
        "/udf/symbols", [of](const http::request& r) { return symbol_info(of, r); },
        "for TradingView's charts: one symbol: symbol");
    to.add(
        "/udf/search", [of](const http::request& r) { return search(of, r); },
        "for TradingView's charts: symbols by a part of their names: query, limit");
    to.add(
        "/udf/time", [of](const http::request& r) { return server_time(of, r); },
        "for TradingView's charts: the server's clock");
    to.add(http::route{
        .pattern = "/udf/history",
        .handle =
            http::waiting_handler{
                [of](const http::request& r) -> boost::asio::awaitable<http::answer> {
                    return bars(of, r);
                }},
        .about = "for TradingView's charts: candles: symbol, resolution, from, to, countback"});
}

}  // namespace tickertape::web
