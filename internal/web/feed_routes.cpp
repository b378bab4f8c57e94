// GET /api/feed: the state of the feed and its providers, and the sources of each price.
#include "web/site.hpp"

#include "web/parameters.hpp"
#include "web/stream_request.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <span>

namespace tickertape::web {
namespace {

std::string failure_object(const feed_report::failure& f)
{
    json::object o;
    o.time("at", f.at).text("words", f.words);
    return std::move(o).done();
}

std::string latency_object(const feed_report::latency& l)
{
    json::object o;
    o.milliseconds("p50", l.p50).milliseconds("p90", l.p90).milliseconds("p99", l.p99);
    return std::move(o).done();
}

std::string socket_object(const feed_report::venue_socket& s)
{
    json::object o;
    o.text("state", s.state).time("since", s.since).time("last_message", s.last_message);
    o.number("messages", static_cast<std::int64_t>(s.messages));
    o.number("connections", static_cast<std::int64_t>(s.connections));
    o.number("subscribed", static_cast<std::int64_t>(s.subscribed));
    o.text_or_null("notice", s.notice);
    o.json("last_error", s.last_failure ? failure_object(*s.last_failure) : "null");
    json::object refused;
    for (const auto& r : s.refused)
        refused.text(r.symbol, r.words);
    o.json("refused", std::move(refused).done());
    return std::move(o).done();
}

void append_clock(json::object& to, const std::optional<std::chrono::milliseconds>& ahead)
{
    if (ahead)
        to.seconds("clock_ahead_seconds", *ahead);
    else
        to.null("clock_ahead_seconds");
}

std::string provider_object(const feed_report::provider& p)
{
    json::object o;
    o.text("name", p.name).text("breaker", p.breaker).time("last_success", p.last_success);
    o.json("last_error", p.last_failure ? failure_object(*p.last_failure) : "null");
    o.json("latency_ms", p.took ? latency_object(*p.took) : "null");
    o.decimal("requests_left", p.requests_left);
    if (p.paused_for > std::chrono::milliseconds{0})
        o.seconds("paused_for_seconds", p.paused_for);
    json::object set_aside;
    for (const auto& c : p.set_aside)
        set_aside.number(c.reason, static_cast<std::int64_t>(c.times));
    o.json("set_aside", std::move(set_aside).done());
    json::array lacks;
    for (const auto& name : p.lacks)
        lacks.text(name);
    o.json("lacks", std::move(lacks).done());
    append_clock(o, p.clock_ahead);
    o.json("stream", p.socket ? socket_object(*p.socket) : "null");
    return std::move(o).done();
}

std::string quote_object(const feed_report::quote& q, const feed_report& report)
{
    assert(q.provider < report.providers.size());
    json::object o;
    o.text("provider", report.providers[q.provider].name);
    if (!q.market.empty())
        o.text("market", q.market);
    o.value("price", q.value);
    o.seconds("age_seconds", q.age).seconds("received_seconds_ago", q.received_ago);
    o.text("via", q.by_socket ? "stream" : "poll").boolean("used", q.is_used);
    if (!q.is_used && !q.aside.empty())
        o.text("aside", q.aside);
    return std::move(o).done();
}

constexpr std::string_view words_of_standing_by =
    "this instance stands by: the leader asks the providers, and no fresh price has come from it";

// `said`: what the feed reports of it; null where it says nothing.
std::string symbol_object(
    const site& s, symbol_id id, const feed_report& report, const feed_report::symbol* said,
    clock_reading now)
{
    json::object o;
    o.text("symbol", s.prices.symbols().name(id));
    // What is served, not what the feed decided last: the two are a moment apart.
    const auto observed = s.prices.observed(id);  // asked first, so that no age is too small
    if (const auto newest = s.prices.newest_tick(id); newest && observed) {
        append_source(o, s.sources, newest->source);
        o.value("price", newest->value).seconds("age_seconds", staleness::age(*observed, now.boot));
        o.boolean("stale", s.stale.is_stale(*observed, now.boot));
    } else {
        o.null("source").null("price").null("age_seconds").boolean("stale", true);
    }
    // What this feed lacks says nothing of a price that another instance publishes.
    const bool is_fresh = observed && !s.stale.is_stale(*observed, now.boot);
    if (report.is_standing_by)
        o.text_or_null("problem", is_fresh ? std::string_view{} : words_of_standing_by);
    else
        o.text_or_null("problem", said ? std::string_view{said->problem} : std::string_view{});
    if (said != nullptr && !said->legs.empty()) {
        json::array legs;
        for (const auto& leg : said->legs)
            legs.text(leg);
        o.json("derived_from", std::move(legs).done());
    }
    json::array quotes;
    if (said != nullptr)
        for (const auto& q : said->quotes)
            quotes.json(quote_object(q, report));
    o.json("quotes", std::move(quotes).done());
    return std::move(o).done();
}

// By the number of the symbol, so that no symbol is searched for.
std::vector<const feed_report::symbol*> by_number(const feed_report& report, std::size_t symbols)
{
    std::vector<const feed_report::symbol*> said(symbols, nullptr);
    for (const auto& one : report.symbols) {
        assert(index_of(one.id) < symbols);
        said[index_of(one.id)] = &one;
    }
    return said;
}

std::string served_by_object(const cluster_report& cluster)
{
    json::object o;
    o.text_or_null("instance", cluster.instance);
    o.number("instances", static_cast<std::int64_t>(cluster.instances.size()));
    return std::move(o).done();
}

std::string feed_object(
    const site& s, const feed_report& report, std::span<const symbol_id> wanted, clock_reading now)
{
    json::array providers;
    for (const auto& p : report.providers)
        providers.json(provider_object(p));
    json::array symbols;
    const auto said = by_number(report, s.prices.symbols().size());
    for (const auto id : wanted)
        symbols.json(symbol_object(s, id, report, said[index_of(id)], now));
    json::object o;
    o.time("at", report.at.value_or(now.wall));
    o.text("mode", report.mode).text_or_null("policy", report.policy);
    if (report.is_standing_by)
        o.boolean("standing_by", true);
    if (s.cluster)
        o.json("served_by", served_by_object(s.cluster()));
    append_clock(o, report.clock_ahead);
    o.json("providers", std::move(providers).done());
    o.json("symbols", std::move(symbols).done());
    return std::move(o).done();
}

http::answer how_the_feed_is(const site& s, const http::request& r)
{
    static constexpr std::array<std::string_view, 2> known_names{"symbols", "symbol"};
    if (const auto wrong = wrong_parameters(r.url, known_names))
        return http::to_response(*wrong);
    const auto wanted = read_symbols(r.url, s.prices.symbols(), unnamed_symbols::all);
    if (const auto* bad = std::get_if<http::problem>(&wanted))
        return http::to_response(*bad);
    // Held until the answer is written; the feed may post the next one meanwhile.
    const auto report = s.reports.newest();
    if (!report)
        return json_response(R"({"mode":"starting","policy":null,"providers":[],"symbols":[]})");
    return json_response(feed_object(s, *report, std::get<0>(wanted), {r.now, r.boot_now}));
}

}  // namespace

void add_feed_routes(http::router& to, const site& of)
{
    to.add(
        "/api/feed",
        [of](const http::request& r) {
            return tape::within_an_era(of.prices, [&] { return how_the_feed_is(of, r); });
        },
        "the state of the feed and its providers: symbols");
}

}  // namespace tickertape::web
