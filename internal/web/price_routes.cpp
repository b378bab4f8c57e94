// The prices for those who ask instead of listening.
#include "web/site.hpp"

#include "core/text.hpp"
#include "sse/event.hpp"
#include "web/json_text.hpp"
#include "web/stream_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace tickertape {
namespace {

constexpr std::size_t history_default = 1'000;
constexpr std::size_t history_max = 10'000;
// More rows than these are asked for again, whatever the limit: an answer is made in one go, and
// everybody else on the lane waits meanwhile.
constexpr std::size_t history_rows_max = 1'000;
constexpr std::size_t row_bytes_usual = 112;
constexpr std::size_t around_rows_bytes = 256;  // with a gap

std::string price_object(const site& s, symbol_id id, wall_time now)
{
    json_object o;
    o.text("symbol", s.prices.symbols().name(id));
    append_price(o, s, s.prices.of(id).newest(), now);
    return std::move(o).done();
}

answer all_symbols(const symbol_table& symbols)
{
    json_array list;
    for (const auto id : symbols.all()) {
        const auto path = "/api/prices/" + lower_case(symbols.name(id));
        json_object o;
        o.text("symbol", symbols.name(id)).text("base", symbols.base(id));
        o.text("quote", symbols.quote(id)).text("path", path);
        list.json(std::move(o).done());
    }
    return json_response(std::move(json_object{}.json("symbols", std::move(list).done())).done());
}

answer all_prices(const site& s, const request& r)
{
    json_array list;
    for (const auto id : s.prices.symbols().all())
        list.json(price_object(s, id, r.now));
    return json_response(std::move(json_object{}.json("prices", std::move(list).done())).done());
}

answer one_price(const site& s, const request& r, const std::string& name)
{
    const auto id = s.prices.symbols().find(name);
    if (!id)
        return to_response(unknown_symbol(name, s.prices.symbols()));
    if (!s.prices.of(*id).newest())
        return to_response(no_price_yet(s.prices.symbols().name(*id)));
    return json_response(price_object(s, *id, r.now));
}

// For pollers that want two numbers and nothing else.
answer first_price(const site& s)
{
    const auto id = s.prices.symbols().all().front();
    const auto newest = s.prices.of(id).newest();
    if (!newest)
        return to_response(no_price_yet(s.prices.symbols().name(id)));
    std::array<char, 400> digits;
    const auto end = std::to_chars(
        digits.begin(), digits.end(), newest->value.value(), std::chars_format::fixed, 2);
    json_object o;
    o.json("price", {digits.data(), static_cast<std::size_t>(end.ptr - digits.data())});
    o.seconds("timestamp", newest->at.time().time_since_epoch());
    return json_response(std::move(o).done());
}

std::variant<std::size_t, problem> read_limit(const request_target& target)
{
    const auto given = target.parameter("limit");
    if (!given)
        return history_default;
    std::size_t limit = 0;
    const auto end = given->data() + given->size();
    const auto read = std::from_chars(given->data(), end, limit);
    if (read.ec != std::errc{} || read.ptr != end || limit < 1 || limit > history_max)
        return bad_parameter(
            "limit", quoted(*given) + " is not a number of ticks",
            "a whole number from 1 to " + std::to_string(history_max));
    return limit;
}

struct history_request {
    std::optional<wall_time> since;
    std::optional<wall_time> until;
    std::size_t limit;  // of the answer
};

std::variant<history_request, problem>
read_history_request(const request_target& target, wall_time now)
{
    if (auto twice = given_twice(target, {"since", "until", "limit"}))
        return *std::move(twice);
    auto since = read_time(target, "since", now);
    if (auto* bad = std::get_if<problem>(&since))
        return std::move(*bad);
    auto until = read_time(target, "until", now);
    if (auto* bad = std::get_if<problem>(&until))
        return std::move(*bad);
    auto limit = read_limit(target);
    if (auto* bad = std::get_if<problem>(&limit))
        return std::move(*bad);
    const history_request wanted{
        std::get<0>(since), std::get<0>(until), std::min(std::get<0>(limit), history_rows_max)};
    if (wanted.since && wanted.until && *wanted.since > *wanted.until)
        return bad_parameter("until", "until lies before since", "a time at or after since");
    return wanted;
}

// In place: a row of its own, copied thrice, took most of the time of an answer.
void append_row(std::string& rows, const site& s, const tape::entry& e)
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
    append_json_string(rows, s.sources.name(e.source));
    if (const auto combined = s.sources.combined(e.source); combined > 0) {
        rows += ",\"sources\":";
        rows += std::to_string(combined);
    }
    rows += '}';
}

std::string gap_object(position from, position to, sse::gap_reason why)
{
    json_object o;
    o.text("from", from.text()).text("to", to.text()).text("reason", sse::to_string(why));
    return std::move(o).done();
}

// With `since`, the first ticks from there on; without, the last ones. `more` says whether the
// limit cut something off on the far side.
answer
history(const site& s, const request& r, const request_target& target, const std::string& name)
{
    const auto id = s.prices.symbols().find(name);
    if (!id)
        return to_response(unknown_symbol(name, s.prices.symbols()));
    auto read = read_history_request(target, r.now);
    if (const auto* bad = std::get_if<problem>(&read))
        return to_response(*bad);
    const auto& wanted = std::get<history_request>(read);

    const tape& t = s.prices.of(*id);
    const auto committed = s.prices.committed();
    // Up to the end of the millisecond that `until` names.
    const auto last =
        wanted.until
            ? std::min(
                  committed, position::at(*wanted.until + std::chrono::milliseconds{1}).previous())
            : committed;
    const auto asked_after = wanted.since ? position::at(*wanted.since).previous() : position{};
    const auto end = t.first_after(last);
    const auto held = t.first_after(asked_after);
    auto i = wanted.since || end - std::min(held, end) <= wanted.limit ? held : end - wanted.limit;
    const bool cut_before = i > held;

    std::string rows;
    rows.reserve(row_bytes_usual * std::min<std::size_t>(wanted.limit, end - std::min(i, end)));
    std::size_t count = 0;
    for (; i < end && count < wanted.limit; ++i)
        if (const auto e = t.read(i)) {
            append_row(rows, s, *e);
            ++count;
        }
    rows += rows.empty() ? "[]" : "]";
    json_object o;
    o.reserve(rows.size() + around_rows_bytes);
    o.text("symbol", s.prices.symbols().name(*id));
    o.json("ticks", rows);
    o.boolean("more", cut_before || i < end);
    // Asked after the reading: what is gone by now may be missing above.
    if (const auto gone = t.evicted(); wanted.since && gone > asked_after)
        o.json("gap", gap_object(asked_after, gone, sse::gap_reason::evicted));
    else if (wanted.since && asked_after < s.prices.epoch())
        o.json("gap", gap_object(asked_after, s.prices.epoch(), sse::gap_reason::restarted));
    return json_response(std::move(o).done());
}

}  // namespace

void append_price(json_object& to, const site& s, const result<tape::entry>& newest, wall_time now)
{
    if (!newest) {
        to.null("price").null("timestamp").null("source").null("age_seconds");
        to.boolean("stale", true);
        return;
    }
    const auto time = newest->at.time();
    to.value("price", newest->value);
    to.number("timestamp", time.time_since_epoch().count() / 1000);
    append_source(to, s.sources, newest->source);
    to.seconds("age_seconds", staleness::age(time, now));
    to.boolean("stale", s.stale.is_stale(time, now));
}

void add_price_routes(router& to, const site& of)
{
    to.add("/api/symbols", [of](const auto&, const auto&, const auto&) -> answer {
        return all_symbols(of.prices.symbols());
    });
    to.add("/api/prices", [of](const request& r, const auto&, const auto&) -> answer {
        return all_prices(of, r);
    });
    to.add("/api/prices/{}", [of](const request& r, const auto&, const auto& at) -> answer {
        return one_price(of, r, at[0]);
    });
    to.add(
        "/api/prices/{}/history",
        [of](const request& r, const auto& target, const auto& at) -> answer {
            return history(of, r, target, at[0]);
        });
    to.add("/crypto-price", [of](const auto&, const auto&, const auto&) -> answer {
        return first_price(of);
    });
}

}  // namespace tickertape
