// GET /api/archive: how the archive is.
#include "web/site.hpp"

#include "web/parameters.hpp"
#include "json/json_text.hpp"

namespace tickertape::web {
namespace {

// {"id":"1712525476123-0","time":1712525476.123}, or null.
std::string place_object(position at)
{
    if (at == position{})
        return "null";
    json::object o;
    o.text("id", at.text()).time("time", at.time());
    return std::move(o).done();
}

std::string hole_object(const archive_report::hole& missing)
{
    json::object o;
    o.text("from", missing.from.text()).text("to", missing.to.text());
    o.text("reason", missing.reason);
    return std::move(o).done();
}

std::string candles_object(const archive_report::candles_of& held)
{
    json::object o;
    o.text("interval", held.interval).number("count", static_cast<std::int64_t>(held.count));
    o.time("since", held.since);
    return std::move(o).done();
}

http::answer how_the_archive_is(const site& s, const http::request& r)
{
    if (const auto wrong = wrong_parameters(r.url, {}))
        return http::to_response(*wrong);
    const auto now = s.archive ? s.archive() : archive_report{};
    json::object o;
    o.text("state", text_of(now.state)).text_or_null("why", now.why);
    if (now.state == archive_report::condition::none)
        return json_response(std::move(o).done());
    json::array holes;
    for (const auto& missing : now.holes)
        holes.json(hole_object(missing));
    o.text("kind", now.kind).text("last_life", now.last_life);
    o.json("last", place_object(now.last)).json("synced", place_object(now.synced));
    const auto number = [&o](std::string_view name, std::uint64_t value) {
        o.number(name, static_cast<std::int64_t>(value));
    };
    number("days", now.days);
    number("sealed_days", now.sealed_days);
    number("sealed_bytes", now.sealed_bytes);
    json::array candles;
    for (const auto& held : now.candles)
        candles.json(candles_object(held));
    o.json("candles", std::move(candles).done());
    number("candle_bytes", now.candle_bytes);
    number("passed", now.passed);
    number("failures", now.failures);
    number("holes_known", now.holes_known);
    o.json("holes", std::move(holes).done());
    return json_response(std::move(o).done());
}

}  // namespace

void add_archive_route(http::router& to, const site& of)
{
    to.add(
        "/api/archive", [of](const http::request& r) { return how_the_archive_is(of, r); },
        "the state of the archive");
}

}  // namespace tickertape::web
