#include "feed/rest_source.hpp"

#include "core/fetch_error.hpp"
#include "feed/errors.hpp"
#include "feed/harness.hpp"
#include "feed/scripted_api.hpp"
#include "net/http_client.hpp"
#include "net/tls_trust.hpp"
#include "net/url.hpp"
#include "pricing/errors.hpp"
#include "provider/errors.hpp"
#include "provider/gates.hpp"
#include "support/catch.hpp"
#include "support/fake_http_server.hpp"
#include "support/stringify.hpp"
#include "json/errors.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::json;
using namespace tickertape::pricing;
using namespace tickertape::provider;
using namespace tickertape::net;
using namespace tickertape::testing;
using namespace std::chrono_literals;

namespace {

struct recording_listener final : quote_listener {
    std::map<std::string, double> quotes;
    std::map<std::string, boost::system::error_code> failures;
    const symbol_table* symbols = nullptr;

    boost::system::error_code
    quoted(std::size_t, const quote& q, usd_standin, quote_way by) override
    {
        CHECK(by == quote_way::poll);
        quotes[symbols->name(q.symbol)] = q.value.value();
        return refuse;
    }
    void failed(std::size_t, symbol_id symbol, const fetch_error& why, quote_way by) override
    {
        CHECK(by == quote_way::poll);
        failures[symbols->name(symbol)] = why.code;
    }
    void dropped(std::size_t, symbol_id) override { FAIL("nothing is dropped by REST"); }
    void ended(std::size_t) override { FAIL("REST has no end"); }
    void dated(std::size_t, const clock_comparison& reading) override { clock = reading; }

    std::optional<clock_comparison> clock;
    boost::system::error_code refuse{};  // what is said to each quote
};

// A rest_source that asks plain HTTP servers on loopback.
struct asking {
    asking(
        const std::vector<std::string>& names, fake_http_server::answer_function answer,
        rate_limit limit = {.per_minute = 60'000, .burst = 1000}, std::size_t batch = 100)
        : h{names}, server{h.io, std::nullopt, std::move(answer)}, trust{make_tls_context({})}
    {
        listener.symbols = &h.symbols;
        std::vector<std::unique_ptr<http_asker>> clients;
        clients.push_back(client(server));
        make(std::move(clients), limit, batch);
    }
    std::unique_ptr<http_client> client(const fake_http_server& of)
    {
        return std::make_unique<http_client>(
            h.io.get_executor(), *parse_base_url("http://127.0.0.1:" + of.port()), trust,
            http_limits{.response = 300ms});
    }
    void make(std::vector<std::unique_ptr<http_asker>> clients, rate_limit limit, std::size_t batch)
    {
        source = another(std::move(clients), limit, batch);
    }
    // Whatever is made here asks the provider "x", and so through one gate.
    std::unique_ptr<rest_source>
    another(std::vector<std::unique_ptr<http_asker>> clients, rate_limit limit, std::size_t batch)
    {
        std::vector<std::vector<http_header>> keys(clients.size());
        return std::make_unique<rest_source>(
            h.context(),
            rest_source_parts{
                .rank = 0,
                .name = "x",
                .api = std::make_unique<scripted_api>(batch),
                .clients = std::move(clients),
                .key_headers = std::move(keys),
                .gate = gates.of("x", limit, {}, h.time.steady_now()),
                .for_usd = {}},
            listener, [] { return 0.5; });
    }
    // One round over all symbols.
    void fetch(std::chrono::milliseconds budget = 2s) { fetch(*source, budget); }
    void fetch(rest_source& by, std::chrono::milliseconds budget)
    {
        listener.quotes.clear();
        listener.failures.clear();
        const auto all = h.symbols.all();
        bool is_done = false;
        boost::asio::co_spawn(
            h.io, by.fetch({all.begin(), all.end()}, h.time.steady_now() + budget),
            [&](std::exception_ptr escaped) { is_done = !escaped; });
        h.io.restart();
        while (!is_done && h.io.run_one_for(5s) > 0) {
        }
        REQUIRE(is_done);
    }
    double outcome(const std::string& name)
    {
        return h.counted("tickertape_fetches_total{outcome=\"" + name + "\",provider=\"x\"}");
    }
    feed_report::provider report() const
    {
        feed_report::provider r;
        source->report(r);
        return r;
    }

    provider::gates gates;
    harness h;
    fake_http_server server;
    boost::asio::ssl::context trust;
    recording_listener listener;
    std::unique_ptr<rest_source> source;
};

// Two that ask one provider: say, for prices and for candles.
struct asking_twice : asking {
    asking_twice(fake_http_server::answer_function answer, rate_limit limit)
        : asking{{"A-USD"}, std::move(answer), limit}
    {
        std::vector<std::unique_ptr<http_asker>> clients;
        clients.push_back(client(server));
        second = another(std::move(clients), limit, 100);
    }

    std::unique_ptr<rest_source> second;
};

reply refusal(int status, const std::string& header = {})
{
    return {
        "HTTP/1.1 " + std::to_string(status) + " No\r\n" + header +
        "Content-Type: application/json\r\nContent-Length: 18\r\n\r\n{\"message\":\"nope\"}"};
}

}  // namespace

TEST_CASE("Many symbols are one request over one kept connection", "[feed]")
{
    asking a{{"A-USD", "B-USD", "C-USD"}, [](const auto&) {
                 return json_reply(R"({"A-USD":1,"B-USD":2,"C-USD":3})");
             }};
    a.fetch();
    a.fetch();
    CHECK(a.server.requests().size() == 2);
    CHECK(a.server.connections() == 1);
    CHECK(a.server.requests()[0].starts_with("GET /A-USD,B-USD,C-USD HTTP/1.1\r\n"));
    CHECK(
        a.listener.quotes ==
        std::map<std::string, double>{{"A-USD", 1}, {"B-USD", 2}, {"C-USD", 3}});
    CHECK(a.outcome("ok") == 6);
}

TEST_CASE(
    "One bad symbol does not cost the others their prices, nor the provider its health", "[feed]")
{
    asking a{{"A-USD", "B-USD", "BAD-USD", "C-USD"}, [](const std::string& request) {
                 if (request.find("BAD-USD") == std::string::npos)
                     return json_reply(R"({"A-USD":1,"B-USD":2,"C-USD":3})");
                 return json_reply(R"({"refused":1})");
             }};
    a.fetch();
    CHECK(a.listener.quotes.size() == 3);
    CHECK(a.listener.failures.at("BAD-USD") == provider_errc::unknown_symbol);
    CHECK(a.report().lacks == std::vector<std::string>{"BAD-USD"});
    CHECK_FALSE(a.report().last_failure);

    const auto before = a.server.requests().size();
    a.fetch();
    CHECK(a.server.requests().size() == before + 1);  // it is known now
}

TEST_CASE("A failure that may pass is tried again within the deadline", "[feed]")
{
    int asked = 0;
    asking a{{"A-USD"}, [&](const auto&) {
                 return ++asked < 3 ? refusal(503) : json_reply(R"({"A-USD":1})");
             }};
    a.fetch();
    CHECK(asked == 3);
    CHECK(a.listener.quotes.size() == 1);
}

TEST_CASE("What the provider says on purpose is not asked again", "[feed]")
{
    const int status = GENERATE(400, 401, 403, 429, 451);
    int asked = 0;
    asking a{{"A-USD", "B-USD"}, [&](const auto&) {
                 ++asked;
                 return refusal(status);
             }};
    a.fetch();
    CHECK(asked == 1);
    CHECK(a.listener.failures.size() == 2);
}

TEST_CASE("After 429 nothing is asked until the provider's Retry-After is over", "[feed]")
{
    int asked = 0;
    asking a{{"A-USD"}, [&](const auto&) {
                 ++asked;
                 return refusal(429, "Retry-After: 100\r\n");
             }};
    a.fetch();
    a.fetch();
    a.fetch();
    CHECK(asked == 1);
    CHECK(a.listener.failures.at("A-USD") == provider_errc::paused);
    CHECK(a.outcome("not_asked") == 2);
    CHECK(a.report().paused_for > 95s);
}

TEST_CASE("Who keeps failing is asked less and less", "[feed]")
{
    int asked = 0;
    asking a{{"A-USD"}, [&](const auto&) {
                 ++asked;
                 return refusal(500);
             }};
    for (int i = 0; i < 20; ++i)
        a.fetch();
    CHECK(asked == 5);  // the breaker opened
    CHECK(a.listener.failures.at("A-USD") == provider_errc::breaker_open);
    CHECK(a.report().breaker == "open");
    CHECK(a.h.counted(R"(tickertape_breaker_state{provider="x"})") == 1);
}

TEST_CASE("A provider that hangs is cut off at the deadline, and that is its failure", "[feed]")
{
    asking a{{"A-USD"}, [](const auto&) { return reply{"", afterwards::hang}; }};
    a.fetch(100ms);
    CHECK(a.listener.failures.at("A-USD") == feed_errc::deadline);
    CHECK(a.outcome("deadline") == 1);
    CHECK(a.report().last_failure);
}

TEST_CASE("The limit is kept within a round: what fits is asked, the rest comes next", "[feed]")
{
    asking a{
        {"A-USD", "B-USD", "C-USD", "D-USD"},
        [](const auto&) { return json_reply(R"({"A-USD":1,"B-USD":2,"C-USD":3,"D-USD":4})"); },
        {.per_minute = 0.1, .burst = 2},
        1};
    a.fetch();
    CHECK(a.listener.quotes == std::map<std::string, double>{{"A-USD", 1}, {"B-USD", 2}});
    CHECK(a.listener.failures.at("C-USD") == provider_errc::throttled);

    // The next source of two tokens begins where this one ended.
    asking b{
        {"A-USD", "B-USD", "C-USD", "D-USD"},
        [](const auto&) { return json_reply(R"({"A-USD":1,"B-USD":2,"C-USD":3,"D-USD":4})"); },
        {.per_minute = 12, .burst = 2},
        1};
    b.fetch(3s);  // a token comes every 5 s
    CHECK(b.listener.quotes.size() == 2);
    b.h.time.steady_offset += 10s;
    b.fetch(3s);
    CHECK(b.listener.quotes == std::map<std::string, double>{{"C-USD", 3}, {"D-USD", 4}});
}

TEST_CASE("A request waits for the limit where the round has the time", "[feed]")
{
    asking a{
        {"A-USD", "B-USD", "C-USD"},
        [](const auto&) { return json_reply(R"({"A-USD":1,"B-USD":2,"C-USD":3})"); },
        {.per_minute = 1200, .burst = 1},
        1};
    a.fetch(1s);
    CHECK(a.listener.quotes.size() == 3);
}

TEST_CASE("A host that refuses everybody from here is left for the provider's other host", "[feed]")
{
    int refused = 0;
    asking a{{"A-USD"}, [&](const auto&) {
                 ++refused;
                 return refusal(451);
             }};
    fake_http_server other{
        a.h.io, std::nullopt, [](const auto&) { return json_reply(R"({"A-USD":1})"); }};
    std::vector<std::unique_ptr<http_asker>> clients;
    clients.push_back(a.client(a.server));
    clients.push_back(a.client(other));
    a.make(std::move(clients), {.per_minute = 60'000, .burst = 1000}, 100);

    a.fetch();
    CHECK(a.listener.quotes.empty());
    a.fetch();
    a.fetch();
    CHECK(a.listener.quotes.size() == 1);
    CHECK(refused == 1);
}

TEST_CASE(
    "An answer without any of the markets it used to have is a failure, and not their end",
    "[feed]")
{
    bool is_empty = false;
    asking a{{"A-USD", "B-USD"}, [&](const auto&) {
                 return json_reply(is_empty ? "{}" : R"({"A-USD":1,"B-USD":2})");
             }};
    a.fetch();
    is_empty = true;
    a.fetch();
    CHECK(a.listener.failures.at("A-USD") == json_errc::missing_field);
    CHECK(a.report().last_failure);
    CHECK(a.report().lacks.empty());
    is_empty = false;
    a.fetch();
    CHECK(a.listener.quotes.size() == 2);
}

TEST_CASE("One market that cannot be read keeps no other from being asked for, ever", "[feed]")
{
    asking a{
        {"A-USD", "B-USD", "C-USD"},
        [](const std::string& request) {
            return request.starts_with("GET /A-USD ") ? json_reply(R"({"A-USD":null})")
                                                      : json_reply(R"({"B-USD":2,"C-USD":3})");
        },
        {.per_minute = 60'000, .burst = 1000},
        1};
    for (int i = 0; i < 10; ++i) {
        a.fetch();
        CHECK(a.listener.quotes.size() == 2);
        CHECK(a.listener.failures.size() == 1);
    }
    CHECK(a.report().breaker == "closed");
    REQUIRE(a.report().last_failure);
    CHECK(a.report().last_failure->words.find("A-USD") != std::string::npos);
}

TEST_CASE("One market that makes its provider fail does not starve the others", "[feed]")
{
    asking a{
        {"A-USD", "B-USD", "C-USD"},
        [](const std::string& request) {
            return request.starts_with("GET /A-USD ") ? refusal(400)
                                                      : json_reply(R"({"B-USD":2,"C-USD":3})");
        },
        {.per_minute = 60'000, .burst = 1000},
        1};
    for (int i = 0; i < 10; ++i) {
        a.fetch();
        CHECK(a.listener.quotes.size() == 2);
    }
    CHECK(a.report().breaker == "closed");
    CHECK(a.report().lacks.empty());
    REQUIRE(a.report().last_failure);
    CHECK(
        a.report().last_failure->words == "the provider answered with an error: A-USD, nope (400)");
}

TEST_CASE("A provider that refuses all it is asked for is not well, in whatever words", "[feed]")
{
    int asked = 0;
    asking a{
        {"A-USD", "B-USD"},
        [&](const auto&) {
            ++asked;
            return refusal(404);
        },
        {.per_minute = 60'000, .burst = 1000},
        1};
    for (int i = 0; i < 20; ++i)
        a.fetch();
    CHECK(asked == 10);  // both, five times: the breaker opened
    CHECK(a.report().breaker == "open");
    CHECK(a.report().lacks.empty());
    CHECK_FALSE(a.report().last_success);
    REQUIRE(a.report().last_failure);
    CHECK(a.report().last_failure->words == "the provider answered with an error: nope (404)");
}

TEST_CASE("A provider that has nothing it is asked for is no success, and says so", "[feed]")
{
    asking a{{"A-USD", "B-USD"}, [](const auto&) { return json_reply(R"({"C-USD":1})"); }};
    a.fetch();
    CHECK(a.report().lacks == std::vector<std::string>{"A-USD", "B-USD"});
    CHECK_FALSE(a.report().last_success);
    REQUIRE(a.report().last_failure);
    CHECK(
        a.report().last_failure->words == "unknown symbol: it has none of the 2 it was asked for");

    // One that has some has no error for lacking others.
    asking b{{"A-USD", "B-USD"}, [](const auto&) { return json_reply(R"({"A-USD":1})"); }};
    b.fetch();
    b.fetch();
    CHECK(b.report().lacks == std::vector<std::string>{"B-USD"});
    CHECK(b.report().last_success);
    CHECK_FALSE(b.report().last_failure);
}

TEST_CASE("Why a quote is not believed stands in the report", "[feed]")
{
    asking a{{"A-USD"}, [](const auto&) { return json_reply(R"({"A-USD":5})"); }};
    a.listener.refuse = pricing_errc::absurd_spread;
    a.fetch();
    REQUIRE(a.report().last_failure);
    CHECK(
        a.report().last_failure->words ==
        "bid and ask are too far apart: A-USD, bid 5, ask 5, last 5");
    CHECK(a.report().breaker == "closed");
}

TEST_CASE("The Date of an answer is compared with our wall clock", "[feed]")
{
    asking a{{"A-USD"}, [](const auto&) {
                 return reply{"HTTP/1.1 200 OK\r\nDate: Fri, 19 Jun 2026 16:43:33 GMT\r\n"
                              "Content-Type: application/json\r\nContent-Length: 11\r\n\r\n"
                              R"({"A-USD":5})"};
             }};
    const wall_time theirs{std::chrono::seconds{1781887413}};
    a.h.time.wall_offset = theirs + 190s - a.h.time.wall_now();
    a.fetch();
    REQUIRE(a.listener.clock);
    CHECK(a.listener.clock->ahead > 180s);
    CHECK(a.listener.clock->ahead < 200s);
}

TEST_CASE("A Retry-After that is a date is read by the clock of who sent it", "[feed]")
{
    asking a{{"A-USD"}, [](const auto&) {
                 return refusal(
                     429, "Date: Fri, 19 Jun 2026 16:43:33 GMT\r\n"
                          "Retry-After: Fri, 19 Jun 2026 16:45:33 GMT\r\n");
             }};
    a.h.time.wall_offset = GENERATE(-1h, 0h, 1h, 24h * 365);
    a.fetch();
    CHECK(a.report().paused_for > 110s);
    CHECK(a.report().paused_for <= 120s);
}

TEST_CASE("Being cancelled says nothing of the provider", "[feed]")
{
    asking a{{"A-USD"}, [](const auto&) { return reply{"", afterwards::hang}; }};
    boost::asio::cancellation_signal stop;
    bool is_done = false;
    const auto all = a.h.symbols.all();
    boost::asio::co_spawn(
        a.h.io,
        [&]() -> boost::asio::awaitable<void> {
            co_await boost::asio::this_coro::throw_if_cancelled(false);
            co_await a.source->fetch(
                {all.begin(), all.end()}, std::chrono::steady_clock::now() + 1h);
        },
        boost::asio::bind_cancellation_slot(
            stop.slot(), [&](std::exception_ptr escaped) { is_done = !escaped; }));
    boost::asio::steady_timer soon{a.h.io, 50ms};
    soon.async_wait([&](auto) { stop.emit(boost::asio::cancellation_type::terminal); });
    a.h.io.restart();
    while (!is_done && a.h.io.run_one_for(5s) > 0) {
    }
    CHECK(is_done);
    CHECK(a.listener.failures.empty());
    CHECK_FALSE(a.report().last_failure);
}

TEST_CASE("All that ask one provider share its limit", "[feed]")
{
    asking_twice a{
        [](const auto&) { return json_reply(R"({"A-USD":1})"); }, {.per_minute = 1, .burst = 2}};

    a.fetch(*a.second, 1s);
    CHECK(a.listener.failures.empty());
    CHECK(a.gates.of("x", {.per_minute = 1, .burst = 2}, {}, a.h.time.steady_now())
              .admit(a.h.time.steady_now()));
    a.fetch(*a.source, 1s);

    CHECK(a.listener.failures.at("A-USD") == provider_errc::throttled);
    CHECK(a.server.requests().size() == 1);
}

TEST_CASE("All that ask one provider share its breaker", "[feed]")
{
    asking_twice a{[](const auto&) { return refusal(404); }, {.per_minute = 60'000, .burst = 1000}};
    auto& gate = a.gates.of("x", {.per_minute = 60'000, .burst = 1000}, {}, {});
    while (gate.breaker() == circuit_breaker::state::closed)
        gate.admit(a.h.time.steady_now())
            ->failed(now_of(a.h.time), {net_errc::connect_failed}, std::nullopt, 0.5);

    a.fetch(*a.source, 1s);
    CHECK(a.listener.failures.at("A-USD") == provider_errc::breaker_open);
    a.fetch(*a.second, 1s);
    CHECK(a.listener.failures.at("A-USD") == provider_errc::breaker_open);

    CHECK(a.server.requests().empty());
    CHECK_FALSE(a.source->is_well());
    CHECK_FALSE(a.second->is_well());
}

TEST_CASE("A pause that a provider wants of one of us, all of us keep", "[feed]")
{
    asking_twice a{
        [](const auto&) { return refusal(429, "Retry-After: 60\r\n"); },
        {.per_minute = 60'000, .burst = 1000}};

    a.fetch(*a.source, 1s);
    CHECK(a.listener.failures.at("A-USD") == provider_errc::rate_limited);
    a.fetch(*a.second, 1s);
    CHECK(a.listener.failures.at("A-USD") == provider_errc::paused);
    a.h.time.steady_offset = 59s;
    a.fetch(*a.second, 1s);
    CHECK(a.listener.failures.at("A-USD") == provider_errc::paused);
    CHECK(a.server.requests().size() == 1);

    a.h.time.steady_offset = 61s;
    a.fetch(*a.second, 1s);
    CHECK(a.server.requests().size() == 2);
}
