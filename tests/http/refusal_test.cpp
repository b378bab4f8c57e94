#include "http/refusal.hpp"

#include "core/jitter.hpp"
#include "support/catch.hpp"
#include "telemetry/metrics.hpp"

using namespace tickertape;
using namespace tickertape::telemetry;
using namespace tickertape::http;
using namespace std::chrono_literals;

namespace {

std::string header_of(const response& r, std::string_view name)
{
    for (const auto& [key, value] : r.headers)
        if (key == name)
            return value;
    return "(none)";
}

}  // namespace

TEST_CASE("a client that is turned away gets a status and a Retry-After", "[http]")
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

TEST_CASE("clients that are turned away together are told different times", "[http]")
{
    CHECK(jittered(30s, 0) == 15s);
    CHECK(jittered(30s, 15'000) == 30s);
    CHECK(jittered(30s, 30'000) == 45s);
    CHECK(jittered(30s, 30'001) == 15s);
    CHECK(jittered(30s, 0xffffffff) <= 45s);
}

TEST_CASE("every reason to refuse is counted, from the start", "[http]")
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
