// GET /api/cluster: which instances serve, which of them leads, and how far this one is behind.
#include "web/site.hpp"

#include "web/parameters.hpp"
#include "json/json_text.hpp"

#include <algorithm>

namespace tickertape::web {
namespace {

// The kind of a feed by its mode: both ways of asking providers are of one kind.
std::string kind_of_mode(const std::string& mode)
{
    return mode == "poll" || mode == "stream" ? "live" : mode;
}

// Of all symbols; position{} before the first.
position newest_tick(const site& s)
{
    return tape::within_an_era(s.prices, [&] {
        position newest{};
        for (const auto id : s.prices.symbols().all())
            newest = std::max(newest, s.prices.newest(id));
        return newest;
    });
}

http::answer how_the_cluster_is(const site& s, const http::request& r)
{
    if (const auto wrong = wrong_parameters(r.url, {}))
        return http::to_response(*wrong);
    const auto now = cluster_of(s);
    json::array instances;
    for (const auto& one : now.instances) {
        json::object o;
        o.text("instance", one.instance).text_or_null("role", one.role);
        instances.json(std::move(o).done());
    }
    json::object o;
    o.text("role", text_of(now.as)).text_or_null("feed", now.feed);
    o.text_or_null("instance", now.instance).text_or_null("leader", now.leader);
    o.json("instances", std::move(instances).done());
    if (now.lag)
        o.number("lag_ms", now.lag->count());
    else
        o.null("lag_ms");
    if (now.top == position{})
        o.null("top");
    else
        o.text("top", now.top.text());
    // Of edges: a heartbeat moves the top, and no tick comes of it.
    if (const auto newest = newest_tick(s); newest == position{})
        o.null("newest");
    else
        o.text("newest", newest.text());
    if (now.is_relay_away)
        o.boolean("relay_away", true);
    const auto number = [&o](std::string_view name, std::uint64_t value) {
        o.number(name, static_cast<std::int64_t>(value));
    };
    number("orphans", now.orphans);
    number("conflicts", now.conflicts);
    number("takeovers", now.takeovers);
    return json_response(std::move(o).done());
}

}  // namespace

cluster_report cluster_of(const site& s)
{
    if (s.cluster)
        return s.cluster();
    cluster_report alone;
    if (const auto report = s.reports.newest())
        alone.feed = kind_of_mode(report->mode);
    alone.lag = std::chrono::milliseconds{0};
    // Before the first tick it is where positions begin.
    if (const auto top = s.prices.committed(); top != s.prices.epoch())
        alone.top = top;
    return alone;
}

void add_cluster_route(http::router& to, const site& of)
{
    to.add(
        "/api/cluster", [of](const http::request& r) { return how_the_cluster_is(of, r); },
        "the instances that serve, and how far this one is behind");
}

}  // namespace tickertape::web
