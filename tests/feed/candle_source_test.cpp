// Requests for candles of before: what is asked again, what is not, and what is left to others.
#include "feed/candle_source.hpp"

#include "feed/errors.hpp"
#include "feed/harness.hpp"
#include "net/http_client.hpp"
#include "net/tls_trust.hpp"
#include "net/url.hpp"
#include "provider/errors.hpp"
#include "provider/registry.hpp"
#include "support/catch.hpp"
#include "support/fake_http_server.hpp"
#include "support/stringify.hpp"
#include "json/errors.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

using namespace tickertape;
using namespace tickertape::feed;
using namespace tickertape::testing;
using namespace std::chrono_literals;
using provider::provider_errc;
using series::interval;

namespace {

const std::string one_day = "[[1609459200,9,12,10,11,1.5]]";

// A source that asks Coinbase's format of plain HTTP servers on loopback.
struct candles_asked {
    explicit candles_asked(
        fake_http_server::answer_function answer, candle_source::limits bounds = quick(),
        rate_limit limit = {.per_minute = 60'000, .burst = 1000})
        : server{h.io, std::nullopt, std::move(answer)},
          gate{gates.of("coinbase", limit, {.open_first = 50ms}, h.time.steady_now())}
    {
        const auto& row = *provider::find_provider("coinbase");
        candle_source::parts parts{
            .name = "coinbase",
            .api = row.make_candles(),
            .speller = row.make_rest(),
            .clients = {},
            .gate = gate,
            .for_usd = {}};
        parts.clients.push_back(std::make_unique<net::http_client>(
            h.io.get_executor(), *net::parse_base_url("http://127.0.0.1:" + server.port()), trust,
            net::http_limits{.response = 300ms}));
        source.emplace(
            boost::asio::make_strand(h.io), h.time, std::move(parts), bounds, [] { return 0.5; });
    }

    static candle_source::limits quick()
    {
        return {.attempts_max = 3, .retry = {2ms, 4ms}, .deadline = 2s, .wait_max = 5s};
    }

    fetched<provider::candle_page> fetch()
    {
        std::optional<fetched<provider::candle_page>> page;
        const series::candle_time from{1'609'459'200s};
        boost::asio::co_spawn(
            h.io,
            [this, from]() -> boost::asio::awaitable<fetched<provider::candle_page>> {
                co_await boost::asio::this_coro::throw_if_cancelled(false);
                provider::market market{symbol_id{0}, {"BTC-USD", {}}};
                const provider::candle_range asked{from, from + 24h};
                co_return co_await source->fetch(std::move(market), interval::d1, asked);
            },
            boost::asio::bind_cancellation_slot(
                stop.slot(), [&](std::exception_ptr, fetched<provider::candle_page> found) {
                    page = std::move(found);
                }));
        h.io.restart();
        while (!page && h.io.run_one_for(10s) > 0) {
        }
        REQUIRE(page);
        return *std::move(page);
    }

    provider::gates gates;
    harness h;
    fake_http_server server;
    boost::asio::ssl::context trust{net::make_tls_context({})};
    provider::gate& gate;
    std::optional<candle_source> source;
    boost::asio::cancellation_signal stop;
};

}  // namespace

TEST_CASE("candles are asked for again after a failure that may pass", "[feed]")
{
    int asked = 0;
    candles_asked a{[&](const std::string&) {
        return ++asked < 3 ? json_reply("{}", 503) : json_reply(one_day);
    }};
    const auto page = a.fetch();
    REQUIRE(page);
    CHECK(page->candles.size() == 1);
    CHECK(a.source->requests().value() == 3);
    CHECK(a.server.requests().front().starts_with(
        "GET /products/BTC-USD/candles?granularity=86400&start="));
}

TEST_CASE("candles are asked for no more than attempts_max times", "[feed]")
{
    candles_asked a{[](const std::string&) { return json_reply("{}", 503); }};
    const auto page = a.fetch();
    REQUIRE_FALSE(page);
    CHECK(page.error().code == provider_errc::http_status);
    CHECK(a.server.requests().size() == 3);
    CHECK(is_about_the_provider(page.error()));
}

TEST_CASE("what a provider says of a market is neither repeated nor a failure of its", "[feed]")
{
    const auto body = GENERATE(as<std::string>{}, R"({"message":"NotFound"})", "[[1,2]]");
    candles_asked a{
        [&](const std::string&) { return json_reply(body, body.front() == '{' ? 404 : 200); }};
    const auto page = a.fetch();
    REQUIRE_FALSE(page);
    CHECK(a.server.requests().size() == 1);
    CHECK(a.gate.failures() == 0);
    CHECK_FALSE(is_about_the_provider(page.error()));
}

TEST_CASE("a pause that the provider asks for is kept to, and the request sent after it", "[feed]")
{
    int asked = 0;
    std::optional<steady_time> limited_at;
    std::optional<steady_time> again_at;
    candles_asked a{[&](const std::string&) {
        auto& at = ++asked == 1 ? limited_at : again_at;
        at = std::chrono::steady_clock::now();
        if (asked > 1)
            return json_reply(one_day);
        return reply{
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\n{}"};
    }};
    CHECK(a.fetch());
    CHECK(*again_at - *limited_at >= 1s);

    // Not where it is longer than we wait.
    auto impatient = candles_asked::quick();
    impatient.wait_max = 100ms;
    candles_asked b{
        [&](const std::string&) {
            return reply{
                "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\nContent-Length: 2\r\n\r\n{}"};
        },
        impatient};
    const auto page = b.fetch();
    REQUIRE_FALSE(page);
    CHECK(page.error().code == provider_errc::paused);
    CHECK(b.server.requests().size() == 1);
}

TEST_CASE("a part of what a provider takes at once is left to others", "[feed]")
{
    auto bounds = candles_asked::quick();
    bounds.left_to_others = 0.5;
    bounds.wait_max = 100ms;
    candles_asked a{
        [](const std::string&) { return json_reply(one_day); },
        bounds,
        {.per_minute = 0.01, .burst = 10}};
    for (int i = 0; i < 5; ++i)
        CHECK(a.fetch());
    const auto page = a.fetch();
    REQUIRE_FALSE(page);
    CHECK(page.error().code == provider_errc::throttled);
    CHECK(a.server.requests().size() == 5);
    CHECK(a.gate.requests_left(a.h.time.steady_now()) >= 5);
}

TEST_CASE("a request for candles that is cancelled ends at once", "[feed]")
{
    std::optional<candles_asked> a;
    a.emplace([&](const std::string&) {
        boost::asio::post(a->h.io, [&] { a->stop.emit(boost::asio::cancellation_type::terminal); });
        return reply{"", afterwards::hang};
    });
    const auto page = a->fetch();
    REQUIRE_FALSE(page);
    CHECK(page.error().code == boost::asio::error::operation_aborted);
    CHECK(a->server.requests().size() == 1);
}
