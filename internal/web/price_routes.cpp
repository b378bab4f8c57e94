// Prices for clients that poll.
#include "web/problems.hpp"
#include "web/site.hpp"

#include "core/text.hpp"
#include "web/derived_price.hpp"
#include "web/parameters.hpp"
#include "web/spreadsheet.hpp"
#include "web/stream_request.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace tickertape::web {
namespace {

http::answer all_symbols(const symbol_table& symbols, const http::request& r)
{
    if (const auto wrong = wrong_parameters(r.url, {}))
        return http::to_response(*wrong);
    json::array list;
    for (const auto id : symbols.all()) {
        const auto path = "/api/prices/" + lower_case(symbols.name(id));
        json::object o;
        o.text("symbol", symbols.name(id)).text("base", symbols.base(id));
        o.text("quote", symbols.quote(id)).text("path", path);
        list.json(std::move(o).done());
    }
    return json_response(std::move(json::object{}.json("symbols", std::move(list).done())).done());
}

http::answer all_prices(const site& s, const http::request& r)
{
    static constexpr std::array<std::string_view, 2> known_names{"symbols", "symbol"};
    if (const auto wrong = wrong_parameters(r.url, known_names))
        return http::to_response(*wrong);
    const auto wanted = read_symbols(r.url, s.prices.symbols(), unnamed_symbols::all);
    if (const auto* bad = std::get_if<http::problem>(&wanted))
        return http::to_response(*bad);
    json::array list;
    for (const auto id : std::get<0>(wanted))
        list.json(price_json(s, id, r.boot_now));
    return json_response(std::move(json::object{}.json("prices", std::move(list).done())).done());
}

// Of a symbol that is none of ours.
http::answer
one_derived_price(const site& s, const http::request& r, std::string_view name, sheet_format format)
{
    const auto made = derive_price(s, name, r);
    if (const auto* refused = std::get_if<http::response>(&made))
        return *refused;
    const auto& of = std::get<derived_price>(made);
    if (const auto wrong = wrong_parameters(r.url, {}))
        return http::to_response(*wrong);
    if (format == sheet_format::json)
        return json_response(price_json(s, of, r.boot_now));
    const sheet_price told{of.symbol, of.currency, of.value,   of.source,
                           of.time,   of.age,      of.is_stale};
    return format == sheet_format::text ? price_as_text(told) : price_as_csv(told);
}

// `name`: of a symbol, with an ending where the price is for a spreadsheet.
http::answer one_price(const site& s, const http::request& r, std::string_view name)
{
    const auto [symbol, format] = read_sheet_name(name);
    const auto id = s.prices.symbols().find(symbol);
    if (!id)
        return one_derived_price(s, r, symbol, format);
    if (const auto wrong = wrong_parameters(r.url, {}))
        return http::to_response(*wrong);
    if (format == sheet_format::text)
        return price_as_text(s, *id, r.boot_now);
    if (format == sheet_format::csv)
        return price_as_csv(s, *id, r.boot_now);
    if (!s.prices.newest_tick(*id))
        return refusal_for_now(no_price_yet(s.prices.symbols().name(*id)));
    return json_response(price_json(s, *id, r.boot_now));
}

// For pollers that want two numbers and nothing else.
http::answer first_price(const site& s, const http::request& r)
{
    if (const auto wrong = wrong_parameters(r.url, {}))
        return http::to_response(*wrong);
    const auto id = s.prices.symbols().all().front();
    const auto newest = s.prices.newest_tick(id);
    if (!newest)
        return refusal_for_now(no_price_yet(s.prices.symbols().name(id)));
    std::array<char, 400> digits;
    const auto end = std::to_chars(
        digits.begin(), digits.end(), newest->value.value(), std::chars_format::fixed, 2);
    json::object o;
    o.json("price", {digits.data(), static_cast<std::size_t>(end.ptr - digits.data())});
    o.seconds("timestamp", newest->at.time().time_since_epoch());
    return json_response(std::move(o).done());
}

}  // namespace

void append_price(json::object& to, const site& s, symbol_id id, boot_time now)
{
    const auto observed = s.prices.observed(id);  // asked first, so that no age is too small
    const auto newest = s.prices.newest_tick(id);
    if (!newest || !observed) {
        to.null("price").null("timestamp").null("source").null("age_seconds");
        to.boolean("stale", true);
        return;
    }
    const auto time = newest->at.time();
    to.value("price", newest->value);
    to.number("timestamp", time.time_since_epoch().count() / 1000);
    append_source(to, s.sources, newest->source);
    to.seconds("age_seconds", staleness::age(*observed, now));
    to.boolean("stale", s.stale.is_stale(*observed, now));
}

std::string price_json(const site& s, symbol_id id, boot_time now)
{
    json::object o;
    o.text("symbol", s.prices.symbols().name(id));
    append_price(o, s, id, now);
    return std::move(o).done();
}

void add_price_routes(http::router& to, const site& of)
{
    to.add(
        "/api/symbols",
        [of](const http::request& r) { return all_symbols(of.prices.symbols(), r); },
        "the symbols that are served");
    to.add(
        "/api/prices",
        [of](const http::request& r) {
            return tape::within_an_era(of.prices, [&] { return all_prices(of, r); });
        },
        "the newest price of each symbol: symbols");
    to.add(
        "/api/prices/{}",
        [of](const http::request& r) {
            return tape::within_an_era(of.prices, [&] { return one_price(of, r, r.captured[0]); });
        },
        "the newest price of one symbol; with .txt behind it the number alone, with .csv a table; "
        "of a "
        "symbol in USD also in other currencies");
    add_history_route(to, of);
    to.add(
        "/crypto-price",
        [of](const http::request& r) {
            return tape::within_an_era(of.prices, [&] { return first_price(of, r); });
        },
        "the newest price of the first symbol, as two numbers");
}

}  // namespace tickertape::web
