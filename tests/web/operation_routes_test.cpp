#include "small_site.hpp"
#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::http;
using namespace tickertape::web;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

std::string not_ready(const std::string& reason)
{
    return "{\"type\":\"urn:tickertape:problem:not-ready\",\"title\":\"Service Unavailable\","
           "\"status\":503,\"detail\":\"" +
           reason + "\"}\n";
}

}  // namespace

TEST_CASE("an instance without a price is alive and not ready", "[web]")
{
    const small_site s;
    CHECK(s.get("/readyz").status == 503);
    CHECK(s.get("/readyz").body == not_ready("no price has been seen yet"));
    CHECK(header_of(s.get("/readyz"), "Retry-After") == "5");
    CHECK(s.get("/healthz").status == 200);
    CHECK(s.get("/healthz").body == "{\"status\":\"ok\"}\n");
}

TEST_CASE("an instance whose prices are all stale is not ready, and names the newest", "[web]")
{
    small_site s;
    s.publish(1712525470000, 3500, "ETH-USD");
    s.publish(1712525476123, 69420.25);
    s.now = wall_time{1712525476123ms} + 120s;
    CHECK(s.get("/readyz").status == 200);
    s.now += 1ms;
    CHECK(s.get("/readyz").status == 503);
    CHECK(
        s.get("/readyz").body == not_ready("no price is fresh: the newest, BTC-USD, is 120 s old"));
    s.now += 10'998ms;
    CHECK(
        s.get("/readyz").body == not_ready("no price is fresh: the newest, BTC-USD, is 130 s old"));
    s.publish(1712525478000, 3501, "ETH-USD");
    CHECK(s.get("/readyz").status == 503);
    s.now += 1s;
    CHECK(
        s.get("/readyz").body == not_ready("no price is fresh: the newest, ETH-USD, is 130 s old"));
    CHECK(s.get("/healthz").status == 200);
}

TEST_CASE("a draining instance is not ready, with fresh prices as without", "[web]")
{
    small_site s;
    s.publish(1712525476123, 69420.25);
    s.draining = true;
    CHECK(s.get("/readyz").status == 503);
    CHECK(s.get("/readyz").body == not_ready("this instance is draining"));
}

TEST_CASE("one fresh price of any symbol makes an instance ready", "[web]")
{
    small_site s;
    s.publish(1712525476123, 3500, "ETH-USD");
    const auto r = s.get("/readyz");
    CHECK(r.status == 200);
    CHECK(r.content_type == "application/json");
    CHECK(r.body == "{\"status\":\"ready\"}\n");
    CHECK(header_of(r, "Cache-Control") == "no-store");
}

TEST_CASE("metrics are Prometheus' text", "[web]")
{
    small_site s;
    s.figures.counter("tickertape_things_total", "Things.", {{"kind", "good"}}).Increment(3);
    const auto r = s.get("/metrics");
    CHECK(r.status == 200);
    CHECK(r.content_type == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(
        r.body == "# HELP tickertape_things_total Things.\n"
                  "# TYPE tickertape_things_total counter\n"
                  "tickertape_things_total{kind=\"good\"} 3\n");
}

TEST_CASE("every route of the contract is there, for GET and for nothing that changes", "[web]")
{
    const small_site s;
    const auto target = GENERATE(
        "/", "/static/page.js", "/prices/stream", "/api/prices", "/api/prices/btc-usd",
        "/api/prices/btc-usd/history", "/api/symbols", "/api/feed", "/crypto-price", "/healthz",
        "/readyz", "/metrics");
    CAPTURE(target);
    CHECK(s.outcome(s.asked(target)).route != "none");
    auto r = s.asked(target);
    r.what = method::other;
    CHECK(s.answer_to(r).status == 405);
    r.what = method::options;
    CHECK(s.answer_to(r).status == 204);
}
