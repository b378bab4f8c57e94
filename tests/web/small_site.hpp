// A site over small tapes, and questions put to its routes as they come out of a session.
//
// Threads: one.
#pragma once

#include "support/dated_tapes.hpp"
#include "support/http_request.hpp"
#include "telemetry/metrics.hpp"
#include "web/site.hpp"

#include <atomic>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace tickertape::testing {

struct small_site {
    static constexpr wall_time started{std::chrono::milliseconds{1712525000000}};

    explicit small_site(
        const std::vector<std::string>& names = {"BTC-USD", "ETH-USD"}, std::size_t capacity = 8,
        web::static_files pages = web::static_files{}, series::history* past = nullptr,
        std::chrono::milliseconds ids_ahead = std::chrono::milliseconds{0})
        : symbols{symbol_table::from(names).value()}, prices{symbols, capacity, started},
          files{std::move(pages)}, routes{web::make_router(site(past, ids_ahead))}
    {
    }
    small_site(const small_site&) = delete;
    small_site& operator=(const small_site&) = delete;

    // What the routes are made of. A test that has more adds it, and makes them again.
    web::site site(
        series::history* past = nullptr,
        std::chrono::milliseconds ids_ahead = std::chrono::milliseconds{0})
    {
        return {
            prices,
            sources,
            reports,
            figures,
            files,
            staleness{std::chrono::seconds{120}},
            draining,
            [this](std::size_t lane, hub::subscription wanted) {
                subscribe(lane, std::move(wanted));
            },
            past,
            [this] { return archive; },
            ids_ahead > std::chrono::milliseconds{0} ? std::function{[this] { return cluster; }}
                                                     : std::function<web::cluster_report()>{},
            ids_ahead};
    }

    // The position of the tick is `ms` Unix milliseconds and a counter.
    tick publish(std::int64_t ms, double value, std::string_view symbol = "BTC-USD")
    {
        return publish(ms, value, symbol, sources.intern("coingecko").value());
    }
    tick publish(std::int64_t ms, double value, std::string_view symbol, source_id source)
    {
        return prices.publish(
            {symbols.find(symbol).value(), price::from(value).value(), source},
            wall_time{std::chrono::milliseconds{ms}});
    }

    http::request asked(std::string_view target) const
    {
        auto r = request_for(target);
        r.now = now;
        r.boot_now = same_on_boot_clock(now);
        return r;
    }
    routed outcome(const http::request& r) const { return answer_of(routes, r); }
    // For tests that expect an answer with an end.
    http::response answer_to(const http::request& r) const
    {
        return std::get<http::response>(std::move(outcome(r).what));
    }
    http::response get(std::string_view target) const { return answer_to(asked(target)); }

    symbol_table symbols;
    source_table sources;
    feed_report_board reports;
    dated_tapes prices;
    telemetry::metrics figures;
    web::static_files files;
    std::atomic<bool> draining{false};
    web::archive_report archive;  // what /api/archive tells
    web::cluster_report cluster;  // what /api/cluster tells, where there is one
    wall_time now{std::chrono::milliseconds{1712525480000}};
    // What becomes of a connection that is granted a stream; does nothing until a test says so.
    std::function<void(std::size_t lane, hub::subscription)> subscribe = [](auto&&...) {};
    http::router routes;
};

// The value of a header, or "(none)".
inline std::string header_of(const http::response& r, std::string_view name)
{
    for (const auto& [key, value] : r.headers)
        if (key == name)
            return value;
    return "(none)";
}

}  // namespace tickertape::testing
