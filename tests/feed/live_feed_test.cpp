#include "feed/live_feed.hpp"

#include "feed/harness.hpp"
#include "feed/scripted_api.hpp"
#include "net/http_client.hpp"
#include "net/tls_trust.hpp"
#include "support/catch.hpp"
#include "support/fake_http_server.hpp"
#include "support/stringify.hpp"

#include <boost/asio/steady_timer.hpp>

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::pricing;
using namespace tickertape::net;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

using answer_function = fake_http_server::answer_function;

answer_function says(const std::string& body)
{
    return [body](const auto&) { return json_reply(body); };
}

answer_function hangs()
{
    return [](const auto&) { return reply{"", afterwards::hang}; };
}

answer_function fails(int status)
{
    return [status](const auto&) { return json_reply("{}", status); };
}

const live_settings quick{.fetch = {.interval = 100ms, .deadline = 300ms}};

live_settings with_median(std::size_t quorum)
{
    auto s = quick;
    s.policy.kind = policy_kind::median;
    s.policy.quorum = quorum;
    return s;
}

// A feed of providers a, b, c, ... on loopback.
struct world {
    explicit world(const std::vector<std::string>& symbols = {"BTC-USD"}) : h{symbols} {}

    void add(answer_function answer)
    {
        servers.push_back(
            std::make_unique<fake_http_server>(h.io, std::nullopt, std::move(answer)));
    }
    void start(const live_settings& settings)
    {
        prepare(settings);
        live->start();
    }
    void prepare(const live_settings& settings)
    {
        live_parts parts{
            .trust = std::make_unique<boost::asio::ssl::context>(make_tls_context({})),
            .providers = {},
            .random = [] { return 0.5; }};
        const auto context = h.context();
        for (std::size_t i = 0; i < servers.size(); ++i) {
            rest_source_parts rest{
                .rank = i,
                .name = std::string(1, static_cast<char>('a' + i)),
                .api = std::make_unique<scripted_api>(),
                .clients = {},
                .key_headers = {{}},
                .gate = gates.of(
                    std::string(1, static_cast<char>('a' + i)),
                    {.per_minute = 60'000, .burst = 1000}, {}, h.time.steady_now()),
                .for_usd = {}};
            rest.clients.push_back(std::make_unique<http_client>(
                context.strand, *parse_base_url("http://127.0.0.1:" + servers[i]->port()),
                *parts.trust, settings.http));
            parts.providers.push_back({std::move(rest)});
        }
        live = make_live_feed(settings, context, std::move(parts));
    }
    void stop()
    {
        live->stop();
        for (const auto& s : servers)
            s->stop();
    }
    // Runs until there are so many ticks, or the time is over; then stops. Returns whether it did.
    bool run_until(std::size_t ticks, std::chrono::milliseconds at_most = 3s)
    {
        h.sink.on_publish = [this, ticks] {
            if (h.sink.seen.size() == ticks)
                stop();
        };
        boost::asio::steady_timer late{h.io, at_most};
        late.async_wait([&](auto cancelled) {
            if (!cancelled)
                stop();
        });
        h.io.restart();
        while (h.io.run_one_for(at_most + 2s) > 0)
            if (h.sink.seen.size() >= ticks)
                late.cancel();
        return h.sink.seen.size() >= ticks;
    }
    std::string source(std::size_t i) const
    {
        return std::string{h.sources.name(h.sink.seen.at(i).source)};
    }

    provider::gates gates;
    harness h;
    std::vector<std::unique_ptr<fake_http_server>> servers;
    std::unique_ptr<price_feed> live;
};

}  // namespace

TEST_CASE("A failing provider costs its failure, and the next one is used", "[feed]")
{
    world w;
    w.add(fails(500));
    w.add(says(R"({"BTC-USD":5})"));
    w.start(quick);
    REQUIRE(w.run_until(1));
    CHECK(w.source(0) == "b");
    CHECK(w.h.counted(R"(tickertape_fetches_total{outcome="error",provider="a"})") == 1);
    CHECK(w.h.counted(R"(tickertape_fetches_total{outcome="ok",provider="b"})") == 1);
}

TEST_CASE("Nobody asks the second provider while the first is well", "[feed]")
{
    world w;
    w.add(says(R"({"BTC-USD":5})"));
    w.add(says(R"({"BTC-USD":6})"));
    w.start(quick);
    REQUIRE(w.run_until(3));
    CHECK(w.servers[0]->requests().size() == 3);
    CHECK(w.servers[0]->connections() == 1);
    CHECK(w.servers[1]->requests().empty());
}

TEST_CASE("A provider that hangs is cut off in time for the next one", "[feed]")
{
    world w;
    w.add(hangs());
    w.add(says(R"({"BTC-USD":5})"));
    w.start(quick);
    REQUIRE(w.run_until(1));
    CHECK(w.source(0) == "b");
    CHECK(w.servers[0]->requests().size() == 1);  // the same round, not a later one
    CHECK(w.h.counted(R"(tickertape_fetches_total{outcome="deadline",provider="a"})") == 1);
}

TEST_CASE("Each symbol comes from the first provider that has it", "[feed]")
{
    world w{{"BTC-USD", "ETH-USD"}};
    w.add(says(R"({"BTC-USD":1})"));
    w.add(says(R"({"BTC-USD":2,"ETH-USD":2})"));
    w.start(quick);
    REQUIRE(w.run_until(2));
    CHECK(w.source(0) == "a");
    CHECK(w.source(1) == "b");
    CHECK(w.h.symbols.name(w.h.sink.seen[1].symbol) == "ETH-USD");
    CHECK(w.servers[1]->requests().at(0).starts_with("GET /ETH-USD "));
}

TEST_CASE("When the first provider is well again, prices come from it again", "[feed]")
{
    bool is_down = true;
    world w;
    w.add([&](const auto&) { return json_reply(R"({"BTC-USD":1})", is_down ? 403 : 200); });
    w.add([&](const auto&) {
        is_down = false;
        return json_reply(R"({"BTC-USD":2})");
    });
    w.start(quick);
    REQUIRE(w.run_until(2));
    CHECK(w.source(0) == "b");
    CHECK(w.source(1) == "a");
}

TEST_CASE("A median is of all providers, and one that lies is left out", "[feed]")
{
    world w;
    w.add(says(R"({"BTC-USD":100})"));
    w.add(says(R"({"BTC-USD":100.02})"));
    w.add(says(R"({"BTC-USD":1000000})"));
    w.add(says(R"({"BTC-USD":100.01})"));
    w.start(with_median(2));
    REQUIRE(w.run_until(2));
    CHECK(w.h.sink.seen[0].value.text() == "100.01");
    CHECK(w.source(0) == "median(a,b,d)");
}

TEST_CASE("Without a quorum nothing is published, no matter who answers", "[feed]")
{
    world w;
    w.add(says(R"({"BTC-USD":100})"));
    w.add(fails(403));
    w.start(with_median(2));
    CHECK_FALSE(w.run_until(1, 1200ms));  // the report is made once a second
    const auto report = w.h.reports.newest();
    REQUIRE(report);
    CHECK(report->symbols.at(0).problem == "too few providers say a price");
}

TEST_CASE("A provider known to be ill does not hold up the others' price", "[feed]")
{
    world w;
    w.add(says(R"({"BTC-USD":100})"));
    w.add(hangs());
    w.add(says(R"({"BTC-USD":100})"));
    auto settings = with_median(2);
    settings.fetch.deadline = 600ms;
    w.start(settings);
    // The first round waits for everybody, the second begins when it is over and does not.
    REQUIRE(w.run_until(2));
    CHECK(w.servers[1]->requests().size() == 2);
    CHECK(w.h.counted(R"(tickertape_fetches_total{outcome="deadline",provider="b"})") == 1);
}

TEST_CASE("Made of what was answered before the deadline", "[feed]")
{
    world w;
    w.add(says(R"({"BTC-USD":100})"));
    w.add(hangs());
    w.add(says(R"({"BTC-USD":100})"));
    w.start(with_median(2));
    REQUIRE(w.run_until(1));
    CHECK(w.source(0) == "median(a,c)");
}

TEST_CASE("A price of zero, of nothing and of too much are no prices", "[feed]")
{
    const std::string body = GENERATE(
        as<std::string>{}, R"({"BTC-USD":0})", R"({"BTC-USD":-5})", R"({"BTC-USD":1e308})",
        R"({"BTC-USD":null})", R"({"BTC-USD":"1e400"})");
    CAPTURE(body);
    world w;
    w.add(says(body));
    w.add(says(R"({"BTC-USD":5})"));
    w.start(quick);
    REQUIRE(w.run_until(1));
    CHECK(w.source(0) == "b");
}

TEST_CASE("The feed is stopped before its start, between rounds, and within one", "[feed]")
{
    for (const auto after : {0ms, 50ms, 150ms}) {
        world w;
        w.add(after == 150ms ? hangs() : says(R"({"BTC-USD":5})"));
        auto settings = quick;
        settings.fetch.interval = 1h;
        settings.fetch.deadline = 1h;
        w.start(settings);
        const auto began = std::chrono::steady_clock::now();
        w.run_until(1'000, after);
        CHECK(std::chrono::steady_clock::now() - began < 10s);
    }
}

TEST_CASE("Rounds that overrun skip grid points and are never made up for", "[feed]")
{
    world w;
    w.add(hangs());
    auto settings = quick;
    settings.fetch.interval = 20ms;
    w.start(settings);
    w.run_until(1, 700ms);
    CHECK(w.h.counted("tickertape_fetches_skipped_total") >= 14);
}

TEST_CASE("The report names every provider and every quote", "[feed]")
{
    world w{{"BTC-USD", "XYZ-USD"}};
    w.add(says(R"({"BTC-USD":100})"));
    w.add(fails(451));
    w.start(with_median(1));
    w.run_until(1'000, 1200ms);
    const auto r = w.h.reports.newest();
    REQUIRE(r);
    CHECK(r->mode == "poll");
    CHECK(r->policy == "median");
    REQUIRE(r->providers.size() == 2);
    CHECK(r->providers[0].last_success);
    CHECK(r->providers[0].took);
    CHECK(r->providers[0].lacks == std::vector<std::string>{"XYZ-USD"});
    REQUIRE(r->providers[1].last_failure);
    CHECK(r->providers[1].last_failure->words == "the provider answered with an error: {} (451)");
    REQUIRE(r->symbols.size() == 2);
    REQUIRE(r->symbols[0].quotes.size() == 1);
    CHECK(r->symbols[0].quotes[0].is_used);
    CHECK(r->symbols[1].problem == "no provider says a price");
}

TEST_CASE("A feed that stands by asks nobody, and asks at once when it is to publish", "[feed]")
{
    world w;
    int asked = 0;
    w.add([&asked](const auto&) {
        ++asked;
        return json_reply(R"({"BTC-USD":1})");
    });
    live_settings slowly = quick;
    slowly.fetch.interval = 1h;
    w.prepare(slowly);
    w.live->stand_by(true);
    w.live->start();
    w.h.io.run_for(50ms);
    CHECK(asked == 0);
    REQUIRE(w.h.reports.newest());
    CHECK(w.h.reports.newest()->is_standing_by);

    w.live->stand_by(false);
    CHECK(w.run_until(1));
    CHECK(asked == 1);
}
