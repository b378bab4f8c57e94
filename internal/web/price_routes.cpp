// Prices for clients that poll, and histories.
#include "web/problems.hpp"
#include "web/site.hpp"

#include "core/text.hpp"
#include "sse/event.hpp"
#include "web/history_request.hpp"
#include "web/parameters.hpp"
#include "web/stream_request.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace tickertape::web {
namespace {

constexpr std::size_t row_bytes_usual = 112;
constexpr std::size_t around_rows_bytes = 256;  // with a gap

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

http::answer one_price(const site& s, const http::request& r, const std::string& name)
{
    const auto id = s.prices.symbols().find(name);
    if (!id)
        return http::to_response(unknown_symbol(name, s.prices.symbols()));
    if (const auto wrong = wrong_parameters(r.url, {}))
        return http::to_response(*wrong);
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

// In place: a row of its own, copied thrice, took most of the time of an answer.
void append_row(std::string& rows, const site& s, const tape::symbol_tape::entry& e)
{
    std::array<char, std::max(position::text_bytes_max, price::text_bytes_max)> text;
    rows += rows.empty() ? "[{\"id\":\"" : ",{\"id\":\"";
    rows.append(text.data(), e.at.write(text.data()));
    rows += "\",\"timestamp\":";
    const auto seconds = std::to_chars(text.begin(), text.end(), e.at.ms() / 1000).ptr;
    rows.append(text.data(), seconds);
    rows += ",\"price\":";
    rows.append(text.data(), e.value.write(text.data()));
    rows += ",\"source\":";
    json::append_string(rows, s.sources.name(e.source));
    if (const auto combined = s.sources.combined(e.source); combined > 0) {
        rows += ",\"sources\":";
        rows += std::to_string(combined);
    }
    rows += '}';
}

std::string gap_object(position from, position to, sse::gap_reason why)
{
    json::object o;
    o.text("from", from.text()).text("to", to.text()).text("reason", sse::to_string(why));
    return std::move(o).done();
}

// What was read, and whether there is more beyond the limit.
struct history_part {
    std::string rows{};
    position first{};  // position{}: there are no rows
    position last{};
    bool more = false;
    std::optional<tape::hole> hole{};  // before the rows
};

history_part read_part(const site& s, const tape::symbol_tape& t, const history_request& wanted)
{
    history_part part;
    const auto committed = s.prices.committed();
    auto until = std::min(committed, wanted.last.value_or(committed));
    // A page that goes forward ends at a hole, and the next one begins by telling it.
    bool ends_at_hole = false;
    for (auto at = wanted.after; at && !ends_at_hole;) {
        const auto missing = s.prices.next_hole(*at, until);
        if (!missing)
            break;
        if (t.first_after(*at) < t.first_after(missing->after)) {
            ends_at_hole = true;
            until = missing->after;
        } else {
            part.hole = missing;
            at = missing->end;
        }
    }
    const auto end = t.first_after(until);
    const auto held = t.first_after(wanted.after.value_or(position{}));
    const bool fits = end - std::min(held, end) <= wanted.limit;
    auto i = wanted.after || fits ? held : end - wanted.limit;
    const bool cut_before = i > held;

    part.rows.reserve(
        row_bytes_usual * std::min<std::size_t>(wanted.limit, end - std::min(i, end)));
    std::size_t count = 0;
    for (; i < end && count < wanted.limit; ++i)
        if (const auto e = t.read(i)) {
            append_row(part.rows, s, *e);
            if (count++ == 0)
                part.first = e->at;
            part.last = e->at;
        }
    part.rows += count == 0 ? "[]" : "]";
    // Where all of them were overwritten meanwhile, so was what lay before them.
    part.more = (cut_before && count > 0) || i < end || ends_at_hole;
    return part;
}

struct history_gap {
    position from;
    position to;
    sse::gap_reason why;
};

// What is missing behind `after`. Asked after the reading: what is gone by now may be missing
// there.
std::optional<history_gap> gap_behind(
    const history_request& wanted, const tape::tapes& prices, const tape::symbol_tape& t,
    const std::optional<tape::hole>& hole)
{
    const auto after = *wanted.after;
    const auto epoch = prices.epoch();
    const auto hole_end = hole ? hole->to : position{};
    const auto gone = t.evicted();
    if (wanted.is_unknown)
        return history_gap{after, std::max({epoch, gone, hole_end}), sse::gap_reason::restarted};
    if (gone > std::max(after, epoch))
        return history_gap{after, std::max(gone, hole_end), sse::gap_reason::evicted};
    if (after < epoch)
        return history_gap{after, std::max(epoch, hole_end), sse::gap_reason::restarted};
    if (hole)
        return history_gap{
            hole->ends_its_place() ? after : hole->from, hole->to, sse::reason_of(hole->why)};
    return std::nullopt;
}

// What to ask with next: for what follows, now or later; or for what lies before, if anything does.
std::string next_object(
    const history_request& wanted, const history_part& part,
    const std::optional<history_gap>& missing)
{
    json::object o;
    if (!wanted.after)
        return part.more && part.first != position{}
                   ? std::move(o.text("before", part.first.text())).done()
                   : "null";
    auto seen = std::max(
        {*wanted.after, part.last, missing ? missing->to : position{},
         part.hole ? part.hole->end : position{}});
    // A range that is over stays one that can be asked for.
    if (wanted.last)
        seen = std::min(seen, std::max(*wanted.last, *wanted.after));
    return std::move(o.text("after", seen.text())).done();
}

http::answer history(const site& s, const http::request& r, const std::string& name)
{
    const auto id = s.prices.symbols().find(name);
    if (!id)
        return http::to_response(unknown_symbol(name, s.prices.symbols()));
    auto read = read_history_request(r.url, s.prices, r.now, s.ids_ahead);
    if (const auto* bad = std::get_if<http::problem>(&read))
        return http::to_response(*bad);
    const auto& wanted = std::get<history_request>(read);

    const tape::symbol_tape& t = s.prices.of(*id);
    const auto part = read_part(s, t, wanted);
    const auto missing = wanted.after ? gap_behind(wanted, s.prices, t, part.hole) : std::nullopt;
    json::object o;
    o.reserve(part.rows.size() + around_rows_bytes);
    o.text("symbol", s.prices.symbols().name(*id));
    o.json("ticks", part.rows);
    o.boolean("more", part.more);
    if (wanted.pages)
        o.json("next", next_object(wanted, part, missing));
    if (missing)
        o.json("gap", gap_object(missing->from, missing->to, missing->why));
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
        "the newest price of one symbol");
    to.add(
        "/api/prices/{}/history",
        [of](const http::request& r) {
            return tape::within_an_era(of.prices, [&] { return history(of, r, r.captured[0]); });
        },
        "the ticks that are held of one symbol: since or after, until or before, limit");
    to.add(
        "/crypto-price",
        [of](const http::request& r) {
            return tape::within_an_era(of.prices, [&] { return first_price(of, r); });
        },
        "the newest price of the first symbol, as two numbers");
}

}  // namespace tickertape::web
