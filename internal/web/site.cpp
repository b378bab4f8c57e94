#include "web/site.hpp"

#include "http/problem.hpp"
#include "telemetry/metrics.hpp"
#include "web/front_page.hpp"
#include "web/problems.hpp"
#include "json/json_text.hpp"

#include <optional>

namespace tickertape::web {
namespace {

std::string seconds_of(std::chrono::milliseconds span)
{
    return std::to_string(std::chrono::floor<std::chrono::seconds>(span).count()) + " s";
}

// Others serve what this one does not have yet, or it cannot know.
std::string reason_of_lag(const cluster_report& now)
{
    const bool is_edge = now.as == cluster_report::role::edge;
    if (!now.lag && now.is_relay_away)
        return "the relay has not answered yet";
    if (!now.lag)
        return is_edge ? "this instance does not know how far the server that it serves on is"
                       : "this instance has not read yet what the others have";
    // Where the relay is away for all, none is behind another; they serve what they have.
    if (*now.lag <= cluster_lag_max || now.is_relay_away || now.relay_up_for <= cluster_lag_max)
        return {};
    return "this instance " + std::string{is_edge ? "may be " : "is "} + seconds_of(*now.lag) +
           " behind the others";
}

// The body of an instance that is ready: also why that may be over soon.
std::string words_of_ready(const site& s)
{
    json::object o;
    o.text("status", "ready");
    if (s.cluster)
        if (const auto now = s.cluster(); now.is_relay_away && now.lag)
            o.text(
                "detail", "the relay does not answer: no price has been new for " +
                              seconds_of(*now.lag) + ", here and, as far as is known, elsewhere");
    return std::move(o).done();
}

cluster_report alone()
{
    cluster_report one;
    one.lag = std::chrono::milliseconds{0};
    return one;
}

// Why the instance should get no requests; empty where it should.
std::string reason_against(const site& s, boot_time now)
{
    // relaxed: a flag that says nothing about other memory.
    if (s.draining.load(std::memory_order_relaxed))
        return "this instance is draining";
    const auto& symbols = s.prices.symbols();
    std::optional<boot_time> newest;
    symbol_id whose{};
    for (const auto id : symbols.all())
        if (const auto observed = s.prices.observed(id); observed && observed > newest) {
            newest = observed;
            whose = id;
        }
    if (!newest)
        return "no price has been seen yet";
    const auto cluster = s.cluster ? s.cluster() : alone();
    if (!s.stale.is_stale(*newest, now))
        return reason_of_lag(cluster);
    auto reason = "no price is fresh: the newest, " + symbols.name(whose) + ", is " +
                  seconds_of(staleness::age(*newest, now)) + " old";
    if (cluster.is_relay_away)
        reason += ", because the relay does not answer";
    return reason;
}

}  // namespace

http::response json_response(std::string body)
{
    http::response r;
    r.content_type = "application/json";
    r.body = std::move(body) + "\n";
    r.headers.emplace_back("Cache-Control", "no-store");
    return r;
}

// Not 503: to wait changes nothing.
http::response market_is_off(std::string_view lacks)
{
    return http::to_response(
        {.status = 404,
         .type = "no-market",
         .detail = std::string{lacks} + ": " + std::string{how_market_is_off}});
}

std::optional<fresh_tick> fresh_tick_of(const site& s, symbol_id id, boot_time now)
{
    const auto observed = s.prices.observed(id);  // asked first, so no age is too small
    const auto newest = s.prices.newest_tick(id);
    if (!newest || !observed || s.stale.is_stale(*observed, now))
        return std::nullopt;
    return fresh_tick{*newest, staleness::age(*observed, now)};
}

void append_source(json::object& to, const source_table& sources, source_id id)
{
    to.text("source", sources.name(id));
    if (const auto combined = sources.combined(id); combined > 0)
        to.number("sources", combined);
}

void add_operation_routes(http::router& to, const site& of)
{
    // Load balancers and monitoring ask these, often through one address and also when there is no
    // room for more connections.
    const auto add = [&to](std::string pattern, std::string about, http::handler h) {
        to.add(http::route{
            .pattern = std::move(pattern),
            .handle = std::move(h),
            .access = http::route_access::operators,
            .is_rate_limited = false,
            .about = std::move(about)});
    };
    add("/healthz", "whether the process lives",
        [](const http::request&) { return json_response(R"({"status":"ok"})"); });
    add("/readyz",
        "whether a fresh price is held and the instance is neither draining nor behind others",
        [of](const http::request& r) {
            auto reason = reason_against(of, r.boot_now);
            if (reason.empty())
                return json_response(words_of_ready(of));
            return refusal_for_now(
                {.status = 503, .type = "not-ready", .detail = std::move(reason)});
        });
    add("/metrics", "figures for Prometheus", [of](const http::request&) {
        http::response r;
        r.content_type = "text/plain; version=0.0.4; charset=utf-8";
        r.body = of.figures.text();
        r.headers.emplace_back("Cache-Control", "no-store");
        return r;
    });
}

void add_page_routes(http::router& to, const site& of)
{
    const front_page page{of};
    to.add(
        "/", [page](const http::request& r) { return page.get(r); }, "the page");
    const auto add_tab = [&to, &page](std::string path, std::string about) {
        to.add(
            std::move(path), [page](const http::request& r) { return page.get(r); },
            std::move(about));
    };
    add_tab("/market", "the page, opened at the market's table");
    add_tab("/bitcoin", "the page, opened at Bitcoin's figures");
    add_tab("/news", "the page, opened at the news");
    add_tab("/compare", "the page, opened at the comparison of symbols");
    add_tab("/coin/{}", "the page, opened at one coin");
    add_tab("/settings", "the page, opened at its settings");
    to.add("/static/*", [of, page](const http::request& r) {
        if (r.captured.size() == 1 && r.captured.front() == "index.html")
            return page.get(r);
        auto answer = of.files.get(r, r.captured);
        // It serves the whole page where there is no network, and not only what is below /static/.
        if (r.captured.size() == 1 && r.captured.front() == "service_worker.js")
            answer.headers.emplace_back("Service-Worker-Allowed", "../");
        return answer;
    });
}

http::router make_router(const site& of)
{
    http::router r;
    add_stream_route(r, of);
    add_candle_stream_route(r, of);
    add_price_routes(r, of);
    add_candle_route(r, of);
    add_statistics_route(r, of);
    add_compare_route(r, of);
    add_watchlist_route(r, of);
    add_market_route(r, of);
    add_coin_route(r, of);
    add_coin_history_route(r, of);
    add_trending_route(r, of);
    add_currency_route(r, of);
    add_kpi_route(r, of);
    add_bitcoin_history_route(r, of);
    add_network_route(r, of);
    add_news_route(r, of);
    add_feed_routes(r, of);
    add_archive_route(r, of);
    add_cluster_route(r, of);
    add_udf_routes(r, of);
    add_operation_routes(r, of);
    add_page_routes(r, of);
    add_widget_route(r, of);
    add_admin_routes(r, of);
    add_index_route(r, of);
    return r;
}

}  // namespace tickertape::web
