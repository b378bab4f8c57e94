#include "web/refusal.hpp"

#include "core/jitter.hpp"
#include "small_site.hpp"
#include "support/catch.hpp"
#include "telemetry/metrics.hpp"

using namespace tickertape;
using namespace tickertape::testing;
using namespace std::chrono_literals;

TEST_CASE("an EventSource that is turned away gets a stream that says when to come back", "[web]")
{
    const auto r = turned_away_stream(34'210ms);
    CHECK(r.status == 200);
    CHECK(r.content_type == "text/event-stream");
    CHECK(header_of(r, "Cache-Control") == "no-store");
    CHECK(r.body == "event: busy\nretry: 34210\ndata: {\"retry\":34210}\n\n");
}

TEST_CASE("whoever else is turned away gets a status and a Retry-After", "[web]")
{
    const auto full = turned_away(refusal::max_connections, 30'001ms);
    CHECK(full.status == 503);
    CHECK(header_of(full, "Retry-After") == "31");
    CHECK(
        full.body ==
        "{\"type\":\"urn:tickertape:problem:busy\",\"title\":\"Service Unavailable\","
        "\"status\":503,\"detail\":\"this server has no room for more connections\"}\n");

    const auto share = turned_away(refusal::max_connections_per_ip, 30s);
    CHECK(share.status == 429);
    CHECK(header_of(share, "Retry-After") == "30");
    CHECK(
        share.body ==
        "{\"type\":\"urn:tickertape:problem:too-many-connections\",\"title\":\"Too Many "
        "Requests\",\"status\":429,\"detail\":\"your address has as many connections as one may "
        "have\"}\n");

    const auto rate = turned_away(refusal::rate, 1ms);
    CHECK(rate.status == 429);
    CHECK(header_of(rate, "Retry-After") == "1");
    CHECK(rate.content_type == "application/problem+json");
}

TEST_CASE("an Accept header that names the type of a stream asks for one", "[web]")
{
    CHECK(accepts_event_stream("text/event-stream"));
    CHECK(accepts_event_stream("text/html, Text/Event-Stream ;q=0.5"));
    CHECK_FALSE(accepts_event_stream(""));
    CHECK_FALSE(accepts_event_stream("*/*"));
    CHECK_FALSE(accepts_event_stream("text/event-streams, text/*"));
}

TEST_CASE("those who are turned away together are told different times", "[web]")
{
    CHECK(jittered(30s, 0) == 15s);
    CHECK(jittered(30s, 15'000) == 30s);
    CHECK(jittered(30s, 30'000) == 45s);
    CHECK(jittered(30s, 30'001) == 15s);
    CHECK(jittered(30s, 0xffffffff) <= 45s);
}

TEST_CASE("every reason to refuse is counted, from the start", "[web]")
{
    metrics figures;
    const refusal_counters counters{figures};
    counters.add(refusal::rate);
    counters.add(refusal::rate);
    const auto text = figures.text();
    CHECK(text.find("tickertape_refused_total{reason=\"rate\"} 2\n") != std::string::npos);
    for (std::size_t i = 0; i < refusals; ++i) {
        const auto name = std::string{to_string(static_cast<refusal>(i))};
        CHECK(text.find("refused_total{reason=\"" + name + "\"} ") != std::string::npos);
    }
}
