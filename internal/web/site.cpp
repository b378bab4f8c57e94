#include "web/site.hpp"

#include "telemetry/metrics.hpp"
#include "web/front_page.hpp"
#include "web/json_text.hpp"
#include "web/stream_request.hpp"

#include <algorithm>
#include <array>

namespace tickertape {
namespace {

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
    if (!s.stale.is_stale(*newest, now))
        return {};
    const auto age = std::chrono::floor<std::chrono::seconds>(staleness::age(*newest, now));
    return "no price is fresh: the newest, " + symbols.name(whose) + ", is " +
           std::to_string(age.count()) + " s old";
}

constexpr std::string_view stream_path = "/prices/stream";
constexpr std::array<std::string_view, 3> operation_paths{"/healthz", "/readyz", "/metrics"};

std::string_view path_of(std::string_view target) noexcept
{
    return target.substr(0, target.find('?'));
}

}  // namespace

bool is_stream(std::string_view target) noexcept
{
    return path_of(target) == stream_path;
}

bool is_for_operators(std::string_view target) noexcept
{
    return std::ranges::find(operation_paths, path_of(target)) != operation_paths.end();
}

response json_response(std::string body)
{
    response r;
    r.content_type = "application/json";
    r.body = std::move(body) + "\n";
    r.headers.emplace_back("Cache-Control", "no-store");
    return r;
}

void append_source(json_object& to, const source_table& sources, source_id id)
{
    to.text("source", sources.name(id));
    if (const auto combined = sources.combined(id); combined > 0)
        to.number("sources", combined);
}

void add_operation_routes(router& to, const site& of)
{
    to.add("/healthz", [](const auto&, const auto&, const auto&) -> answer {
        return json_response(R"({"status":"ok"})");
    });
    to.add("/readyz", [of](const request& r, const auto&, const auto&) -> answer {
        auto reason = reason_against(of, r.boot_now);
        if (reason.empty())
            return json_response(R"({"status":"ready"})");
        return to_response({.status = 503, .type = "not-ready", .detail = std::move(reason)});
    });
    to.add("/metrics", [of](const auto&, const auto&, const auto&) -> answer {
        response r;
        r.content_type = "text/plain; version=0.0.4; charset=utf-8";
        r.body = of.figures.text();
        r.headers.emplace_back("Cache-Control", "no-store");
        return r;
    });
}

void add_page_routes(router& to, const site& of)
{
    const front_page page{of};
    to.add("/", [page](const request& r, const auto& target, const auto&) -> answer {
        return page.get(r, target);
    });
    to.add(
        "/static/*", [of, page](const request& r, const auto& target, const auto& path) -> answer {
            if (path.size() == 1 && path.front() == "index.html")
                return page.get(r, target);
            return of.files.get(r, path);
        });
}

router make_router(const site& of)
{
    router r;
    r.add(
        std::string{stream_path},
        [of](const request& q, const auto& target, const auto&) -> answer {
            auto wanted = read_stream_request(q, target, of.prices);
            if (const auto* bad = std::get_if<problem>(&wanted))
                return to_response(*bad);
            return std::get<stream_grant>(std::move(wanted));
        });
    add_price_routes(r, of);
    add_watchlist_route(r, of);
    add_feed_routes(r, of);
    add_operation_routes(r, of);
    add_page_routes(r, of);
    return r;
}

}  // namespace tickertape
