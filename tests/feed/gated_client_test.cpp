// Requests through the gate of a provider: the budget beside it, keys, and callers that do not
// wait.
#include "feed/gated_client.hpp"

#include "feed/harness.hpp"
#include "net/http_client.hpp"
#include "net/tls_trust.hpp"
#include "net/url.hpp"
#include "provider/errors.hpp"
#include "provider/gates.hpp"
#include "support/catch.hpp"
#include "support/fake_http_server.hpp"

#include <boost/asio/co_spawn.hpp>

#include <optional>

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::testing;
using namespace std::chrono_literals;
using provider::provider_errc;

namespace {

struct gated {
    explicit gated(
        fake_http_server::answer_function answer, std::optional<rate_limit> budget = std::nullopt,
        std::vector<std::vector<net::http_header>> keys = {},
        gated_client::limits limits =
            {.attempts_max = 2, .retry = {2ms, 4ms}, .wait_max = 200ms, .pause_max = 0ms})
        : server{h.io, std::nullopt, std::move(answer)}
    {
        gated_client::parts parts{.clients = {}, .key_headers = std::move(keys), .gate = gate()};
        parts.clients.push_back(std::make_unique<net::http_client>(
            h.io.get_executor(), *net::parse_base_url("http://127.0.0.1:" + server.port()), trust,
            net::http_limits{.response = 1s}));
        if (budget)
            parts.budget.emplace(*budget, h.time.steady_now());
        client.emplace(
            boost::asio::make_strand(h.io), h.time, std::move(parts), limits, [] { return 0.5; });
    }

    provider::gate& gate()
    {
        return gates.of(
            "someone", {.per_minute = 60'000, .burst = 1000}, {.open_first = 50ms},
            h.time.steady_now());
    }
    // Why there is no answer; no error: there is one.
    boost::system::error_code ask()
    {
        const gated_client::request_function request = [] {
            return net::http_request{.target = "/x"};
        };
        const gated_client::read_function read =
            [](const net::http_response& answer) -> std::optional<fetch_error> {
            if (answer.status == 200)
                return std::nullopt;
            return fetch_error{
                answer.status == 429 ? provider_errc::rate_limited : provider_errc::http_status,
                {},
                answer.status};
        };
        std::optional<std::optional<fetch_error>> ended;
        boost::asio::co_spawn(
            h.io, client->ask(request, read),
            [&](std::exception_ptr, std::optional<fetch_error> why) { ended = std::move(why); });
        h.io.restart();
        while (!ended && h.io.run_one_for(10s) > 0) {
        }
        REQUIRE(ended);
        return *ended ? (*ended)->code : boost::system::error_code{};
    }

    provider::gates gates;
    harness h;
    fake_http_server server;
    boost::asio::ssl::context trust{net::make_tls_context({})};
    std::optional<gated_client> client;
};

reply good(const std::string&)
{
    return json_reply("{}");
}

}  // namespace

TEST_CASE("each attempt takes of the budget, and nothing is asked past it", "[feed]")
{
    gated g{
        [](const std::string&) { return json_reply("{}", 503); },
        rate_limit{.per_minute = 0.01, .burst = 3}};
    CHECK(g.ask() == provider_errc::http_status);
    CHECK(g.ask() == provider_errc::http_status);
    CHECK(g.ask() == provider_errc::throttled);
    CHECK(g.server.requests().size() == 3);
    CHECK(g.client->requests().value() == 3);
    CHECK(g.client->budget_wait(g.h.time.steady_now()) > 1h);
}

TEST_CASE("a request has the headers of the key", "[feed]")
{
    gated g{good, std::nullopt, {{{"x-cg-demo-api-key", "secret"}}}};
    CHECK_FALSE(g.ask());
    CHECK(g.server.requests().front().find("x-cg-demo-api-key: secret\r\n") != std::string::npos);
}

TEST_CASE("who does not wait for a pause is told why, and then that there is one", "[feed]")
{
    gated g{[](const std::string&) {
        return reply{
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\nContent-Length: 2\r\n\r\n{}"};
    }};
    CHECK(g.ask() == provider_errc::rate_limited);
    CHECK(g.ask() == provider_errc::paused);
    CHECK(g.server.requests().size() == 1);
}

TEST_CASE("who gives way is admitted once nobody else waits for the gate", "[feed]")
{
    gated g{good, std::nullopt, {}, {.attempts_max = 1, .wait_max = 200ms, .gives_way = true}};
    std::optional<provider::gate::place> other{std::in_place, g.gate(), false};
    CHECK(g.ask() == provider_errc::throttled);
    CHECK(g.server.requests().empty());
    other.reset();
    CHECK_FALSE(g.ask());
}

TEST_CASE("that the rate leaves no second request does not hide what came of the first", "[feed]")
{
    gated g{
        [](const std::string&) { return json_reply("{}", 503); },
        rate_limit{.per_minute = 0.01, .burst = 1}};
    CHECK(g.ask() == provider_errc::http_status);
    CHECK(g.ask() == provider_errc::throttled);
}
