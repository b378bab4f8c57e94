#include "telemetry/metrics.hpp"

#include "support/catch.hpp"

using namespace tickertape;
using namespace tickertape::telemetry;

namespace {

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a label's value is escaped in the text", "[telemetry]")
{
    metrics m;
    m.counter("tickertape_requests_total", "Requests", {{"route", "a\"b\\c\nd"}}).Increment();
    CHECK(holds(m.text(), R"(tickertape_requests_total{route="a\"b\\c\nd"} 1)"));
}

TEST_CASE("the same name and labels are the same instrument", "[telemetry]")
{
    metrics m;
    auto& first = m.counter("tickertape_ticks_total", "Ticks", {{"source", "simulator"}});
    auto& second = m.counter("tickertape_ticks_total", "Ticks", {{"source", "simulator"}});
    CHECK(&first == &second);
    auto& other = m.counter("tickertape_ticks_total", "Ticks", {{"source", "coinbase"}});
    CHECK(&first != &other);
}

TEST_CASE("a counter's text is what Prometheus reads", "[telemetry]")
{
    metrics m;
    m.counter("tickertape_ticks_total", "Ticks published", {{"source", "simulator"}}).Increment(3);
    CHECK(
        m.text() == "# HELP tickertape_ticks_total Ticks published\n"
                    "# TYPE tickertape_ticks_total counter\n"
                    "tickertape_ticks_total{source=\"simulator\"} 3\n");
}

TEST_CASE("a figure somebody else keeps is read anew for each text", "[telemetry]")
{
    metrics m;
    double subscribers = 2;
    m.sampled(
        metrics::kind::gauge, "tickertape_subscribers", "Subscribers connected", {{"lane", "0"}},
        [&] { return subscribers; });
    m.sampled(
        metrics::kind::gauge, "tickertape_subscribers", "Subscribers connected", {{"lane", "1"}},
        [] { return 7.0; });
    CHECK(
        m.text() == "# HELP tickertape_subscribers Subscribers connected\n"
                    "# TYPE tickertape_subscribers gauge\n"
                    "tickertape_subscribers{lane=\"0\"} 2\n"
                    "tickertape_subscribers{lane=\"1\"} 7\n");
    subscribers = 10'000;
    CHECK(holds(m.text(), "tickertape_subscribers{lane=\"0\"} 10000\n"));
}

TEST_CASE("a large sampled counter keeps every digit", "[telemetry]")
{
    metrics m;
    m.sampled(metrics::kind::counter, "tickertape_bytes_total", "Bytes sent", {}, [] {
        return 9007199254740991.0;
    });
    CHECK(holds(m.text(), "# TYPE tickertape_bytes_total counter\n"));
    CHECK(holds(m.text(), "tickertape_bytes_total 9007199254740991\n"));
}

TEST_CASE("a histogram counts what is at most its bounds", "[telemetry]")
{
    metrics m;
    auto& seconds = m.histogram("tickertape_fetch_seconds", "Fetches", {0.5, 1}, {});
    seconds.Observe(0.5);
    seconds.Observe(0.75);
    seconds.Observe(30);
    const auto text = m.text();
    CHECK(holds(text, "# TYPE tickertape_fetch_seconds histogram\n"));
    CHECK(holds(text, "tickertape_fetch_seconds_count 3\n"));
    CHECK(holds(text, "tickertape_fetch_seconds_bucket{le=\"0.5\"} 1\n"));
    CHECK(holds(text, "tickertape_fetch_seconds_bucket{le=\"1\"} 2\n"));
    CHECK(holds(text, "tickertape_fetch_seconds_bucket{le=\"+Inf\"} 3\n"));
}

TEST_CASE("without instruments the text is empty", "[telemetry]")
{
    const metrics m;
    CHECK(m.text().empty());
}
